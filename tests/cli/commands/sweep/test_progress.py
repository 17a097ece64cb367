"""The lines that a sweep prints while it runs, and Ctrl-C."""

from __future__ import annotations

import signal
from typing import NamedTuple

import pytest
from run_values import info

from gittrack.cli.commands.sweep import _progress
from gittrack.cli.commands.sweep._progress import Progress, Stopper
from gittrack.search.plan import Outcome, Trial
from gittrack.sweeping import workdir
from gittrack.sweeping.trial import TrialReport


class Lowest(NamedTuple):
    """A strategy whose best is the lowest score."""

    size: int | None = 4

    def best(self, outcomes):
        scored = [outcome for outcome in outcomes if outcome.score is not None]
        return min(scored, key=lambda outcome: outcome.score).key if scored else None


class Job(NamedTuple):
    """A job of which only the trial matters."""

    trial: Trial


def end(progress: Progress, key: str, score: float | None = 0.5, *, counts: bool = True, **facts):
    """End a trial with a run of these facts."""
    status = facts.get("status", "finished")
    run = info(
        int(key.partition(".")[0]) + 1,
        sweep={"id": "s", "trial": key, **facts.pop("sweep", {})},
        **facts,
    )
    outcome = Outcome(key, score, progress.done, status) if counts else None
    job = Job(Trial(key, 0, {"lr": 0.1}))
    progress.started(job)
    progress.ended(job, TrialReport(run, tail=facts.get("tail", "")), outcome)


@pytest.fixture
def progress():
    return Progress(Lowest(), "val loss")


def lines(capsys) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_trial_that_ended_is_a_line(progress, capsys):
    end(progress, "0")
    assert lines(capsys) == ['[1/4]  trial 0  finished  "val loss"=0.5  lr=0.1  run 00000001']
    assert (progress.done, progress.failed, progress.running) == (1, 0, 0)


def test_without_a_known_number_there_is_no_total(capsys):
    end(Progress(Lowest(None), None), "0", None)
    assert lines(capsys) == ["[1]  trial 0  finished  lr=0.1  run 00000001"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "failed", "exit_code": 3}, "failed (exit code 3)"),
        ({"status": "killed", "signal": "SIGKILL"}, "killed (SIGKILL)"),
        (
            {"status": "killed", "signal": "SIGTERM", "sweep": {"why": "timeout"}},
            "killed (timeout)",
        ),
        ({"status": "crashed"}, "crashed"),
    ],
)
def test_a_trial_that_failed_says_how(progress, capsys, facts, words):
    end(progress, "0", None, **facts)
    assert f"  {words}  " in lines(capsys)[-1]
    assert progress.failed == 1


def test_a_trial_that_does_not_count_is_tried_again_or_was_interrupted(progress, capsys):
    end(progress, "0", counts=False, status="failed", exit_code=1)
    end(progress, "1", counts=False, status="killed", sweep={"interrupted": True})
    first, second = lines(capsys)
    assert first.endswith("run 00000001  (it is tried again)")
    assert (second.startswith("[0/4]  trial 1  interrupted"), "again" in second) == (True, False)
    assert progress.done == 0


def test_the_end_of_the_log_of_the_first_failure_only(progress, capsys):
    job = Job(Trial("0", 0, {}))
    for number in (1, 2):
        failed = info(number, status="failed", exit_code=1)
        outcome = Outcome(str(number), None, number, "failed")
        progress.ended(job, TrialReport(failed, tail="a\tb\x1b\nlast\n"), outcome)
    shown = lines(capsys)
    assert shown[:2] == ["  | a\tb\\x1b", "  | last"]
    assert len(shown) == 4


def test_text_of_params_is_escaped(progress, capsys):
    job = Job(Trial("0", 0, {"x": "\x1b[2J"}))
    progress.ended(job, TrialReport(info(1)), Outcome("0", 0.5, 0, "finished"))
    assert "\x1b" not in capsys.readouterr().err


def test_trials_that_ended_before_are_counted(progress, capsys):
    before = [
        Outcome("0", 0.5, 0, "finished"),
        Outcome("1", None, 1, "failed"),
        Outcome("2", 1, 2, "stopped"),
    ]
    progress.resumed(before)
    assert (progress.done, progress.failed) == (3, 1)
    end(progress, "3")
    assert lines(capsys)[0].startswith("[4/4]  trial 3")


@pytest.mark.parametrize(
    ("request_", "running", "printed"),
    [
        (workdir.NOW, 2, ["stopping now: ending 2 running trials"]),
        (
            workdir.FINISH,
            1,
            ["stopping: 1 running trial may finish; press Ctrl-C again to end them"],
        ),
        (workdir.FINISH, 0, []),
    ],
)
def test_a_request_to_stop_is_confirmed(progress, capsys, request_, running, printed):
    progress.stopping(request_, running)
    assert lines(capsys) == printed


def test_a_warning_of_one_kind_is_printed_once(progress, capsys):
    for message in ("the disk is full: a", "the disk is full: b", "other"):
        progress.warn(message)
    assert lines(capsys) == ["warning: the disk is full: a", "warning: other"]


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ({"0": 0.5, "1": 0.25}, 0.25),
        ({"0.s0": 0.2, "0.s1": 0.4, "1.s0": 0.9}, pytest.approx(0.3)),  # the mean of the seeds
        ({}, None),
    ],
)
def test_the_best_so_far(progress, scores, best):
    for order, (key, score) in enumerate(scores.items()):
        progress.outcomes.append(Outcome(key, score, order, "finished"))
    assert progress._best() == best


# --- Ctrl-C ---------------------------------------------------------------------------------------


@pytest.fixture
def stopper():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield Stopper()
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_the_first_ctrl_c_lets_trials_finish_and_a_later_one_ends_them(stopper, monkeypatch):
    clock = iter([0.0, 0.1, 0.5])
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    requests = []
    for _ in range(3):
        signal.raise_signal(signal.SIGINT)
        requests.append(stopper.request)
    assert requests == [workdir.FINISH, workdir.FINISH, workdir.NOW]  # the second was git's copy
    assert stopper.number == signal.SIGINT


def test_another_signal_ends_trials_at_once(stopper):
    signal.raise_signal(signal.SIGTERM)
    assert (stopper.request, stopper.number) == (workdir.NOW, signal.SIGTERM)
