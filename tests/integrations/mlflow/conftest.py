"""A project in which a test uses gittrack as MLflow."""

from __future__ import annotations

import os

import pytest

from gittrack.integrations.base import notices
from gittrack.integrations.mlflow import autologging, session


@pytest.fixture
def mlflow(project, monkeypatch):
    for name in list(os.environ):
        if name.startswith("MLFLOW_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(notices, "_printed", set())
    monkeypatch.setattr(session, "_session", session._Session())
    import gittrack.integrations.mlflow as module

    yield module
    while module.active_run() is not None:
        module.end_run()
    autologging.autolog(disable=True)
