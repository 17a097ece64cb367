"""One training as a run, without a framework."""

import pickle
from pathlib import Path

import pytest
from helpers import python

import gittrack
from gittrack.core.errors import TrackError
from gittrack.integrations.base import resumption
from gittrack.integrations.base.training import Training


def test_trainings_are_runs_of_their_own_and_a_failed_one_is_failed(project, caplog):
    training = Training("Thing", experiment="digits", log_model="last")
    training.begin({"lr": 0.1, "model": {"depth": 2}})
    training.log({"loss": 1.0}, 0)  # and then the training raises an exception
    other = Training("Thing", config={"lr": 0.2})
    other.begin({"lr": 0.3, "depth": 2})
    other.log({"loss": 0.5}, 3)
    other.summary({"best_iteration": 3, "best_score": None})
    for text in ("first", "second"):
        other.keep_model(lambda path, text=text: Path(path).write_text(text), "last.txt")
    other.end()
    second, first = gittrack.runs(sort="-started")
    assert (first.status, first.experiment, first.params["model"]) == (
        *("failed", "digits"),
        {"depth": 2},
    )
    assert (second.status, second.params) == (
        "finished",
        {"lr": 0.2, "depth": 2, "thing": {"lr": 0.3}},
    )
    assert second.history("loss").steps.tolist() == [3]
    assert second.metrics["best_iteration"].last == 3
    assert second.artifact("model/last.txt").read_text() == "second"
    assert "the run has other values of lr: those of Thing are thing.*" in caplog.messages


def test_results_of_a_framework_that_shows_no_end_are_recorded_as_the_next_training_begins(project):
    first = Training("Thing")
    first.begin()
    first.complete = lambda: first.summary({"best_iteration": 1}) is None
    second = Training("Thing")
    second.begin()
    second.end()
    _, run = gittrack.runs(sort="-started")
    assert (run.status, run.metrics["best_iteration"].last) == ("finished", 1)


def test_a_run_that_goes_on_for_tests_ends_as_another_training_begins(project):
    first = Training("Thing", ends="later")
    first.begin()
    first.end()
    first.log({"test": 1.0})
    second = Training("Thing", ends="later")
    second.begin()
    second.close()
    runs = gittrack.runs(sort="-started")
    assert [run.status for run in runs] == ["finished", "finished"]
    assert runs[1].metrics["test"].last == 1.0


def test_a_training_whose_exception_the_program_catches_is_failed_at_its_end(project):
    program = """
from gittrack.integrations.base.training import Training
training = Training("Thing", ends="later")
training.begin()
try:
    1 / 0
except ZeroDivisionError:
    pass
"""
    assert python(program, project).code == 0
    assert [run.status for run in gittrack.runs()] == ["failed"]


def test_a_rank_other_than_zero_records_nothing(project):
    training = Training("Thing")
    training.begin({"lr": 1}, rank=1)
    training.log({"loss": 1.0})
    assert not training.records
    assert not training.should_stop()
    training.end()
    assert len(gittrack.runs()) == 0


def test_without_a_repository_the_training_goes_on(tmp_path, caplog):
    training = Training("Thing")
    training.begin({"lr": 1})
    training.log({"loss": 1.0})
    training.end()
    assert "the Thing integration failed, the training goes on: " in caplog.text
    with pytest.raises(TrackError):
        Training("Thing", strict=True).begin()


def test_an_unknown_policy_is_an_error_at_once():
    with pytest.raises(TrackError, match="pass 'best', 'last' or 'all'"):
        Training("Thing", log_model="always")


def test_what_another_process_gets_has_no_run(project):
    with gittrack.init() as run:
        training = Training("Thing", run, name="a")
        training.begin()
        copy = pickle.loads(pickle.dumps(training))
    assert copy.run is None
    assert copy.log_model is None


def test_a_folder_of_checkpoints_names_its_run(tmp_path):
    assert resumption.read(tmp_path) is None
    resumption.write(tmp_path / "new", "20260102-030405-0a1b2c3d")
    assert resumption.read(tmp_path / "new") == "20260102-030405-0a1b2c3d"
    (tmp_path / "new" / resumption.FILE).write_text("@ --help\n")
    assert resumption.read(tmp_path / "new") is None
