"""An active run: what training code talks to."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gittrack.core import layout, nested, settings, values
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.disk.content_store import ContentStore
from gittrack.record import artifacts, inputs, session
from gittrack.record.appender import RecordingEnded, explain
from gittrack.record.code import made_files
from gittrack.record.config import Config, Summary
from gittrack.record.ending import daemon, end_status
from gittrack.record.ending.exit_functions import exit_status
from gittrack.record.journal import Journal
from gittrack.record.machine import environment, memory, numerics
from gittrack.record.points import Points

if TYPE_CHECKING:
    from gittrack.record.stopping import Stopping

_log = logging.getLogger("gittrack")


class Run:
    """A run that is going on.  Made by `gittrack.init`; also a context manager.

    ``owner`` runs commit themselves when they finish; a run that joined the one of ``git track run``
    only writes into its journal.
    """

    def __init__(
        self, journal: Journal, begun: session.Session | None, folder: str, offset: float = 0.0
    ) -> None:
        state = journal.state()
        self.id = journal.id
        self.experiment: str = state.facts["experiment"]
        self.name: str | None = state.facts.get("name")
        self.seed: int | None = state.facts.get("seed")
        self.config = Config(state.params)
        self.summary = Summary(self._log_summary)
        self.status = run_info.RUNNING
        self._journal = journal
        self._session = begun
        self._cwd = folder
        self._lock = threading.RLock()  # a signal handler may finish the run in the middle of `log`
        elapsed = time.time() - run_info.from_iso(state.facts["started"]) if begun is None else 0.0
        zero = time.monotonic() - max(0.0, elapsed) - offset
        self._points = Points(journal.series, zero, self._warn_kept)
        self._warned: set[str] = set()
        self.disabled = False
        self._daemon: daemon.Daemon | None = None
        self._rule: Stopping | None = None
        self._rule_known = False

    def continue_from(self, steps: Mapping[str, float]) -> None:
        """Let the step counters go on from ``steps``: the next step of each metric."""
        self._points.continue_from(steps)

    def log(self, metrics: Mapping[str, Any], step: float | None = None) -> None:
        """Record a point of each metric; on return they survive a SIGKILL.

        ``step`` defaults to a counter per metric.  Raises TrackError naming the metric that is no
        number; nothing is recorded then.
        """
        if not self.disabled or self.reclaim():
            self._points.log(metrics, step)

    log_metrics = log

    def log_metric(self, name: str, value: Any, step: float | None = None) -> None:
        """Record one point of one metric; see `log`."""
        if not self.disabled or self.reclaim():
            self._points.log({name: value}, step)

    def log_params(self, params: Any, *, allow_change: bool = False) -> None:
        """Add params.  A name that has another value already is an error that names both."""
        if self.disabled and not self.reclaim():
            return
        new = values.config_dict(params)
        with self._lock:
            error = session.log_params(self._journal, new, allow_change=allow_change)
            self._said(error)
            self.config = Config(nested.merge(self.config.to_dict(), new))

    def log_param(self, name: str, value: Any) -> None:
        """Add one param; see `log_params`."""
        self.log_params({name: value})

    def log_artifact(self, path: str | os.PathLike[str], name: str | None = None) -> None:
        """Keep a file or folder, as it is now, with the run; ``name`` is its path among the artifacts.

        Raises TrackError where there is no such file, or it is no regular file or folder.
        """
        if self.disabled and not self.reclaim():
            return
        text = os.fsdecode(path)
        called = name or artifacts.default_name(text)
        target = self._journal.folder / layout.ARTIFACTS
        limit, store = self._limits()
        try:
            for entry in artifacts.take(text, called, target, limit, store):
                self._append(events.OUTPUT, values=entry)
                if remark := artifacts.remark(entry):
                    stored = entry["where"] == "store"
                    self._warn("store" if stored else f"left out {entry['path']}", remark)
            made_files.remember(str(self._journal.folder.parents[2]), self._journal.folder, text)
        except OSError as error:
            self._warn("artifact", f"the artifact {text} was not stored: {error.strerror}")

    def log_input(self, path: str | os.PathLike[str]) -> None:
        """Record the fingerprint of a data file or folder that the run reads."""
        if self.disabled and not self.reclaim():
            return
        text = os.fsdecode(path)
        cache = self._journal.folder.parent.parent / layout.CACHE
        self._append(
            events.INPUT, values=inputs.fingerprint(text, inputs.shown_path(text, self._cwd), cache)
        )

    def should_stop(self) -> bool:
        """Say whether this trial of a sweep should end early, by the sweep's ``early_terminate``.

        Ask after logging the metric: ``if run.should_stop(): break``.  False for a run that is no trial, or
        whose sweep has no such rule.
        """
        if self.disabled or self._session is not None:
            return False
        if not self._rule_known:
            from gittrack.record import stopping  # noqa: PLC0415 - only trials of a sweep ask

            self._rule, self._rule_known = stopping.of_environment(self._journal), True
        return self._rule is not None and self._rule.asked()

    def add_tags(self, *tags: str) -> None:
        """Add tags to the run."""
        if not self.disabled or self.reclaim():
            self._append(events.TAGS, add=[values.check_name(tag, "tag") for tag in tags])

    def note(self, text: str) -> None:
        """Add a remark to the run's note."""
        if (
            (not self.disabled or self.reclaim())
            and text is not None
            and (clean := values.check_text(text, "note"))
        ):
            self._append(events.NOTE, text=clean)

    def _log_summary(self, new: dict[str, Any]) -> None:
        if not self.disabled or self.reclaim():
            found = {values.check_name(k, "metric"): values.number(v, k) for k, v in new.items()}
            self._append(events.SUMMARY, values=found)

    def _append(self, op: str, **fields: Any) -> None:
        with self._lock:
            if self._journal.events.closed:
                raise TrackError(f"the run {self.id} is finished", "start another one")
            self._said(self._journal.append(op, **fields))

    def _limits(self) -> tuple[int, ContentStore]:
        """Return the size over which an artifact goes to the store, and the store."""
        chosen = self._session.settings if self._session else settings.Settings()
        limit, most = chosen.max_artifact_size, chosen.max_store_size
        if self._session is None and LIMITS in os.environ:
            limit, most = map(int, os.environ[LIMITS].split())
        return limit, ContentStore(self._journal.folder.parent.parent / layout.STORE, most)

    def finish(
        self,
        status: str | int | Mapping[str, Any] | None = None,
        *,
        exit_code: int | None = None,
        signal: str | None = None,
    ) -> None:
        """End the run: commit its journal.  A second call does nothing.

        ``status`` is ``finished``, ``failed``, ``killed`` or ``crashed``; or an exit code, of which 0 means
        finished and any other failed; or final values of metrics, as for ``run.summary``.  Without it,
        ``signal`` and ``exit_code`` decide.  Raises TrackError, with the run still going on, for anything
        else.  Where that is not possible now, a warning says where the journal is kept and how it is
        committed later; training that is done is never turned into a failure.
        """
        if self.disabled and not self.reclaim():  # a forked child: its parent ends the run
            return
        with self._lock:
            if self.status != run_info.RUNNING:
                return
            if isinstance(status, Mapping):
                self.summary.update(status)
                status = None
            end = end_status.of(status, exit_code, signal)
            self.status = end.status
            self._points.close()
            if self._session is None:
                self._leave()
            else:
                self._commit(self._session, end)
            self._journal.release()

    def _leave(self) -> None:
        """Say the last words in the launcher's journal; the exit status is the launcher's to tell."""
        self._said(
            self._journal.append(events.ENV, values=environment.capture((), numerics.capture()))
        )
        self._said(self._journal.series.write(b""))

    def _commit(self, begun: session.Session, end: end_status.EndStatus) -> None:
        facts = {"peak_memory": memory.own_peak_bytes(), **end._asdict()}
        facts = {key: value for key, value in facts.items() if value is not None}
        try:
            with contextlib.suppress(OSError):  # such as no free descriptor: what was known stands
                env = environment.capture(begun.settings.env, numerics.capture())
                if env != self._journal.state().env:
                    self._journal.append(events.ENV, values=env)
            published = session.end(begun, facts)
        except RecordingEnded as error:
            self._warn_kept(error)
            return
        except (TrackError, OSError) as error:
            lost = self._journal.unwritten
            missing = f", but for {lost:,} lines that could not be written" if lost else ""
            _log.warning(
                "the run %s could not be committed: %s. It is kept in %s%s; "
                "commit it later with: git track recover",
                *(self.id, error, self._journal.folder, missing),
            )
            return
        for note in published.notes:
            _log.warning("run %s: %s", self.id, note)

    def forget(self, reclaimed: Callable[[Run], None] | None = None) -> None:
        """Make this object silent in a forked child; ``reclaimed`` is called if the child goes on."""
        self.disabled = True
        self._journal.release()
        if self._session is not None and reclaimed is not None:
            self._daemon = daemon.Daemon(reclaimed)

    def reclaim(self) -> bool:
        """Own the run of a parent that has ended, if this process is its daemon; say whether it is."""
        if self._daemon is None or not self._daemon.survives(self._journal):
            return False
        reclaimed, self._daemon = self._daemon.reclaimed, None
        self._lock = threading.RLock()  # a thread of the parent may have held the other one
        self._points.after_fork()
        self.disabled = False
        reclaimed(self)
        return True

    def _said(self, error: OSError | None) -> None:
        if error is not None:
            self._warn_kept(error)

    def _warn_kept(self, error: OSError) -> None:
        kind = "ended" if isinstance(error, RecordingEnded) else "disk"
        self._warn(kind, explain(error, self._journal.folder))

    def _warn(self, kind: str, message: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            _log.warning("%s", message)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish(exit_code=0)
        elif issubclass(kind, SystemExit):
            code = exit_status(getattr(error, "code", None))
            self.finish(run_info.FINISHED if code == 0 else run_info.FAILED, exit_code=code)
        elif issubclass(kind, KeyboardInterrupt):
            self.finish(run_info.KILLED, signal="SIGINT")
        else:
            self.finish(run_info.FAILED, exit_code=1)

    def __repr__(self) -> str:
        return f"<gittrack run {self.id} of {self.experiment}, {self.status}>"


LIMITS = "GITTRACK_ARTIFACT_LIMITS"  # track.maxArtifactSize and track.maxStoreSize, in bytes
