"""Whether two runs wrote the same files, by the digests that each run recorded of what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gittrack.analysis import pairing
from gittrack.read.runs.record import RunRecord

_MOST_NAMES = 5


class WrittenComparison(NamedTuple):
    """How many files two runs wrote with the same content, and the files of which this is not so."""

    equal: int = 0
    differing: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[str, ...]:
        """Why equal results do not prove equal runs: files differ whose content was not kept."""
        more = len(self.differing) - _MOST_NAMES
        names = ", ".join(self.differing[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
        sentence = f"the runs wrote other files, which only --output would compare: {names}"
        return (sentence,) if self.differing else ()


def compare(a: RunRecord, b: RunRecord) -> WrittenComparison:
    """Compare what two runs wrote without ``--output``.

    Nothing is compared if it is not known of one of them: an earlier version, or another run at that time.
    A file whose name was made from the clock is paired with its counterpart.
    """
    first, second = _files(a), _files(b)
    if first is None or second is None:
        return WrittenComparison()
    pairs = pairing.pairs(first, second)
    equal = [x for x, y in pairs if _digest(first[x]) == _digest(second[y])]
    others = (first.keys() - set(equal)) | (second.keys() - {y for _, y in pairs})
    return WrittenComparison(len(equal), tuple(sorted(others)))


def _files(run: RunRecord) -> Mapping[str, Mapping[str, Any]] | None:
    """Return {path: entry} of what a run wrote; None if it is not known."""
    written = run.written
    if "files" not in written or written.get("problem"):
        return None
    return {str(entry["path"]): entry for entry in written["files"]}


def _digest(entry: Mapping[str, Any]) -> object:
    return entry.get("canonical") or entry.get("sha256")
