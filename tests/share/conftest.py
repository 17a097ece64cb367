"""Three clones and one remote, with what people do in them as methods."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import record, repo

from gittrack import git
from gittrack.read.runs import reader
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of, trash_of
from gittrack.share import pull as pulling
from gittrack.share import push as pushing
from gittrack.share.choosing.options import PullOptions


class Clone:
    """A person's clone of the team's repository."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.enter = folder, lambda: monkeypatch.chdir(folder)
        self.repo = git.find(folder)

    def record(self, name: str, **more: float) -> str:
        self.enter()
        return record(name, {"loss": 1.0}, **more)

    def run(self, name: str):
        return next(raw for raw in self.raws() if name in self.names(raw))

    def raws(self):
        return source_of(self.repo).select(Request()).runs

    def names(self, *raws) -> list[str]:
        return sorted(str(reader.decode(self.repo, raw).name) for raw in raws or self.raws())

    def trash(self) -> list[str]:
        runs = trash_of(self.repo).select(Request()).runs
        return self.names(*runs) if runs else []

    def push(self, *names: str, **options):
        chosen = [self.run(name) for name in names] if names else None
        return pushing.push(self.repo, pushing.plan(self.repo, chosen, **options))

    def pull(self, *addresses: str, **options):
        experiment, n = options.pop("experiment", None), options.pop("n", None)
        choice = PullOptions(addresses, experiment, n, options.pop("artifacts", True))
        return pulling.pull(self.repo, choice, **options)


@pytest.fixture
def team(tmp_path, monkeypatch) -> list[Clone]:
    """Three clones of one bare repository, which prune at each plain fetch."""
    run_git(repo(path=tmp_path / "first"), "clone", "-q", "--bare", ".", "../server.git")
    for name in ("ann", "bob", "cid"):
        run_git(tmp_path, "clone", "-q", "server.git", name)
        run_git(tmp_path / name, "config", "fetch.prune", "true")
        run_git(tmp_path / name, "config", "user.name", name)
    return [Clone(tmp_path / name, monkeypatch) for name in ("ann", "bob", "cid")]
