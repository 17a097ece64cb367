"""Bring the index up to date with the refs, which git lists."""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.read.index import ref_files, store
from gittrack.read.index.ref_files import RefFiles
from gittrack.read.index.store import Index, Manifest, Writer
from gittrack.read.index.writing import appending, listed, placing
from gittrack.read.index.writing.listed import ListedRefs

_MANY = 50_000  # runs; from here on, a line shows how many are in the index


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
        steps = appending.appended(repo, writer, manifest, new, runs.folded)
        with contextlib.closing(steps):
            for after, lines in steps:
                rows |= {line: row for row, line in enumerate(lines, manifest.rows)}
                manifest = after
                _show_progress(len(rows) - first, len(new))
                # It holds for nothing yet, but if this process ends now, the next one continues.
                writer.publish(manifest._replace(stamp=""))
    placed = placing.placed(runs, files.loose)
    return manifest._replace(
        digest="" if of_git.folding else of_git.digest_without({*of_git.loose, *placed.unread}),
        stamp=files.stamp if files.settled else "",
        hidden=tuple(files.loose),
        archive=ref_files.of_archive(files),
        folding=of_git.folding,
        others={ref: oid for ref, oid in of_git.others.items() if ref not in files.loose},
        **placed._asdict(),
    )


def _show_progress(count: int, total: int) -> None:
    """Show how far an index of many runs is, about ten times."""
    if total >= _MANY and count * 10 // total > (count - appending.CHUNK) * 10 // total:
        import logging  # noqa: PLC0415 - few repositories have so many runs

        message = "making the index of runs, once: %s of %s"
        logging.getLogger("gittrack").warning(message, f"{count:,}", f"{total:,}")
