"""Whether two runs wrote the same files, by the digests that each run recorded of what it wrote."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

from gittrack.analysis import pairing, span
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.read.runs.record import RunRecord

_MOST_NAMES = 5


class WrittenComparison(NamedTuple):
    """How many files two runs wrote with the same content.

    Attributes
    ----------
    equal : int
        The number of equal files; empty ones and links are no evidence.
    differing : tuple of str
        The files that differ, or that only one run wrote.
    left_out : mapping of str to tuple of str
        The names of the values that are times of the run, of files that are equal without them.
    problem : str
        Why nothing is compared although files may have been written.
    outside : tuple of str
        The links through which a run wrote outside of its tree: that content is not known.
    """

    equal: int = 0
    differing: tuple[str, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    outside: tuple[str, ...] = ()
    problem: str = ""

    @property
    def limits(self) -> tuple[str, ...]:
        """Why equal results do not prove equal runs: content that was not kept, or that nobody saw."""
        reasons = {
            "the runs wrote other files, which only --output would compare": self.differing,
            "what was written through these links, outside of the tree, is not known": self.outside,
        }
        return tuple(f"{reason}: {_listed(names)}" for reason, names in reasons.items() if names)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def compare(a: RunRecord, b: RunRecord) -> WrittenComparison:
    """Compare what two runs wrote without ``--output``.

    Nothing is compared if it is not known of one of them: an earlier version, or another run at that time.
    A file whose name was made from the clock is paired with its counterpart.
    """
    first, second = _files(a), _files(b)
    if first is None or second is None:
        problems = (run.written.get("problem") for run in (a, b))
        return WrittenComparison(problem=next(filter(None, problems), ""))
    outside = {path for files in (first, second) for path in files if files[path].get("outside")}
    first, second = ({p: e for p, e in f.items() if p not in outside} for f in (first, second))
    pairs = pairing.pairs(first, second, (span.of_run(a.info), span.of_run(b.info)))
    equal = {x for x, y in pairs if _digest(first[x]) == _digest(second[y])}
    others = (first.keys() - equal) | (second.keys() - {y for _, y in pairs})
    left_out = {
        x: tuple(dict.fromkeys((*first[x].get("left_out", ()), *second[y].get("left_out", ()))))
        for x, y in pairs
        if x in equal and first[x]["sha256"] != second[y]["sha256"]
    }
    left_out = {path: names for path, names in left_out.items() if names}
    count = sum(bool(first[path].get("size")) and "link" not in first[path] for path in equal)
    return WrittenComparison(count, tuple(sorted(others)), left_out, tuple(sorted(outside)))


def _files(run: RunRecord) -> Mapping[str, Mapping[str, Any]] | None:
    """Return {path: entry} of what a run wrote; None if it is not known."""
    written = run.written
    if "files" not in written or written.get("problem"):
        return None
    return {str(entry["path"]): entry for entry in written["files"]}


def _digest(entry: Mapping[str, Any]) -> object:
    return entry.get("canonical") or entry.get("sha256")
