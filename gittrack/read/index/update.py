"""Bring the index up to date with the refs, which git lists."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.fast_typing import NamedTuple
from gittrack.git import refs
from gittrack.read.index import ref_files, store
from gittrack.read.index.chunk import COMMITS, EXPERIMENTS, IDS, RunChunk
from gittrack.read.index.ref_files import RefFiles
from gittrack.read.index.store import Index, Manifest, Writer
from gittrack.read.runs import blocks, listing
from gittrack.read.runs.reader import Raw

_FEW = 32  # so many runs are read from git each time, before they are added to the index
_CHUNK = 4096  # runs
_MANY = 50_000  # runs; from here on, a line shows how many are in the index
_LARGE = 5000  # runs; from here on, the index is faster than git even for the newest runs
_MOST_BODIES = 1 << 29  # bytes of a file of chunks from which on the records have no bodies
PREFIXES = (layout.RUNS, layout.NOTES, layout.TRACKING, layout.ARCHIVE, layout.TRASH)


class Current(NamedTuple):
    """An index, and the state of the refs that it holds for."""

    opened: Index
    files: RefFiles


def current(repo: git.Repo, *, renew: bool = True) -> Current | None:
    """Return the index, after git listed the refs again if they changed; None if there is no index.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    renew : bool
        Whether the index is made or brought up to date, also if it is small.

    Raises
    ------
    DamagedIndex
        If the index is damaged.
    """
    files = ref_files.look(repo.common_dir, *PREFIXES)
    if files is None:
        return None
    index = store.load(repo.common_dir)
    if index is not None and _holds(index.manifest, files):
        return Current(index, files)
    is_large = index is not None and index.manifest.rows > _LARGE
    return _renewed(repo, files) if renew or is_large else None


def _holds(manifest: Manifest, files: RefFiles) -> bool:
    """Return whether the listing of a manifest holds for what is not loose, and has most of the rest."""
    return (
        manifest.stamp == files.stamp
        and manifest.archive == _of_archive(files)
        and all(name in files.loose for name in manifest.hidden)
        and _unread_loose(manifest, files) <= _FEW
    )


def _of_archive(files: RefFiles) -> dict[str, str]:
    """Return the loose refs that decide which folded runs are listed: that of the archive, and the trash."""
    return {
        name: oid
        for name, oid in files.loose.items()
        if name == layout.ARCHIVE or name.startswith(layout.TRASH)
    }


def _unread_loose(manifest: Manifest, files: RefFiles) -> int:
    """Return how many loose refs of runs are in no chunk."""
    rows = manifest.loose_rows
    return sum(
        f"{oid} {name}" not in rows and name.startswith(layout.RUNS)
        for name, oid in files.loose.items()
    )


class _Listed(NamedTuple):
    """The lines of all runs, newest first, which of them are folded, and the refs besides them."""

    lines: list[str]
    folded: frozenset[str]
    others: dict[str, str]


def _renewed(repo: git.Repo, files: RefFiles) -> Current | None:
    """Return an index for the refs of now; None if it is not worth it, or cannot be written."""
    listed = _listed(repo, files)
    if ref_files.look(repo.common_dir, *PREFIXES) != files:  # a ref changed while git listed them
        return None
    index = store.load(repo.common_dir)
    if listed is None or (index is None and len(listed.lines) <= _FEW):
        return None
    writer = store.writer(repo.common_dir)
    if writer is None:
        return None
    with writer:
        index = store.load(repo.common_dir)  # another process may have written it before the lock
        try:
            writer.publish(_written(repo, writer, index, listed, files))
        except OSError:  # the disk is full: git has everything
            return None
        # Before the lock is free: the manifest of another process holds for other refs.
        index = store.load(repo.common_dir)
    return Current(index, files) if index else None


def _listed(repo: git.Repo, files: RefFiles) -> _Listed | None:
    """Return what git lists; None if that is not plain, or not what the files of loose refs say."""
    answer = refs.listing(repo, *listing.namespaces(None), fresh=True)
    split = listing.split(answer)
    if split is None:
        return None
    lines, _ = split
    others = {ref.name: ref.oid for ref in listing.refs_before_runs(answer)}
    if not _has_loose(lines, others, files.loose):
        return None
    folded: list[str] = []
    if layout.ARCHIVE in others:
        from gittrack.folding import visible  # noqa: PLC0415 - most repositories have no archive

        try:
            folded = visible.lines(repo, answer)
        except TrackError:  # it is damaged: without the index, there is a warning
            return None
    lines += folded
    lines.sort(key=_id_and_experiment, reverse=True)
    return _Listed(lines, frozenset(folded), others)


def _has_loose(lines: Sequence[str], others: Mapping[str, str], loose: Mapping[str, str]) -> bool:
    """Return whether a listing has what the files of loose refs say; git was not asked for the trash."""
    runs = {f"{oid} {name}" for name, oid in loose.items() if name.startswith(layout.RUNS)}
    rest = {name for name in loose if not name.startswith((layout.RUNS, layout.TRASH))}
    return (not runs or runs.issubset(lines)) and all(
        others.get(name) == loose[name] for name in rest
    )


def _id_and_experiment(line: str) -> str:
    """Return the sort key of a line; ids are equally long.  Refs have another order: a-b/ID, a/ID."""
    run_id, experiment, _, _ = listing.parts(line)
    return run_id + experiment


def _written(
    repo: git.Repo, writer: Writer, index: Index | None, listed: _Listed, files: RefFiles
) -> Manifest:
    """Append what is new, and return the manifest for a listing."""
    manifest = index.manifest if index else Manifest()
    rows = _lines(index.chunks) if index else {}
    new = [line for line in listed.lines if line not in rows]
    if len(rows) > 2 * len(listed.lines):  # most of it is not needed any more
        manifest, rows, new = Manifest(), {}, listed.lines
    if len(new) > _FEW or not manifest.data:
        first = len(rows)
        for raws in _with_bodies(repo, new, listed.folded):
            rows |= {_line(raw): manifest.rows + row for row, raw in enumerate(raws)}
            manifest = _appended(repo, writer, manifest, raws)
            _show_progress(len(rows) - first, len(new))
            # It holds for nothing yet, but if this process ends now, the next one continues.
            writer.publish(manifest._replace(stamp=""))
    return manifest._replace(
        stamp=files.stamp if files.settled else "",
        hidden=tuple(files.loose),
        archive=_of_archive(files),
        others={ref: oid for ref, oid in listed.others.items() if ref not in files.loose},
        **_placed(listed, rows, files.loose)._asdict(),
    )


def _show_progress(count: int, total: int) -> None:
    """Show how far an index of many runs is, about ten times."""
    if total >= _MANY and count * 10 // total > (count - _CHUNK) * 10 // total:
        import logging  # noqa: PLC0415 - few repositories have so many runs

        message = "making the index of runs, once: %s of %s"
        logging.getLogger("gittrack").warning(message, f"{count:,}", f"{total:,}")


class _Placed(NamedTuple):
    """The fields of a manifest that say where the listed runs are."""

    ranges: tuple[tuple[int, int], ...]
    folded: tuple[tuple[int, int], ...]
    unread: tuple[str, ...]
    unread_folded: tuple[str, ...]
    loose_rows: Mapping[str, int]


def _placed(listed: _Listed, rows: Mapping[str, int], loose: Mapping[str, str]) -> _Placed:
    order: list[int] = []
    unread, loose_rows = [], {}
    loose_lines = {f"{oid} {name}" for name, oid in loose.items()}
    for line in listed.lines:
        row = rows.get(line)
        if line in loose_lines:
            if row is not None:
                loose_rows[line] = row
        elif row is None:
            unread.append(line)
        else:
            order.append(row)
    folded = sorted(rows[line] for line in listed.folded if line in rows)
    unread_folded = tuple(line for line in unread if line in listed.folded)
    return _Placed(_ranges(order), _ranges(folded), tuple(unread), unread_folded, loose_rows)


def _ranges(rows: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return rows as ranges from, to, in their order."""
    ranges: list[tuple[int, int]] = []
    for row in rows:
        if ranges and ranges[-1][1] == row:
            ranges[-1] = (ranges[-1][0], row + 1)
        else:
            ranges.append((row, row + 1))
    return tuple(ranges)


