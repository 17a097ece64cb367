"""record/active/config: ``run.config`` is a read-only mapping, ``run.summary`` stores final values."""

import copy
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from gittrack.core.errors import TrackError
from gittrack.record.active.config import Config, Summary

PARAMS = {"lr": 0.1, "model": {"hidden": 64, "act": {"name": "relu"}}, "items": [1, {"a": 2}]}


def test_params_are_read_by_key_and_by_attribute_at_every_depth() -> None:
    config = Config(PARAMS)
    assert config["lr"] == config.lr == 0.1
    assert config.model.act.name == config["model"]["act"]["name"] == "relu"
    assert isinstance(config, Mapping)
    assert dict(**config.model.act) == {"name": "relu"}
    assert list(config) == ["lr", "model", "items"]
    assert len(config) == 3


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))]
)
def test_a_config_can_be_copied_and_sent_to_other_processes(duplicate) -> None:
    config = duplicate(Config(PARAMS))
    assert config == Config(PARAMS)
    assert config.model.act.name == "relu"


@pytest.mark.parametrize(
    ("use", "is_read"),
    [
        (lambda config: config.lr, True),
        (lambda config: config["model"].act.name, True),
        (dict, True),
        (lambda config: "lr" in config, True),
        (lambda config: config.to_dict(), True),
        (copy.deepcopy, True),
        (pickle.dumps, True),
        (repr, False),
        (lambda config: config.with_params({"more": 1}), False),
    ],
)
def test_the_first_use_of_a_watched_config_is_noted_once(use, is_read) -> None:
    reads: list[int] = []
    config = Config(PARAMS).watched(lambda: reads.append(1))
    use(config), use(config)
    assert len(reads) == is_read


def test_a_param_with_the_name_of_a_method_is_read_by_key() -> None:
    config = Config(PARAMS)
    assert callable(config.items)
    assert config["items"] == [1, {"a": 2}]


def test_a_missing_param_is_the_usual_error_of_a_mapping_and_of_an_attribute() -> None:
    config = Config(PARAMS)
    assert config.get("nothing", 5) == 5
    assert getattr(config, "nothing", 6) == 6
    with pytest.raises(KeyError):
        config["nothing"]
    with pytest.raises(AttributeError, match="the config has no 'nothing'"):
        _ = config.nothing


def test_nothing_can_be_set_and_the_hint_says_what_can() -> None:
    config: Any = Config(PARAMS)
    with pytest.raises(TrackError, match="read-only") as by_attribute:
        config.lr = 0.2
    with pytest.raises(TrackError, match="read-only") as by_key:
        config.model["hidden"] = 32
    assert by_attribute.value.hint == "run.log_params({'lr': ...}) adds a param"
    assert by_key.value.hint == "run.log_params({'hidden': ...}) adds a param"
    assert config.to_dict() == PARAMS


def test_a_config_equals_a_mapping_with_the_same_params() -> None:
    assert Config(PARAMS).to_dict() == PARAMS
    assert repr(Config({"lr": 0.1})) == "Config({'lr': 0.1})"


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as a run stores them: as numbers."""
    return {name: float(value) for name, value in values.items()}


def test_a_summary_returns_what_was_stored() -> None:
    summary = Summary(stored)
    summary["acc"] = "0.5"
    summary.update({"loss": 2})
    assert summary["acc"] == 0.5
    assert summary.get("loss") == 2.0
    assert "acc" in summary
    assert "f1" not in summary
    assert summary.get("f1") is None
    assert repr(summary) == "Summary({'acc': 0.5, 'loss': 2.0})"


@pytest.mark.parametrize("values", [None, 0.5, [("loss", 1)], "loss"])
def test_a_summary_takes_only_mappings(values: Any) -> None:
    summary = Summary(stored)
    with pytest.raises(TrackError, match="not a mapping"):
        summary.update(values)
    assert repr(summary) == "Summary({})"


def test_a_value_that_cannot_be_stored_is_not_in_the_summary() -> None:
    summary = Summary(stored)
    with pytest.raises(ValueError, match="could not convert"):
        summary["acc"] = "good"
    assert "acc" not in summary
