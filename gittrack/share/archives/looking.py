"""Look into the archive of a remote without bringing its runs: its files list them."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.folding import archive
from gittrack.folding.archive import Archive
from gittrack.share import transport
from gittrack.share.archives import receiving
from gittrack.share.choosing import commits
from gittrack.share.remotes import Remote


def newest(repo: git.Repo, source: Remote, *, unattended: bool = False) -> str | None:
    """Return the id of the newest run in the archive of a remote; None if git cannot fetch the archive.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    source : Remote
        The remote, which has an archive.
    unattended : bool, default False
        Whether nobody can answer a prompt.
    """
    tip = source.refs[layout.ARCHIVE]
    try:
        if not git.missing_objects(repo, [tip]):
            return _newest(archive.read(repo, tip))
        with commits.temporary(repo) as light:
            return _newest(_read(light, source, unattended, "trees"))
    except TrackError:
        return None


def _newest(folded: Archive) -> str:
    return max(chunk.newest for chunk in folded.chunks)


def with_members(repo: git.Repo, source: Remote, *, unattended: bool = False) -> Remote:
    """Return a remote with the refs that its folded runs would have, also if its archive is not here.

    Parameters
    ----------
    repo, source, unattended
        As for `newest`; the remote may have no archive.

    Raises
    ------
    Damaged
        If the archive cannot be fetched or read.
    """
    tip = source.refs.get(layout.ARCHIVE)
    if tip is None or not git.missing_objects(repo, [tip]):
        return receiving.with_members(repo, source)
    with commits.temporary(repo) as light:
        commits.borrow(light, repo)  # so the files that are here, too, do not come
        folded = _read(light, source, unattended, "files", archive.tip(repo))
        return source._replace(refs={**archive.commits(light, folded), **source.refs})


def _read(
    light: git.Repo, source: Remote, unattended: bool, only: str, mine: str | None = None
) -> Archive:
    """Fetch an archive without its runs into a temporary repository, and read it."""
    refspecs = source.exact([layout.ARCHIVE])
    transport.fetch(light, source.route, refspecs, unattended=unattended, only=only, continues=mine)
    return archive.read(light, source.refs[layout.ARCHIVE])
