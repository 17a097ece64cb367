"""Whoever runs a command through the launcher, and has a say in how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gittrack.core.run import events


class Guest:
    """What the launcher asks while it runs a command; these answers leave everything to the launcher."""

    def run_with(self, recipe: str) -> str | None:
        """Return the id of a finished run with this recipe that will do; None: run the command."""
        return None

    def reason_to_end(self) -> str | None:
        """Return why the command has to end now, None to go on.  Called about 5 times a second."""
        return None

    def facts_of_end(
        self, state: events.JournalState, facts: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return further facts of the run, which ends with ``facts``."""
        return {}
