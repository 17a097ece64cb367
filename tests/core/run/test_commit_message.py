"""core/body: the commit message as flat YAML, and back."""

import pytest
import yaml
from helpers import NASTY_TEXT, configs, exact, floats, scalars, texts
from hypothesis import assume, given
from hypothesis import strategies as st

from gittrack.core.run import commit_message

parts = st.lists(texts, min_size=1, max_size=4).map(tuple)
metrics = st.dictionaries(texts, st.fixed_dictionaries({"last": floats, "count": st.integers()}))
FACTS = {"experiment": "digits", "status": "finished", "code": {"branch": "main", "dirty": False}}


def test_a_body():
    params = {"lr": 0.003, "model": {"hidden": 64}}
    text = commit_message.encode(FACTS, params, {"val_accuracy": {"last": 0.9722, "count": 20}})
    assert text == (
        "code.branch: main\n"
        "code.dirty: false\n"
        "experiment: digits\n"
        'metrics.val_accuracy: {"count": 20, "last": 0.9722}\n'
        "params.lr: 0.003\n"
        "params.model.hidden: 64\n"
        "status: finished\n"
    )
    assert commit_message.decode(text)["params"] == params


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("lr",), "lr"),
        (("model", "hidden"), "model.hidden"),
        (("model.hidden",), '"model.hidden"'),
        (("weight decay",), '"weight decay"'),
        (("a: b#c",), '"a\\u003a b\\u0023c"'),
        (("", "x", ""), '"".x.""'),
        (('say "hi"',), '"say \\"hi\\""'),
    ],
)
def test_a_key_and_its_parts(key, text):
    assert commit_message.join_key(key) == text
    assert commit_message.split_key(text) == key


@given(parts)
def test_any_key_is_taken_apart_again(key):
    text = commit_message.join_key(key)
    assert commit_message.split_key(text) == key
    assert ": " not in text
    assert "\n" not in text


@given(parts, parts)
def test_two_keys_never_look_alike(one, two):
    assert (commit_message.join_key(one) == commit_message.join_key(two)) == (one == two)


@pytest.mark.parametrize("key", ['"a', 'a"b"', '"a"b', '"a"."', 'a."b" '])
def test_what_is_no_key(key):
    with pytest.raises(ValueError, match="not a dotted key"):
        commit_message.split_key(key)


@given(configs)
def test_flat_and_nested_are_the_same_thing(config):
    assert exact(commit_message.nest(dict(commit_message.flatten(config)))) == exact(config)


def test_an_empty_mapping_is_a_leaf():
    assert commit_message.dotted({"b": {"y": {}, "x": [1]}, "a": 1}) == {
        "a": 1,
        "b.x": [1],
        "b.y": {},
    }


@given(configs, metrics)
def test_any_body_reads_back_as_itself(params, summaries):
    found = commit_message.decode(commit_message.encode(FACTS, params, summaries))
    assume(commit_message.TRUNCATED not in found["run"])
    assert exact(found["run"]) == exact(FACTS)
    assert exact(found["params"]) == exact(params)
    assert exact(found["metrics"]) == exact(summaries)


@given(configs)
def test_a_body_is_yaml_to_others_too(params):
    text = commit_message.encode(FACTS, params, {})
    found = yaml.load(text, Loader=yaml.SafeLoader)
    assert len(found) == len(text.splitlines())


def test_lines_are_sorted_and_facts_without_a_value_left_out():
    assert commit_message.encode({"b": 1, "a": 2, "note": None}, {}, {}) == "a: 2\nb: 1\n"


def test_a_long_value_is_left_out_and_said_so():
    found = commit_message.decode(commit_message.encode(FACTS, {"text": "x" * 5000, "lr": 1}, {}))
    assert found["params"] == {"lr": 1}
    assert found["run"]["truncated"] == ["params"]


def test_very_many_values_are_left_out_and_said_so():
    found = commit_message.decode(
        commit_message.encode(FACTS, {str(n): n for n in range(1001)}, {"m": {"last": 1}})
    )
    assert found["params"] == {}
    assert found["metrics"] == {"m": {"last": 1}}
    assert found["run"]["truncated"] == ["params"]


@pytest.mark.parametrize("text", ["status: finished\nrubbish\n", "", "a:1\n"])
def test_a_line_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="not a 'key: value' line"):
        commit_message.decode(text)


def message(params):
    return b"\n" + commit_message.encode(FACTS, params, {}).encode()


@given(parts, scalars)
def test_one_key_is_found_without_reading_the_rest(key, value):
    config = commit_message.nest({key: value})
    found = commit_message.find(message(config), "params." + commit_message.join_key(key))
    assert exact(found) == exact(value)


def test_a_key_is_found_only_as_a_whole():
    text = message({"lr": 1, "model": {"lr": 2}, "note": "params.x: 3\nparams.y: 4"})
    for missing in ("params.l", "lr", "model.lr", "params.model", "params.x", "params.y"):
        assert commit_message.find(text, missing) is commit_message.MISSING
    assert commit_message.find(text, "params.model.lr") == 2
    assert commit_message.find(text, "code.branch") == "main"


def test_names_over_several_bodies():
    texts = [message({"lr": 1, "model": {"a b": 2}}), message({"lr": 2, "depth": 3})]
    assert commit_message.names(texts, "params") == {"lr", 'model."a b"', "depth"}
    assert commit_message.names(texts, "metrics") == set()


@pytest.mark.parametrize("text", NASTY_TEXT)
def test_nasty_names_and_values(text):
    found = commit_message.decode(commit_message.encode(FACTS, {text: text}, {text: {"last": 1}}))
    assert found["params"] == {text: text}
    assert found["metrics"] == {text: {"last": 1}}
