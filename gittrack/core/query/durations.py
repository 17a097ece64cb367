"""Durations as people write them (``7d``, ``1h30min``), and dates as prefixes of ISO 8601."""

from __future__ import annotations

import re

from gittrack.core.standard.later import datetime

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
    """Return the seconds of a duration: ``90s``, ``5min``, ``1h30min``, ``7d``, ``2w``, ``1y``.

    Raises ValueError if the text is not a duration.
    """
    total, at = 0.0, 0
    while match := _PART.match(text, at):
        total += float(match[1]) * _SECONDS[match[2]]
        at = match.end()
    if at != len(text) or not text.strip():
        raise ValueError(f"{text!r} is not a duration; write 90s, 5min, 12h, 7d or 2w")
    return total


# The grammar of dates: a year, and as many more parts of ISO 8601 as the user writes; the zone is the last.
_MOMENT = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<part>\.[0-9]{1,9})?)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_NAMES = ("year", "month", "day", "hour", "minute", "second")
_LENGTHS = (4, 7, 10, 13, 16, 19)  # of a date with a year, with a month, ...


def moment(text: str) -> str:
    """Return a date or a time in the form that the facts of a run have.

    The result has the precision of the text: ``2026-02`` is a prefix of every time in that month.

    Parameters
    ----------
    text : str
        A prefix of ISO 8601.  Without a zone it is in UTC.

    Raises
    ------
    ValueError
        If the text is not a date.
    """
    match = _MOMENT.fullmatch(text)
    try:
        return _in_utc(match) if match else _refuse(text)
    except (ValueError, OverflowError):
        return _refuse(text)


def _refuse(text: str) -> str:
    raise ValueError(f"{text!r} is not a date; write 2026-02-01 or 2026-02-01T14:30")


def _in_utc(match: re.Match[str]) -> str:
    names = [name for name in _NAMES if match[name] is not None]
    fields = [int(match[name]) for name in names]
    parsed = datetime.datetime(*[*fields, *(1, 1, 1)[len(fields) :]], tzinfo=datetime.timezone.utc)  # type: ignore[misc, arg-type]
    precision = len(names)
    zone = match["zone"] or "Z"
    if zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        if hours > 23 or minutes > 59:
            raise ValueError(zone)
        offset = datetime.timedelta(hours=hours, minutes=minutes)
        parsed = parsed - offset if zone[0] == "+" else parsed + offset
        precision = max(precision, 5) if minutes else precision
    part = (match["part"] or "")[:4]  # facts have milliseconds
    return (
        parsed.strftime("%Y").zfill(4)
        + parsed.strftime("-%m-%dT%H:%M:%S")[: _LENGTHS[precision - 1] - 4]
        + part
    )
