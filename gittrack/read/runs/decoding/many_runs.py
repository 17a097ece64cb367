"""Decode many runs together; what is not usual is left to `reader.decode`, which decodes one run."""

from __future__ import annotations

from itertools import islice
from operator import getitem

from gittrack import git
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterable, Iterator, Sequence
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw

_BLOCK = 256  # runs that are decoded together
_MANY = 64  # runs; fewer are decoded one after the other
_FEW = 8  # runs with the same keys; fewer are decoded one after the other
_LONGEST = 1 << 16  # bytes of a body; longer ones have too many different lines
Keys = tuple[str, ...]


def decoded(repo: git.Repo, raws: Sequence[Raw]) -> list[RunInfo]:
    """Return what `reader.decode` returns for each run."""
    if len(raws) < _MANY:
        return [reader.decode(repo, raw) for raw in raws]
    from gittrack.read.runs.decoding import batch  # noqa: PLC0415 - most listings are short

    infos: list[RunInfo | None] = [None] * len(raws)
    for keys, bodies in _by_keys(raws).items():
        if len(bodies) >= _FEW:
            of_keys = batch.decoded(keys, bodies.values(), _beside([raws[n] for n in bodies]))
            for number, info in zip(bodies, of_keys, strict=True):
                infos[number] = info
    pairs = zip(raws, infos, strict=True)
    return [info or reader.decode(repo, raw) for raw, info in pairs]


def _by_keys(raws: Iterable[Raw]) -> dict[Keys, dict[int, Keys]]:
    """Return {keys of the lines: {number of a run: texts of its lines}}."""
    groups: dict[Keys, dict[int, Keys]] = {}
    keys: Keys = ()
    starts: list[str] = []
    behind: list[slice] = []
    for number, raw in enumerate(raws):
        lines = _lines(raw)
        if len(lines) != len(starts) or not all(map(str.startswith, lines, starts)):
            keys, colons, _ = zip(*[line.partition(": ") for line in lines or [""]], strict=True)
            starts = [f"{key}: " for key in keys] if "" not in colons else []
            behind = [slice(len(start), None) for start in starts]
        if starts:  # most runs have the keys of the run before
            groups.setdefault(keys, {})[number] = tuple(map(getitem, lines, behind))
    return groups


def _lines(raw: Raw) -> list[str]:
    """Return the lines of a body; [] if it has none, or unusual ones."""
    if raw.body is None or raw.info or raw.annotations or raw.metrics is not None:
        return []
    if len(raw.body) > _LONGEST:
        return []
    try:
        return raw.body.decode().strip("\n").split("\n")
    except UnicodeDecodeError:
        return []


def _beside(raws: Sequence[Raw]) -> dict[str, Sequence[str | None]]:
    """Return what is not in the bodies, as columns."""
    return {
        "id": [raw.id for raw in raws],
        "experiment": [raw.experiment for raw in raws],
        "commit": [raw.commit for raw in raws],
        "ref": [reader.ref_of(raw) for raw in raws],
    }


class DamageCount:
    """Counts the runs that cannot be read, while runs are decoded one after the other.

    ``damaged`` is the number of those of which only the decoded body shows it, ``all`` that of all of them,
    and ``newer`` has the ids of the runs that a newer gittrack wrote.
    """

    def __init__(self) -> None:
        self.damaged = self.all = 0
        self.newer: list[str] = []

    def add(self, raw: Raw, info: RunInfo) -> None:
        """Count a run."""
        is_undecodable = raw.body is not None and reader.is_damaged(info)
        self.damaged += is_undecodable
        self.all += is_undecodable or raw.problem is not None
        if reader.is_newer(raw):
            self.newer.append(raw.id)

    def decoded(self, repo: git.Repo, raws: Iterable[Raw]) -> Iterator[RunInfo]:
        """Yield the decoded runs, and count them."""
        rest = iter(raws)
        while block := list(islice(rest, _BLOCK)):
            for raw, info in zip(block, decoded(repo, block), strict=True):
                self.add(raw, info)
                yield info
