"""Sweeps as they are stored, in a repository with one commit."""

from __future__ import annotations

import pytest

from gittrack import git
from gittrack.sweeping import stored

SWEEP_FACTS = {
    "method": "grid",
    "metric": "loss",
    "goal": "minimize",
    "created": "2026-01-01T00:00:00Z",
    "experiment": "default",
    "command": ["true"],
    "params": {"lr": 0.1},
}
TEXT = b"method: grid  # as it was written\n"


@pytest.fixture
def repo(project):
    return git.find()


@pytest.fixture
def create(repo, scratch):
    """Create a sweep of the code as it is now."""

    def create(sweep_id="20260101-000000-aaaa1111", **more):
        code = stored.capture_code(repo, scratch / f"code-{sweep_id}")
        return stored.create(repo, sweep_id, code, TEXT, {**SWEEP_FACTS, **more})

    return create
