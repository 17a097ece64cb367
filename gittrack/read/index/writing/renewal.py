"""Bring the index up to date with the refs, which git lists."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.read.index import completion, ref_files, store
from gittrack.read.index.ref_files import RefFiles
from gittrack.read.index.store import Index, Manifest, Writer
from gittrack.read.index.writing import encoder, listed, placing
from gittrack.read.index.writing.listed import ListedRefs
from gittrack.read.runs import blocks, listing
from gittrack.read.runs.reader import Raw

_CHUNK = 4096  # runs
_MANY = 50_000  # runs; from here on, a line shows how many are in the index
_MOST_BODIES = 1 << 29  # bytes of a file of chunks from which on the records have no bodies


def renewed(repo: git.Repo, files: RefFiles, few: int) -> Index | None:
    """Return an index for the refs of now; None if it is not worth it, or cannot be written.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    files : RefFiles
        The state of the refs.
    few : int
        So many runs are left to git.
    """
    try:
        of_git = listed.list_refs(repo, files)
        if ref_files.look(repo.common_dir, *ref_files.OF_RUNS) != files:
            return None  # a ref changed while git listed them
        if of_git is None or (store.load(repo.common_dir) is None and of_git.are_few(repo, few)):
            return None
        writer = store.writer(repo.common_dir)
        if writer is None:
            return None
        with writer:
            index = store.load(repo.common_dir)  # another process may have written it meanwhile
            runs = placing.runs_to_place(repo, index, of_git)
            try:
                writer.publish(_written(repo, writer, runs, of_git, files, few))
            except OSError:  # the disk is full: git has everything
                return None
            # Before the lock is free: the manifest of another process holds for other refs.
            return store.load(repo.common_dir)
    except TrackError:  # the archive is damaged: without the index, there is a warning
        return None


def _written(
    repo: git.Repo,
    writer: Writer,
    runs: placing.RunsToPlace,
    of_git: ListedRefs,
    files: RefFiles,
    few: int,
) -> Manifest:
    """Append what is new, and return the manifest for a listing."""
    manifest, rows = runs.manifest, runs.rows
    new = [line for line in runs.lines if line not in rows]
    if len(new) > few or not manifest.data:
        first = len(rows)
        for raws in _with_bodies(repo, new, runs.folded):
            rows |= {_line(raw): manifest.rows + row for row, raw in enumerate(raws)}
            manifest = _appended(repo, writer, manifest, raws)
            _show_progress(len(rows) - first, len(new))
            # It holds for nothing yet, but if this process ends now, the next one continues.
            writer.publish(manifest._replace(stamp=""))
    return manifest._replace(
        stamp=files.stamp if files.settled else "",
        hidden=tuple(files.loose),
        archive=ref_files.of_archive(files),
        folding=of_git.folding,
        others={ref: oid for ref, oid in of_git.others.items() if ref not in files.loose},
        **placing.placed(runs, files.loose)._asdict(),
    )


def _show_progress(count: int, total: int) -> None:
    """Show how far an index of many runs is, about ten times."""
    if total >= _MANY and count * 10 // total > (count - _CHUNK) * 10 // total:
        import logging  # noqa: PLC0415 - few repositories have so many runs

        message = "making the index of runs, once: %s of %s"
        logging.getLogger("gittrack").warning(message, f"{count:,}", f"{total:,}")


def _appended(repo: git.Repo, writer: Writer, manifest: Manifest, raws: Sequence[Raw]) -> Manifest:
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
    raws = (listing.raw_of_line(line, folded=line in folded) for line in lines)
    for block in blocks.with_bodies(repo, raws, _CHUNK):
        readable = [raw for raw in block if raw.body is not None]
        if readable:
            yield readable


def _line(raw: Raw) -> str:
    return f"{raw.commit} {raw.ref}"
