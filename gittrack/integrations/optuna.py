"""Optuna: ``study.optimize(objective, callbacks=[GittrackCallback()])``, a run for each trial."""

from __future__ import annotations

import threading
from typing import Any

import optuna

from gittrack.api.starting import begin
from gittrack.api.starting.options import BeginOptions
from gittrack.core.standard.collections import Sequence
from gittrack.integrations.base import versions
from gittrack.integrations.base.guard import ErrorGuard
from gittrack.record.ending import process_end
from gittrack.record.request import RunRequest
from gittrack.record.run import Run

_NAME = "Optuna"
_STATES = {"COMPLETE": "finished", "PRUNED": "finished", "FAIL": "failed"}


class GittrackCallback:
    """Records each trial of a study as a run: its params, intermediate values, values and state.

    A pruned trial is a finished run with the tag ``pruned``; a failed one is a failed run.  The runs are one
    group, the name of the study, and children of the active run.  If there is one, it gets the value of each
    trial as a series, and the best value and trial.

    Parameters
    ----------
    metric : str or sequence of str, default 'value'
        The name of the value of the study; several for a study with several objectives.
    experiment : str, optional
        The experiment of the runs.
    tags : sequence of str, optional
        Tags of the runs.
    outer : gittrack.Run, optional
        The run in which the study goes on.  Default: the active run.
    strict : bool, default False
        Whether an error of the recording ends the study.
    """

    def __init__(
        self,
        metric: str | Sequence[str] = "value",
        *,
        experiment: str | None = None,
        tags: Sequence[str] = (),
        outer: Run | None = None,
        strict: bool = False,
    ) -> None:
        versions.check(_NAME, optuna.__version__)
        self.metrics = (metric,) if isinstance(metric, str) else tuple(metric)
        self.guard = ErrorGuard(_NAME, strict=strict)
        self.experiment, self.tags, self.outer = experiment, tuple(tags), outer
        self._lock = threading.Lock()  # trials end in several threads with n_jobs

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs; it makes a lock of its own."""
        rest = {key: value for key, value in self.__dict__.items() if key != "_lock"}
        return {**rest, "outer": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def __call__(self, study: Any, trial: Any) -> None:
        """Record a trial that has ended."""
        with self._lock:
            self.guard.attempt(self._record, study, trial)

    def _record(self, study: Any, trial: Any) -> None:
        outer = self.outer or process_end.latest()
        state = trial.state.name
        tags = [*self.tags, *(["pruned"] if state == "PRUNED" else [])]
        request = RunRequest(
            experiment=self.experiment,
            name=f"{study.study_name}-{trial.number}",
            tags=tags,
            group=study.study_name,
            command=begin.command(),
        )
        # Not the run of git track run, which is that of the whole study.
        run = begin.begin(request, BeginOptions(reinit="create_new", joins=False))
        run.log_params({**trial.params, "trial": trial.number}, allow_change=True)
        run.log_params({f"user.{key}": value for key, value in trial.user_attrs.items()})
        for step, value in sorted(trial.intermediate_values.items()):
            run.log({f"intermediate/{self.metrics[0]}": value}, step)
        ended = trial.values if state == "COMPLETE" else None  # a pruned one has its last report
        values = dict(zip(self._names(study), ended or (), strict=False))
        for name, direction in zip(values, study.directions, strict=False):
            run.define_metric(name, goal=direction.name.lower())
        run.summary.update(values)
        if trial.datetime_start is not None and trial.datetime_complete is not None:
            seconds = (trial.datetime_complete - trial.datetime_start).total_seconds()
            run.summary["trial_seconds"] = seconds
        run.finish(_STATES.get(state))
        if outer is not None and not outer.disabled:
            self._add_to(outer, study, trial, values)

    def _add_to(self, outer: Run, study: Any, trial: Any, values: dict[str, float]) -> None:
        """Add a trial to the run in which the study goes on."""
        outer.log(values, trial.number)
        if len(study.directions) == 1 and values:
            best = study.best_trial
            outer.summary.update({"best_iteration": best.number, "best_score": best.value})

    def _names(self, study: Any) -> tuple[str, ...]:
        """Return a name for each value of a trial."""
        count = len(study.directions)
        if len(self.metrics) >= count:
            return self.metrics[:count]
        return tuple(f"{self.metrics[0]}_{index}" for index in range(count))
