"""Append runs to a file of the index, a chunk at a time; several processes encode them if they are many.

With two workers, each reads and encodes every second chunk.  It writes a chunk when this process tells it
where: so the chunks are written one after the other, and the file is the same as that of one process.  The
chunks of a worker that ended are made by this process.
"""

from __future__ import annotations

import json
import os
from itertools import pairwise

from gittrack import git
from gittrack.core.standard.collections import Callable, Container, Generator, Iterator, Sequence
from gittrack.core.standard.functools import partial
from gittrack.core.standard.typing import NamedTuple, NoReturn
from gittrack.read.index import completion, store
from gittrack.read.index.chunk import Extent
from gittrack.read.index.store import Manifest, Writer
from gittrack.read.index.writing.encoder import EncodedRuns
from gittrack.read.runs import blocks, listing
from gittrack.read.runs.reader import Raw

CHUNK = 4096  # runs
_ARCHIVED = 1000  # runs in a file of the archive, if it is full
_MOST_BODIES = 1 << 29  # bytes of a file of chunks from which on the records have no bodies
_MOST_WORKERS = 4


class _Task(NamedTuple):
    """The lines of the runs of each chunk that has to be appended, and the file."""

    repo: git.Repo
    parts: Sequence[Sequence[str]]
    folded: Container[str]
    path: str


class _Appended(NamedTuple):
    """A chunk that was written, if it has runs, and the numbers of the lines that cannot be read."""

    extent: Extent | None
    unreadable: Sequence[int]


def appended(
    repo: git.Repo,
    writer: Writer,
    manifest: Manifest,
    lines: Sequence[str],
    folded: Container[str],
) -> Generator[tuple[Manifest, list[str]], None, None]:
    """Append runs; yield the manifest after each chunk, and the lines of its runs.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    writer : Writer
        Holds the lock.
    manifest : Manifest
        The chunks so far.
    lines : sequence of str
        The lines of the runs, newest first; runs that cannot be read are left out.
    folded : container of str
        Those of them that are folded.
    """
    manifest = writer.with_file(manifest)
    parts = divided(lines, folded)
    task = _Task(repo, parts, folded, writer.path(manifest.data))
    workers: list[_Worker] = []
    try:
        _start(workers, task)
        chunks = _of_workers(task, workers) if workers else _of_this_process(task)
        for part, append in zip(parts, chunks, strict=True):
            extent, unreadable = append(manifest.size)
            if extent is not None:
                manifest = manifest._replace(extents=(*manifest.extents, extent))
                left_out = {*unreadable}
                yield manifest, [line for at, line in enumerate(part) if at not in left_out]
    finally:
        for worker in workers:
            worker.end()


