"""Which runs there are now, as git lists them."""

from __future__ import annotations

from operator import itemgetter

from gittrack import git
from gittrack.core import digests, layout
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence, Set
from gittrack.core.standard.typing import NamedTuple
from gittrack.folding import visible
from gittrack.git import refs
from gittrack.read.index.ref_files import RefFiles
from gittrack.read.runs import listing

_ID_LENGTH = 24


class ListedRefs(NamedTuple):
    """The runs that have refs, and what decides which folded ones there are besides.

    Parameters
    ----------
    lines : list of str
        The lines of the runs with refs, in the order of the refs.
    others : mapping
        {ref: id} of the refs besides runs.
    deciding : mapping
        {ref: id} of the archive and of the runs in the trash; empty if there is no archive.
    answer : refs.Listing
        What git listed.
    loose : frozenset of str
        Those lines whose refs are loose.
    """

    lines: list[str]
    others: Mapping[str, str]
    deciding: Mapping[str, str]
    answer: refs.Listing
    loose: frozenset[str] = frozenset()

    @property
    def folding(self) -> str:
        """The state of what decides; empty if there is no archive."""
        text = "\n".join(f"{oid} {ref}" for ref, oid in sorted(self.deciding.items()))
        return digests.text_of(text.encode(errors="surrogateescape")) if text else ""

    def with_folded(self, repo: git.Repo) -> tuple[list[str], frozenset[str]]:
        """Return the lines of all runs, newest first, and which of them are folded.

        Raises Damaged or GitError if the archive cannot be read.
        """
        if not self.deciding:
            return newest_first(self.lines), frozenset()
        folded = visible.lines(repo, self.answer, decided=self.deciding)
        return newest_first((*self.lines, *folded)), frozenset(folded)

    def digest_without(self, others: Set[str]) -> str:
        """Return the digest of the lines without some of them."""
        return digest([line for line in self.lines if line not in others] if others else self.lines)

    def are_few(self, repo: git.Repo, few: int) -> bool:
        """Return whether there are at most so many runs.  Raises as `with_folded`."""
        return len(self.lines) <= few and len(self.with_folded(repo)[0]) <= few


def list_refs(repo: git.Repo, files: RefFiles) -> ListedRefs | None:
    """Return what git lists; None if that is not plain, or not what the files of loose refs say."""
    answer = refs.listing(repo, *listing.namespaces(None), fresh=True)
    split = listing.split(answer)
    if split is None:
        return None
    lines, _ = split
    others = {ref.name: ref.oid for ref in listing.refs_before_runs(answer)}
    loose = frozenset(
        f"{oid} {name}" for name, oid in files.loose.items() if name.startswith(layout.RUNS)
    )
    if (loose and not loose.issubset(lines)) or not _has_loose(others, files.loose):
        return None
    deciding = visible.deciding(repo) if layout.ARCHIVE in others else {}
    return ListedRefs(lines, others, deciding, answer, loose)


def digest(lines: Iterable[str]) -> str:
    """Return what is the same for the same lines only."""
    text = "\n".join(lines).encode(errors="surrogateescape")
    return digests.text_of(text)


def _has_loose(others: Mapping[str, str], loose: Mapping[str, str]) -> bool:
    """Return whether a listing has the loose refs besides runs; git was not asked for the trash."""
    rest = {name for name in loose if not name.startswith((layout.RUNS, layout.TRASH))}
    return all(others.get(name) == loose[name] for name in rest)


def newest_first(lines: Sequence[str]) -> list[str]:
    """Return lines of runs in the order of their ids, and of their experiments if ids are equal.

    Refs have another order: a-b/ID, a/ID.
    """
    key: Callable[[str], str] = itemgetter(slice(-_ID_LENGTH, None))
    if len({*map(key, lines)}) < len(lines):
        key = _id_and_experiment
    return sorted(lines, key=key, reverse=True)


def _id_and_experiment(line: str) -> str:
    run_id, experiment, _, _ = listing.parts(line)
    return run_id + experiment
