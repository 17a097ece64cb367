"""Sweeps on engines: wall time against the ideal one, the cost of the process of the sweep, long sweeps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import repos
from measure import Row, against, cli, most

from gittrack import git
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.series import Metric
from gittrack.core.run.trials import TrialFacts
from gittrack.search.file import sweep_file
from gittrack.search.strategies import methods
from gittrack.sweeping import engine, state
from gittrack.sweeping.endings import EndedTrial
from gittrack.sweeping.trial import Job, TrialReport

_TRIALS, _WORKERS, _PLACES = 200, 2, 16
_MANY, _FEW = 10_000, 1_000


def rows(scratch: Path) -> Iterator[Row]:
    """Yield trials of ``sleep 1`` on two workers, and a sweep of 10,000 trials against one of 1,000."""
    seconds, processor, of_all = _sweep(repos.small(scratch / "swept"))
    ideal = float(-(-_TRIALS // _PLACES))
    yield against(
        f"{_TRIALS} trials of sleep 1, {_PLACES} at once, against the ideal", seconds, ideal, 1.3
    )
    yield most("processor time of the sweep for a trial", 1000 * processor / _TRIALS, 100, " ms")
    yield Row(
        "    processor time of all processes for a trial, with their start",
        f"{1000 * of_all / _TRIALS:.0f} ms",
    )
    many, few = min(_plan(_MANY) for _ in range(3)), min(_plan(_FEW) for _ in range(3))
    yield against(
        "10,000 trials planned and resumed, a trial, against 1,000", many / _MANY, few / _FEW, 1.5
    )


def _sweep(place: Path) -> tuple[float, float, float]:
    """Return the seconds from the first trial to the end, and the processor time of the sweep, and of all."""
    command = ["--", "sh", "-c", 'echo "{\\"loss\\": 1}" >> "$GITTRACK_METRICS"; sleep 1']
    words = ["-S", f"x=range({_TRIALS})", "-m", "loss", "--min", "--engine", "workers", *command]
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    sweep = subprocess.Popen(
        [*cli(), "sweep", *words], cwd=place, stderr=pipe, stdout=null, text=True
    )
    assert sweep.stderr is not None
    while "git track worker" not in sweep.stderr.readline():
        continue
    each = ["worker", "@", "-j", str(_PLACES // _WORKERS)]
    workers = [subprocess.Popen([*cli(), *each], cwd=place, stderr=null) for _ in range(_WORKERS)]
    git_dir, start = git.find(place), 0.0
    while not start:
        journals = Path(git_dir.common_dir, "gittrack", "live")
        start = time.perf_counter() if journals.is_dir() and os.listdir(journals) else 0.0
    printed = sweep.stderr.read()
    seconds = time.perf_counter() - start
    _, status, usage = os.wait4(sweep.pid, 0)
    own = usage.ru_utime + usage.ru_stime
    usages = [os.wait4(worker.pid, 0)[2] for worker in workers]
    if status:
        sys.exit(f"the sweep ended with {status}: {printed[-500:]}")
    return seconds, own, own + sum(used.ru_utime + used.ru_stime for used in usages)


class _AtOnce:
    """A pool whose trials end at once, in the order of their start."""

    free, order = 1, 0

    def __init__(self) -> None:
        self.job: Job | None = None
        self.runs: list[RunInfo] = []

    @property
    def running(self) -> list[Job]:
        """The job that ends next."""
        return [self.job] if self.job else []

    def submit(self, job: Job) -> None:
        """Start a job."""
        self.job = job

    def wait(self, timeout: float) -> list[EndedTrial]:
        """Return the job with its result."""
        assert self.job is not None
        job, self.job = self.job, None
        facts = TrialFacts("s", job.trial.key, config=job.trial.config, order=len(self.runs))
        metrics = {"loss": Metric(1.0, 1.0, 1.0, 0, 1)}
        run = RunInfo(
            f"20260101-000000-{len(self.runs):08x}", "e", "finished", metrics=metrics, sweep=facts
        )
        self.runs.append(run)
        return [EndedTrial(job, TrialReport(run))]


class _Quiet:
    def __getattr__(self, name: str) -> Any:
        return lambda *words: None


def _plan(size: int) -> float:
    """Return the seconds in which a sweep is planned and, from its runs, resumed."""
    content = {
        "method": "random",
        "metric": {"name": "loss", "goal": "minimize"},
        "parameters": {"x": {"min": 0.0, "max": 1.0}},
        "run_cap": size,
        "command": ["true"],
    }
    plan = sweep_file.read(content)
    pool, start = _AtOnce(), time.process_time()

    def job(trial: Any, attempt: int, known: int, earlier: Any) -> Job:
        return Job(trial, attempt, known, True, Any)  # type: ignore[arg-type]

    settings = engine.EngineSettings(
        methods.strategy(plan), pool, _Quiet(), "loss", ("x",), job, lambda: None
    )
    engine.Engine(settings, state.SweepState(), first=True).run()
    state.of_runs(pool.runs, "loss", ("x",), None)
    return time.process_time() - start
