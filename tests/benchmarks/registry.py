"""The model registry at 1,500 tags, as whole processes, against ``git for-each-ref`` over the same tags.

After ``git gc`` git lists them in less time than an interpreter takes to start: that is told without a bar.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import repos
from measure import Row, against, alternate, cli, git, quietly

import gittrack
from gittrack import git as git_layer
from gittrack.core.registry import names, tag_message
from gittrack.core.registry.names import Mark
from gittrack.git import objects

MODELS, VERSIONS = 15, 50  # each version registered and promoted once: two tags
BAR = 4
PLAIN = ["git", "for-each-ref", "refs/tags"]


def rows(scratch: Path) -> Iterator[Row]:
    """Yield each verb with the tags as they were written, and as they are after ``git gc``."""
    repo = with_tags(scratch / "models")
    yield from _verbs(repo, "loose")
    git(repo, "gc", "-q")
    for row in _verbs(repo, "after git gc"):
        yield row._replace(bar="", over=None)
    python = [sys.executable, "-c", ""]
    start = [*cli(), "-V"]
    times = alternate(lambda: quietly(start, repo), lambda: quietly(python, repo), 25)
    yield against("git-track -V, against python -c ''", *times, 99)._replace(bar="", over=None)


def _verbs(repo: Path, state: str) -> Iterator[Row]:
    turns = itertools.count(1)
    verbs = {
        "model ls": lambda: ["model", "ls"],
        "model show NAME@production": lambda: ["model", "show", "m7@production"],
        "model promote": lambda: ["model", "promote", f"m7@{next(turns) % 40 + 1}", "staging"],
    }
    for name, words in verbs.items():
        times = alternate(
            lambda words=words: quietly([*cli(), *words()], repo), lambda: quietly(PLAIN, repo), 25
        )
        yield against(f"{name}, {MODELS * VERSIONS * 2:,} tags {state}", *times, BAR)


def with_tags(path: Path) -> Path:
    """Make a repository of runs, registered and promoted, and return its folder."""
    repos.with_runs(path, MODELS * VERSIONS)
    commits = git(path, "for-each-ref", "--format=%(objectname)", "refs/runs").split()
    place = git_layer.find(path)
    store = objects.Store(git_layer.object_store_path(place), place.hash_name, flush=False)
    lines = []
    for number, commit in enumerate(commits):
        model, version = f"m{number % MODELS}", number // MODELS + 1
        for mark in (
            Mark(model, names.REGISTER, f"v{version}.0.0"),
            Mark(model, names.PROMOTE, "", "production", version),
        ):
            facts = {
                "model": model,
                "version": f"v{version}.0.0",
                "metrics": {"m0": 0.5},
                "by": "A B <a@b.c>",
            }
            text = tag_message.message((mark.kind, f"{model} v{version}"), facts)
            name = names.format_tag(mark)
            oid = store.keep(
                b"tag", tag_message.payload(commit, name, "A B <a@b.c>", 10**9 + number, text)
            )
            lines.append(f"create refs/tags/{name} {oid}\n")
    git(path, "update-ref", "--stdin", feed="".join(lines).encode())
    registry = gittrack.registry(repo=path)
    for number in range(MODELS):
        registry.promote(f"m{number}", VERSIONS, "staging")
    return path
