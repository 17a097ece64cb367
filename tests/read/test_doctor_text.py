"""What text alone proves about the files of a run: never more than parsing them proves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import yaml_read, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.nested import same
from gittrack.core.run import commit_message
from gittrack.read import doctor_text

RUN = b'format: 1\nstatus: finished\ncode:\n  dirty: false\n  branch: "1b"\nlist: ["x", 1]\n'
PARAMS = b'lr: 1.0e-05\nmodel:\n  hidden: 64\n  kind: a b\n"n": null\n'
METRICS = b'acc: {"count": 2, "last": .nan}\nval/loss: {"count": 1, "last": -0.5}\n'
NAMES = ("run", "params", "metrics")


def parsed(*files: bytes | None) -> dict:
    """Return what the files say; raises TrackError."""
    contents = [yaml_read.load_stored(data, "x") if data else {} for data in files]
    return dict(zip(NAMES, contents, strict=True))


def body_of(*files: bytes | None) -> str:
    values = parsed(*files)
    return commit_message.encode(*(values[name] for name in NAMES)).strip("\n")


def test_doctor_text_need_no_parser():
    files = (RUN, PARAMS, METRICS)
    facts = doctor_text.facts(body_of(*files), *files)
    assert facts is not None
    assert commit_message.decode("\n".join(facts.lines()))["run"] == parsed(*files)["run"]
    assert doctor_text.facts(body_of(RUN, None, None), RUN, None, None) == facts


def test_a_shape_has_the_types_of_facts():
    values = {
        **{"format": "2", "id": '"2026"', "seed": "-12", "took": "1.0e-05", "host": "box"},
        **{"code.dirty": "true", "words": '["a", "b"]', "cores": "[1]", "sweep.trial": "3"},
    }
    assert doctor_text.Facts([*values], [*values.values()]).shape().splitlines() == [
        *("format: 2", 'id: ""', "seed: 1", "took: 1.5", 'host: ""'),
        *("code.dirty: true", 'words: [""]', "cores: [1]", "sweep.trial: 1"),
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_file_that_is_missing_or_differs_proves_nothing(number):
    files = [RUN, PARAMS, METRICS]
    body = body_of(*files)
    for other in (None, files[number].replace(b"1", b"2"), files[number] + b"z: 1\n", b"{}\n"):
        assert doctor_text.facts(body, *files[:number], other, *files[number + 1 :]) is None


@pytest.mark.parametrize(
    ("run", "params", "body"),
    [
        (b"a: 1\na: 1\n", None, "a: 1\na: 1"),  # a key twice
        (b"a:\n  b: 1\na:\n  c: 1\n", None, "a.b: 1\na.c: 1"),
        (b'a: {"b": 1, "b": 1}\n', None, 'a: {"b": 1, "b": 1}'),
        (b"a.b: 1\n", None, "a.b: 1"),  # a dot in a key
        (b"true: 1\n", None, "true: 1"),  # a key that is not text
        (b"a: True\n", None, "a: True"),  # true in YAML
        (b"a: ~\n", None, "a: ~"),
        (b"a: x # y\n", None, "a: x # y"),
        (b'a: "\\x41"\n', None, 'a: "\\x41"'),
        (b"a:\nb: 1\n", None, "b: 1"),  # an empty mapping is null
        (b"b: 1\na:\n", None, "b: 1"),
        (b"a: 1\n  b: 1\n", None, "a: 1\nb: 1"),  # not YAML
        (b" a: 1\n", None, "a: 1"),
        (b"a: 1\nparams:\n  b: 1\n", None, "a: 1\nparams.b: 1"),
        (b"a: 1\ntruncated: []\n", None, "a: 1\ntruncated: []"),
        (b"a: 1\n", b"---\nb: 1\n", "a: 1\nparams.b: 1"),
        (b"a: 1\n", b"b: 1\n...\n", "a: 1\nparams.b: 1"),
        (b"a: 1\n", b"\xef\xbb\xbfb: 1\n", "a: 1\nparams.b: 1"),
        (b"a: 1\n", b"b: \xe9\n", "a: 1\nparams.b: \xe9"),
        (b"a" * 2000 + b": 1\n", None, "a" * 2000 + ": 1"),
    ],
)
def test_text_with_two_meanings_proves_nothing(run, params, body):
    assert doctor_text.facts(body, run, params, None) is None


def test_nested_metrics_and_too_many_levels_prove_nothing():
    body = 'a: 1\nmetrics.b.c: {"count": 1}'
    assert doctor_text.facts(body, b"a: 1\n", None, b'b:\n  c: {"count": 1}\n') is None
    deep = "".join(f"{'  ' * level}a:\n" for level in range(40)) + "  " * 40 + "b: 1\n"
    assert doctor_text.facts("a." * 40 + "b: 1", deep.encode(), None, None) is None


KEYS = st.sampled_from(
    ["a", "b", "n", "lr", "val/acc", "1", "-x", "no", "a b", "a.b", "true", "\xe9"]
)
TEXT = st.text(st.sampled_from("a0 _-.:#\"'\\[{,&!|~\n\xe9e"), max_size=6)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(LEAVES, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=6,
)
FILES = st.dictionaries(KEYS, VALUES, min_size=1, max_size=3)


@given(FILES, FILES, FILES)
def test_what_gittrack_writes_is_judged_as_by_a_parser(run, params, metrics):
    files = (
        yaml_write.dump(run),
        yaml_write.dump(params, sort=True),
        yaml_write.dump(metrics, sort=True, flow_from=1),
    )
    check(body_of(*files), *files)


LINES = st.lists(
    st.builds(
        "{}{}:{}".format,
        st.sampled_from([*[""] * 12, "  ", "  ", "    ", " ", "- "]),
        st.sampled_from([*"aabbcd", '"a"', "a.b", "true", "n", "? a", "&x a", "'a'"]),
        st.sampled_from(
            [
                *(
                    "",
                    " 1",
                    " 01",
                    " 1e5",
                    " 0x1",
                    " x",
                    " a b",
                    " yes",
                    ' "x"',
                    " [1, x]",
                    " [true]",
                ),
                *(' {"a": 1}', ' {"a": 1, "a": 2}', " {a: 1}", " |", " *x", " !!int 1", " -1"),
                *(
                    " .nan",
                    " a: b",
                    " 1.",
                    " -0",
                    ' ["a", .inf]',
                    " null",
                    " Null",
                    " 1 # x",
                    " 1_0",
                ),
            ]
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(LINES)
def test_text_of_any_origin_is_judged_as_by_a_parser(lines):
    """The body repeats the text of the files, so that only their meaning can differ."""
    params = "".join(f"{line}\n" for line in lines).encode()
    rest, values = doctor_text._split(params)
    pairs = zip(doctor_text._keys(rest, "params."), values, strict=False)
    own = sorted([*(f"{key}: {value}" for key, value in pairs), "x: 1"])
    check("\n".join(own), b"x: 1\n", params, None)


def check(body: str, *files: bytes | None) -> None:
    """Check that a parser agrees, if text proves that a body and its files say the same."""
    facts = doctor_text.facts(body, *files)
    if facts is None:
        return
    try:
        values = parsed(*files)
    except TrackError as error:
        raise AssertionError(f"the files cannot be read: {error}") from error
    message = commit_message.decode(body)
    assert same(commit_message.decode("\n".join(facts.lines()))["run"], values["run"])
    for name in NAMES:
        assert same(message[name], values[name])
