"""``wandb.run``: W&B's methods on a run of gittrack."""

from __future__ import annotations

import math
import os
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any

from gittrack.api import alerts
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.integrations.base.guard import ErrorGuard
from gittrack.integrations.wandb import notices, values
from gittrack.integrations.wandb.run_config import WandbConfig, WandbSummary
from gittrack.integrations.wandb.run_files import WandbRunFiles
from gittrack.record.run import Run


class WandbRun(WandbRunFiles):
    """A run with the methods of W&B.

    An error of recording is printed and ends no training; a wrong call raises WandbError, as in W&B.

    Parameters
    ----------
    run : Run
        The run of gittrack, which is the attribute ``gittrack``.
    facts : mapping
        The arguments of ``wandb.init`` that W&B shows as attributes.
    locked : mapping
        The values of the config that the program cannot change.
    resumed : bool
        Whether the run continues an earlier one.
    """

    def __init__(
        self,
        run: Run,
        facts: Mapping[str, Any],
        locked: Mapping[str, Any] = {},
        *,
        resumed: bool = False,
        on_finish: Callable[[WandbRun], None] = lambda run: None,
    ) -> None:
        super().__init__(ErrorGuard("W&B", strict=not run.disabled and run.strict))
        self.gittrack = run
        self.id = str(facts.get("id") or run.id or "disabled")
        self.name = facts.get("name") or run.name or self.id
        self.project = run.experiment or facts.get("project") or ""
        self.group, self.job_type = facts.get("group"), facts.get("job_type")
        self.sweep_id = facts.get("sweep_id")
        self.entity = facts.get("entity") or ""
        self._notes = facts.get("notes")
        self.resumed = resumed
        self.summary = WandbSummary(self._store_summary)
        self._config = WandbConfig(run, locked, changes=bool(facts.get("allow_val_change")))
        self._tags: tuple[str, ...] = tuple(facts.get("tags") or ())
        self._on_finish = on_finish
        self._patterns: list[tuple[str, dict[str, Any]]] = []
        self._defined: set[str] = set()
        self._step = 0

    def attempt(self, action: Callable[..., Any], *args: Any) -> Any:
        """Return ``action(*args)``; an error is printed, and raised in a strict run."""
        return self._guard.attempt(action, *args)

    # Facts.

    @property
    def config(self) -> WandbConfig:
        """The config."""
        return self._config

    @property
    def step(self) -> int:
        """The step of the next ``log``."""
        return self._step

    @property
    def disabled(self) -> bool:
        """Whether nothing is recorded."""
        return self.gittrack.disabled

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags; an assignment adds those that are new."""
        return self._tags

    @tags.setter
    def tags(self, tags: Sequence[str]) -> None:
        new = [str(tag) for tag in tags if str(tag) not in self._tags]
        self._guard.attempt(self.gittrack.add_tags, *new)
        self._tags = (*self._tags, *new)

    @property
    def notes(self) -> str | None:
        """The note; an assignment adds a paragraph."""
        return self._notes

    @notes.setter
    def notes(self, text: str) -> None:
        self._notes = str(text)
        self._guard.attempt(self.gittrack.note, self._notes)

    @property
    def dir(self) -> str:
        """A folder for files: the current folder, because ``save`` takes files from anywhere."""
        return os.getcwd()

    @property
    def path(self) -> str:
        """The project and the id."""
        return f"{self.project}/{self.id}"

    @property
    def url(self) -> str:
        """The command that shows the run."""
        return f"git track show {self.gittrack.id[-8:]}"

    def get_url(self) -> str:
        """Return the command that shows the run."""
        return self.url

    def get_project_url(self) -> str:
        """Return the command that lists the runs of the project."""
        return f"git track ls {self.project}"

    def get_sweep_url(self) -> str | None:
        """Return the command that lists the runs of the sweep; None without a sweep."""
        return f"git track ls -w 'group == \"{self.sweep_id}\"'" if self.sweep_id else None

    def project_name(self) -> str:
        """Return the project."""
        return self.project

    # Recording.

    def log(
        self,
        data: Mapping[str, Any] | None = None,
        step: float | None = None,
        commit: bool | None = None,
        sync: bool | None = None,
    ) -> None:
        """Record values at a step.

        Parameters
        ----------
        data : mapping, optional
            Numbers, media, figures, text, lists and nested mappings.
        step : float, optional
            The step; every point is kept, also if the step goes back.  Default: the number of calls so far.
        commit : bool, optional
            Whether the next call without a step gets the next step.  Default: if no step is given.
        sync : bool, optional
            Without meaning.
        """
        if data is not None and not isinstance(data, Mapping):
            raise notices.WandbError(
                f"wandb.log got {data!r:.40}, not a mapping", 'pass {"loss": 0.5}'
            )
        at = self._step if step is None else values.step(step)
        if data:
            self._guard.attempt(self._log, data, at)
        if isinstance(at, (int, float)) and math.isfinite(at):
            self._step = max(self._step, int(at))
        if commit or (commit is None and step is None):
            self._step += 1

    def _log(self, data: Mapping[str, Any], step: float) -> None:
        flat = dict(values.flat(data))
        for name in flat.keys() - self._defined if self._patterns else ():
            self._define(name)
        self.gittrack.log(flat, step)
        self.summary.remember(flat)

    def _store_summary(self, new: Mapping[str, Any]) -> None:
        self._guard.attempt(self._log_summary, new)

    def _log_summary(self, new: Mapping[str, Any]) -> None:
        flat = dict(values.flat(new))
        numbers = {k: v for k, v in flat.items() if isinstance(v, (int, float))}
        self.gittrack.summary.update(numbers)
        others = {name: value for name, value in flat.items() if name not in numbers}
        if others:
            self.gittrack.log(others, max(0, self._step - 1))

    def define_metric(
        self,
        name: str,
        step_metric: Any = None,
        step_sync: bool | None = None,
        hidden: bool | None = None,
        summary: str | None = None,
        goal: str | None = None,
        overwrite: bool | None = None,
        **more: Any,
    ) -> DefinedMetric:
        """Define a metric, or all whose names match a pattern such as ``val/*``."""
        step = getattr(step_metric, "name", step_metric)
        properties = {"step_metric": step, "goal": goal}
        if summary:
            words = [word for word in str(summary).split(",") if word not in ("none", "copy")]
            properties["summary"] = words[0] if words else None
        self._patterns.append((str(name), properties))
        if "*" not in str(name):
            self._guard.attempt(self._define, str(name))
        return DefinedMetric(str(name))

    def _define(self, name: str) -> None:
        self._defined.add(name)
        for pattern, properties in self._patterns:
            if fnmatchcase(name, pattern) and any(properties.values()):
                self.gittrack.define_metric(name, **properties)

    def watch(self, models: Any = None, *args: Any, **more: Any) -> None:
        """Print once what to use."""
        notices.print_once(
            "wandb.watch records nothing here; instead: "
            'run.log({"grad": gittrack.Histogram(parameter.grad)})'
        )

    def unwatch(self, *args: Any) -> None:
        """Do nothing."""

    def alert(
        self, title: str, text: str = "", level: Any = None, wait_duration: Any = None
    ) -> None:
        """Print an alert, and add it to the note of the run."""
        self._guard.attempt(alerts.alert, title, text, level, self.gittrack)

    # The end.

    def finish(self, exit_code: int | None = None, quiet: bool | None = None) -> None:
        """Store the saved files again, and end the run."""
        self.save_again()
        self._guard.report()
        self._on_finish(self)
        self.gittrack.finish(
            exit_code=exit_code
        ) if exit_code is not None else self.gittrack.finish()

    join = finish

    def __enter__(self) -> WandbRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.save_again()
        self._guard.report()
        self._on_finish(self)
        self.gittrack.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"a run has no {name!r} here: run.gittrack is the run of gittrack, with log_params, "
            "log_artifact, log_input, note and add_tags"
        )

    def __repr__(self) -> str:
        return repr(self.gittrack)


class DefinedMetric(str):
    """What ``define_metric`` returns: the name of the metric."""

    @property
    def name(self) -> str:
        """The name."""
        return str(self)
