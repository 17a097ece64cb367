"""A job is plain values, so a pool can carry it to another machine; here that is another clone."""

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from helpers import ROOT, git, run_cli

from gittrack import git as track_git
from gittrack.core import layout
from gittrack.core.run import run_info
from gittrack.record.session import RunRequest
from gittrack.search.plan import Trial
from gittrack.sweeping import engine, jobs, prepare, state, stored, workdir
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.pool import Processes
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.trial import Job, TrialReport

TRIAL = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """

# What a worker elsewhere does: a job comes in as bytes, a report goes out as bytes.
WORKER = """
import os, pickle, sys
from pathlib import Path
from gittrack import git
from gittrack.sweeping import trial
from gittrack.sweeping.supervisor import Supervisor
folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
report = trial.run(git.find(), Supervisor(folder, os.getppid()), pickle.load(sys.stdin.buffer))
sys.stdout.buffer.write(pickle.dumps(report))
"""


class Elsewhere:
    """A pool of one slot whose trials run in another clone of the repository."""

    def __init__(self, clone):
        self.clone, self.jobs = clone, []

    @property
    def free(self):
        return 1 - len(self.jobs)

    @property
    def running(self):
        return self.jobs

    def submit(self, job):
        self.jobs = [job]

    def wait(self, timeout):
        job, self.jobs = self.jobs[0], []
        done = subprocess.run(
            [sys.executable, "-c", WORKER, str(self.clone / ".git/work")],
            input=pickle.dumps(job),
            stdout=subprocess.PIPE,
            cwd=self.clone,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
        )
        git(".", "fetch", "-q", str(self.clone), "refs/runs/*:refs/runs/*")
        return [EndedTrial(job, pickle.loads(done.stdout))]

    def withdraw(self): ...
    def end_running(self): ...


class Quiet:
    """A watcher that keeps the jobs."""

    def __init__(self):
        self.jobs = []

    def started(self, job):
        self.jobs.append(job)

    def warn(self, text): ...
    def ended(self, job, report, outcome): ...
    def stopping(self, how, running): ...
    def tick(self): ...
    def continued(self, text): ...


def begin(repo):
    """Begin a sweep of three trials; return it and what is known of it."""
    request = prepare.SweepRequest(
        content={
            "method": "grid",
            "metric": {"name": "loss", "goal": "minimize"},
            "parameters": {"x": {"values": [3, 1, 2]}},
        },
        command=("sh", "-c", TRIAL, "sh", "{args}"),
        files=("empty.yaml",),
        inputs=("train.py",),
    )
    opened = prepare.prepare(request)
    sweep_id = layout.new_id(0)
    folder = workdir.enter(repo.common_dir, sweep_id, lambda: None)
    facts = prepare.plan_facts(request, opened, "default", run_info.iso(0), repo.prefix)
    code = stored.capture_code(repo, folder.folder)
    sweep = stored.create(repo, sweep_id, code, request.file, facts)
    workdir.leave(folder)
    return sweep, opened


def leaves(value):
    """Yield the plain values in nested ones."""
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, (list, tuple, frozenset)):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


@pytest.mark.parametrize("isolate", [False, True])
def test_another_clone_runs_the_trials(project, scratch, isolate):
    Path("empty.yaml").write_text("{}\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "base")
    git(".", "clone", "-q", ".", str(scratch / "clone"))
    sweep, opened = begin(track_git.find())
    watcher, how = Quiet(), jobs.RunOptions(isolate=isolate)
    setting = engine.EngineSettings(
        opened.strategy,
        Elsewhere(scratch / "clone"),
        watcher,
        "loss",
        opened.names,
        jobs.JobMaker(sweep, opened, how).make,
        lambda: None,
    )
    assert engine.Engine(setting, state.SweepState(), first=True).run()
    shown = json.loads(run_cli("sweep", "show", "@", "--json").out)
    assert (shown["state"], shown["best"]) == ("done", "1")
    assert [(one["key"], one["score"], one["order"]) for one in shown["trials"]] == [
        ("0", 3.0, 0),
        ("1", 1.0, 1),
        ("2", 2.0, 2),
    ]
    values = {*leaves(watcher.jobs)}
    assert os.getpid() not in values
    assert not any(str(value).startswith(str(project)) for value in values)


def test_a_launcher_finishes_if_its_parent_was_killed_during_a_trial(tmp_path):
    """Else the worktree of its trials would be left behind."""
    begun, finished = tmp_path / "begun", tmp_path / "finished"

    def work(supervisor, job):
        begun.touch()
        while os.getppid() == supervisor.pid:
            os.sched_yield()
        return TrialReport()

    parent = os.fork()
    if parent == 0:
        supervisor = Supervisor(tmp_path, os.getpid())
        processes = Processes(work, work, supervisor, 1, finish=finished.touch)
        processes.submit(Job(Trial("0", 0, {}), 1, 0, final=True, request=RunRequest()))
        signal.pause()
    while not begun.exists():
        os.sched_yield()
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    while not finished.exists():
        os.sched_yield()
