"""What a rerun would execute, found without executing any of it."""

from __future__ import annotations

import os
import posixpath

from gittrack import git
from gittrack.core.standard.collections import Iterator
from gittrack.read.runs.record import RunRecord

_MOST_FILES = 20


def executed(repo: git.Repo, run: RunRecord) -> list[str]:
    """Return the files of the code that the command names, each with the id of its content.

    ``python -m package.module`` names a file too.  What those import or start is code of the same commit.
    """
    state = run.info.code.state
    if state is None or git.missing_objects(repo, [state]):
        return []
    files = []
    for path in dict.fromkeys(_candidates(run)):
        line = repo.read("ls-tree", "--full-tree", state, "--", f":(literal){path}").decode()
        mode, kind, oid = (*line.split("\t")[0].split(), "", "", "")[:3]
        if kind == "blob" and mode != "120000":
            files.append(f"{path}  {oid[:12]}")
    return files


def _candidates(run: RunRecord) -> Iterator[str]:
    """Yield what may be a path from the root of the code, for each word of the command."""
    words = run.info.command
    for before, word in zip(("", *words), words, strict=False):
        if before == "-m":
            stem = word.replace(".", "/")
            yield from (_from_root(run, f"{stem}{end}") for end in (".py", "/__main__.py"))
        elif word and not word.startswith("-") and not os.path.isabs(word) and "\0" not in word:
            yield _from_root(run, word)


def _from_root(run: RunRecord, path: str) -> str:
    return posixpath.normpath(posixpath.join(run.info.cwd or ".", path))


def changed(repo: git.Repo, run: RunRecord) -> list[str]:
    """Return the files that differ from the commit that is checked out here, with lines added and removed.

    The commits themselves are compared: what a run from elsewhere records about its changes may be false.
    """
    state, here = run.info.code.state, git.resolve(repo, "HEAD")
    if state is None or here is None or git.missing_objects(repo, [state]):
        return []
    lines = git.diff(repo, here, state, "--numstat").decode(errors="surrogateescape").splitlines()
    columns = (line.split("\t", 2) for line in lines)
    files = [f"{name}  +{added} -{removed}" for added, removed, name in columns]
    more = len(files) - _MOST_FILES
    return [*files[:_MOST_FILES], f"and {more} more files"] if more > 0 else files


def against_head(repo: git.Repo, run: RunRecord) -> str:
    """Return how the code differs from the commit that is checked out here, as the end of a sentence."""
    state = run.info.code.state
    if state is None or git.missing_objects(repo, [state]):
        return ", which is not in this repository"
    here = git.resolve(repo, "HEAD")
    if here is None:
        return ""
    stat = git.diff(repo, here, state, "--shortstat").decode().strip()
    return f"; from your HEAD: {stat}" if stat else ", as your HEAD"
