"""Whether this process records: ranks other than zero, and workers of a process that records, do not."""

from __future__ import annotations

import os
import sys

from gittrack.api import messages
from gittrack.core import layout
from gittrack.core.standard.pathlib import Path
from gittrack.disk import folders
from gittrack.record.ending import process_end

_LOCAL_RANKS = ("LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
_JOB_RANKS = ("OMPI_COMM_WORLD_RANK", "PMI_RANK", "JSM_NAMESPACE_RANK")
_ZERO = ("", "0", "-1")


def silent_rank() -> str | None:
    """Return why this process records nothing, if its rank is not zero."""
    rank = _rank()
    return (
        None if rank in _ZERO else f"rank {rank} of a distributed job records nothing, rank 0 does"
    )


def print_silent_rank(reason: str) -> None:
    """Print why this rank records nothing: once, and only in rank 1."""
    if _rank() == "1":
        _print_once(reason)


def parent() -> int | None:
    """Return the process id of the parent if this is a worker process of multiprocessing, else None."""
    # A module that another thread imports just now does not have the function yet.
    process = getattr(sys.modules.get("multiprocessing.process"), "parent_process", None)
    creator = None if process is None else process()
    return None if creator is None else int(creator.pid)


def is_silent(live: Path) -> bool:
    """Return whether the parent of this worker process records a run in ``live``; print it once per run."""
    pid = parent()
    if pid is None:
        return False
    from gittrack.record.active import recorders  # noqa: PLC0415 - only a worker process needs it

    lock_file = recorders.lock_of(live, pid)
    if lock_file is None:
        return False
    if folders.claim(lock_file.with_name(layout.WORKERS)):
        run_id = lock_file.parent.name
        messages.show(f"worker processes record nothing, their parent process records {run_id}")
    return True


def without_run() -> bool:
    """Return whether this worker process may log without a run of its own; print that nothing is recorded."""
    if parent() is None:
        return False
    if not process_end.in_forked_child():
        _print_once("no run is active in this worker process: what it logs is not recorded")
    return True


_printed: set[str] = set()


def _print_once(reason: str) -> None:
    if reason not in _printed:
        _printed.add(reason)
        messages.show(reason)


def _rank() -> str:
    """Return the rank of this process: from torch, else from the variables of launchers."""
    torch = sys.modules.get("torch.distributed")
    if torch is not None and torch.is_available() and torch.is_initialized():
        return str(torch.get_rank())
    if os.environ.get("RANK"):
        return os.environ["RANK"]
    ranks = (os.environ.get(name, "") for name in (*_JOB_RANKS, *_LOCAL_RANKS))
    return next((rank for rank in ranks if rank not in _ZERO), "")
