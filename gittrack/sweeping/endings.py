"""Trials that ended, in the order in which they ended.

A trial takes its order when its command ends.  Then its run is committed, which takes a moment.  So trial 6
may be reported before trial 5.  It is then held back until trial 5 is reported or its process is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gittrack.core.standard.collections import Collection
from gittrack.sweeping import workdir
from gittrack.sweeping.trial import Job, TrialReport


class EndedTrial(NamedTuple):
    """A job that is over, and its report."""

    job: Job
    report: TrialReport

    @property
    def order(self) -> int | None:
        """The order of a trial that counts; None for a trial that does not count."""
        info = self.report.info
        return info.sweep.order if info is not None and info.sweep is not None else None


class Endings:
    """The trials that ended and were not released yet.

    Parameters
    ----------
    folder : Path
        The working directory of the sweep.
    first_order : int
        The order of the first trial that ends under this process.
    """

    def __init__(self, folder: Path, first_order: int) -> None:
        self.folder, self.first_order = folder, first_order
        self.waiting: dict[int, EndedTrial] = {}  # by order
        self.unordered: list[EndedTrial] = []
        self.next_line = 0

    def add(self, ended: EndedTrial) -> None:
        """Add a trial that ended."""
        if ended.order is None:
            self.unordered.append(ended)
        else:
            self.waiting[ended.order] = ended

    def release(self, running: Collection[str]) -> list[EndedTrial]:
        """Return the trials that can be handed on.

        Parameters
        ----------
        running : collection of str
            The marks (`Job.mark`) of the jobs that are not over.

        Returns
        -------
        list of EndedTrial
            Trials without an order, then trials in their order without a gap.
        """
        ready, self.unordered = self.unordered, []
        marks = workdir.orders(self.folder)
        while self.next_line < len(marks):
            order = self.first_order + self.next_line
            if order in self.waiting:
                ready.append(self.waiting.pop(order))
            elif marks[self.next_line] in running:
                break
            self.next_line += 1  # no run has this order: its process died after taking the order
        return ready
