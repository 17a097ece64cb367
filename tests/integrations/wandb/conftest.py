"""A project in which a test uses gittrack as W&B."""

from __future__ import annotations

import pytest

from gittrack.integrations.wandb import session


@pytest.fixture
def wandb(begin_session):
    begin_session(session, "WANDB_")
    import gittrack.integrations.wandb as module

    yield module
    module.finish()
