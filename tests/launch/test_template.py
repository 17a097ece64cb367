"""launch/template: the fields of a command line."""

from __future__ import annotations

import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from gittrack.launch import template

PARAMS = {"batch_size": 64, "lr": 0.003, "model": {"deep": True}, "note": None, "warmup": False}
plain_params = st.dictionaries(
    st.text("abc_", min_size=1), st.integers() | st.booleans() | st.text(max_size=5), max_size=4
)


def test_a_field_that_is_a_word_becomes_one_word_for_each_value():
    argv = template.fill(["train", "{args}", "end"], {"lr": 0.1, "n": 2}, "p.yaml")
    assert argv == ["train", "--lr", "0.1", "--n", "2", "end"]


def test_a_field_without_values_disappears_as_a_word():
    assert template.fill(["train", "{args}"], {}, "p.yaml") == ["train"]


def test_a_field_inside_a_word_is_quoted_for_a_shell():
    argv = template.fill(["sh", "-c", "train {args}"], {"name": "two words"}, "p.yaml")
    assert argv == ["sh", "-c", "train --name 'two words'"]


def test_doubled_braces_and_unknown_fields_are_literal():
    argv = template.fill(["{{args}", "{other}", "{", "{{"], PARAMS, "p.yaml")
    assert argv == ["{args}", "{other}", "{", "{"]


def test_the_paths_of_the_configuration():
    argv = template.fill(["{params}", "{args_json_file}", "x={params}"], {}, "run/params.yaml")
    assert argv == ["run/params.yaml", "run/params.json", "x=run/params.yaml"]
    assert template.has_json_file(["--config={args_json_file}"])
    assert not template.has_json_file(["{{args_json_file}", "{args_json}"])


def test_options_have_dashes_and_leave_out_false_and_null():
    words = template.options({**PARAMS, "sizes": [1, 2]})
    assert " ".join(words) == "--batch-size 64 --lr 0.003 --model.deep --sizes 1 2"


def test_pairs_have_the_names_of_python():
    words = template.pairs(PARAMS)
    assert " ".join(words) == (
        "--batch_size=64 --lr=0.003 --model.deep=True --note=None --warmup=False"
    )


def test_flags_are_pairs_with_bare_true_and_without_false():
    words = template.flags(PARAMS)
    assert " ".join(words) == "--batch_size=64 --lr=0.003 --model.deep --note=None"


def test_overrides_are_in_the_grammar_of_hydra():
    params = {"a": "plain/path", "b": "it's", "c": "1", "d": [1, 2], "e": None, "f": 1e-7}
    words = template.overrides(params)
    assert words == ["a=plain/path", "b='it\\'s'", "c='1'", "d=[1,2]", "e=null", "f=1e-07"]


@given(plain_params)
def test_the_json_field_is_the_configuration(params):
    (text,) = template.fill(["{args_json}"], params, "p.yaml")
    assert json.loads(text) == params


@given(plain_params)
def test_a_shell_splits_an_inner_field_into_the_words_of_a_whole_one(params):
    (inner,) = template.fill([" {pairs}"], params, "p.yaml")
    assert shlex.split(inner) == template.fill(["{pairs}"], params, "p.yaml")


def test_a_group_and_a_value_in_it_have_the_names_that_hydra_knows():
    params = {"db": "mysql", "db.timeout": 10}
    assert template.fill(["{overrides}"], params, "p") == ["db=mysql", "db.timeout=10"]
    assert template.fill(["{pairs}"], params, "p") == ["--db=mysql", "--db.timeout=10"]
