"""core/yaml_read: YAML 1.2 numbers and booleans, safe and bounded, errors with their place."""

import pytest
from helpers import exact

from gittrack.core.errors import TrackError
from gittrack.core.yaml_read import MAX_BYTES, MAX_DEPTH, load, plain_scalar


def refused(data, where="c.yaml"):
    """Return the message of the error that ``data`` gets; tests/benchmarks/limits.py has the times."""
    with pytest.raises(TrackError) as caught:
        load(data, where)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1e-5", 1e-5), ("1E5", 1e5), ("1.", 1.0), (".5", 0.5), ("+1.5", 1.5), ("-0.0", -0.0)),
        *(("012", 12), ("+7", 7), ("-3", -3), ("0o17", 15), ("0x1F", 31), (str(2**200), 2**200)),
        *(("true", True), ("False", False), ("TRUE", True), ("~", None)),
        *(("", None), ("Null", None)),
        *((".nan", float("nan")), (".Inf", float("inf")), ("-.inf", float("-inf"))),
        *((word, word) for word in ("no", "yes", "on", "off", "y", "1:30", "2024-01-01", "1_000")),
        *((word, word) for word in ("nan", "inf", "=", "<<", "0b1", "1e", "e5", "0x", "-", "0o8")),
    ],
)
def test_unquoted_scalars(text, value):
    assert exact(plain_scalar(text)) == exact(value)


def test_a_config():
    text = b"# training\nlr: 1e-5\nmodel:\n  layers: [1, 2]\n  name: 'no'\nflag: no\n"
    expected = {"lr": 1e-5, "model": {"layers": [1, 2], "name": "no"}, "flag": "no"}
    assert load(text, "c.yaml") == expected


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"---\n", b"~"])
def test_an_empty_file_is_none(data):
    assert load(data, "c.yaml") is None


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert load(b"\xef\xbb\xbfa: 1\n", "c.yaml") == {"a": 1}


def test_the_escape_of_a_lone_surrogate_is_read():
    assert load(b'a: "\\udcff"\n', "c.yaml") == {"a": "\udcff"}


def test_a_merge_key_is_a_word():
    assert load(b"<<: {a: 1}\n", "c.yaml") == {"<<": {"a": 1}}


def test_text_can_be_marked_as_text():
    assert load(b"a: !!str 012\nb: ! 012\n", "c.yaml") == {"a": "012", "b": "012"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\nb: [1, 2\n", "c.yaml, line 3, column 1: did not find expected ',' or ']'"),
        (b"a: 1\nb:\tc: 2\n", "c.yaml, line 2, column 5: mapping values are not allowed"),
        (b"a: &x 1\nb: *x\n", "c.yaml, line 2, column 4: the alias *x"),
        (b"a: !!python/object:os.system {}\n", "c.yaml, line 1, column 4: the tag"),
        (b"a: !mine 1\n", "c.yaml, line 1, column 4: the tag !mine"),
        (b"a: !!float one\n", "c.yaml, line 1, column 4: 'one' is not a float"),
        (b"a: !!int 1.5\n", "c.yaml, line 1, column 4: '1.5' is not a int"),
        (b"a: !!float {}\n", "c.yaml, line 1, column 4: the tag"),
        (b"a: !!strange 1\n", "c.yaml, line 1, column 4: the tag"),
        (b"a: 1\nb: 2\na: 3\n", "c.yaml, line 3, column 1: the key 'a' a second time"),
        (b"m:\n  ? [1]\n  : 2\n", "c.yaml, line 2, column 5: a mapping or list as key"),
        (b"a: 1\n---\nb: 2\n", "c.yaml, line 2, column 1: a second document begins here"),
        (b"a: " + b"9" * 5000, "c.yaml, line 1, column 4: a number of 5000 digits"),
        (b"a: \xff\n", "c.yaml is not UTF-8 text (byte 3)"),
        (b"a: \x00\n", "c.yaml is not YAML"),
    ],
)
def test_what_is_refused_is_refused_with_its_place(data, message):
    assert refused(data).startswith(message)


def nested(levels, opening, closing):
    return opening * levels + closing * levels


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("where", ["c.yaml", "c.json"])
def test_depth_has_a_limit(opening, closing, where):
    fits = opening * MAX_DEPTH + b"1" + closing * MAX_DEPTH
    assert load(fits, where)
    deeper = opening + fits + closing
    assert refused(deeper, where) == f"{where} is nested more than 64 levels deep"


@pytest.mark.parametrize("where", ["c.yaml", "c.json"])
@pytest.mark.parametrize("levels", [1000, 100_000, 4_000_000])
def test_depth_far_beyond_the_limit_is_refused_at_once(where, levels):
    assert "64 levels deep" in refused(b"[" * levels + b"]" * levels, where)


def test_depth_in_block_style():
    text = "".join("  " * level + "a:\n" for level in range(100))
    assert "64 levels deep" in refused(text.encode())


def test_a_bomb_of_aliases_does_not_go_off():
    lines = [b"a: &a [1,1,1,1,1,1,1,1,1]"]
    for one, two in zip(b"abcdefgh", b"bcdefghi", strict=False):
        lines.append(b"%c: &%c [%s]" % (two, two, b",".join([b"*%c" % one] * 9)))
    assert "the alias *a" in refused(b"\n".join(lines))


def test_a_file_that_is_too_large_is_not_parsed():
    assert refused(b" " * (MAX_BYTES + 1)) == "c.yaml is larger than 8 MiB"
    assert load(b" " * 100, "c.yaml", limit=100) is None
    with pytest.raises(TrackError):
        load(b" " * 101, "c.yaml", limit=100)


def test_json_is_read_as_json():
    data = b'{"a": 1e-5, "b": [null, true, "no"], "c": NaN}'
    assert exact(load(data, "c.json")) == exact(
        {"a": 1e-5, "b": [None, True, "no"], "c": float("nan")}
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1,\n "b": }', "c.json, line 2, column 7: Expecting value"),
        (b'{"a": 1, "a": 2}', "c.json: the key 'a' appears twice"),
        (b'{"a": ' + b"9" * 5000 + b"}", "c.json: Exceeds the limit"),
        (b"", "c.json, line 1, column 1: Expecting value"),
    ],
)
def test_json_is_refused_with_its_place(data, message):
    assert refused(data, "c.json").startswith(message)
