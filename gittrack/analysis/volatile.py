"""Which metrics measure time or memory, and so differ in every run.

A name is split into words at ``_ . / -``, at other characters that are not letters or digits, and before the
capitals of camelCase.  A metric is volatile if its last words measure time or memory: ``epoch_time``,
``trainTime``, ``memory/peak_mb``.  ``sentiment_f1``, ``timeseries/val_mse`` and ``time_series_rmse`` are not.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from gittrack.core.run.run_info import SYSTEM
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.functools import lru_cache

VOLATILE = (
    *("time", "times", "seconds", "secs", "sec", "elapsed", "duration", "runtime"),
    *("memory", "rss", "per_s", "per_sec", "per_second", "sps", "fps"),
)
# Words that may follow: they say how the time or the memory was measured, not that something else was.
_STATISTICS = "total sum mean avg average median min max std peak current percent per"
_USES = "used allocated reserved free taken elapsed gpu cpu cuda wall train val eval test"
_UNITS = "s sec secs second seconds ms us ns mins minutes h hours b bytes kb mb gb kib mib gib"
_COUNTED = "epoch step iter iteration batch sample call"
_QUALIFIERS = frozenset(" ".join((_STATISTICS, _USES, _UNITS, _COUNTED)).split(" "))
_WILDCARDS = frozenset("*?[")
_SPLIT = re.compile(r"[\W_]+|(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=\d)")


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: ``val/epochTime`` has val, epoch and time."""
    return tuple(word.lower() for word in _SPLIT.split(name) if word)


@lru_cache(maxsize=4096)
def _is_volatile(name: str, patterns: tuple[str, ...]) -> bool:
    name_words = words(name)
    for pattern in patterns:
        if _WILDCARDS.isdisjoint(pattern):
            if any(_only_qualifies(rest) for rest in _rests(name_words, words(pattern))):
                return True
        elif fnmatchcase(name.lower(), pattern.lower()):
            return True
    return False


def is_volatile(name: str, patterns: Sequence[str] = VOLATILE) -> bool:
    """Return whether a metric measures time or memory; those of the machine (``system/...``) always do.

    Parameters
    ----------
    name : str
        The name of the metric.
    patterns : sequence of str, default VOLATILE
        Words, such as ``time`` or ``per_s``: a name that ends with one is volatile, or that has one and then
        only units and statistics.  A pattern with ``*``, ``?`` or ``[`` must match the whole name instead;
        the case does not matter.
    """
    return name.startswith(SYSTEM) or _is_volatile(name, tuple(patterns))


def _rests(name: tuple[str, ...], pattern: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words after each place in a name at which the words of a pattern stand."""
    size = len(pattern)
    for start in range(len(name) - size + 1 if size else 0):
        if name[start : start + size] == pattern:
            yield name[start + size :]


def _only_qualifies(rest: tuple[str, ...]) -> bool:
    return all(word in _QUALIFIERS or word.isdigit() for word in rest)
