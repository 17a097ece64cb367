"""A project in which a test uses gittrack as W&B; what prints once prints in every test."""

from __future__ import annotations

import os

import pytest

from gittrack.integrations.base import notices
from gittrack.integrations.wandb import session


@pytest.fixture
def wandb(project, monkeypatch):
    for name in list(os.environ):
        if name.startswith("WANDB_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(notices, "_printed", set())
    monkeypatch.setattr(session, "_session", session._Session())
    import gittrack.integrations.wandb as module

    yield module
    module.finish()
