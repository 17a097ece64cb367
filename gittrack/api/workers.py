"""Whether this process records: ranks other than zero, and workers of a process that records, do not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gittrack.api import messages
from gittrack.core import layout
from gittrack.disk import lock
from gittrack.record.ending import process_end

_LOCAL_RANKS = ("LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
_ZERO = ("", "0", "-1")


def silent_because() -> str | None:
    """Return why this process records nothing, None if it records."""
    rank = _rank()
    if rank not in _ZERO:
        return f"rank {rank} of a distributed job records nothing, rank 0 does"
    lock_file = _lock_of_parent()
    if lock_file is not None:
        return (
            f"worker processes record nothing, their parent process records {lock_file.parent.name}"
        )
    return None


def say_once(reason: str) -> None:
    """Print why nothing is recorded: once for all workers of a run, and in rank 1 for all ranks."""
    lock_file = _lock_of_parent()
    if lock_file is None:
        first = _rank() == "1" and "rank" not in _SAID
        _SAID.add("rank")
    else:
        first = _create(lock_file.with_name(layout.WORKERS))
    if first:
        messages.show(reason)


_SAID: set[str] = set()


def _rank() -> str:
    """Return the rank of this process: as torch has it, else as the variables of launchers say."""
    torch = sys.modules.get("torch.distributed")
    if torch is not None and torch.is_available() and torch.is_initialized():
        return str(torch.get_rank())
    if os.environ.get("RANK"):
        return os.environ["RANK"]
    ranks = (os.environ.get(name, "") for name in _LOCAL_RANKS)
    return next((rank for rank in ranks if rank not in _ZERO), "")


def _lock_of_parent() -> Path | None:
    """Return the lock of the run that a parent process records, if this is a worker of multiprocessing."""
    process = sys.modules.get("multiprocessing.process")
    if process is None or process.parent_process() is None:
        return None
    above = process_end.recording_above()
    return Path(above) if above and lock.is_held(Path(above)) else None


def _create(path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    except OSError:
        return False
    return True
