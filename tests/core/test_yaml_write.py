"""core/yaml_write: block YAML that our reader and a YAML 1.1 reader take for the same values."""

import pytest
import yaml
from helpers import NASTY_FLOATS, NASTY_INTS, NASTY_TEXT, configs, exact
from hypothesis import given

from gittrack.core import yaml_read, yaml_write


def both(data):
    """Return what our reader and what PyYAML's makes of a document."""
    return yaml_read.load(data, "x.yaml"), yaml.load(data.decode(), Loader=yaml.SafeLoader)


def same_to_both(value, **options):
    data = yaml_write.dump(value, **options)
    return [exact(found) for found in both(data)] == [exact(value)] * 2


def test_a_config():
    value = {"lr": 1e-5, "model": {"hidden": 64, "act": "relu"}, "seed": None, "sizes": [1, 2.5]}
    assert yaml_write.dump(value).decode() == (
        "lr: 1.0e-05\nmodel:\n  hidden: 64\n  act: relu\nseed: null\nsizes: [1, 2.5]\n"
    )


def test_nothing_is_an_empty_mapping():
    assert yaml_write.dump({}) == b"{}\n"


def test_keys_are_sorted_on_request_at_every_level():
    value = {"b": 1, "a": {"d": 1, "c": 2}}
    assert yaml_write.dump(value, sort=True) == b"a:\n  c: 2\n  d: 1\nb: 1\n"


def test_equal_values_give_equal_bytes():
    first, second = {"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}
    assert yaml_write.dump(first, sort=True) == yaml_write.dump(second, sort=True)


def test_inner_mappings_go_on_one_line_from_a_level_on():
    value = {"loss": {"last": 0.5, "count": 2}}
    assert yaml_write.dump(value, flow_from=1) == b'loss: {"count": 2, "last": 0.5}\n'


def test_a_list_of_mappings_has_a_line_a_leaf():
    value = {"inputs": [{"path": "a.csv", "size": 3}, {"path": "b.csv", "size": 4}]}
    assert yaml_write.dump(value).decode() == (
        "inputs:\n  - path: a.csv\n    size: 3\n  - path: b.csv\n    size: 4\n"
    )


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("a\nb", "|-\n  a\n  b\n"),
        ("a\nb\n", "|\n  a\n  b\n"),
        ("a\n\n b\n\n", "|+\n  a\n\n   b\n\n"),
        ("+x\n-y\n", "|\n  +x\n  -y\n"),
    ],
)
def test_lines_of_text_stay_lines(text, block):
    assert yaml_write.dump({"patch": text}).decode() == "patch: " + block


@pytest.mark.parametrize("text", [" a\nb", "\na", "a\r\nb", "a\nb\x1b", "a\n\udcff"])
def test_text_that_a_block_cannot_hold_is_quoted(text):
    assert yaml_write.dump({"patch": text}).startswith(b'patch: "')


@pytest.mark.parametrize("text", NASTY_TEXT)
def test_a_nasty_string_survives_in_every_place(text):
    assert same_to_both({text: text, "x": [text], "y": {"z": text, text: [{text: text}]}})


@pytest.mark.parametrize("number", [*NASTY_FLOATS, *NASTY_INTS, True, None])
def test_a_nasty_number_survives_in_every_place(number):
    assert same_to_both({"a": number, "b": [number], "c": {"d": number}, "e": [{"f": number}]})


@given(configs)
def test_any_config_reads_back_as_itself(config):
    assert same_to_both(config)


@given(configs)
def test_any_sorted_config_reads_back_as_itself(config):
    assert same_to_both(config, sort=True, flow_from=1)


@pytest.mark.parametrize("key", ["k" * 1100, "two words " * 150 + "end", "\x01" * 500])
def test_a_key_longer_than_yaml_likes(key):
    assert same_to_both({key: 1, "a": {key: {"b": 2}}, "c": [{key: "x\ny\n"}]})


@pytest.mark.parametrize("letters", [1, 40_000])
def test_a_mapping_of_many_texts_is_written_like_one_of_few(letters):
    texts = {f"key {number}": "1.0" * letters for number in range(40)}
    texts["a: b"] = "two\nlines"
    for sort in (False, True, False):
        lines = [yaml_write.dump({key: texts[key]}) for key in (sorted(texts) if sort else texts)]
        assert yaml_write.dump(texts, sort=sort) == b"".join(lines)
