"""What each parameter of a search has to do with the score, as lines for people."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack.analysis.sweep_view import Importance
from gittrack.show.terminal import text

_FEW = 20
_LITTLE = 0.005
_CUT, _LEAST = 40, 12  # letters of a name


def page(found: Sequence[Importance], width: int | None = None) -> str:
    """Return a line for each parameter, in the given order, and how far to trust them; nothing for none.

    ``width`` is that of the terminal: the names are cut to what is left of it.
    """
    if not found:
        return ""
    rest = max(len(_about(one)) for one in found) + len("    100 %  ")
    cut = _CUT if width is None else max(_LEAST, min(_CUT, width - rest))
    rows = [
        [f"  {text.shorten(text.escape(one.name), cut)}", _share(one), _about(one)] for one in found
    ]
    lines = ["what each parameter explains, alone:", *text.columns(rows, [False, True])]
    trials = max(one.trials for one in found)
    if trials < _FEW and any(one.share is not None for one in found):
        lines.append(f"  (of {trials} configurations only: take it as a hint)")
    return "".join(f"{line}\n" for line in lines)


def _share(one: Importance) -> str:
    return "-" if one.share is None else f"{100 * one.share:.0f} %"


def _interval(one: Importance) -> str:
    """Return `` (31 to 74 %)``, or nothing if the share has no interval."""
    if one.low is None or one.high is None:
        return ""
    return f" ({100 * one.low:.0f} to {100 * one.high:.0f} %)"


def _about(one: Importance) -> str:
    if one.share is None:
        return one.why
    if one.correlation is None or one.method != "rank correlation":
        return one.method + _interval(one)
    way = "" if one.share < _LITTLE else f", {'more' if one.correlation > 0 else 'less'} is better"
    return f"{one.method} {one.correlation:+.2f}{way}{_interval(one)}"
