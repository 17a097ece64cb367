"""A project in which a test uses gittrack as another tool; what prints once prints in every test."""

from __future__ import annotations

import os

import pytest

from gittrack.integrations.base import notices


@pytest.fixture
def begin_session(project, monkeypatch):
    """Return a function that begins a session of a module, without the variables of the user."""

    def begin(session, variables):
        for name in list(os.environ):
            if name.startswith(variables):
                monkeypatch.delenv(name)
        monkeypatch.setattr(notices, "_printed", set())
        monkeypatch.setattr(session, "_session", session._Session())

    return begin
