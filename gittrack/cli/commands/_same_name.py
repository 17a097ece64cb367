"""Warnings about runs that have the same name: the name alone then addresses neither."""

from __future__ import annotations

from gittrack import git
from gittrack.core.run.run_info import RunInfo
from gittrack.read.runs import reader, resolve
from gittrack.show.terminal import text


def warnings(repo: git.Repo, info: RunInfo) -> list[str]:
    """Return a warning if another run has the name of this one."""
    others = resolve.named(repo, info.name) if info.name else []
    infos = [reader.decode(repo, run) for run in others if run.id != info.id]
    if not infos:
        return []
    name = text.escape(info.name or "")
    owned = resolve.owned_name(info, infos)
    if owned and all(other.user != info.user for other in infos):
        user = text.escape(str(infos[0].user))
        return [f"{name} is also the name of a run of {user}: type {text.escape(owned)}"]
    return [f"{name} is also the name of {infos[0].id}; rename one: git track rename RUN NAME"]
