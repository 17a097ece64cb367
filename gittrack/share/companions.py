"""What travels with runs without being named by the user: sweeps, commits, uncommitted files."""

from __future__ import annotations

import os
import re

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.share import remotes
from gittrack.share.remotes import Remote


class CodeOfRun(NamedTuple):
    """What a run says about its code and its sweep; empty texts if it says nothing.

    Parameters
    ----------
    id : str
        The id of the run.
    commit, snapshot : str
        The commit of its code, and the one with the uncommitted files.
    sweep : str
        The id of its sweep.
    """

    id: str
    commit: str = ""
    snapshot: str = ""
    sweep: str = ""


def code_of(repo: git.Repo, runs: Sequence[Raw]) -> list[CodeOfRun]:
    """Return what runs say about their code: three values of each, which is a tenth of decoding all."""
    return [
        CodeOfRun(raw.id, *(_text(raw.body, key) for key in _KEYS))
        for raw in reader.bodies(repo, list(runs))
        if raw.body is not None
    ]


_KEYS = ("code.commit", "code.snapshot", "sweep.id")


def _text(body: bytes, key: str) -> str:
    """Return one text of a run; empty for anything else, as in a run from elsewhere that is damaged."""
    try:
        value = commit_message.find(body, key)
    except ValueError:
        return ""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]*")


def unpushed(
    repo: git.Repo, remote: str, infos: Sequence[CodeOfRun]
) -> tuple[tuple[str, str], ...]:
    """Return the code commits that travel with runs and that no branch of the remote has."""
    commits = dict.fromkeys(info.commit for info in infos if info.commit)
    if not commits:
        return ()
    feed = "".join(f"{oid}\n" for oid in commits).encode()
    options = ("--format=%H %s", "--no-show-signature", f"--remotes={remote}")
    lines = repo.read("log", "--stdin", *options[:2], "--not", options[2], feed=feed)
    words = (line.partition(" ") for line in lines.decode(errors="replace").split("\n")[:-1])
    return tuple((oid, subject) for oid, _, subject in words)


def uncommitted(repo: git.Repo, infos: Sequence[CodeOfRun]) -> tuple[tuple[str, int], ...]:
    """Return the runs whose code has uncommitted files, with the numbers of files."""
    snapshots = dict.fromkeys(info.snapshot for info in infos if info.snapshot)
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
    return tuple((info.id, counts.get(info.snapshot, 0)) for info in infos if info.snapshot)


def sweeps(
    repo: git.Repo, target: Remote, infos: Sequence[CodeOfRun], *, is_all: bool
) -> tuple[str, ...]:
    """Return the refs of the sweeps to send: all, or those of the chosen runs."""
    here = remotes.refs_here(repo, layout.SWEEPS)
    missing = [ref for ref, oid in here.items() if target.refs.get(ref) != oid]
    of_runs = {info.sweep for info in infos}
    return tuple(ref for ref in missing if is_all or ref[len(layout.SWEEPS) :] in of_runs)
