"""git/files/commit_graph: damage that git does not name, or with which it stops."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

from gittrack.git.files import commit_graph

Layers = tuple[Path, list[Path]]


@pytest.fixture
def layers(empty_repo) -> Layers:
    """The chain of three layers of a commit graph, and their files, the lowest first."""
    for number in range(3):
        run_values.commit(empty_repo, number)
        run_git(".", "commit-graph", "write", "--reachable", "--split=no-merge")
    chain = Path(".git/objects/info/commit-graphs/commit-graph-chain")
    files = [chain.parent / f"graph-{name}.graph" for name in chain.read_text().split()]
    for path in (chain, *files):
        path.chmod(0o644)
    assert problem() == ""
    return chain, files


def problem() -> str:
    return commit_graph.problem(".git/objects/info/commit-graphs", "sha1")


def cut(chain: Path, files: list[Path]) -> None:
    files[1].write_bytes(files[1].read_bytes()[:-30])


def lose(chain: Path, files: list[Path]) -> None:
    files[1].unlink()


def exchange(chain: Path, files: list[Path]) -> None:
    os.replace(files[2], files[1])


def reorder(chain: Path, files: list[Path]) -> None:
    chain.write_text("".join(f"{line}\n" for line in chain.read_text().split()[::-1]))


def forget_the_lowest(chain: Path, files: list[Path]) -> None:
    chain.write_text("".join(chain.read_text().splitlines(keepends=True)[1:]))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "does not have its checksum"),
        (lose, "is missing"),
        (exchange, "does not have its checksum"),
        (reorder, "has other layers below"),
        (forget_the_lowest, "has other layers below"),
    ],
)
def test_a_damaged_layer_is_named(layers: Layers, damage: Callable[..., None], words: str):
    damage(*layers)
    assert words in problem()


def test_a_layer_may_be_in_a_repository_that_objects_are_borrowed_from(layers: Layers):
    run_git(".", "clone", "-q", "--mirror", "--shared", ".", "../borrower.git")
    run_git("../borrower.git", "commit-graph", "write", "--reachable", "--split")
    chain = Path("../borrower.git/objects/info/commit-graphs")
    chain.mkdir(exist_ok=True)
    (chain / "commit-graph-chain").write_text(layers[0].read_text())
    assert commit_graph.problem(str(chain), "sha1") == ""
    assert commit_graph.size(str(chain)) == 0


def test_old_layers_and_a_graph_that_is_gone_are_no_damage(layers: Layers):
    before = layers[1][0].read_bytes()
    run_git(".", "commit-graph", "write", "--reachable", "--split=replace")
    layers[1][0].write_bytes(before[:-1])
    assert problem() == ""
    assert commit_graph.problem(".git/objects/info/commit-graph", "sha1") == ""
