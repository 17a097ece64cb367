"""A difference between two runs that may be why their results differ, and its text."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.core.standard.collections import Sequence

# The kinds of reasons, the most likely one first.
SEED, PARAM, COMMAND, FOLDER, INPUT = "seed", "param", "command", "folder", "input"
CODE, DATA, WITHHELD, STOPPED = "code", "tracked data", "not captured with its code", "stopped"
PACKAGE, INTERPRETER, THREADS, VARIABLE = "package", "python", "threads", "variable"
SECRET, READ = "variable, values are not recorded", "file that it read"
DOCUMENT, CORES = "document", "usable processors"
HASH_SEED, LIBRARY, MACHINE, INEXACT = "hash seed", "library", "machine", "not exact"
KINDS = (
    *(STOPPED, SEED, PARAM, COMMAND, FOLDER, INPUT, CODE, DATA, READ),
    *(INTERPRETER, PACKAGE, CORES, THREADS, VARIABLE, SECRET, HASH_SEED),
    *(WITHHELD, INEXACT, LIBRARY, MACHINE, DOCUMENT),
)
_GROUPED = (INPUT, CODE, DATA, READ, WITHHELD, SECRET, DOCUMENT)  # one line names several of them
_MOST_NAMES, _MOST_LINES = 6, 20


class Reason(NamedTuple):
    """Something that differs between two runs and may be why their results differ.

    Attributes
    ----------
    kind
        One of `KINDS`.
    name
        Its name: a path, a param, a package, a variable; empty if the kind says it all.
    before, after
        The values in the first and the second run; None if they are not known or too long to print.
    """

    kind: str
    name: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        title = ": ".join(part for part in (self.kind, self.name) if part)
        if self.before is None and self.after is None:
            return title
        return f"{title}: {_plain(self.before)} -> {_plain(self.after)}"


def lines(rows: Sequence[Reason]) -> list[str]:
    """Return a line for each reason; files of one kind share a line."""
    texts: dict[tuple[str, str], list[Reason]] = {}
    for row in rows:
        key = (row.kind, "") if row.kind in _GROUPED else (row.kind, str(row))
        texts.setdefault(key, []).append(row)
    all_lines = [
        str(group[0]) if len(group) == 1 else f"{kind}: {_names([row.name for row in group])}"
        for (kind, _), group in texts.items()
    ]
    more = len(all_lines) - _MOST_LINES
    return [
        *all_lines[:_MOST_LINES],
        *([f"and {more} more: git track diff --env"] if more > 0 else []),
    ]


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _plain(value: object) -> str:
    return str(value) if isinstance(value, (str, int, float, list, dict)) else "none"


def although(rows: Sequence[Reason]) -> list[str]:
    """Return a line for each difference that did not change the result, without hash seeds."""
    changes = [row for row in rows if row.kind not in (HASH_SEED, STOPPED, WITHHELD, INEXACT)]
    return [f"although {line}" for line in lines(changes)]
