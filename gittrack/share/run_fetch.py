"""Fetch runs by the ids that were seen; what git refuses does not stop the others."""

from __future__ import annotations

import errno
import os
import shlex

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.git import refs
from gittrack.share import transport
from gittrack.share.hosts import failures
from gittrack.share.remotes import Remote

_LEAST_ROOM = 64 << 10  # bytes; with less, git cannot write the refs of a few runs
_MOST_PARTS = 100  # fetches; one damaged run among 1,000 costs about 20


def fetch(
    repo: git.Repo,
    source: Remote,
    refs_there: Sequence[str],
    unattended: bool,
    prefix: str = layout.RUNS,
) -> tuple[dict[str, str], bool]:
    """Fetch runs; what git refuses does not stop the others.

    Return {ref: reason} of the runs whose objects git refuses, and whether every run was fetched.  The runs
    get the same names below ``prefix`` here.

    Git refuses all refs of a fetch if one object is damaged, or if the connection is cut.  So a fetch that
    failed is split in halves, until the damaged runs are alone, and a line that is always cut brings some.

    Raises
    ------
    TrackError
        If git cannot write here, if the remote cannot be reached any more, or if very many runs are damaged.
    """
    reasons: dict[str, str] = {}
    is_complete = True
    parts = [list(refs_there)]
    for _ in range(_MOST_PARTS):
        if not parts:
            return reasons, is_complete
        part = parts.pop()
        refspecs = source.exact(part, prefix)
        answer = transport.fetch(repo, source.route, refspecs, unattended=unattended)
        if answer.code == 0:
            continue
        _check_disk(repo, answer.err)
        is_complete = False
        if "" not in refs.commits(repo, [source.refs[ref] for ref in part]):
            continue
        was_cut = failures.was_cut(answer.err)
        if not was_cut:  # an error here says that the remote is gone, and not that a run is damaged
            transport.remote_refs(repo, source.route, layout.NOTES, unattended=unattended)
        if len(part) == 1 and was_cut:
            raise failures.failure(source.name, answer.err)
        if len(part) == 1:
            reasons[part[0]] = f"git refuses it: {failures.first_line(answer.err)}"
        else:
            parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    raise TrackError(
        f"many runs of {source.name} are damaged", "fetch single ones: git track pull ID"
    )


def _check_disk(repo: git.Repo, err: bytes) -> None:
    """Raise TrackError if a fetch failed because git cannot write here, which smaller fetches do not help.

    Git does not always print the reason, so the room on the disk is looked at, too.
    """
    status = os.statvfs(repo.common_dir)
    is_full = status.f_bavail * status.f_frsize < _LEAST_ROOM or (
        status.f_files > 0 and status.f_favail == 0
    )
    reason = failures.write_error(err) or (os.strerror(errno.ENOSPC) if is_full else "")
    if reason:
        hint = "make room, then pull again: it completes what is missing"
        raise TrackError(f"git cannot write here: {reason}", hint)


def difference(
    repo: git.Repo, ref: str, before: Mapping[str, str], selected: Mapping[str, str]
) -> str:
    """Return why a run that was fetched is not here as it is there."""
    lock = os.path.join(repo.common_dir, f"{ref}.lock")
    if os.path.exists(lock):
        remedy = f"if no git process is running here, rm {shlex.quote(lock)}, then pull again"
        return f"another git process locked it, or was killed: {remedy}"
    if ref not in before:
        return "git could not write it here: see git track doctor, then pull again"
    return f"{before[ref][:12]} here, {selected[ref][:12]} there: each side keeps its own"
