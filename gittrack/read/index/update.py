"""The index for the refs of now: as it is if no ref changed, or brought up to date."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.typing import NamedTuple
from gittrack.read.index import ref_files, store
from gittrack.read.index.ref_files import RefFiles
from gittrack.read.index.store import Index, Manifest

_FEW = 32  # so many runs are read from git each time, before they are added to the index
_LARGE = 5000  # runs; from here on, the index is faster than git even for the newest runs


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
    files = ref_files.look(repo.common_dir, *ref_files.OF_RUNS)
    if files is None:
        return None
    index = store.load(repo.common_dir)
    if index is not None and _holds(index.manifest, files):
        return Current(index, files)
    if not renew and (index is None or index.manifest.rows <= _LARGE):
        return None
    from gittrack.read.index.writing import renewal  # noqa: PLC0415 - most listings write nothing

    index = renewal.renewed(repo, files, _FEW)
    return Current(index, files) if index else None


def _holds(manifest: Manifest, files: RefFiles) -> bool:
    """Return whether the listing of a manifest holds for what is not loose, and has most of the rest."""
    return (
        manifest.stamp == files.stamp
        and manifest.archive == ref_files.of_archive(files)
        and all(name in files.loose for name in manifest.hidden)
        and _unread_loose(manifest, files) <= _FEW
    )


def _unread_loose(manifest: Manifest, files: RefFiles) -> int:
    """Return how many loose refs of runs are in no chunk."""
    rows = manifest.loose_rows
    return sum(
        f"{oid} {name}" not in rows and name.startswith(layout.RUNS)
        for name, oid in files.loose.items()
    )
