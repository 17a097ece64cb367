"""Find settings of remotes with which a plain fetch or push can delete or overwrite runs or models.

These refs have the same names here and on a remote.  So a fetch with pruning deletes refs that were not
pushed yet, and a ``+`` overwrites the refs of one side with those of the other side.
"""

from __future__ import annotations

import os
import shlex
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.git import refs

_SETTINGS = r"^(remote\..*\.(fetch|push|mirror|prune|prunetags)|fetch\.(prune|prunetags))$"
_TAGS = "refs/tags/"
_CONTENTS = {
    layout.RUNS: "runs",
    layout.SWEEPS: "sweeps",
    "refs/trash/": "the trash",
    "refs/models/": "models",
    layout.NOTES: "annotations",
    layout.ARCHIVE: "folded runs",
    _TAGS: "tags of models",
}


class Risk(NamedTuple):
    """A line of git's configuration that can lose data, and what to do about the line."""

    problem: str
    remedy: str


class _Setting(NamedTuple):
    """A line of git's configuration; ``remote`` is empty for ``fetch.*``, ``name`` ends the key."""

    origin: str
    key: str
    remote: str
    name: str
    value: str

    def is_on(self) -> bool:
        return self.value.strip().lower() not in ("false", "no", "off", "0", "")


def risks(repo: git.Repo) -> list[Risk]:
    """Return the configured lines that can lose runs, sweeps, models, their tags or annotations."""
    lines = list(_lines(repo))
    namespaces = [name for name in _CONTENTS if name != _TAGS or _has_models(repo)]
    return [
        risk
        for remote in dict.fromkeys(line.remote for line in lines if line.remote)
        if not (repo.work_tree is None and _is_set(lines, remote, "mirror"))  # a backup
        for risk in _of_remote(lines, remote, namespaces)
    ]


def _has_models(repo: git.Repo) -> bool:
    return any(mark in tag.name for tag in refs.below(repo, _TAGS) for mark in "@#")


def _lines(repo: git.Repo) -> Iterator[_Setting]:
    args = ("config", "--show-origin", "-z", "--get-regexp", _SETTINGS)
    words = os.fsdecode(repo.call(*args).wait().out).split("\0")
    for origin, setting in zip(words[::2], words[1::2], strict=False):
        key, equals, value = setting.partition("\n")
        remote, _, name = key.partition(".")[2].rpartition(".")
        yield _Setting(origin, key, remote, name, value if equals else "true")


def _is_set(lines: Sequence[_Setting], remote: str, name: str) -> bool:
    """Return whether a setting is on for a remote; the key of the remote overrides ``fetch``."""
    specific = [line for line in lines if line.remote == remote and line.name == name]
    general = [line for line in lines if not line.remote and line.name == name]
    return next((line.is_on() for line in reversed(general + specific)), False)


def _of_remote(lines: Sequence[_Setting], remote: str, namespaces: Sequence[str]) -> Iterator[Risk]:
    prunes = _is_set(lines, remote, "prune")
    mine = [line for line in lines if line.remote == remote]
    excluded = [_Refspec(line.value) for line in mine if line.value.startswith("^")]
    for line in mine:
        if line.name == "mirror" and line.is_on():
            yield _risk(
                line, "git push deletes refs on the remote that others pushed and you did not fetch"
            )
        elif line.name == "prunetags" and _TAGS in namespaces and line.is_on() and prunes:
            yield _risk(line, f"git fetch deletes {_CONTENTS[_TAGS]} that were not pushed")
        elif line.name in ("fetch", "push"):
            spec = _Refspec(line.value)
            touched = [
                name
                for name in namespaces
                if spec.writes(name) and not any(exclusion.writes(name) for exclusion in excluded)
            ]
            effect = _effect(line.name, spec, touched, prunes) if touched else ""
            if effect:
                yield _risk(line, effect)
    if prunes and _TAGS in namespaces and not any(line.name == "prunetags" for line in mine):
        for line in lines:
            if not line.remote and line.name == "prunetags" and line.is_on():
                yield _risk(line, f"git fetch deletes {_CONTENTS[_TAGS]} that were not pushed")


def _effect(verb: str, spec: _Refspec, touched: Sequence[str], prunes: bool) -> str:
    contents = ", ".join(_CONTENTS[name] for name in touched)
    if verb == "push":
        if spec.deletes:
            return f"git push deletes {contents} on the remote"
        return f"git push overwrites {contents} on the remote" if spec.forced else ""
    if prunes and spec.is_pattern:
        return f"git fetch deletes {contents} that were not pushed, because pruning is on"
    if spec.forced:
        return f"git fetch overwrites {contents} with those of the remote"
    if spec.is_pattern and list(touched) != [_TAGS]:
        return f"git fetch --prune deletes {contents} that were not pushed"
    return ""


class _Refspec:
    """One refspec: ``[+^]source[:destination]``."""

    def __init__(self, text: str) -> None:
        source, colon, destination = text.lstrip("+^").partition(":")
        self.forced = text.startswith("+")
        self.deletes = bool(colon and not source and destination)
        self.target = destination if colon else source
        self.is_pattern = "*" in self.target

    def writes(self, namespace: str) -> bool:
        """Return whether the destination of the refspec is in a namespace, or contains it."""
        head = self.target.partition("*")[0]
        if not self.is_pattern and not namespace.endswith("/"):
            return head == namespace
        return head.startswith(namespace) or (self.is_pattern and namespace.startswith(head))


def _risk(line: _Setting, effect: str) -> Risk:
    problem = f"{line.key} is {line.value}: {effect}"
    kind, _, path = line.origin.partition(":")
    if kind != "file":
        return Risk(problem, f"remove this setting; it comes from: {line.origin}")
    argv = ["git", "config", "--file", path, "--fixed-value", "--unset-all", line.key, line.value]
    remedy = shlex.join(argv)
    return Risk(problem, f"remove it: {remedy}; docs/sharing.md shows how to share runs without it")
