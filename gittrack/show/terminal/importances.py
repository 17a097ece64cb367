"""The importance of each parameter of a search, as lines for people."""

from __future__ import annotations

from gittrack.analysis.sweep_view import Importance
from gittrack.core.standard.collections import Sequence
from gittrack.show.terminal import text

_FEW = 20
_NEGLIGIBLE = 0.005
_CUT, _LEAST = 40, 12  # letters of a name


def page(importances: Sequence[Importance], width: int | None = None) -> str:
    """Return a line for each parameter, in the given order; empty if there is none.

    If there are few trials, the last line warns about it.

    Parameters
    ----------
    importances : sequence of Importance
        The importance of each parameter.
    width : int, optional
        The width of the terminal in columns; longer names are shortened to fit.
    """
    if not importances:
        return ""
    rest = max(len(_about(item)) for item in importances) + len("    100 %  ")
    cut = _CUT if width is None else max(_LEAST, min(_CUT, width - rest))
    rows = [
        [f"  {text.shorten(text.escape(item.name), cut)}", _share(item), _about(item)]
        for item in importances
    ]
    lines = ["what each parameter explains, alone:", *text.columns(rows, [False, True])]
    trials = max(item.trials for item in importances)
    if trials < _FEW and any(item.share is not None for item in importances):
        lines.append(f"  (of {trials} configurations only: take it as a hint)")
    return "".join(f"{line}\n" for line in lines)


def _share(item: Importance) -> str:
    return "-" if item.share is None else f"{100 * item.share:.0f} %"


def _interval(item: Importance) -> str:
    """Return `` (31 to 74 %)``, or nothing if the share has no interval."""
    if item.low is None or item.high is None:
        return ""
    return f" ({100 * item.low:.0f} to {100 * item.high:.0f} %)"


def _about(item: Importance) -> str:
    if item.share is None:
        return item.why
    if item.correlation is None or item.method != "rank correlation":
        return item.method + _interval(item)
    direction = (
        ""
        if item.share < _NEGLIGIBLE
        else f", {'more' if item.correlation > 0 else 'less'} is better"
    )
    return f"{item.method} {item.correlation:+.2f}{direction}{_interval(item)}"
