"""Add params to a run that is going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.record import journal, session


def warn_stored_as_text(names: Sequence[str]) -> None:
    """Print which params are stored as text, because their values have no plain form."""
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        shown = ", ".join(names[:5])
        session.warn([f"stored as text, because no plain value: {shown}{more} (in the params)"])


def log_params(
    book: journal.Journal,
    new: Mapping[str, Any],
    *,
    allow_change: bool = False,
    hint: str = "log it under another name, or pass allow_change=True",
) -> OSError | None:
    """Add params to a run; the same name with another value is an error that names both, with the ``hint``.

    Raises TrackError; returns the OSError of a disk that has no room just now.
    """
    if not allow_change:
        _check_unchanged(book.params(), new, (), hint)
    return book.append(events.PARAMS, values=dict(new))


def _check_unchanged(
    old: Mapping[str, Any], new: Mapping[str, Any], path: tuple[str, ...], hint: str
) -> None:
    for key, value in new.items():
        if key not in old:
            continue
        both = isinstance(value, Mapping) and isinstance(old[key], Mapping)
        if both:
            _check_unchanged(old[key], value, (*path, key), hint)
        elif not nested.same(old[key], value):
            name = ".".join((*path, key))
            raise TrackError(
                f"the param {name!r} is {old[key]!r} already and cannot become {value!r}",
                hint,
            )
