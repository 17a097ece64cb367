"""One event of the model registry: a tag that was read."""

from __future__ import annotations

from gittrack.core.registry.names import Mark
from gittrack.core.registry.tag_message import Text
from gittrack.core.standard.typing import NamedTuple


class Event(NamedTuple):
    """One tag of the registry: its parsed name, its text, and the id of the tag object."""

    mark: Mark
    tag: str
    oid: str
    text: Text

    @property
    def why(self) -> str:
        """The reason in the message, or an empty string."""
        return str(self.text.facts.get("why") or "")

    @property
    def at(self) -> str:
        """The time of the event, ISO 8601 in UTC: for display, never for the order."""
        moment = self.text.facts.get("at")
        if isinstance(moment, str):
            return moment
        from gittrack.core.run.run_info import iso  # noqa: PLC0415 - our own tags have the time in the message

        return iso(self.text.seconds)
