"""The recording of a live run by this process: its journal, its lock and its end."""

from __future__ import annotations

import sys
import threading
import time

from gittrack.core import layout, metric_value, values
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.types import TracebackType
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.disk import folders
from gittrack.record import journal, session
from gittrack.record.active import current, turns, warning
from gittrack.record.active.config import Config, Summary
from gittrack.record.active.unrecorded import UnrecordedValues
from gittrack.record.appender import RecordingEnded, explain
from gittrack.record.ending import daemon, end_status
from gittrack.record.machine import environment, lock_files, memory, numerics
from gittrack.record.points import Points
from gittrack.record.publish.writer import Published

if TYPE_CHECKING:
    from typing import TypeVar

    from gittrack.record.active.stopping import TrialRule

    _Self = TypeVar("_Self", bound="Recording")


class Recording:
    """The base of `gittrack.record.run.Run`, which adds the methods for training code.

    Parameters
    ----------
    book : Journal
        The journal of the run.
    own_session : Session or None
        The session if this process commits the run; None if the launcher commits it.
    folder : str
        The root of the repository, to which paths of inputs are relative.
    offset : float, default 0
        Seconds that are added to the times of points: the time of the series before the run was resumed.
    """

    def __init__(
        self,
        book: journal.Journal,
        own_session: session.Session | None,
        folder: str,
        offset: float = 0.0,
    ) -> None:
        state = book.state()
        self.id = book.id
        self.experiment: str = state.facts["experiment"]
        self.name: str | None = state.facts.get("name")
        self.seed: int | None = state.facts.get("seed")
        self.config = Config(state.params)
        self.summary = Summary(self._log_summary)
        self.status = run_info.RUNNING
        self._journal = book
        self._session = own_session
        self._cwd = folder
        self.owner = current.owner()
        self.entered = False
        self._handled = id(sys.exc_info()[1])  # an earlier error does not describe the end
        self.published: Published | None = None  # set when the run is committed
        self._at_end: list[Callable[[], None]] = []
        self._lock = threading.RLock()  # a signal handler may finish the run in the middle of `log`
        is_joined = own_session is None
        elapsed = time.time() - run_info.from_iso(state.facts["started"]) if is_joined else 0.0
        zero = time.monotonic() - max(0.0, elapsed) - offset
        self._points = Points(book.series, zero, self._warn_unwritten, (book.events,))
        self._warned: set[str] = set()
        self.disabled = False
        self.strict = False  # whether a metric that is not a number is an error
        self._daemon: daemon.Daemon | None = None
        self._rule: TrialRule | None = None
        self._unrecorded = UnrecordedValues(self._warn, self.at_end)

    def _log_summary(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Record final values, and return those that are numbers."""
        if self._is_silent():
            return dict(metrics)
        if numbers := self._numbers(metrics):
            self._append(events.SUMMARY, values=numbers)
        return numbers

    def _numbers(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metrics that are numbers; those that are left out are counted.

        Raises TrackError in a strict run.
        """
        numbers = {}
        for name, value in metrics.items():
            try:
                numbers[values.check_name(name, "metric")] = metric_value.number(value, name)
            except TrackError as error:
                if self.strict:
                    raise
                self._unrecorded.add(f"metric {name!r}", error.message)
        return numbers

    def _append(self, op: str, **fields: Any) -> None:
        with self._lock:
            if self._journal.events.closed:
                raise TrackError(f"the run {self.id} is finished", "start another one")
            self._warn_unwritten(self._journal.append(op, **fields))

    def finish(
        self,
        status: str | int | Mapping[str, Any] | None = None,
        *,
        exit_code: int | None = None,
        signal: str | None = None,
    ) -> None:
        """End the run and commit it.  A second call does nothing.

        If the journal cannot be committed now, a warning names its folder and the command that does it later.

        Parameters
        ----------
        status : {'finished', 'failed', 'killed', 'crashed'}, int or mapping, optional
            How the run ended; or an exit code, of which 0 means finished and any other failed; or final
            values of metrics, as for ``run.summary``.  Default: ``signal`` and ``exit_code`` decide; without
            them the exception that is being handled, if it was raised after the run began, means failed.
        exit_code : int, optional
            The exit status of the program.
        signal : str, optional
            The name of the signal that ended the program, such as ``SIGTERM``.

        Raises
        ------
        TrackError
            If ``status`` is something else; the run is then still being recorded.
        """
        if self.disabled and not self.reclaim():  # in a forked child: the parent ends the run
            return
        with self._lock, turns.turn():
            if self.status != run_info.RUNNING:
                return
            if isinstance(status, Mapping):
                self.summary.update(status)
                status = None
            end = self._end(status, exit_code, signal)
            self.status = end.status
            self._journal.append_summary(self._points.close())
            if self._session is None:
                self._leave()
            else:
                self._commit(self._session, end)
            self._journal.release()
            for call in self._at_end:
                call()

    def _end(self, status: Any, exit_code: Any, signal: Any) -> end_status.EndStatus:
        error = sys.exc_info()[1]
        has_arguments = (status, exit_code, signal) != (None, None, None)
        if has_arguments or error is None or id(error) == self._handled:
            return end_status.from_arguments(status, exit_code, signal)
        return end_status.from_exception(error)

    @property
    def live_lock(self) -> Path:
        """The path of the file that is locked as long as this process records the run."""
        return journal.live_lock(self._journal)

    @property
    def sharing(self) -> tuple[bool, float | None]:
        """Whether the run is pushed when it ends, and how often its state is pushed while it goes on."""
        options = self._session.settings if self._session else None
        return (options.push, options.live) if options else (False, None)

    def at_end(self, call: Callable[[], None]) -> None:
        """Register a function that is called after the run has ended.

        Parameters
        ----------
        call : callable
            A function without parameters.
        """
        self._at_end.append(call)

    def _leave(self) -> None:
        """Write the environment into the launcher's journal; the launcher records the exit status."""
        env = environment.capture((), numerics.capture())
        self._warn_unwritten(self._journal.append(events.ENV, values=env))
        self._warn_unwritten(self._journal.series.write(b""))
        if lost := self._journal.unwritten:  # the launcher cannot know of them
            self._warn("lost", f"{lost:,} lines of {self.id} could not be written and are lost")

    def _commit(self, own_session: session.Session, end: end_status.EndStatus) -> None:
        facts = {"peak_memory": memory.own_peak_bytes(), **end._asdict()}
        facts = {key: value for key, value in facts.items() if value is not None}
        own_session = session.look_ahead(own_session)
        try:
            with contextlib.suppress(OSError):  # then the facts of the start stay
                env = environment.capture(own_session.settings.env, numerics.capture())
                env.update(lock_files.facts(self._journal.folder))
                if env != self._journal.state().env:
                    self._journal.append(events.ENV, values=env)
            published = session.end(own_session, facts)
        except RecordingEnded as error:
            self._warn_unwritten(error)
            return
        except (TrackError, OSError) as error:
            lost = self._journal.unwritten
            missing = f" except {lost:,} lines that could not be written" if lost else ""
            location = f"{self._journal.folder}{missing}"
            sentence = f"the run {self.id} could not be committed: {error}. Its journal stays in {location}"
            warning.warn([f"{sentence}; to commit it later: git track recover"])
            return
        self.published = published
        warning.warn([f"run {self.id}: {note}" for note in published.notes])

    def forget(self, reclaimed: Callable[[Any], None] | None = None) -> None:
        """Make this object silent in a forked child, whose parent records the run.

        Parameters
        ----------
        reclaimed : callable, optional
            Called with the run if the child takes the run over, because it is the daemon of its parent.
        """
        self.disabled = True
        self._journal.release()
        if self._session is not None and reclaimed is not None:
            self._daemon = daemon.Daemon(reclaimed)

    def reclaim(self) -> bool:
        """Take over the run of a parent that has ended, if this process is its daemon.

        Returns
        -------
        bool
            Whether this process records the run now.
        """
        if self._daemon is None or not self._daemon.survives(self._journal):
            return False
        reclaimed, self._daemon = self._daemon.reclaimed, None
        self._lock = threading.RLock()  # a thread of the parent may have held the other one
        self._points.after_fork()
        self.disabled = False
        reclaimed(self)
        return True

    def _is_silent(self) -> bool:
        """Return whether this process records nothing; a forked child prints that once."""
        if not self.disabled or self.reclaim():
            return False
        self._explain_silence()
        return True

    def _explain_silence(self) -> None:
        """Print that this forked child records nothing: once per run, also if there are many children."""
        if "silent" in self._warned:
            return
        folder = self._journal.folder
        if not folder.exists():
            self._warn("silent", f"nothing more is recorded: the run {self.id} has ended")
        elif folders.claim(folder / layout.WORKERS):
            text = f"a forked process records nothing, its parent process records {self.id}"
            self._warn("silent", text)
        self._warned.add("silent")

    def _warn_unwritten(self, error: OSError | None) -> None:
        if error is not None:
            kind = "ended" if isinstance(error, RecordingEnded) else "disk"
            self._warn(kind, explain(error, self._journal.folder))

    def _warn(self, kind: str, message: str) -> None:
        """Log a warning, once per kind."""
        if kind not in self._warned:
            warning.warn([message])
        self._warned.add(kind)

    def __enter__(self: _Self) -> _Self:
        self.entered = True
        if not self.disabled:
            current.enter(self.id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        current.leave(self.id)
        if error is None:
            self.finish(exit_code=0)
        else:
            self.finish(**end_status.from_exception(error)._asdict())

    def __repr__(self) -> str:
        return f"<gittrack run {self.id} of {self.experiment}, {self.status}>"
