"""The identity of this machine, and whether a recorded process could still be alive on another one.

If a file system does not share locks between hosts, the lock of a journal does not show a process of another
host.
"""

from __future__ import annotations

import os
import time

from gittrack.core.standard.collections import Callable
from gittrack.core.standard.typing import Any

_BOOT_ID = "/proc/sys/kernel/random/boot_id"


def process() -> dict[str, Any]:
    """Return the identity of this process among all machines: host, boot and process id."""
    facts = {"host": os.uname().nodename, "boot": _boot(), "pid": os.getpid()}
    return {key: value for key, value in facts.items() if value is not None}


def _boot() -> str | None:
    try:
        with open(_BOOT_ID, "rb") as file:
            return file.read().decode().strip()
    except OSError:  # a system without /proc
        return None


def is_alive(process: dict[str, Any]) -> bool:
    """Return whether a process, given as the result of `process`, is alive on this machine."""
    same = process.get("boot") == _boot() and process.get("host") == os.uname().nodename
    if not same or not isinstance(process.get("pid"), int):
        return False
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def may_live_elsewhere(process: Any, touched: float, patience: Callable[[], float]) -> bool:
    """Return whether a process may be alive on a machine whose locks are not visible here.

    Parameters
    ----------
    process
        The result of `process` on the other machine; anything else counts as not alive.
    touched
        The time of the last write to its files, in seconds since 1970.
    patience
        Returns the time without a write after which the process counts as dead, in seconds.  It is called
        only if the rest does not decide.
    """
    if not isinstance(process, dict) or not isinstance(process.get("host"), str):
        return False  # written by an earlier version
    boot, own_boot = process.get("boot"), _boot()
    if boot == own_boot and (boot is not None or process["host"] == os.uname().nodename):
        return False  # the same kernel, maybe another container: its locks are visible
    if process["host"] == os.uname().nodename and touched < _started():
        return False  # this machine, before its last start
    return time.time() - touched < patience()


def _started() -> float:
    """Return the time of the last start of this machine, in seconds since 1970; 0 if unknown."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() - time.clock_gettime(clock) if clock is not None else 0.0
