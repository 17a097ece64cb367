"""sweeping/trial: when a trial ends early, which of its runs count, and what its report says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import run_values
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run import events, series
from gittrack.launch import launcher
from gittrack.launch.command_plan import CommandPlan
from gittrack.read.runs import reader
from gittrack.record import journal, session
from gittrack.record.active import stopping
from gittrack.record.publish import writer
from gittrack.search.plan import Trial
from gittrack.sweeping import trial, workdir
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, TrialReport

REQUEST = session.RunRequest(sweep={"id": "s", "trial": "7", "attempt": 2})


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    run_git(tmp_path, "init", "-q")
    return git.find()


@pytest.fixture
def supervisor(tmp_path) -> Supervisor:
    folder = tmp_path / "sweep"
    folder.mkdir()
    return Supervisor(folder, os.getppid(), first_order=5)


def job(**values: Any) -> Job:
    first = Job(Trial("7", 7, {"x": 1}), 2, 0, final=False, request=REQUEST)
    return first._replace(**values)


def controller(repo, supervisor, **values: Any) -> trial._TrialController:
    return trial._TrialController(repo, supervisor, job(**values))


def state_of(sweep: dict[str, Any] | None = None, run_id: str = "r") -> events.JournalState:
    facts = {"id": run_id, "sweep": sweep or dict(REQUEST.sweep)}
    return events.JournalState(facts, {}, {}, {}, [], [])


def test_the_mark_of_a_job_is_its_trial_and_attempt():
    assert job().mark == "7 2"


class TestReasonToEnd:
    def test_without_a_reason_the_command_goes_on(self, repo, supervisor):
        assert controller(repo, supervisor).reason_to_end() is None
        assert controller(repo, supervisor, timeout=3600.0).reason_to_end() is None

    def test_after_its_timeout_it_ends(self, repo, supervisor):
        assert controller(repo, supervisor, timeout=-1.0).reason_to_end() == trial.TIMEOUT

    def test_it_ends_with_its_sweep(self, repo, supervisor):
        workdir.end_trials(supervisor.folder)
        assert controller(repo, supervisor, timeout=-1.0).reason_to_end() == trial.INTERRUPTED

    def test_the_first_reason_stays(self, repo, supervisor):
        ending = controller(repo, supervisor, timeout=-1.0)
        ending.reason_to_end()
        workdir.end_trials(supervisor.folder)
        assert ending.reason_to_end() == trial.TIMEOUT


class TestFactsOfEnd:
    def end(self, repo, supervisor, status: str, why: str | None = None, **values: Any):
        ending = controller(repo, supervisor, **values)
        ending.why = why
        return ending.facts_of_end(state_of(), {"status": status})["sweep"]

    @pytest.mark.parametrize(
        ("status", "final", "counts"),
        [("finished", False, True), ("failed", False, False), ("failed", True, True)],
    )
    def test_a_run_counts_if_it_finished_or_is_the_last_attempt(
        self, repo, supervisor, status, final, counts
    ):
        facts = self.end(repo, supervisor, status, final=final)
        assert facts.get("order") == (5 if counts else None)
        assert {key: facts[key] for key in REQUEST.sweep} == REQUEST.sweep

    @pytest.mark.parametrize(
        ("status", "interrupted", "final", "is_result"),
        [
            ("finished", False, False, True),
            ("failed", False, False, False),
            ("failed", False, True, True),
            ("killed", True, True, False),
        ],
    )
    def test_a_run_that_counts_is_a_result_if_results_are_here(
        self, repo, supervisor, status, interrupted, final, is_result
    ):
        facts = {"status": status, "sweep": {"interrupted": True} if interrupted else {}}
        assert controller(repo, supervisor, final=final).refs_of_end(facts) == ()
        here = supervisor._replace(results="refs/sweeps/results/s/")
        names = controller(repo, here, final=final).refs_of_end(facts)
        assert names == (("refs/sweeps/results/s/7",) if is_result else ())

    def test_orders_are_those_in_which_trials_end(self, repo, supervisor):
        orders = [self.end(repo, supervisor, "finished")["order"] for _ in range(2)]
        assert orders == [5, 6]

    def test_an_interrupted_run_never_counts(self, repo, supervisor):
        facts = self.end(repo, supervisor, "finished", trial.INTERRUPTED, final=True)
        assert (facts["why"], facts["interrupted"]) == ("interrupted", True)
        assert "order" not in facts

    def test_a_timeout_uses_up_an_attempt(self, repo, supervisor):
        facts = self.end(repo, supervisor, "killed", trial.TIMEOUT, final=True)
        assert (facts["why"], facts["order"]) == ("timeout", 5)
        assert "interrupted" not in facts


class TestCurve:
    @pytest.fixture
    def live(self, repo):
        book = journal.create(repo.common_dir)
        book.series.write(series.line("loss", 0.5, 0, 0.0).encode())
        yield book
        book.release()

    def published(self, supervisor) -> list[dict]:
        path = supervisor.folder / stopping.CURVES
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line]

    @pytest.mark.parametrize(
        ("status", "stopped", "complete"),
        [("finished", None, True), ("finished", 3, False), ("failed", None, False)],
    )
    def test_later_trials_get_the_curve_of_a_trial_that_counts(
        self, repo, supervisor, live, status, stopped, complete
    ):
        sweep = {**REQUEST.sweep, **({"stopped": stopped} if stopped else {})}
        ending = controller(repo, supervisor, metric="loss", final=True)
        ending.facts_of_end(state_of(sweep, live.id), {"status": status})
        assert self.published(supervisor) == [
            {"trial": "7 2", "curve": [[0, 0.5]], "finished": complete}
        ]

    @pytest.mark.parametrize("metric", [None, "loss"])
    def test_a_trial_that_does_not_count_publishes_nothing(self, repo, supervisor, live, metric):
        ending = controller(repo, supervisor, metric=metric)
        ending.facts_of_end(state_of(run_id=live.id), {"status": "failed"})
        assert self.published(supervisor) == []

    @pytest.mark.parametrize("damage", ["missing", "bytes", "folder"])
    def test_a_curve_that_cannot_be_published_does_not_cost_the_run(
        self, repo, supervisor, live, damage
    ):
        if damage == "missing":
            live.series.path.unlink()
        elif damage == "bytes":
            live.series.path.write_bytes(b"\xff\n")
        else:
            (supervisor.folder / stopping.CURVES).mkdir()
        ending = controller(repo, supervisor, metric="loss")
        facts = ending.facts_of_end(state_of(run_id=live.id), {"status": "finished"})
        assert facts["sweep"]["order"] == 5


class TestReport:
    @pytest.mark.parametrize(
        ("error", "problem", "code_changed"),
        [
            (TrackError("it cannot run", "try this"), ("it cannot run", "try this"), False),
            (session.CodeMismatch("other code", ""), ("other code", ""), True),
            (OSError(28, "No space", "/disk"), ("No space", "/disk"), False),
            (OSError("strange"), ("strange", ""), False),
        ],
    )
    def test_an_error_is_a_problem_of_the_trial(
        self, repo, supervisor, monkeypatch, error, problem, code_changed
    ):
        def fail(repo, plan, warn):
            warn("a warning")
            raise error

        monkeypatch.setattr(launcher, "launch", fail)
        report = trial.run(repo, supervisor, job())
        assert report == TrialReport(None, ("a warning",), problem, code_changed)

    def result(self, info=None, **values: Any) -> launcher.LaunchResult:
        published = None
        if info is not None:
            published = writer.Published(info.ref or "", info.commit or "", info)
        return launcher.LaunchResult(0, published, Path("/journal"), values.get("notes", ()))

    def test_a_run_that_was_not_committed_is_named_with_its_journal(
        self, repo, supervisor, monkeypatch
    ):
        done = self.result(notes=("a note", "the run could not be committed: full"))
        monkeypatch.setattr(launcher, "launch", lambda *args: done)
        report = trial.run(repo, supervisor, job())
        assert report.problem == (
            "the run could not be committed: full",
            "it is kept in /journal: make room, then: git track recover",
        )
        assert report.warnings == done.notes

    @pytest.mark.parametrize(
        ("status", "tail"), [("finished", ""), ("failed", "line 3\nline 4\nerror")]
    )
    def test_the_end_of_the_log_tells_why_a_run_failed(
        self, repo, supervisor, monkeypatch, status, tail
    ):
        log = b"line 1\nline 2\n\nline 3\nline 4\n  \nerror\n"
        raw = run_values.commit(repo, status=status, contents={"log": log})
        done = self.result(reader.decode(repo, raw))
        monkeypatch.setattr(launcher, "launch", lambda *args: done)
        report = trial.run(repo, supervisor, job())
        assert report.tail == tail
        assert report.info is not None

    def test_a_run_without_output_has_no_tail(self, repo):
        info = reader.decode(repo, run_values.commit(repo, status="failed"))
        assert trial._tail(repo, info) == ""


class TestEnvironment:
    def plan(self, repo, supervisor, monkeypatch, **values: Any) -> CommandPlan:
        """Return the plan that the launcher gets for a job."""
        plans = []

        def launch(repo, plan, warn):
            plans.append(plan)
            raise TrackError("enough", "")

        monkeypatch.setattr(launcher, "launch", launch)
        self.report = trial.run(repo, supervisor, job(**values))
        return plans[0]

    def test_the_variables_of_the_job_are_passed_on(self, repo, supervisor, monkeypatch):
        plan = self.plan(repo, supervisor, monkeypatch, env={"CUDA_VISIBLE_DEVICES": "3"})
        assert plan.env == {"CUDA_VISIBLE_DEVICES": "3"}

    def test_a_trial_that_may_stop_early_learns_where_the_rule_is(
        self, repo, supervisor, monkeypatch
    ):
        plan = self.plan(repo, supervisor, monkeypatch, metric="loss")
        assert plan.env[stopping.VARIABLE] == str(supervisor.folder)

    def test_what_the_sweep_prints_to_is_not_code(self, repo, supervisor, monkeypatch):
        printing = supervisor._replace(printed=("sweep.log",))
        assert self.plan(repo, printing, monkeypatch).not_code == ("sweep.log",)

    def test_a_trial_continues_from_the_artifacts_of_its_previous_rung(
        self, repo, supervisor, monkeypatch
    ):
        earlier = run_values.commit(repo, artifacts={"model.bin": b"weights"})
        contents = []

        def launch(repo, plan, warn):
            folder = Path(plan.env[trial.RESUME])
            contents.append((folder / "model.bin").read_bytes())
            raise TrackError("enough", "")

        monkeypatch.setattr(launcher, "launch", launch)
        trial.run(repo, supervisor, job(earlier=earlier))
        assert contents == [b"weights"]
        assert [path.name for path in supervisor.folder.iterdir()] == [], "it is removed"

    def test_without_artifacts_the_user_is_warned(self, repo, supervisor, monkeypatch):
        after = Trial("7.r1", 7, {}, rung=1, after="7")
        earlier = run_values.commit(repo)
        plan = self.plan(repo, supervisor, monkeypatch, trial=after, earlier=earlier)
        assert trial.RESUME not in plan.env
        assert self.report.warnings == (
            f"the trial 7 has no artifact to continue from: {trial.RESUME} is not set",
        )
