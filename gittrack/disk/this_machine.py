"""Which machine this is: whether a process that wrote its name down could still be alive elsewhere.

The lock of a journal says nothing about a process on another host if the file system does not share locks
between hosts.
"""

from __future__ import annotations

import os
import time

from gittrack.core.fast_typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

_BOOT_ID = "/proc/sys/kernel/random/boot_id"


def process() -> dict[str, Any]:
    """Return what identifies this process everywhere: host, boot and process id."""
    facts = {"host": os.uname().nodename, "boot": _boot(), "pid": os.getpid()}
    return {key: value for key, value in facts.items() if value is not None}


def _boot() -> str | None:
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            return file.read().strip()
    except OSError:  # a system without /proc
        return None


def may_live_elsewhere(process: Any, touched: float, patience: float) -> bool:
    """Return whether a process may be alive on a machine whose locks are not seen here.

    ``process`` is what `process` returned there, ``touched`` the moment of the last write to its files, and
    ``patience`` the seconds without a write after which it counts as dead.
    """
    if not isinstance(process, dict) or not isinstance(process.get("host"), str):
        return False  # an earlier version did not write it
    boot, own_boot = process.get("boot"), _boot()
    if boot == own_boot and (boot is not None or process["host"] == os.uname().nodename):
        return False  # one kernel, maybe another container: its locks are seen
    if process["host"] == os.uname().nodename and touched < _started():
        return False  # this machine, before it was started again
    return time.time() - touched < patience


def _started() -> float:
    """Return the moment at which this machine was started."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() - time.clock_gettime(clock) if clock is not None else 0.0
