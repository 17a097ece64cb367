"""The best verdict of a run, from its recorded reproductions."""

from __future__ import annotations

from pathlib import Path

import pytest
import run_values
from helpers import git as run_git

from gittrack.core.errors import Damaged
from gittrack.models import verdicts


def rerun(repo, number: int, **values):
    """Commit a run that reproduces run 1."""
    return run_values.commit(repo, number, reproduces=run_values.run_id(1), **values)


def best(repo, run) -> str | None:
    """Return the level of the best verdict."""
    judged = verdicts.best(repo, run)
    return judged and judged.level


@pytest.fixture
def run(empty_repo):
    return run_values.commit(empty_repo, metrics={"loss": 0.5})


def test_a_run_without_a_reproduction_has_no_verdict(empty_repo, run):
    run_values.commit(empty_repo, 2, metrics={"loss": 0.5})  # an equal run, but not a reproduction
    assert best(empty_repo, run) is None


def test_the_best_reproduction_counts_in_any_order(empty_repo, run):
    rerun(empty_repo, 2, status="failed", metrics={"loss": 0.5})
    worst = best(empty_repo, run)
    rerun(empty_repo, 3, metrics={"loss": 0.75})
    better = best(empty_repo, run)
    rerun(empty_repo, 4, metrics={"loss": 0.5})
    assert (worst, better) == ("FAILED", "DIFFERENT")
    assert best(empty_repo, run) not in ("FAILED", "DIFFERENT", None)
    assert verdicts.best(empty_repo, run).rerun == run_values.run_id(4)


def test_a_reproduction_of_another_run_does_not_count(empty_repo, run):
    other = run_values.commit(empty_repo, 5, metrics={"loss": 0.5})
    rerun(empty_repo, 2, metrics={"loss": 0.75})
    assert best(empty_repo, other) is None


def lose_tree(repo, run) -> None:
    """Delete the tree of a run commit, as a failing disk does."""
    tree = run_git(".", "rev-parse", f"{run.commit}^{{tree}}")
    Path(repo.common_dir, "objects", tree[:2], tree[2:]).unlink()


def test_a_reproduction_that_cannot_be_read_proves_nothing(empty_repo, run):
    lose_tree(empty_repo, rerun(empty_repo, 2, metrics={"loss": 0.75}))
    assert best(empty_repo, run) is None
    rerun(empty_repo, 3, status="failed")
    assert best(empty_repo, run) == "FAILED"


def test_a_run_that_cannot_be_read_is_damaged(empty_repo, run):
    lose_tree(empty_repo, run)
    with pytest.raises(Damaged):
        verdicts.best(empty_repo, run)
