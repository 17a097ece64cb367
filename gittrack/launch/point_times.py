"""The times at which a command wrote its metric points."""

from __future__ import annotations

import time

from gittrack.core.standard.pathlib import Path


class PointTimes:
    """Notes the times at which the file of metric points has grown, and its size then."""

    def __init__(self, points: Path, times: Path, clock: float) -> None:
        self.points, self.times, self.clock, self.size = points, times, clock, 0

    def note(self) -> None:
        """Note the size of the file now, if it has grown."""
        try:
            size = self.points.stat().st_size
            if size != self.size:
                with open(self.times, "ab", buffering=0) as file:
                    file.write(f"{size} {time.monotonic() - self.clock:.3f}\n".encode())
                self.size = size
        except OSError:
            return  # the points themselves are safe; one of them gets a later time
