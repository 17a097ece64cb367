"""The runs that are to be pushed in the background and were not pushed yet, as files below .git/gittrack."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Container, Mapping
from gittrack.core.standard.contextlib import suppress
from gittrack.core.standard.typing import NamedTuple
from gittrack.disk import folders
from gittrack.share import remotes


class Failure(NamedTuple):
    """The last try to push in the background, if it failed: ``at`` in seconds since 1970."""

    at: float
    reason: str


def listed(repo: git.Repo) -> list[str]:
    """Return the refs of the runs that wait; some of them may be going on."""
    folder = layout.waiting_dir(repo.common_dir)
    waiting = []
    with suppress(FileNotFoundError):
        for run_id in sorted(filter(layout.is_id, os.listdir(folder))):
            with suppress(FileNotFoundError), open(os.path.join(folder, run_id), "rb") as file:
                ref = file.read(4096).decode(errors="replace").strip()
                if layout.parse_run_ref(ref) is not None:
                    waiting.append(ref)
    return waiting


def drop(repo: git.Repo, refs: Container[str]) -> None:
    """Forget runs that need not wait any more."""
    for ref in listed(repo):
        if ref in refs:
            with suppress(FileNotFoundError):
                os.unlink(_path(repo, ref.rpartition("/")[2]))


def settle(repo: git.Repo, accepted: Container[str], remote_refs: Mapping[str, str]) -> None:
    """Forget the runs that a remote has: those that it accepted now, and those that it had already.

    A run that goes on again since it was pushed still waits.
    """
    waiting = listed(repo)
    if not waiting:
        return
    here, live = remotes.refs_here(repo, layout.RUNS), layout.live_dir(repo.common_dir)
    drop(
        repo,
        {
            ref
            for ref in waiting
            if (ref in accepted or (ref in here and here[ref] == remote_refs.get(ref)))
            and not os.path.exists(f"{live}/{ref.rpartition('/')[2]}")
        },
    )


def drop_lost(repo: git.Repo) -> None:
    """Forget runs that do not exist: neither as a commit nor as a journal."""
    here = remotes.refs_here(repo, layout.RUNS)
    live = layout.live_dir(repo.common_dir)
    lost = {
        ref
        for ref in listed(repo)
        if ref not in here and not os.path.exists(f"{live}/{ref.rpartition('/')[2]}")
    }
    now = remotes.refs_here(repo, layout.RUNS)  # a run may have been committed in between
    drop(repo, lost - now.keys())


def last_failure(repo: git.Repo) -> Failure | None:
    """Return why the last try to push in the background failed; None if it did not fail."""
    try:
        with open(_path(repo, _FAILURE), encoding="utf-8", errors="replace") as file:
            moment, _, reason = file.read(4096).partition(" ")
        return Failure(float(moment), reason.strip())
    except (FileNotFoundError, ValueError):
        return None


def note_failure(repo: git.Repo, reason: str | None) -> None:
    """Record why a try failed; None after a try that did not fail."""
    path = _path(repo, _FAILURE)
    if reason is None:
        with suppress(FileNotFoundError):
            os.unlink(path)
        return
    folders.make(os.path.dirname(path))
    with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{time.time():.0f} {' '.join(reason.split())}\n")


_FAILURE = "failure"


def _path(repo: git.Repo, name: str) -> str:
    return os.path.join(layout.waiting_dir(repo.common_dir), name)
