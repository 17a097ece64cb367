"""One training of a framework, as a run: what every integration calls."""

from __future__ import annotations

import atexit
import os
import tempfile
from pathlib import Path
from typing import Any

from gittrack.api import run as api
from gittrack.core import nested, values
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.integrations.base import resumption
from gittrack.integrations.base.guard import ErrorGuard
from gittrack.record.active import current, warning
from gittrack.record.active.disabled import DisabledRun
from gittrack.record.ending import process_end
from gittrack.record.run import Run

POLICIES = (None, "best", "last", "all")
# {run: training} of the runs whose end an integration does not see if the training raises an exception.
_unfinished: dict[str, Training] = {}


class Training:
    """Records one training after the other: into the active run, else into a run of its own.

    Parameters
    ----------
    framework : str
        The name of the framework, for messages.
    run : Run, optional
        The run.  Default: the active run; without one, each training begins a run and ends it.
    log_model : {'best', 'last', 'all'}, optional
        Which models are kept as artifacts.  Default: none.
    resume : str or path, optional
        The folder of the checkpoints.  The id of the run is kept there; if the training is started again
        after it has crashed, it continues that run.
    strict : bool, default False
        Whether an error of the recording ends the training.
    ends : {'training', 'later', 'block'}, default 'training'
        When a run that the integration began ends: with its training; as the next training begins, because
        tests may follow; or when `close` is called.
    reports_errors : bool, default False
        Whether the integration sees each exception of a training.  If not, a training that never ends has
        raised one.
    prefix : str, default ''
        What the names of metrics begin with.
    **init
        Keywords of `gittrack.init` for a run that the integration begins.
    """

    def __init__(
        self,
        framework: str,
        run: Run | None = None,
        *,
        log_model: str | None = None,
        resume: str | os.PathLike[str] | None = None,
        strict: bool = False,
        ends: str = "training",
        reports_errors: bool = False,
        prefix: str = "",
        **init: Any,
    ) -> None:
        if log_model not in POLICIES:
            raise TrackError(f"log_model is {log_model!r:.40}", "pass 'best', 'last' or 'all'")
        self.guard = ErrorGuard(framework, strict=strict)
        self.run: Run | None = None
        self.log_model = log_model
        self.resume = resume
        self.offset = 0  # what is added to the steps of a framework that counts from 0 again
        # For a framework that shows no end: whether the training is complete; records its results.
        self.complete: Callable[[], bool] | None = None
        self._framework, self._given, self._init = framework, run, init
        self._ends, self._prefix, self._owns, self._ended = ends, prefix, False, False
        self._reports_errors = reports_errors

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs: everything except the run, which it begins or leaves out."""
        own = {"run": None, "_given": None, "_owns": False, "complete": None}
        return {**self.__dict__, **own}

    @property
    def records(self) -> bool:
        """Whether there is a run, and this process records it."""
        return self.run is not None and not self.run.disabled

    @property
    def is_over(self) -> bool:
        """Whether the run that was passed has ended."""
        return self._given is not None and self._given.status != "running"

    def begin(self, params: Mapping[str, Any] | None = None, rank: int = 0) -> None:
        """Begin to record a training, unless it has begun; a rank other than zero records nothing."""
        if self.run is None or self.run.status != "running":
            self.run = DisabledRun({}) if rank else self.guard.attempt(self._begin)
        if params:
            self.guard.attempt(self.add_params, params)

    def _begin(self) -> Run:
        _end_earlier()
        active = self._given or process_end.latest()
        self._owns = active is None
        run = active or self._own()
        self._ended = False
        if self._owns and self._ends != "block":
            if not _unfinished:
                atexit.unregister(_end_unfinished)
                atexit.register(_end_unfinished)  # before the end of the process ends the run
            _unfinished[run.id] = self
        if self.resume is not None and not run.disabled:
            resumption.write(self.resume, run.id)
        return run

    def _own(self) -> Run:
        """Begin a run, or continue the run that the folder of checkpoints names."""
        init = {"strict": self.guard.strict, **self._init}
        address = resumption.read(self.resume) if self.resume is not None else None
        if address is None or "resume" in self._init:
            return api.init(**init)
        try:
            return api.init(resume=address, **init)
        except TrackError as error:
            warning.warn([f"a new run begins: {error.message}"])
            return api.init(**init)

    def add_params(self, params: Mapping[str, Any]) -> None:
        """Add params.  If the run has another value already, the value is named after the framework."""
        if self.run is None or self.run.disabled:
            return
        if self._prefix:  # a further training of the same run
            params = {self._prefix.rstrip("/"): params}
        new, present = values.config_dict(params), self.run.config.to_dict()
        self.run.log_params(nested.absent(present, new))
        different = nested.conflicts(present, new)
        if different:
            key = self._framework.lower()
            inner = {".".join(path): nested.at_keys(new, path) for path in different}
            self.run.log_params({key: inner}, allow_change=True)
            names = ", ".join(inner)
            warning.warn(
                [f"the run has other values of {names}: those of {self._framework} are {key}.*"]
            )

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Record a point of each metric that is a number."""
        self.guard.attempt(self._log, metrics, step)

    def _log(self, metrics: Mapping[str, Any], step: float | None) -> None:
        if self.run is not None and metrics:
            at = None if step is None else step + self.offset
            self.run.log({f"{self._prefix}{name}": value for name, value in metrics.items()}, at)

    def summary(self, metrics: Mapping[str, Any]) -> None:
        """Record final values; None is left out."""
        final = {f"{self._prefix}{key}": item for key, item in metrics.items() if item is not None}
        if self.run is not None and final:
            self.guard.attempt(self.run.summary.update, final)

    def should_stop(self) -> bool:
        """Return whether the sweep that this training is a trial of stops it early."""
        if self.run is None:
            return False
        return bool(self.guard.attempt(self.run.should_stop, default=False))

    def keep_model(self, write: Callable[[str], Any], name: str) -> None:
        """Keep a model as an artifact: ``write`` gets the path of a file or folder to write.

        A model that is kept under the same name again replaces the earlier one.
        """
        if self.records:
            self.guard.attempt(self._keep, write, f"model/{name}")

    def keep_folder(self, path: str, name: str) -> None:
        """Keep a checkpoint that is a file or folder on the disk already."""
        if self.run is not None and self.records:
            self.guard.attempt(self.run.log_artifact, path, f"model/{self._prefix}{name}")

    def keep_file(self, write: Callable[[str], Any], name: str) -> None:
        """Keep a file that is not a model, such as a table of results, as an artifact."""
        if self.records:
            self.guard.attempt(self._keep, write, name)

    def _keep(self, write: Callable[[str], Any], name: str) -> None:
        folder, _, file = f"{self._prefix}{name}".rpartition("/")
        with tempfile.TemporaryDirectory(prefix="gittrack-model-") as temporary:
            path = str(Path(temporary) / file)
            write(path)
            if self.run is not None:
                self.run.log_artifact(path, f"{folder}/{file}" if folder else file)

    def end(self) -> None:
        """End the training; a run that the integration began ends, unless it ends later."""
        self._ended = True
        if not self._owns or self._ends == "training":
            self.close()
        self.guard.report()

    def close(self, status: str | None = None) -> None:
        """End the run if the integration began it.  An exception that is handled now makes it failed."""
        run, self.run, self.offset = self.run, None, 0
        if run is not None and self._owns:
            _unfinished.pop(run.id, None)
            self.guard.attempt(run.finish, status)
        self.guard.report()

    def has_succeeded(self) -> bool:
        """Return whether the training has ended without an exception."""
        is_known = self._ended or self._reports_errors
        return is_known or bool(self.complete and self.guard.attempt(self.complete))


def _end_earlier() -> None:
    """End the run of the earlier training of this thread, which is still open, as the next one begins."""
    run = process_end.latest()
    training = None if run is None else _unfinished.get(run.id)
    if run is not None and training is not None and run.owner is current.owner():
        training.close("finished" if training.has_succeeded() else "failed")


def _end_unfinished() -> None:
    """At the end of the process: record the results of the trainings whose frameworks show no end.

    A training that has not ended, in a program that has, raised an exception that the program caught.
    """
    for training in list(_unfinished.values()):
        if not training.has_succeeded():
            if process_end.has_returned():
                training.close("failed")
        elif training.complete is not None:
            training.close()
