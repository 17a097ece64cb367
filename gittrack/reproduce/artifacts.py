"""Whether two runs have the same artifacts: by their digests, else by their content."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.analysis import pairing, span
from gittrack.analysis.canonical import content as canonical
from gittrack.core.standard.collections import Mapping
from gittrack.read.runs.record import RunRecord

Items = Mapping[str, Mapping[str, Any]]  # the path and the entry of each artifact


class ArtifactComparison(NamedTuple):
    """How the artifacts of two runs compare, by the paths of the first run.

    Attributes
    ----------
    compared : int
        How many artifacts the runs have; a pair counts once.
    differing : tuple of str
        Those that only one run has, or whose content differs.
    lone : mapping of str to int
        Those that only one run has: 1 if the first has it, 2 if the second has it.
    unknown : tuple of str
        Those that cannot be compared, because a run has no digest of them.
    unwritten : tuple of str
        Those that were there before a run, which did not write them.
    left_out : mapping of str to tuple of str
        The names of the values that are times of the run, of files that are equal without them.
    """

    compared: int
    differing: tuple[str, ...]
    lone: Mapping[str, int]
    unknown: tuple[str, ...]
    unwritten: tuple[str, ...]
    left_out: Mapping[str, tuple[str, ...]]


def compare(a: RunRecord, b: RunRecord) -> ArtifactComparison:
    """Compare the artifacts of two runs; a name that the clock made is paired with its counterpart."""
    first, second = _written(a), _written(b)
    pairs = dict(pairing.pairs(first, second, (span.of_run(a.info), span.of_run(b.info))))
    only_second = second.keys() - set(pairs.values())
    lone = {path: 1 for path in first if path not in pairs} | dict.fromkeys(only_second, 2)
    unknown = [x for x, y in pairs.items() if not (_digest(first[x]) and _digest(second[y]))]
    differing, left_out = [*lone], {}
    for path, other in pairs.items():
        names = _omissions((a, first[path]), (b, second[other]))
        if names is None:
            differing.append(path)
        elif names:
            left_out[path] = names
    unwritten = {item["path"] for run in (a, b) for item in run.outputs} - {*first, *second}
    return ArtifactComparison(
        len(pairs) + len(lone) - len(unknown),
        tuple(sorted(differing)),
        dict(sorted(lone.items())),
        tuple(sorted(unknown)),
        tuple(sorted(unwritten)),
        left_out,
    )


def _written(run: RunRecord) -> dict[str, Mapping[str, Any]]:
    """Return the artifacts that the run wrote; a file that was there before proves nothing."""
    return {item["path"]: item for item in run.outputs if not item.get("unwritten")}


def _digest(item: Mapping[str, Any]) -> str | None:
    return item.get("sha256")


def _omissions(
    a: tuple[RunRecord, Mapping[str, Any]], b: tuple[RunRecord, Mapping[str, Any]]
) -> tuple[str, ...] | None:
    """Return the names that are left out of two artifacts so that they are equal; None if they differ.

    Of an artifact without a digest only the size can show that it differs.
    """
    first, second = a[1], b[1]
    if not _digest(first) or not _digest(second):
        sizes = (first.get("size"), second.get("size"))
        return () if None in sizes or sizes[0] == sizes[1] else None
    if _digest(first) == _digest(second):
        return ()
    contents = [_content(*pair) for pair in (a, b)]
    if contents[0] is None or contents[1] is None or contents[0].digest != contents[1].digest:
        return None
    return tuple(dict.fromkeys((*contents[0].left_out, *contents[1].left_out)))


def _content(run: RunRecord, item: Mapping[str, Any]) -> canonical.CanonicalDigest | None:
    """Return the content of an artifact; None if it is not here, or too large."""
    name = f"artifacts/{item['path']}"
    size = run.files().get(name)
    if size is None or size > canonical.LIMIT:
        return None
    return canonical.content(run.read(name), item["path"], span.of_run(run.info))
