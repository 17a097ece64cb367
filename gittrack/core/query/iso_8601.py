"""Times in ISO 8601 in the forms of other tools, with the same result on every version of Python.

`datetime.fromisoformat` of Python 3.10 refuses what later versions read: fractions of other than three or six
digits, offsets without a colon, and dates without hyphens.
"""

from __future__ import annotations

import re
from datetime import datetime

_TIME = re.compile(
    r"(?P<year>\d{4})(?P<hyphen>-?)(?P<month>\d\d)(?P=hyphen)(?P<day>\d\d)"
    r"(?:.(?P<hour>\d\d)(?:(?P<colon>:?)(?P<minute>\d\d)(?:(?P=colon)(?P<second>\d\d)(?:[.,](?P<part>\d+))?)?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def seconds(text: str) -> float:
    """Return the seconds since 1970; without an offset, the time is local.

    Raises ValueError if the text is not a time.
    """
    match = _TIME.fullmatch(text)
    return datetime.fromisoformat(_full(match) if match else text).timestamp()


def _full(match: re.Match[str]) -> str:
    """Return the time in the only form that Python 3.10 reads, with microseconds."""
    year, month, day, hour, minute, second, part = (
        match[name] or "00" for name in ("year", "month", "day", "hour", "minute", "second", "part")
    )
    zone = (match["zone"] or "").replace("Z", "+00").replace(":", "")
    offset = f"{zone[:3]}:{zone[3:] or '00'}" if zone else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}.{part[:6]:0<6}{offset}"
