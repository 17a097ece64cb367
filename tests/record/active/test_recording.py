"""record/active/recording: a run writes into its journal until it ends, and warns once of each trouble."""

from __future__ import annotations

import shutil

import pytest

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.record import journal
from gittrack.record.active import current
from gittrack.record.active.recording import Recording
from gittrack.record.machine import environment, numerics

ENV = {"python": {"version": "3.11"}}


@pytest.fixture(autouse=True)
def small_environment(monkeypatch):
    """The environment is not what these tests are about."""
    monkeypatch.setattr(environment, "capture", lambda *args: ENV)
    monkeypatch.setattr(numerics, "capture", dict)


@pytest.fixture
def launched(new_journal):
    """The journal of a launcher, which commits the run."""
    book = new_journal(name="first", seed=7)
    book.append(events.PARAMS, values={"lr": 0.1})
    return book


@pytest.fixture
def run(launched, tmp_path):
    recorded = Recording(journal.join(launched.folder), None, str(tmp_path))
    yield recorded
    recorded._journal.release()


def series_of(book) -> list[str]:
    return (book.folder / layout.SERIES).read_text().splitlines()[1:]


def test_a_run_has_the_facts_and_params_of_its_journal(launched, run):
    assert (run.id, run.experiment, run.name, run.seed) == (launched.id, "e", "first", 7)
    assert run.config.to_dict() == {"lr": 0.1}
    assert run.status == "running"
    assert repr(run) == f"<gittrack run {launched.id} of e, running>"
    assert run.live_lock == launched.folder / layout.JOINED


def test_the_times_of_points_count_from_the_start_of_the_launcher(launched, run):
    run._points.log({"loss": 0.5})
    [point] = series_of(launched)
    assert point.startswith("0,loss,0.5,")
    assert float(point.split(",")[3]) > 3600  # the journal says that the run began long ago


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({}, "finished"),
        ({"status": "failed"}, "failed"),
        ({"status": 0}, "finished"),
        ({"status": 3}, "failed"),
        ({"exit_code": 1}, "failed"),
        ({"exit_code": 0}, "finished"),
        ({"signal": "SIGTERM"}, "killed"),
    ],
)
def test_the_arguments_of_finish_say_how_the_run_ended(run, arguments, status):
    run.finish(**arguments)
    assert run.status == status


def test_final_values_can_be_given_to_finish(launched, run):
    run.finish({"acc": 0.9, "loss": 1})
    assert run.status == "finished"
    assert launched.state().summary == {"acc": 0.9, "loss": 1}


def test_an_unknown_status_is_refused_and_the_run_goes_on(run):
    with pytest.raises(TrackError):
        run.finish("done")
    assert run.status == "running"
    run.finish()
    assert run.status == "finished"


def test_an_exception_that_is_handled_means_failed(run):
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        run.finish()
    assert run.status == "failed"


def test_an_exception_from_before_the_run_does_not_count(launched, tmp_path):
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        run = Recording(journal.join(launched.folder), None, str(tmp_path))
        run.finish()
    assert run.status == "finished"


def test_a_second_end_does_nothing(launched, run):
    run.finish("failed")
    run.finish("finished")
    assert run.status == "failed"


def test_a_joined_run_leaves_its_environment_and_not_its_end(launched, run):
    run.finish()
    state = launched.state()
    assert state.env == ENV
    assert "ended" not in state.facts
    assert state.facts["status"] == "running"


def test_functions_are_called_at_the_end_in_order_and_once(run):
    calls = []
    run.at_end(lambda: calls.append(("first", run.status)))
    run.at_end(lambda: calls.append(("second", run.status)))
    run.finish()
    run.finish()
    assert calls == [("first", "finished"), ("second", "finished")]


