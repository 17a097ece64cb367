"""Read the bodies of very many runs in blocks, so that memory does not grow with the number of runs."""

from __future__ import annotations

from itertools import chain, islice

from gittrack import git
from gittrack.core.standard.collections import Callable, Iterable, Iterator, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw

if TYPE_CHECKING:  # most repositories have no archive
    from gittrack.folding.visible import Messages

_SIZE = 4096  # runs in a block
LAZY = 1024  # runs; so many are held
_FEW = 32  # so many folded runs are read as commits


def with_bodies(repo: git.Repo, raws: Iterable[Raw], size: int = _SIZE) -> Iterator[list[Raw]]:
    """Yield runs with their bodies, a block at a time: see `blocks_with_bodies`."""
    rest = iter(raws)
    return blocks_with_bodies(repo, iter(lambda: list(islice(rest, size)), []))


def blocks_with_bodies(repo: git.Repo, of_blocks: Iterable[Sequence[Raw]]) -> Iterator[list[Raw]]:
    """Yield blocks of runs with their bodies; while a block is used, git reads the next one.

    The bodies of many folded runs are read from the files of the archive.
    """
    reading = _Reading(repo)
    finish = None
    for block in of_blocks:
        finish_next = reading.begin(block)
        if finish is not None:
            yield finish()
        finish = finish_next
    if finish is not None:
        yield finish()


def in_parts(
    runs_of: Callable[[Sequence[Any]], list[Raw]], items: Sequence[Any]
) -> Iterator[list[Raw]]:
    """Yield the runs that a function makes of some items, a block at a time."""
    for start in range(0, len(items), _SIZE):
        yield runs_of(items[start : start + _SIZE])


class _Reading:
    """Lets git read blocks of runs."""

    def __init__(self, repo: git.Repo) -> None:
        self._repo = repo
        self._archive: Messages | None = None

    def begin(self, block: Sequence[Raw]) -> Callable[[], list[Raw]]:
        """Let git begin to read a block; the function that is returned waits for the bodies."""
        ids = [raw.id for raw in block if raw.folded]
        if len(ids) <= _FEW:
            return reader.begin_bodies(self._repo, block)
        if self._archive is None:
            from gittrack.folding import visible  # noqa: PLC0415 - most repositories have no archive

            self._archive = visible.Messages(self._repo)
        messages = self._archive.begin(min(ids), max(ids))
        others = reader.begin_bodies(self._repo, [raw for raw in block if not raw.folded])
        return lambda: self._finished(block, messages(), others())

    def _finished(
        self, block: Sequence[Raw], messages: dict[str, bytes], others: Sequence[Raw]
    ) -> list[Raw]:
        rest = [raw for raw in block if raw.folded and str(raw.commit) not in messages]
        of_commits, with_refs = iter(reader.bodies(self._repo, rest)), iter(others)
        runs = []
        for raw in block:
            message = messages.get(str(raw.commit)) if raw.folded else None
            if message is not None:
                runs.append(reader.with_message(raw, message))
            else:
                runs.append(next(of_commits if raw.folded else with_refs))
        return runs


class LazyRuns(Sequence[Raw]):
    """Runs that are read when they are needed, in blocks that are not kept.

    Parameters
    ----------
    items : sequence
        Something for each run that says which it is.
    read : callable
        Yields the runs of such a sequence, a block at a time.
    table : object
        The table of an index in which ``items`` are positions; None for another source.
    """

    def __init__(
        self,
        items: Sequence[Any],
        read: Callable[[Sequence[Any]], Iterable[list[Raw]]],
        table: object = None,
    ) -> None:
        self.items, self._read, self.table = items, read, table

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Raw]:
        return chain.from_iterable(self._read(self.items))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.only(self.items[index])
        return next(chain.from_iterable(self._read([self.items[index]])))

    def only(self, items: Sequence[Any]) -> LazyRuns:
        """Return the runs of some items."""
        return LazyRuns(items, self._read, self.table)