def _appended(repo: git.Repo, writer: Writer, manifest: Manifest, raws: Sequence[Raw]) -> Manifest:
    from gittrack.read.index import completion, encoder  # noqa: PLC0415 - most listings write nothing

    with_bodies = manifest.size < _MOST_BODIES
    complete = completion.complete(repo, raws)
    content, extent = encoder.encoded(
        raws, manifest.size, with_bodies=with_bodies, complete=complete
    )
    return writer.append(manifest, content, extent)


def _with_bodies(
    repo: git.Repo, lines: Sequence[str], folded: Container[str]
) -> Iterator[list[Raw]]:
    """Yield the runs of lines that can be read, as many as a chunk has at a time."""
    raws = (raw_of_line(line, line in folded) for line in lines)
    for block in blocks.with_bodies(repo, raws, _CHUNK):
        readable = [raw for raw in block if raw.body is not None]
        if readable:
            yield readable


def raw_of_line(line: str, folded: bool) -> Raw:
    """Return the run of a line, without its body."""
    run_id, experiment, ref, commit = listing.parts(line)
    return Raw(run_id, experiment, ref, commit, folded=folded)


def _line(raw: Raw) -> str:
    return f"{raw.commit} {raw.ref}"


def _lines(chunks: Sequence[RunChunk]) -> dict[str, int]:
    """Return {line: row} of all runs in the chunks."""
    lines: dict[str, int] = {}
    first = 0
    for chunk in chunks:
        ids, commits = chunk.content(IDS).decode(), chunk.content(COMMITS).decode()
        width = len(commits) // chunk.rows
        numbers = range(first, first + chunk.rows)
        names = [
            f"{commits[width * row : width * row + width]} {layout.RUNS}{experiment}/"
            f"{ids[24 * row : 24 * row + 24]}"
            for row, experiment in enumerate(chunk.values(EXPERIMENTS) or [])
        ]
        lines.update(zip(names, numbers, strict=True))
        first += chunk.rows
    return lines