def test_nothing_is_recorded_after_the_end(launched, run):
    run.finish()
    with pytest.raises(TrackError, match="is finished"):
        run._append(events.TAGS, add=["good"])
    with pytest.raises(TrackError, match="takes no more points"):
        run._points.log({"loss": 0.5})
    assert series_of(launched) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "finished"), (ValueError, "failed"), (KeyboardInterrupt, "killed")],
)
def test_a_block_ends_the_run(run, error, status):
    def block() -> None:
        with run:
            assert run.id in current.enclosing()
            if error is not None:
                raise error

    if error is None:
        block()
    else:
        with pytest.raises(error):
            block()
    assert run.status == status
    assert run.id not in current.enclosing()


@pytest.mark.parametrize(
    ("code", "status"), [(0, "finished"), (None, "finished"), (2, "failed"), ("text", "failed")]
)
def test_an_exit_in_a_block_has_its_code(run, code, status):
    with pytest.raises(SystemExit), run:
        raise SystemExit(code)
    assert run.status == status


def test_a_summary_keeps_numbers_and_warns_once_per_metric(launched, run, caplog):
    run.summary.update({"acc": 0.9, "name": "resnet"})
    run.summary["name"] = "vit"
    assert launched.state().summary == {"acc": 0.9}
    assert len(caplog.messages) == 1
    assert "'name'" in caplog.text
    assert "left out" in caplog.text


def test_a_strict_run_refuses_a_value_that_is_not_a_number(launched, run):
    run.strict = True
    with pytest.raises(TrackError):
        run.summary.update({"acc": 0.9, "name": "resnet"})
    assert launched.state().summary == {}


def test_each_kind_of_warning_is_printed_once(run, caplog):
    run._warn("disk", "first")
    run._warn("disk", "second")
    run._warn("input", "third")
    assert caplog.messages == ["first", "third"]


def test_a_journal_that_was_deleted_does_not_end_the_training(launched, run, caplog):
    shutil.rmtree(launched.folder)
    for _ in range(3):
        run._points._end_until = -1.0  # as in a later millisecond
        run._points.log({"loss": 0.5})
    run.finish()
    assert run.status == "finished"
    assert [text for text in caplog.messages if "has ended" in text] == [
        f"the recording of {launched.id} has ended: {launched.folder} does not exist any more; "
        "values that are logged from now on are not recorded"
    ]


class TestForkedChild:
    """`forget` is what happens to the object of a run in a forked child."""

    def test_it_records_nothing_and_says_so_once_per_run(self, launched, run, caplog):
        run.forget()
        assert run.disabled
        assert run._is_silent()
        run.summary["acc"] = 0.9
        assert launched.state().summary == {}
        assert len(caplog.messages) == 1
        assert f"its parent process records {run.id}" in caplog.text

    def test_another_child_has_said_it_already(self, launched, run, caplog):
        (launched.folder / layout.WORKERS).touch()
        run.forget()
        assert run._is_silent()
        assert caplog.messages == []

    def test_after_the_end_of_the_run_the_reason_is_another(self, launched, run, caplog):
        run.forget()
        shutil.rmtree(launched.folder)
        assert run._is_silent()
        assert caplog.messages == [f"nothing more is recorded: the run {run.id} has ended"]

    def test_it_does_not_end_the_run_of_its_parent(self, launched, run):
        run.forget()
        run.finish("failed")
        assert run.status == "running"
        assert "ended" not in launched.state().facts

    def test_a_joined_run_is_never_taken_over(self, run):
        run.forget(lambda taken: pytest.fail("the launcher owns the run"))
        assert not run.reclaim()


def test_points_that_only_memory_has_are_reported_by_a_joined_run(run, caplog, monkeypatch):
    run._journal.series.pending = b"0,loss,0.5,0.000\n1,loss,0.4,0.000\n"
    monkeypatch.setattr(type(run._journal.series), "write", lambda self, data: None)
    monkeypatch.setattr(type(run._journal.events), "write", lambda self, data: None)
    run.finish()
    assert f"2 lines of {run.id} could not be written and are lost" in caplog.text
