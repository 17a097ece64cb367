"""record/active/disabled: every method works in a process that does not record, and records nothing."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from gittrack.record.active import current
from gittrack.record.active.disabled import DisabledRun
from gittrack.record.run import Run

CALLS = {
    "log": ({"loss": 0.5},),
    "log_metrics": ({"loss": 0.5}, 3),
    "log_metric": ("loss", "not a number"),
    "define_metric": ("loss",),
    "log_params": ({"epochs": 3},),
    "log_param": ("epochs", 3),
    "log_artifact": ("missing.bin",),
    "log_input": ("missing.csv",),
    "add_tags": ("not a tag!",),
    "note": ("a remark",),
    "should_stop": (),
    "reclaim": (),
    "forget": (),
    "finish": ("failed",),
}
# For the launcher and `gittrack.init`, which make no disabled runs.
INTERNAL = {"continue_from", "at_end", "live_lock"}


@pytest.fixture
def run() -> DisabledRun:
    return DisabledRun({"lr": 0.1, "model": {"hidden": 64}})


def test_the_table_of_calls_is_complete():
    methods = {
        name for name, _ in inspect.getmembers(Run, inspect.isfunction) if not name.startswith("_")
    }
    assert set(CALLS) == methods - INTERNAL


@pytest.mark.parametrize("method", CALLS)
def test_each_method_returns_nothing_prints_nothing_and_writes_nothing(run, caplog, capsys, method):
    assert not getattr(run, method)(*CALLS[method])
    assert caplog.messages == []
    assert capsys.readouterr() == ("", "")
    assert list(Path().iterdir()) == []


def test_the_config_has_the_params_also_those_that_were_added(run):
    assert run.config.lr == 0.1
    run.log_params({"model": {"layers": 2}})
    run.log_param("lr", 0.2)
    assert run.config.to_dict() == {"lr": 0.2, "model": {"hidden": 64, "layers": 2}}


def test_the_summary_returns_what_was_stored(run):
    run.summary["acc"] = 0.9
    run.summary.update({"loss": 0.1})
    assert (run.summary["acc"], run.summary["loss"]) == (0.9, 0.1)


def test_a_block_ends_the_run_and_passes_exceptions_on(run):
    with run as same:
        assert same is run
        assert run.status == "running"
    assert run.status == "finished"
    with pytest.raises(ZeroDivisionError), DisabledRun({}):
        raise ZeroDivisionError


def test_the_block_of_a_disabled_run_encloses_nothing(run):
    with run:
        assert current.enclosing() == ()


def test_a_disabled_run_has_no_id(run):
    assert (run.id, run.name, run.seed, run.disabled) == ("", None, None, True)
    run.finish()
    run.finish()
    assert run.status == "finished"
