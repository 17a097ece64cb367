"""The progress of a sweep: a bar on a terminal, else a line for each trial; and Ctrl-C."""

from __future__ import annotations

import math
import signal
import sys
import time
from types import FrameType
from typing import Any

from gittrack.analysis.sweep_view import STOPPED
from gittrack.cli.output import print_note
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import FINISHED
from gittrack.core.standard.collections import Sequence
from gittrack.search import keys
from gittrack.search.plan import Outcome, Strategy
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import workdir
from gittrack.sweeping.trial import Job, TrialReport

_ECHO_SECONDS = 0.2


class Stopper:
    """Turns Ctrl-C and other ending signals into requests: let trials finish, or end them now.

    If git started this process, git passes on a Ctrl-C that the terminal also sends to this process.  So a
    second Ctrl-C within 0.2 s counts as the first.
    """

    def __init__(self) -> None:
        self.request: str | None = None
        self.number: int | None = None
        self.first = 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if number != signal.SIGINT:
            self.request, self.number = workdir.NOW, number
        elif self.request is None:
            self.request, self.number, self.first = workdir.FINISH, number, now
        elif now - self.first > _ECHO_SECONDS:
            self.request = workdir.NOW


class Progress:
    """Prints the trials that begin and end; see `sweeping.engine.Listener`."""

    def __init__(self, strategy: Strategy, metric: str | None) -> None:
        self.strategy, self.size, self.metric = strategy, strategy.size, metric
        self.done, self.failed, self.running = 0, 0, 0
        self.outcomes: list[Outcome] = []
        self.warned: set[str] = set()
        self.tail_printed = False  # the last lines of the log of the first trial that failed
        self.bar: Any = None

    def resumed(self, outcomes: Sequence[Outcome]) -> None:
        """Count the trials that ended before this process began."""
        self.done, self.outcomes = len(outcomes), list(outcomes)
        self.failed = sum(outcome.status not in (FINISHED, STOPPED) for outcome in outcomes)
        if sys.stderr.isatty():
            self.bar = _bar(self.size, self.done)

    def started(self, job: Job) -> None:
        """A trial begins."""
        self.running += 1
        self._refresh()

    def ended(self, job: Job, report: TrialReport, outcome: Outcome | None) -> None:
        """A trial is over."""
        self.running -= 1
        info = report.info
        if outcome is not None:
            self.done += 1
            self.outcomes.append(outcome)
        if info is not None and outcome is not None and not info.finished:
            self.failed += 1
            if not self.tail_printed and report.tail:
                self.tail_printed = True
                for line in report.tail.splitlines():
                    self._say(f"  | {text.escape(line, keep=chr(9))}")
        if info is not None and (self.bar is None or not info.finished):
            self._say(text.escape(self._line(job, report, outcome)))
        if self.bar is not None and outcome is not None:
            self.bar.update()
        self._refresh()

    def stopping(self, request: str, running: int) -> None:
        """The sweep was asked to stop."""
        trials = f"{running} running {'trial' if running == 1 else 'trials'}"
        if request == workdir.NOW:
            self._say(f"stopping now: ending {trials}")
        elif running:
            self._say(f"stopping: {trials} may finish; press Ctrl-C again to end them")

    def warn(self, message: str) -> None:
        """Print a warning, unless one with the same text before its colon was printed."""
        kind = message.partition(":")[0]
        if kind not in self.warned:
            self.warned.add(kind)
            self._say(f"warning: {text.escape(message)}")

    def continued(self, message: str) -> None:
        """Print from what the next attempt of a trial continues."""
        self._say(text.escape(message))

    def tick(self) -> None:
        """Update the clock of the bar."""
        if self.bar is not None:
            self.bar.refresh()

    def close(self) -> None:
        """End the bar, which stays on the screen."""
        if self.bar is not None:
            self.bar.close()

    def _best(self) -> float | None:
        """Return the best score so far: with several seeds, the mean of a configuration."""
        key = self.strategy.best(self.outcomes)
        if key is None:
            return None
        if keys.parse(key).repeat is None:
            repeats = [outcome for outcome in self.outcomes if outcome.key == key]
        else:
            config = _without_seed(key)
            repeats = [outcome for outcome in self.outcomes if _without_seed(outcome.key) == config]
        return math.fsum(outcome.score or 0.0 for outcome in repeats) / len(repeats)

    def _line(self, job: Job, report: TrialReport, outcome: Outcome | None) -> str:
        info = report.info
        assert info is not None
        trial = info.sweep
        total = f"/{self.size}" if self.size is not None else ""
        words = [f"[{self.done}{total}]", f"trial {job.trial.key}", _status(report, outcome)]
        if outcome is not None and outcome.score is not None and self.metric is not None:
            words.append(f"{commit_message.key_text(self.metric)}={text.value(outcome.score)}")
        words += [f"{name}={text.value(value)}" for name, value in job.trial.params.items()][:6]
        words += [f"run {short_id(info.id)}"]
        if outcome is None and trial is not None and not trial.interrupted:
            words.append("(it is tried again)")
        return "  ".join(words)

    def _say(self, line: str) -> None:
        if self.bar is not None:
            self.bar.write(line, file=sys.stderr)
        else:
            print_note(line)
            sys.stderr.flush()

    def _refresh(self) -> None:
        if self.bar is None:
            return
        numbers: dict[str, Any] = {"failed": self.failed, "running": self.running}
        best = self._best()
        if best is not None:
            numbers["best"] = text.value(best)
        self.bar.set_postfix(numbers)


def _without_seed(key: str) -> keys.Key:
    return keys.parse(key)._replace(repeat=None)


def _status(report: TrialReport, outcome: Outcome | None) -> str:
    info = report.info
    assert info is not None
    trial = info.sweep
    if trial is not None and trial.interrupted:
        return "interrupted"
    status = outcome.status if outcome is not None else info.status
    if trial is not None and trial.why == "timeout":
        return f"{status} (timeout)"
    cause = info.signal or (f"exit code {info.exit_code}" if info.exit_code else "")
    return f"{status} ({cause})" if cause else status


def _bar(size: int | None, done: int) -> Any:
    from tqdm import tqdm  # noqa: PLC0415 - 30 ms that only a sweep on a terminal needs

    tqdm.monitor_interval = 0  # no thread: trials are forked
    return tqdm(total=size, initial=done, unit="trial", dynamic_ncols=True, file=sys.stderr)
