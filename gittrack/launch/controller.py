"""Decisions of the caller while the launcher runs a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gittrack.core.run import events


class Controller:
    """What the launcher asks while it runs a command; these defaults change nothing."""

    def existing_run(self, recipe: str) -> str | None:
        """Return the id of a finished run to use instead, or None to run the command."""
        return None

    def reason_to_end(self) -> str | None:
        """Return why the command must end now, or None to go on; called about 5 times a second."""
        return None

    def facts_of_end(
        self, state: events.JournalState, facts: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return further facts for a run that ends with ``facts``."""
        return {}
