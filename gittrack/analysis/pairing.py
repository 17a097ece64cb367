"""Pair the files of two runs whose names were made from the clock, the host or a process id.

TensorBoard names its files ``events.out.tfevents.1772273422.host.123.0``, and many programs name a folder
``runs/20260228-101022``.  Such names differ in every run.  Two files are a pair if their names are equal
after each part that the clock made was replaced by its kind.
"""

from __future__ import annotations

import re

from gittrack.analysis.span import Span
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.core.standard.functools import partial

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_CLOCK = r"(?:[01]\d|2[0-3])[-_:.hH]?[0-5]\d(?:[-_:.mM]?[0-5]\d(?:[.,_-]?\d{3,6})?)?s?"
_DATE = r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"


def _is_date(text: str, span: Span) -> bool:
    """Return whether a date is a day of the run, and a time behind it a time of the run."""
    digits = re.sub(r"\D", "", text)
    year, month, day, clock = digits[:4], digits[4:6], digits[6:8], digits[8:]
    return span.has_day(int(month), int(day), int(year)) and (not clock or _is_clock(clock, span))


def _is_clock(text: str, span: Span) -> bool:
    digits = re.sub(r"\D", "", text)
    start = 3600 * int(digits[:2]) + 60 * int(digits[2:4]) + int(digits[4:6] or 0)
    minutes = span if len(digits) > 4 else span._replace(started=span.started - 60)
    return minutes.has_at_some_hour(start)


def _is_month(text: str, span: Span) -> bool:
    digits = re.findall(r"\d+", text)
    month = _MONTHS.index(text[:3]) + 1
    return span.has_day(month, int(digits[0])) and _is_clock("".join(digits[1:]), span)


def _is_epoch(text: str, span: Span) -> bool:
    digits = text.partition(".")[0]
    return span.has(int(digits[:10]))


def _is_event_file(text: str, span: Span) -> bool:
    return _is_epoch(text.split(".")[1], span)


def _always(text: str, span: Span) -> bool:
    return True


# In this order: an earlier pattern replaces its text before the later ones see the name.
_PATTERNS: tuple[tuple[re.Pattern[str], str, Callable[[str, Span], bool]], ...] = (
    # TensorBoard: seconds, host, process id and a counter.
    (
        re.compile(r"tfevents\.\d{9,}\..+?(?=\.v2$|\.profile-empty$|$)"),
        "tfevents.<clock>",
        _is_event_file,
    ),
    (re.compile(rf"(?<!\d){_DATE}[-_T. ]*{_CLOCK}Z?(?!\d)"), "<clock>", _is_date),
    # TensorBoard's default folder: Feb28_10-10-22_host.
    (
        re.compile(rf"(?<![A-Za-z]){_MONTH}[-_]?\d\d?[-_]\d\d[-_:]\d\d[-_:]\d\d(?!\d)"),
        "<clock>",
        _is_month,
    ),
    (re.compile(rf"(?<!\d){_DATE}(?!\d)"), "<date>", _is_date),
    (re.compile(r"(?<!\d)(?:[01]\d|2[0-3])[-_:][0-5]\d[-_:][0-5]\d(?!\d)"), "<time>", _is_clock),
    # Seconds, or milliseconds and so on, since 1970: the years 2001 to 2033.
    (re.compile(r"(?<!\d)1\d{9}(?:\.\d+|\d{3}|\d{6}|\d{9})?(?!\d)"), "<seconds>", _is_epoch),
    (
        re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        "<uuid>",
        _always,
    ),
    (re.compile(r"(?<=pid)[-_=]?\d+"), "<pid>", _always),
)


def pattern(path: str, span: Span) -> str:
    """Return a path with the parts that the clock made replaced by their kinds.

    Parameters
    ----------
    path : str
        The path of a file.
    span : Span
        The time of the run.  A date or time that is not of the run may be a result, and stays.
    """
    for expression, kind, is_of_run in _PATTERNS:
        path = expression.sub(partial(_kind_or_text, kind, is_of_run, span), path)
    return path


def _kind_or_text(
    kind: str, is_of_run: Callable[[str, Span], bool], span: Span, match: re.Match[str]
) -> str:
    return kind if is_of_run(match[0], span) else match[0]


def pairs(
    first: Iterable[str], second: Iterable[str], spans: tuple[Span, Span]
) -> list[tuple[str, str]]:
    """Return the pairs of paths of two runs, in the order of the first.

    A path that both runs have is a pair with itself.  The other paths are paired by their patterns.  If
    several paths have one pattern, they are paired in the order of their names if both runs have equally
    many; otherwise none of them is paired, because nothing says which belong together.

    Parameters
    ----------
    first, second : iterable of str
        The paths of the files of each run.
    spans : (Span, Span)
        The times of both runs.

    Returns
    -------
    list of (str, str)
        The path of a file in the first run, and its path in the second.
    """
    ours, theirs = list(dict.fromkeys(first)), list(dict.fromkeys(second))
    both = set(ours) & set(theirs)
    our_groups = _by_pattern(ours, both, spans[0])
    their_groups = _by_pattern(theirs, both, spans[1])
    partner = {path: path for path in both}
    for name, paths in our_groups.items():
        candidates = their_groups.get(name, [])
        if len(paths) == len(candidates):
            partner.update(zip(sorted(paths), sorted(candidates), strict=True))
    return [(path, partner[path]) for path in ours if path in partner]


def _by_pattern(paths: Sequence[str], both: set[str], span: Span) -> Mapping[str, list[str]]:
    """Return {pattern: paths}, without the paths of both runs and those that the clock did not make."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        name = pattern(path, span)
        if path not in both and name != path:
            groups.setdefault(name, []).append(path)
    return groups
