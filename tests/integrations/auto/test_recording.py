"""What all listeners share: the run, the numbers of trainings, and one more callback for a function."""

import pytest

import gittrack
from gittrack.integrations.auto import recording


@pytest.fixture(autouse=True)
def process(monkeypatch):
    monkeypatch.setattr(recording, "_process", recording._Process())


class Module:
    """A framework whose training function takes callbacks by position or by name."""

    @staticmethod
    def train(rounds, callbacks=None):
        for callback in callbacks or ():
            callback(rounds)
        return rounds


def test_a_callback_is_added_however_callbacks_are_passed(monkeypatch):
    calls, own = [], []
    module = type("Copy", (Module,), {})
    listen = recording.with_callback(lambda others: calls.append(list(others)) or own.append)
    recording.replace(module, "train", listen)
    recording.replace(module, "train", listen)  # a second time changes nothing
    theirs = []
    assert module.train(1) == 1
    assert module.train(2, [theirs.append]) == 2
    assert module.train(3, callbacks=(theirs.append,)) == 3
    assert module.train(rounds=4, callbacks=theirs.append) == 4
    assert (own, theirs) == ([1, 2, 3, 4], [2, 3, 4])
    assert [len(others) for others in calls] == [0, 1, 1, 1]
    with pytest.raises(TypeError, match="rounds"):
        module.train()


def test_a_listener_that_fails_changes_nothing(caplog):
    module = type("Copy", (Module,), {})
    recording.replace(module, "train", recording.with_callback(lambda others: 1 / 0))
    assert module.train(3) == 3
    assert "the automatic integration failed" in caplog.text


def test_trainings_are_numbered_and_inner_ones_left_out(project, caplog):
    with gittrack.init() as run:
        for number in range(recording.MOST_TRAININGS + 2):
            training = recording.training("Thing")
            if training is not None:
                training.begin({"n": number})
                training.log({"loss": 1.0}, number)
                training.end()
        with recording.inside():
            assert recording.training("Thing") is None
            recording.log({"inner": 1.0})
        recording.log({"score": 1.0})
    record = gittrack.get(run.id)
    assert record.params["n"] == 0
    assert record.params["fit2"] == {"n": 1}
    assert record.history("fit20/loss").steps.tolist() == [19]
    assert "fit21/loss" not in record.metrics
    assert "inner" not in record.metrics
    assert record.metrics["score"].last == 1.0
    assert sum("records the first 20 trainings" in line for line in caplog.messages) == 1


def test_outside_of_a_run_nothing_is_recorded(project):
    assert recording.run() is None
    assert recording.training("Thing") is None
    recording.log({"score": 1.0})
    assert len(gittrack.runs()) == 0
