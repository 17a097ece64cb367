"""A project in which a test uses gittrack as MLflow."""

from __future__ import annotations

import pytest

from gittrack.integrations.mlflow import autologging, session


@pytest.fixture
def mlflow(begin_session):
    begin_session(session, "MLFLOW_")
    import gittrack.integrations.mlflow as module

    yield module
    while module.active_run() is not None:
        module.end_run()
    autologging.autolog(disable=True)
