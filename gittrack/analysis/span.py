"""The time of a run: what can be a moment or a duration of it."""

from __future__ import annotations

import time
from typing import NamedTuple

from gittrack.core.run.run_info import RunInfo, from_iso

SLACK = 5.0  # seconds, between the clocks of the launcher and of the command
_DAY = 86400.0
_QUARTER = 900.0  # seconds: time zones differ by multiples of it
_LARGEST_ZONE = 14 * 3600.0


class Span(NamedTuple):
    """When a run began and ended, in seconds since 1970."""

    started: float
    ended: float

    @property
    def longest(self) -> float:
        """The longest time that the run can have measured, in seconds: several cores may add up theirs."""
        return 4 * max(0.0, self.ended - self.started) + SLACK

    def has(self, moment: float) -> bool:
        """Return whether a moment, in seconds since 1970, is in the run."""
        return self.started - SLACK <= moment <= self.ended + SLACK

    def has_in_some_zone(self, moment: float) -> bool:
        """Return whether a moment is in the run if it was written in a time zone that is not known."""
        if not abs(moment - self.started) <= _LARGEST_ZONE + SLACK + self.ended - self.started:
            return False
        return self.has_at_some_hour(moment)

    def has_day(self, month: int, day: int, year: int | None = None) -> bool:
        """Return whether a date is a day of the run in any time zone; without a year, of any year."""
        moment = self.started - _DAY
        while moment < self.ended + 2 * _DAY:
            date = time.gmtime(moment)
            if (date.tm_mon, date.tm_mday) == (month, day) and year in (None, date.tm_year):
                return True
            moment += _DAY
        return False

    def has_at_some_hour(self, seconds: float) -> bool:
        """Return whether a time of the day, in seconds, is in the run in some time zone."""
        since = (seconds - (self.started - SLACK)) % _QUARTER
        return since <= self.ended - self.started + 2 * SLACK


def of_run(info: RunInfo) -> Span:
    """Return the time of a run."""
    started = from_iso(info.started) if info.started else 0.0
    return Span(started, started + (info.duration or 0.0))
