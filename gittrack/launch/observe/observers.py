"""Everything that a launcher takes from one command, while it runs and at its end."""

from __future__ import annotations

import os

from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple
from gittrack.launch.console_log import Frames
from gittrack.launch.observe.options import ObserveOptions
from gittrack.record.journal import Journal
from gittrack.record.machine.usage.periodic import Ticks

if TYPE_CHECKING:  # most runs observe nothing; see `_scraper` and `_arguments`
    from gittrack.launch.observe.arguments import Arguments
    from gittrack.launch.observe.console_lines import Scraper
    from gittrack.record.points import Points

Write = Callable[[int, bytes], None]


class Observers:
    """Takes arguments, printed values and files of metrics of a command.

    Parameters
    ----------
    book : Journal
        The journal of the run.
    clock : float
        When the run began, on the monotonic clock, in seconds.
    options : ObserveOptions
        What is taken.
    system : float
        Seconds between two samples of the use of the machine; 0: none.

    Raises
    ------
    TrackError
        If the pattern for lines cannot be used.
    """

    def __init__(
        self, book: Journal, clock: float, options: ObserveOptions, system: float = 0.0
    ) -> None:
        self.options = options
        self.arguments = _arguments(book) if options.auto else None
        self.scraper = _scraper(options.pattern) if options.scrape else None
        if options.metrics:  # now, because another version may be installed while the command runs
            from gittrack.launch.observe import metrics_file  # noqa: F401, PLC0415
        self.before = {path: _stamp(path) for path in options.metrics}
        files = filter(os.path.isfile, options.metrics)
        self._digests = {path: _digest(path) for path in files}
        self._book, self._clock = book, clock
        self._system = Ticks(self._log, system)
        self._points = self._open_points() if options.scrape or options.metrics else None
        self._streams: dict[int, Frames] = {}
        self.problems: list[str] = []

    def variables(self) -> dict[str, str]:
        """Return further variables for the command."""
        return self.arguments.variables() if self.arguments else {}

    def listen(self, write: Write) -> Write:
        """Return a function that gets the output of the command, and passes it on to ``write``."""
        if self.scraper is None:
            return write

        def listened(stream: int, data: bytes) -> None:
            write(stream, data)
            complete = self._streams.setdefault(stream, Frames()).feed(data)
            if complete:
                self._scrape(complete)

        return listened

    def _scrape(self, data: bytes) -> None:
        for line in data.decode("utf-8", "replace").splitlines():
            if self.scraper is not None:
                printed = self.scraper.line(line)
                self._log(printed.values, printed.step)

    def _open_points(self) -> Points:
        from gittrack.record.points import Points  # noqa: PLC0415 - a short run takes no sample

        return Points(self._book.series, self._clock, lambda error: None)

    def _log(self, values: Mapping[str, float], step: float | None) -> bool:
        try:
            if values:
                self._points = self._points or self._open_points()
                self._points.log(values, step)
        except TrackError:  # a name that a metric cannot have
            return False
        return True

    def tick(self) -> None:
        """Take what is new."""
        self._system.tick()
        # Before the first sample, because another version may be installed while the command runs.
        if self._system.has_begun and self._points is None:
            self._points = self._open_points()
        if self.arguments is not None:
            self.arguments.note()

    def close(self) -> list[str]:
        """Take what is left, at the end of the command; return the lines about what was taken."""
        if self.arguments is not None:
            self.arguments.note()
        lines = self.arguments.lines() if self.arguments else []
        self.problems += self.arguments.problems() if self.arguments else []
        if self.scraper is not None:
            for frames in self._streams.values():
                self._scrape(frames.frame)
            lines.append(_printed(self.scraper.counts))
            self.problems += _unclear(self.scraper.unclear)
        for path in self.options.metrics:
            lines += self._take_file(path)
        if self._points is not None:
            self._book.append_summary(self._points.close())
        return lines

    def _take_file(self, path: str) -> list[str]:
        stamp = _stamp(path)
        if stamp is None or stamp == self.before[path]:
            reason = "does not exist" if stamp is None else "was not written by the command"
            self.problems.append(f"{path} {reason}: no metrics were taken from it")
            return []
        from gittrack.launch.observe import metrics_file  # noqa: PLC0415 - only --metrics needs it

        try:
            metrics = metrics_file.read(path)
        except TrackError as error:
            self.problems.append(f"no metrics were taken: {error.message}")
            return []
        if self._begins_as_before(path):
            self.problems.append(
                f"{path} still begins with what it had before the command, which was taken too; "
                "if the command appends to it, remove it before a run"
            )
        logged = [values for step, values in metrics.points if self._log(values, step)]
        if metrics.final:
            self._book.append(events.SUMMARY, values=metrics.final)
        count = sum(map(len, logged))
        what = f"{count:,} points of" if metrics.points else "final values of"
        rest = f"; left out: {metrics.left_out:,} of its values" if metrics.left_out else ""
        return [f"taken from {path}: {what} {_some(metrics.names)}{rest}"]

    def _begins_as_before(self, path: str) -> bool:
        before, now = self.before[path], _stamp(path)
        if before is None or now is None or not 0 < before.size < now.size:
            return False
        return _digest(path, before.size) == self._digests.get(path)


def _arguments(book: Journal) -> Arguments:
    from gittrack.launch.observe.arguments import Arguments  # noqa: PLC0415 - only --auto needs it

    return Arguments(book)


def _scraper(pattern: str | None) -> Scraper:
    from gittrack.launch.observe import console_lines  # noqa: PLC0415 - only --scrape needs it

    return console_lines.Scraper(console_lines.compile_pattern(pattern))


def _digest(path: str, size: int | None = None) -> bytes:
    from gittrack.launch.observe import metrics_file  # noqa: PLC0415 - only --metrics needs it

    return metrics_file.digest(path, size)


def _printed(counts: Mapping[str, int]) -> str:
    if not counts:
        return "taken from printed lines: nothing; a pattern of your own: git config track.scrape"
    return f"taken from printed lines: {_counted(counts)}"


def _unclear(counts: Mapping[str, int]) -> list[str]:
    rest = f"not taken, because a line has two values: {_counted(counts)}"
    return [f"{rest}; a pattern of your own: git config track.scrape"] if counts else []


def _counted(counts: Mapping[str, int]) -> str:
    return _some([f"{name} ({count:,})" for name, count in counts.items()])


def _some(names: list[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


class _Stamp(NamedTuple):
    """What shows whether a file was written."""

    inode: int
    size: int
    changed: int


def _stamp(path: str) -> _Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _Stamp(status.st_ino, status.st_size, status.st_ctime_ns)
