"""Add params to a live run."""

from __future__ import annotations

from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.record.active import warning

if TYPE_CHECKING:
    from gittrack.record import journal


def warn_stored_as_text(names: Sequence[str]) -> None:
    """Warn about the params that are stored as text because their values have no plain form."""
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        first = ", ".join(names[:5])
        warning.warn([f"stored as text, because not a plain value: {first}{more} (in the params)"])


def log_params(
    book: journal.Journal,
    new: Mapping[str, Any],
    *,
    allow_change: bool = False,
    hint: str = "log it under another name, or pass allow_change=True",
) -> OSError | None:
    """Add params to a run.

    Parameters
    ----------
    book : Journal
        The journal of the run.
    new : mapping
        The params, nested.
    allow_change : bool, default False
        Whether a param may get another value.
    hint : str
        The hint of the error if a param has another value already.

    Returns
    -------
    OSError or None
        The error if the params are only in memory for now, because the disk has no room.

    Raises
    ------
    TrackError
        If a param has another value already, unless ``allow_change``.
    """
    if not allow_change:
        _check_unchanged(book.params(), new, hint)
    return book.append(events.PARAMS, values=dict(new))


def _check_unchanged(old: Mapping[str, Any], new: Mapping[str, Any], hint: str) -> None:
    changed = nested.conflicts(old, new)
    if changed:
        path = changed[0]
        before, after = nested.at_keys(old, path), nested.at_keys(new, path)
        raise TrackError(
            f"the param {'.'.join(path)!r} is {before!r} already and cannot become {after!r}", hint
        )
