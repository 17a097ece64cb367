"""One event of the model registry: a tag, read."""

from __future__ import annotations

from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry.names import Mark
from gittrack.core.registry.tag_message import Text


class Event(NamedTuple):
    """One tag of the registry: what its name and its text say, and the id of the tag object."""

    mark: Mark
    tag: str
    oid: str
    text: Text

    @property
    def why(self) -> str:
        """The reason that was given."""
        return str(self.text.facts.get("why") or "")

    @property
    def at(self) -> str:
        """When it was, ISO 8601 in UTC: for display, never for order."""
        moment = self.text.facts.get("at")
        if isinstance(moment, str):
            return moment
        from gittrack.core.run.run_info import iso  # noqa: PLC0415 - our own tags say it themselves

        return iso(self.text.seconds)
