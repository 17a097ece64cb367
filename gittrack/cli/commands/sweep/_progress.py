"""How a sweep goes: a bar on a terminal, a line for each trial elsewhere; and Ctrl-C."""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from gittrack.analysis.sweep_view import STOPPED
from gittrack.cli.output import print_note
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import FINISHED
from gittrack.search import keys
from gittrack.search.plan import Outcome, Strategy
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.sweeping import workdir
from gittrack.sweeping.trial import Job, Report

_ECHO_SECONDS = 0.2


class Stopper:
    """Ctrl-C, and other signals that end a program, as wishes: finish what runs, or end it now.

    Git, under which we may run, passes a Ctrl-C on that the terminal has sent us already: what comes within
    0.2 s of the first is the same.
    """

    def __init__(self) -> None:
        self.how: str | None = None
        self.number: int | None = None
        self.first = 0.0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if number != signal.SIGINT:
            self.how, self.number = workdir.NOW, number
        elif self.how is None:
            self.how, self.number, self.first = workdir.FINISH, number, now
        elif now - self.first > _ECHO_SECONDS:
            self.how = workdir.NOW


class Progress:
    """Tells of trials as they begin and end."""

    def __init__(self, strategy: Strategy, metric: str | None) -> None:
        self.strategy, self.size, self.metric = strategy, strategy.size, metric
        self.done, self.failed, self.running = 0, 0, 0
        self.outcomes: list[Outcome] = []
        self.said: set[str] = set()
        self.told = False  # what the first trial that failed had to say
        self.bar: Any = None

    def resumed(self, outcomes: Sequence[Outcome]) -> None:
        """Take in what ended before this process began."""
        self.done, self.outcomes = len(outcomes), list(outcomes)
        self.failed = sum(1 for one in outcomes if one.status not in (FINISHED, STOPPED))
        if sys.stderr.isatty():
            self.bar = _bar(self.size, self.done)

    def started(self, job: Job) -> None:
        """A trial begins."""
        self.running += 1
        self._refresh()

    def ended(self, job: Job, report: Report, outcome: Outcome | None) -> None:
        """A trial is over."""
        self.running -= 1
        info = report.info
        if outcome is not None:
            self.done += 1
            self.outcomes.append(outcome)
        if info is not None and outcome is not None and not info.finished:
            self.failed += 1
            if not self.told and report.tail:
                self.told = True
                for line in report.tail.splitlines():
                    self._say(f"  | {text.escape(line, keep=chr(9))}")
        if info is not None and (self.bar is None or not info.finished):
            self._say(text.escape(self._line(job, report, outcome)))
        if self.bar is not None and outcome is not None:
            self.bar.update()
        self._refresh()

    def stopping(self, how: str, running: int) -> None:
        """The sweep was asked to stop."""
        trials = f"{running} running {'trial' if running == 1 else 'trials'}"
        if how == workdir.NOW:
            self._say(f"stopping now: ending {trials}")
        elif running:
            self._say(f"stopping: {trials} may finish; Ctrl-C once more ends them")

    def warn(self, message: str) -> None:
        """Say something, but the like of it only once."""
        kind = message.partition(":")[0]
        if kind not in self.said:
            self.said.add(kind)
            self._say(f"warning: {text.escape(message)}")

    def tick(self) -> None:
        """Keep the clock of the bar going."""
        if self.bar is not None:
            self.bar.refresh()

    def close(self) -> None:
        """Leave the bar as it is."""
        if self.bar is not None:
            self.bar.close()

    def _best(self) -> float | None:
        """Return the score of what the report will call best: under seeds the mean of a configuration."""
        key = self.strategy.best(self.outcomes)
        if key is None:
            return None
        if keys.parse(key).repeat is None:
            alike = [one for one in self.outcomes if one.key == key]
        else:
            alike = [one for one in self.outcomes if _unseeded(one.key) == _unseeded(key)]
        return math.fsum(one.score or 0.0 for one in alike) / len(alike)

    def _line(self, job: Job, report: Report, outcome: Outcome | None) -> str:
        info = report.info
        assert info is not None
        part = info.sweep
        of = f"/{self.size}" if self.size is not None else ""
        words = [f"[{self.done}{of}]", f"trial {job.trial.key}", _how(report, outcome)]
        if outcome is not None and outcome.score is not None and self.metric is not None:
            words.append(f"{commit_message.key_text(self.metric)}={text.value(outcome.score)}")
        words += [f"{name}={text.value(value)}" for name, value in job.trial.params.items()][:6]
        words += [f"run {short_id(info.id)}"]
        if outcome is None and part is not None and not part.interrupted:
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
        told: dict[str, Any] = {"failed": self.failed, "running": self.running}
        best = self._best()
        if best is not None:
            told["best"] = text.value(best)
        self.bar.set_postfix(told)


def _unseeded(key: str) -> keys.Key:
    return keys.parse(key)._replace(repeat=None)


def _how(report: Report, outcome: Outcome | None) -> str:
    info = report.info
    assert info is not None
    part = info.sweep
    if part is not None and part.interrupted:
        return "interrupted"
    status = outcome.status if outcome is not None else info.status
    if part is not None and part.why == "timeout":
        return f"{status} (timeout)"
    why = info.signal or (f"exit code {info.exit_code}" if info.exit_code else "")
    return f"{status} ({why})" if why else status


def _bar(size: int | None, done: int) -> Any:
    from tqdm import tqdm  # noqa: PLC0415 - 30 ms that only a sweep on a terminal needs

    tqdm.monitor_interval = 0  # no thread: trials are forked
    return tqdm(total=size, initial=done, unit="trial", dynamic_ncols=True, file=sys.stderr)
