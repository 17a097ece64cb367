"""The paths that git ignores in one clone: ``info/exclude``, which is never committed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gittrack.core.standard.collections import Sequence
from gittrack.git import Repo


def add(repo: Repo, paths: Sequence[str]) -> list[str]:
    """Add paths inside the work tree to the file; return those that were not in it before."""
    patterns = _patterns(repo, paths)
    lines = _lines(repo)
    new = [pattern for pattern in patterns if pattern not in lines]
    if new:
        _write(repo, [*lines, *new])
    return [patterns[pattern] for pattern in new]


def remove(repo: Repo, paths: Sequence[str]) -> None:
    """Remove paths that `add` added."""
    patterns = _patterns(repo, paths)
    lines = _lines(repo)
    rest = [line for line in lines if line not in patterns]
    if rest != lines:
        _write(repo, rest)


def _patterns(repo: Repo, paths: Sequence[str]) -> dict[str, str]:
    """Return {pattern: path from the top} of the paths inside the work tree and outside git's own folder.

    A path with a line break is left out, because no line of the file can mean it.
    """
    top = os.path.realpath(repo.work_tree or repo.git_dir)
    git_folder = os.path.realpath(repo.common_dir)
    full = [os.path.realpath(path) for path in paths]
    inside = [p for p in full if _is_below(p, top) and not _is_below(p, git_folder)]
    relative = [os.path.relpath(path, top) for path in inside if "\n" not in path]
    return {_pattern(path): path for path in relative}


def _pattern(path: str) -> str:
    """Return the line that means only this path; git ignores spaces and a CR at the end of a line."""
    escaped = re.sub(r"[*?\[\\]| (?= *\Z)", r"\\\g<0>", path)
    return "/" + re.sub(r"\r\Z", "[\r]", escaped)


def _is_below(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder


def _file(repo: Repo) -> Path:
    return Path(repo.common_dir, "info", "exclude")


def _lines(repo: Repo) -> list[str]:
    try:
        text = _file(repo).read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return []
    return text.removesuffix("\n").split("\n") if text else []


def _write(repo: Repo, lines: Sequence[str]) -> None:
    file = _file(repo)
    file.parent.mkdir(exist_ok=True)
    incoming = file.with_name(f".exclude-{os.getpid()}")
    try:
        text = "".join(f"{line}\n" for line in lines)
        incoming.write_bytes(text.encode("utf-8", "surrogateescape"))
        incoming.replace(file)
    finally:
        incoming.unlink(missing_ok=True)
