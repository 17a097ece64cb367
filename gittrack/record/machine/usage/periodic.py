"""Samples at regular times: in a thread of a script, or in the loop of the launcher.

After any error there are no more samples, and the training goes on.
"""

from __future__ import annotations

import time
from _thread import LockType, allocate_lock, start_new_thread

from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:  # a short run takes no sample
    from gittrack.record.machine.usage.sampler import Sampler

Log = Callable[[Mapping[str, float], float], object]


class Ticks:
    """Samples in the loop of somebody else, who calls `tick` often.

    Parameters
    ----------
    log : callable
        Gets the metrics and their step: whole seconds since the beginning.
    interval : float
        Seconds between two samples; 0: none.
    """

    def __init__(self, log: Log, interval: float) -> None:
        self._log, self._interval = log, interval
        self._began = time.monotonic()
        self._next = self._began + min(1.0, interval)  # a short command needs no sampler
        self._sampler: Sampler | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there will be samples: what they need is imported."""
        return self._sampler is not None

    def tick(self) -> None:
        """Sample, if it is time."""
        if not self._interval or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._interval
        try:
            if self._sampler is None:  # the first sample has nothing before it
                self._sampler = _sampler(includes_itself=False)
            else:
                self._log(self._sampler.sample(), int(time.monotonic() - self._began))
        except Exception:  # noqa: BLE001 - psutil raises many kinds of errors, such as without /proc
            self._interval = 0.0


class SamplingThread:
    """Samples in a thread, until `stop` is called.

    Parameters
    ----------
    log : callable
        Gets the metrics and their step: whole seconds since the beginning.
    interval : float
        Seconds between two samples.
    """

    def __init__(self, log: Log, interval: float) -> None:
        self._running = allocate_lock()
        self._running.acquire()
        # `threading.Thread` waits for the beginning of the thread: 64 runs at once wait for each other.
        start_new_thread(_sample_until_free, (self._running, log, interval))

    def stop(self) -> None:
        """End the thread; a sample that is being taken is not waited for."""
        if self._running.locked():
            self._running.release()


def _sample_until_free(running: LockType, log: Log, interval: float) -> None:
    """Sample as long as the lock is held."""
    began = time.monotonic()
    if running.acquire(timeout=min(1.0, interval)):  # a short run needs no sampler
        return
    try:
        sampler = _sampler(includes_itself=True)
        while not running.acquire(timeout=interval):
            log(sampler.sample(), int(time.monotonic() - began))
    except Exception:  # noqa: BLE001 - the run has ended meanwhile, or any error of psutil
        return


def _sampler(*, includes_itself: bool) -> Sampler:
    from gittrack.record.machine.usage.sampler import Sampler  # noqa: PLC0415 - a short run takes no sample

    return Sampler(includes_itself=includes_itself)