def divided(lines: Sequence[str], folded: Container[str]) -> list[Sequence[str]]:
    """Return the lines of each chunk.

    Folded runs are behind the newest ones.  Their chunks begin where a file of the archive does, if no run is
    missing in it: so few of these files are read twice.  The others are in an even number of chunks of the
    same size, because two processes share them.
    """
    newest = next((at for at, line in enumerate(lines) if line in folded), len(lines))
    count = -(-newest // CHUNK)
    count += count % 2 if count > 1 else 0
    size = -(-newest // max(count, 1))
    size_of_folded = CHUNK // _ARCHIVED * _ARCHIVED or CHUNK
    folded_starts = range(newest, len(lines), size_of_folded)
    starts = [*range(0, newest, max(size, 1)), *folded_starts, len(lines)]
    return [lines[start:end] for start, end in pairwise(starts)]


Append = Callable[[int], _Appended]  # appends a chunk at an offset


def _of_this_process(task: _Task) -> Iterator[Append]:
    """Yield a function for each chunk; git reads the next runs meanwhile."""
    runs = (
        [listing.raw_of_line(line, folded=line in task.folded) for line in part]
        for part in task.parts
    )
    for block in blocks.blocks_with_bodies(task.repo, runs):
        yield _append(task, block)


def _append(task: _Task, block: Sequence[Raw]) -> Append:
    readable = [raw for raw in block if raw.body is not None]
    unreadable = [number for number, raw in enumerate(block) if raw.body is None]
    encoded = EncodedRuns(readable, completion.complete(task.repo, readable))

    def append(offset: int) -> _Appended:
        if not readable:
            return _Appended(None, unreadable)
        content, extent = encoded.at(offset, with_bodies=offset < _MOST_BODIES)
        store.write(task.path, content, offset)
        return _Appended(extent, unreadable)

    return append


def _of_workers(task: _Task, workers: Sequence[_Worker]) -> Iterator[Append]:
    for number, part in enumerate(task.parts):
        alone = task._replace(parts=[part])
        yield partial(_by_worker, workers[number % len(workers)], alone)


def _by_worker(worker: _Worker, alone: _Task, offset: int) -> _Appended:
    """Let a worker append its next chunk; if it has ended, append these runs here."""
    return worker.append(offset) or next(_of_this_process(alone))(offset)


def _worker_count(runs: int) -> int:
    """Return how many other processes encode; 0 if it is not worth it, or if forking is not safe."""
    try:
        processors = len(os.sched_getaffinity(0))
        threads = len(os.listdir("/proc/self/task"))
    except (AttributeError, OSError):  # not Linux
        return 0
    count = min(processors, _MOST_WORKERS, -(-runs // CHUNK))
    return count if threads == 1 and count > 1 else 0  # a fork copies locks that other threads hold


def _start(workers: list[_Worker], task: _Task) -> None:
    """Start the workers, and add them to a list; none if the system has no room for all of them."""
    parts = task.parts
    count = _worker_count(sum(map(len, parts)))
    try:
        for number in range(count):
            workers.append(_Worker(task._replace(parts=parts[number::count]), workers))
    except OSError:
        while workers:
            workers.pop().end()


class _Worker:
    """A forked process that appends some of the chunks."""

    def __init__(self, task: _Task, earlier: Sequence[_Worker]) -> None:
        pipes: list[int] = []
        try:
            pipes += os.pipe()
            pipes += os.pipe()
            self._pid = os.fork()
        except OSError:
            for handle in pipes:
                os.close(handle)
            raise
        offsets, self._offsets, answers, theirs = pipes
        if self._pid == 0:
            others = [worker._offsets for worker in earlier]
            _work(task, offsets, theirs, (self._offsets, answers, *others))
        os.close(offsets)
        os.close(theirs)
        self._answers = os.fdopen(answers, "rb")

    def append(self, offset: int) -> _Appended | None:
        """Let the worker append its next chunk; None if it has ended."""
        try:
            os.write(self._offsets, offset.to_bytes(8, "little"))
            extent, unreadable = json.loads(self._answers.readline())
        except (OSError, ValueError):
            return None
        return _Appended(Extent(*extent) if extent else None, unreadable)

    def end(self) -> None:
        """Let the process end, and wait for that."""
        os.close(self._offsets)
        self._answers.close()
        try:
            os.waitpid(self._pid, 0)
        except ChildProcessError:  # this program ignores SIGCHLD, or waits for all elsewhere
            return


def _work(task: _Task, offsets: int, answers: int, others: Sequence[int]) -> NoReturn:
    """Append the chunks of a worker, in the worker."""
    try:
        import gc  # noqa: PLC0415 - few repositories have so many runs
        import signal  # noqa: PLC0415 - few repositories have so many runs

        gc.disable()  # it would copy the pages that are shared with the parent
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_DFL)
        for handle in others:
            os.close(handle)
        for append in _of_this_process(task):
            offset = os.read(offsets, 8)
            if not offset:  # the parent has ended
                break
            answer = json.dumps(append(int.from_bytes(offset, "little"))) + "\n"
            with os.fdopen(os.dup(answers), "wb") as file:
                file.write(answer.encode())
    finally:
        os._exit(0)  # without the cleanup of the parent, whose copy this is
