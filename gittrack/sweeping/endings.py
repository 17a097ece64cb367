"""Trials that ended, handed on in the order in which they ended.

A trial takes its order as its command ends; then its run is committed, which takes a moment.  So number 6
may be reported before number 5.  It is held back until 5 is reported, or until the process of 5 is gone.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from gittrack.sweeping import workdir
from gittrack.sweeping.trial import Job, Report


class Ended(NamedTuple):
    """A job that is over, with what became of it."""

    job: Job
    report: Report

    @property
    def order(self) -> int | None:
        """The order of a trial that counts, None for one that does not."""
        info = self.report.info
        return info.sweep.order if info is not None and info.sweep is not None else None


class Endings:
    """The trials that ended and were not handed on yet; orders begin with ``first_order``."""

    def __init__(self, folder: Path, first_order: int) -> None:
        self.folder, self.first_order = folder, first_order
        self.held: dict[int, Ended] = {}  # by order
        self.unordered: list[Ended] = []
        self.next_line = 0

    def add(self, ended: Ended) -> None:
        """Take in a trial that ended."""
        if ended.order is None:
            self.unordered.append(ended)
        else:
            self.held[ended.order] = ended

    def release(self, running: Collection[str]) -> list[Ended]:
        """Return the trials that can be handed on, given the marks of the jobs that are not over."""
        ready, self.unordered = self.unordered, []
        marks = workdir.orders(self.folder)
        while self.next_line < len(marks):
            order = self.first_order + self.next_line
            if order in self.held:
                ready.append(self.held.pop(order))
            elif marks[self.next_line] in running:
                break
            self.next_line += 1  # without a run: its process died after it took the order
        return ready
