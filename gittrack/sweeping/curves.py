"""What a trial needs to stop early: the rule, and the curves of the other trials."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import series
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Collection, Iterable
from gittrack.record import journal
from gittrack.record.active import stopping
from gittrack.search.plan import SweepPlan
from gittrack.sweeping.state import SweepState

_LOOK_SECONDS = 1.0


def prepare(
    repo: git.Repo, folder: Path, plan: SweepPlan, state: SweepState, *, keep: bool = False
) -> None:
    """Write the rule, and the curves of the trials that ended, into the working directory of a sweep.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    folder : Path
        The working directory.
    plan : SweepPlan
        A plan with a rule that stops trials early.
    state : SweepState
        The trials that ended.
    keep : bool, default False
        Whether to add to the file of curves, because trials of an earlier process may still read it.
    """
    write_rule(folder, plan)
    curves = folder / stopping.CURVES
    if not keep:
        curves.unlink(missing_ok=True)
    append_ended(repo, curves, plan, [state.runs[outcome.key] for outcome in state.outcomes])


def write_rule(folder: Path, plan: SweepPlan, curves: Path | None = None) -> None:
    """Write the rule for the trials that run in a folder; ``curves`` is the file that a collector writes."""
    assert plan.early_terminate is not None
    assert plan.metric is not None
    rule = {"metric": plan.metric, "goal": plan.goal, "rule": plan.early_terminate._asdict()}
    elsewhere = {} if curves is None else {"curves": str(curves)}
    (folder / stopping.RULE).write_text(json.dumps({**rule, **elsewhere}))


def append_ended(repo: git.Repo, curves: Path, plan: SweepPlan, runs: Collection[RunInfo]) -> None:
    """Append the whole curves of trials that ended, which replace the points that they have in the file."""
    names = [f"{info.commit}:{layout.SERIES}" for info in runs]
    files = git.read_objects(repo.fetching(), names) if names else []
    for info, data in zip(runs, files, strict=True):
        trial = info.sweep
        assert trial is not None
        curve = stopping.curve_of(series.text_lines(data or b""), plan.metric or "")
        complete = info.finished and trial.stopped is None
        stopping.append_curve(curves, f"{trial.trial} {trial.attempt}", curve, complete)


class CurveCollector:
    """Collects the curves of trials that run on other machines, in the process of their sweep.

    The journals of the trials are in the shared repository.  Their new points go to the file of curves,
    which has this one writer, and which all trials read.

    Parameters
    ----------
    repo : git.Repo
        The repository that all machines share.
    sweep_id : str
        The sweep.
    plan : SweepPlan
        Its plan, with a rule that stops trials early.
    counting : collection of RunInfo
        The trials that ended, which `prepare` has written.
    """

    def __init__(
        self, repo: git.Repo, sweep_id: str, plan: SweepPlan, counting: Collection[RunInfo]
    ) -> None:
        self.repo, self.sweep_id, self.plan = repo, sweep_id, plan
        self.counting = {info.id for info in counting}
        self.file = file_of(repo.common_dir, sweep_id)
        self.live = Path(layout.live_dir(repo.common_dir))
        self.trials: dict[str, tuple[str, stopping.NewLines]] = {}  # {id of a run: (mark, points)}
        self.others: set[str] = set()  # ids of runs that are not trials of the sweep
        self.next_look = 0.0

    def look(self, *, at_once: bool = False) -> None:
        """Append the new points of the trials that are going on, once a second at most."""
        if time.monotonic() < self.next_look and not at_once:
            return
        self.next_look = time.monotonic() + _LOOK_SECONDS
        for run_id in self._running():
            is_new = run_id not in self.trials
            if is_new and not self._is_trial(run_id):
                continue
            mark, points = self.trials[run_id]
            curve = stopping.curve_of(points.new(), self.plan.metric or "")
            if curve:  # the first line replaces what an earlier process of the sweep wrote
                self._append(mark, curve, replaces=is_new)

    def _append(self, mark: str, curve: stopping.Curve, *, replaces: bool) -> None:
        stopping.append_curve(self.file, mark, curve, finished=False if replaces else None)

    def _running(self) -> Iterable[str]:
        """Return the ids of the runs that are going on, and forget those that are not."""
        try:
            names = set(filter(layout.is_id, os.listdir(self.live)))
        except FileNotFoundError:
            names = set()
        self.trials = {name: trial for name, trial in self.trials.items() if name in names}
        self.others &= names
        return sorted(names - self.others - self.counting)

    def _is_trial(self, run_id: str) -> bool:
        """Return whether a run is a trial of the sweep, and note which one."""
        try:
            facts = journal.read_state(self.live / run_id).facts
        except (OSError, TrackError):  # it begins, or ends: perhaps later
            return False
        trial = facts.get("sweep")
        if not isinstance(trial, dict) or trial.get("id") != self.sweep_id:
            self.others |= {run_id} if facts else set()
            return False
        points = stopping.NewLines(self.live / run_id / layout.SERIES)
        self.trials[run_id] = f"{trial['trial']} {trial.get('attempt', 1)}", points
        return True

    def ended(self, runs: Collection[RunInfo]) -> None:
        """Append the curves of trials that count now, before the next trials begin."""
        self.counting |= {info.id for info in runs}
        append_ended(self.repo, self.file, self.plan, runs)


def file_of(common_dir: str, sweep_id: str) -> Path:
    """Return the file of curves that a collector writes."""
    return Path(layout.sweep_dir(common_dir, sweep_id)) / stopping.CURVES
