"""Look into the archive of a remote without bringing its runs: its files list them."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.folding import archive, checking
from gittrack.folding.archive import Archive, Chunk
from gittrack.share import transport
from gittrack.share.archives import receiving
from gittrack.share.choosing import commits, options
from gittrack.share.choosing.options import PullOptions
from gittrack.share.remotes import Remote


def without_archive(
    repo: git.Repo, source: Remote, choice: PullOptions, *, unattended: bool = False
) -> Remote | None:
    """Return a remote with refs of all chosen runs; folded ones get those that they would have.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    source : Remote
        The remote.
    choice : PullOptions
        Which runs.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Returns
    -------
    Remote or None
        None if its archive has to come: for most choices, if one is here already, so that only its new runs
        would come, or if the host gives out no commit without a ref of its own.
    """
    if layout.ARCHIVE not in source.refs:
        return source
    if choice.limit is not None and choice == PullOptions(
        limit=choice.limit, artifacts=choice.artifacts
    ):
        return _with_newest(repo, source, choice, unattended)
    return source if choice.addresses and options.has_all(source, choice) else None


def _with_newest(
    repo: git.Repo, source: Remote, choice: PullOptions, unattended: bool
) -> Remote | None:
    limit = choice.limit or 0
    with_refs = list(options.choose(source, choice))  # perhaps those of old runs, such as versions
    border = _id(with_refs[-1]) if with_refs and len(with_refs) == limit else ""
    tip, mine = source.refs[layout.ARCHIVE], archive.tip(repo)
    try:
        if not git.missing_objects(repo, [tip]):
            return source if _newest(archive.read(repo, tip)) < border else None
        with commits.temporary(repo) as light:
            folded = _read(light, source, unattended, "trees")
            if _newest(folded) < border:  # else the archive may have a later attempt of one
                return source
            return None if mine else _with_chunks(light, source, folded, limit, unattended)
    except TrackError:
        return None


def _with_chunks(
    light: git.Repo, source: Remote, folded: Archive, limit: int, unattended: bool
) -> Remote | None:
    """Return a remote with refs of the runs of its newest chunks, if it gives out one of them.

    None also if a ref has another attempt of a run than the archive: only their commits tell the later one.
    """
    members = _members(light.fetching(), newest_chunks(folded.chunks, limit))
    if any(source.refs.get(ref, oid) != oid for ref, oid in members.items()):
        return None
    wider = source._replace(refs={**members, **source.refs})
    sample = wider.exact([next(iter(members))])
    transport.fetch(light, source.route, sample, unattended=unattended, only="commits")
    return wider if not git.missing_objects(light, [next(iter(members.values()))]) else None


def newest_chunks(chunks: Sequence[Chunk], count: int) -> list[Chunk]:
    """Return the chunks that have the newest runs, so many at least; the names of all tell which."""
    ordered = sorted(chunks, key=lambda chunk: chunk.newest, reverse=True)
    for number in range(1, len(ordered)):
        border = ordered[number].newest  # no further run is newer
        if sum(chunk.size for chunk in ordered[:number] if chunk.oldest > border) >= count:
            return ordered[:number]
    return ordered


def _newest(folded: Archive) -> str:
    return max(chunk.newest for chunk in folded.chunks)


def _id(ref: str) -> str:
    return ref.rpartition("/")[2]


def with_members(repo: git.Repo, source: Remote, *, unattended: bool = False) -> Remote:
    """Return a remote with the refs that its folded runs would have, also if its archive is not here.

    Parameters
    ----------
    repo, source, unattended
        As for `without_archive`; the remote may have no archive.

    Raises
    ------
    Damaged
        If the archive cannot be fetched or read.
    """
    tip = source.refs.get(layout.ARCHIVE)
    if tip in (None, archive.tip(repo)):
        return receiving.with_members(repo, source)
    if not git.missing_objects(repo, [tip]):  # perhaps one that a pull refused
        _members(repo, archive.read(repo, tip).chunks)
        return receiving.with_members(repo, source)
    with commits.temporary(repo) as light:
        commits.borrow(light, repo)  # so the files that are here, too, do not come
        folded = _read(light, source, unattended, "files", archive.tip(repo))
        return source._replace(refs={**_members(light, folded.chunks), **source.refs})


def _members(light: git.Repo, chunks: Sequence[Chunk]) -> dict[str, str]:
    """Return {ref: commit} of the runs of chunks.  Raises Damaged if somebody wrote something else there."""
    texts = [text for part in archive.lines(light, chunks) for text in part]
    wrong = next((text for text in texts if not checking.names_run(text)), None)
    if wrong is not None:
        problem = f"the archive of the remote has a wrong line {wrong!r:.80}"
        raise Damaged(problem, "whoever has it should see: git track doctor")
    return {ref: oid for oid, _, ref in (text.partition(" ") for text in texts)}


def _read(
    light: git.Repo, source: Remote, unattended: bool, only: str, mine: str | None = None
) -> Archive:
    """Fetch an archive without its runs into a temporary repository, and read it."""
    refspecs = source.exact([layout.ARCHIVE])
    transport.fetch(light, source.route, refspecs, unattended=unattended, only=only, continues=mine)
    return archive.read(light, source.refs[layout.ARCHIVE])
