"""Pair the files of two runs whose names were made from the clock, the host or a process id.

TensorBoard names its files ``events.out.tfevents.1772273422.host.123.0``, and many programs name a folder
``runs/20260228-101022``.  Such names differ in every run.  Two files are a pair if their names are equal
after each part that the clock made was replaced by its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"(?:[01]\d|2[0-3])[-_:.hH]?[0-5]\d(?:[-_:.mM]?[0-5]\d(?:[.,_-]?\d{3,6})?)?s?"
_DATE = r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
# In this order: an earlier pattern replaces its text before the later ones see the name.
_PATTERNS = (
    # TensorBoard: seconds, host, process id and a counter.
    (re.compile(r"tfevents\.\d{9,}\..+?(?=\.v2$|\.profile-empty$|$)"), "tfevents.<clock>"),
    (re.compile(rf"(?<!\d){_DATE}[-_T. ]*{_CLOCK}Z?(?!\d)"), "<clock>"),
    # TensorBoard's default folder: Feb28_10-10-22_host.
    (re.compile(rf"(?<![A-Za-z]){_MONTH}[-_]?\d\d?[-_]\d\d[-_:]\d\d[-_:]\d\d(?!\d)"), "<clock>"),
    (re.compile(rf"(?<!\d){_DATE}(?!\d)"), "<date>"),
    (re.compile(r"(?<!\d)(?:[01]\d|2[0-3])[-_:][0-5]\d[-_:][0-5]\d(?!\d)"), "<time>"),
    # Seconds, or milliseconds and so on, since 1970: the years 2001 to 2033.
    (re.compile(r"(?<!\d)1\d{9}(?:\.\d+|\d{3}|\d{6}|\d{9})?(?!\d)"), "<seconds>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"(?<=pid)[-_=]?\d+"), "<pid>"),
)


def pattern(path: str) -> str:
    """Return a path with the parts that the clock makes replaced by their kinds."""
    for expression, kind in _PATTERNS:
        path = expression.sub(kind, path)
    return path


def pairs(first: Iterable[str], second: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of paths of two runs, in the order of the first.

    A path that both runs have is a pair with itself.  The other paths are paired by their patterns.  If
    several paths have one pattern, they are paired in the order of their names if both runs have equally
    many; otherwise none of them is paired, because nothing says which belong together.

    Parameters
    ----------
    first, second : iterable of str
        The paths of the files of each run.

    Returns
    -------
    list of (str, str)
        The path of a file in the first run, and its path in the second.
    """
    ours, theirs = list(dict.fromkeys(first)), list(dict.fromkeys(second))
    both = set(ours) & set(theirs)
    our_groups, their_groups = _by_pattern(ours, both), _by_pattern(theirs, both)
    partner = {path: path for path in both}
    for name, paths in our_groups.items():
        candidates = their_groups.get(name, [])
        if len(paths) == len(candidates):
            partner.update(zip(sorted(paths), sorted(candidates), strict=True))
    return [(path, partner[path]) for path in ours if path in partner]


def _by_pattern(paths: Sequence[str], both: set[str]) -> Mapping[str, list[str]]:
    """Return {pattern: paths}, without the paths of both runs and those that the clock did not make."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        name = pattern(path)
        if path not in both and name != path:
            groups.setdefault(name, []).append(path)
    return groups
