"""``mlflow.tracking``: the client, and where runs are recorded."""

from __future__ import annotations

from typing import Any

from gittrack.integrations.base import notices
from gittrack.integrations.mlflow.client import MlflowClient

__all__ = ["MlflowClient", "get_tracking_uri", "is_tracking_uri_set", "set_tracking_uri"]


def set_tracking_uri(uri: Any) -> None:
    """Print once that runs are recorded in the repository."""
    notices.print_once(
        f"mlflow.set_tracking_uri({str(uri)!r:.60}) is ignored: runs are recorded in your repository; "
        "git track push shares them"
    )


def get_tracking_uri() -> str:
    """Return that runs are recorded in git."""
    return "git"


def is_tracking_uri_set() -> bool:
    """Return False: nothing has to be set."""
    return False
