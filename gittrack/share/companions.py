"""What travels with runs without being named by the user: sweeps, commits, uncommitted files."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.run.run_info import RunInfo
from gittrack.share import remotes
from gittrack.share.remotes import Remote


def unpushed(repo: git.Repo, remote: str, infos: Sequence[RunInfo]) -> tuple[tuple[str, str], ...]:
    """Return the code commits that travel with runs and that no branch of the remote has."""
    commits = dict.fromkeys(info.code.commit for info in infos if info.code.commit)
    if not commits:
        return ()
    feed = "".join(f"{oid}\n" for oid in commits).encode()
    options = ("--format=%H %s", "--no-show-signature", f"--remotes={remote}")
    lines = repo.read("log", "--stdin", *options[:2], "--not", options[2], feed=feed)
    words = (line.partition(" ") for line in lines.decode(errors="replace").split("\n")[:-1])
    return tuple((oid, subject) for oid, _, subject in words)


def uncommitted(repo: git.Repo, infos: Sequence[RunInfo]) -> tuple[tuple[str, int], ...]:
    """Return the runs whose code has uncommitted files, with the numbers of files."""
    snapshots = dict.fromkeys(info.code.snapshot for info in infos if info.code.snapshot)
    if not snapshots:
        return ()
    feed = "".join(f"{oid}\n" for oid in snapshots).encode()
    listing = repo.read("diff-tree", "--stdin", "-r", "--root", "--name-only", "-z", feed=feed)
    counts: dict[str, int] = {}
    current = ""
    for word in os.fsdecode(listing).split("\0"):
        if word in snapshots:
            current = word
        elif word:
            counts[current] = counts.get(current, 0) + 1
    return tuple(
        (info.id, counts.get(info.code.snapshot, 0)) for info in infos if info.code.snapshot
    )


def sweeps(
    repo: git.Repo, target: Remote, infos: Sequence[RunInfo], *, is_all: bool
) -> tuple[str, ...]:
    """Return the refs of the sweeps to send: all, or those of the chosen runs."""
    here = remotes.refs_here(repo, layout.SWEEPS)
    missing = [ref for ref, oid in here.items() if target.refs.get(ref) != oid]
    of_runs = {info.sweep.id for info in infos if info.sweep is not None}
    return tuple(ref for ref in missing if is_all or ref[len(layout.SWEEPS) :] in of_runs)
