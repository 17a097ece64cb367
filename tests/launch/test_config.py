"""launch/config: files, later ones over earlier ones, and overrides."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gittrack.core.errors import TrackError
from gittrack.launch import config


def test_params_yaml_is_the_default_and_may_be_missing():
    assert config.resolve([], []) == {}
    Path("params.yaml").write_text("lr: 0.1\n")
    assert config.resolve([], []) == {"lr": 0.1}


def test_named_files_replace_the_default_and_later_ones_override():
    Path("params.yaml").write_text("unused: 1\n")
    Path("a.yaml").write_text("lr: 0.1\nmodel: {hidden: 64, depth: 2}\n")
    Path("b.json").write_text('{"model": {"hidden": 128}}')
    resolved = config.resolve(["a.yaml", "b.json"], [])
    assert resolved == {"lr": 0.1, "model": {"hidden": 128, "depth": 2}}


def test_an_override_has_the_type_of_yaml():
    values = config.resolve([], ["a=1e-3", "b=true", "c=text", "d=[1, 2]", "e=null", "f="])
    assert values == {"a": 0.001, "b": True, "c": "text", "d": [1, 2], "e": None, "f": None}


def test_an_unknown_key_is_refused_only_if_there_is_a_file():
    assert config.resolve([], ["lrr=1"]) == {"lrr": 1}
    Path("params.yaml").write_text("lr: 0.1\n")
    with pytest.raises(TrackError) as caught:
        config.resolve([], ["lrr=1"])
    assert caught.value.message == "the configuration has no key 'lrr'"
    assert "lr" in caught.value.hint
    assert caught.value.hint.endswith("add a new one with: -S +lrr=1")
    assert config.resolve([], ["+lrr=1"]) == {"lr": 0.1, "lrr": 1}


@pytest.mark.parametrize("words", [("db=mysql", "db.timeout=10"), ("db.timeout=10", "db=mysql")])
def test_the_choice_of_a_group_and_a_value_in_it(words):
    expected = {"db": "mysql", "db.timeout": 10}
    assert config.resolve([], words) == config.pick(expected, words) == expected
    Path("params.yaml").write_text("db: {kind: pg, timeout: 3}\n")
    assert config.resolve([], words) == expected
    with pytest.raises(TrackError, match="has no key"):
        config.resolve([], [*words, "db.size=1"])


@pytest.mark.parametrize("text", ["lr", "=1", "a..b=1", "", "+=1"])
def test_an_override_that_is_not_key_value(text):
    with pytest.raises(TrackError, match="is not KEY=VALUE"):
        config.resolve([], [text])


def test_a_file_that_is_missing_or_not_a_mapping():
    with pytest.raises(TrackError, match="cannot be read: No such file"):
        config.resolve(["missing.yaml"], [])
    Path("list.yaml").write_text("- 1\n")
    with pytest.raises(TrackError, match="is not a mapping"):
        config.resolve(["list.yaml"], [])


def test_an_empty_file_is_an_empty_configuration():
    Path("empty.yaml").touch()
    assert config.resolve(["empty.yaml"], []) == {}


def test_a_named_pipe_without_a_writer_is_refused_and_not_waited_for():
    os.mkfifo("pipe")
    with pytest.raises(TrackError, match="is a named pipe"):
        config.resolve(["pipe"], [])


def test_pick_returns_only_the_part_that_overrides_name():
    resolved = {"lr": 0.1, "model": {"hidden": 64, "depth": 2}}
    assert config.pick(resolved, ["model.depth=2"]) == {"model": {"depth": 2}}
    assert config.pick(resolved, []) == {}


def test_override_does_not_change_its_argument():
    before = {"model": {"hidden": 64}}
    assert config.override(before, ["model.hidden=8"]) == {"model": {"hidden": 8}}
    assert before == {"model": {"hidden": 64}}
