"""Spans of time as people write them (``7d``, ``1h30min``), and moments as prefixes of ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_SECONDS = {
    **dict.fromkeys(("s", "sec"), 1),
    **dict.fromkeys(("m", "min"), 60),
    "h": 3600,
    "d": 86400,
    "w": 7 * 86400,
    "y": 365 * 86400,
}
_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(sec|min|[smhdwy])\s*")


def seconds(text: str) -> float:
    """Return the seconds of a span: ``90s``, ``5min``, ``1h30min``, ``7d``, ``2w``, ``1y``.

    Raises ValueError where the text is no span.
    """
    total, at = 0.0, 0
    while match := _PART.match(text, at):
        total += float(match[1]) * _SECONDS[match[2]]
        at = match.end()
    if at != len(text) or not text.strip():
        raise ValueError(f"{text!r} is no span of time; write 90s, 5min, 12h, 7d or 2w")
    return total


def moment(text: str) -> str:
    """Return a date or time, in UTC where it names no zone, as it would stand in a run's facts.

    It keeps the precision that it was written with: ``2026-02`` is the beginning of every moment of
    that month.  Raises ValueError where the text is neither.
    """
    found = re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", text)
    if found:
        return text
    try:
        if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", text):  # a week, or without dashes
            raise ValueError
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
        if parsed.tzinfo is None:
            return text.replace(" ", "T")
        return parsed.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a date; write 2026-02-01 or 2026-02-01T14:30") from None
