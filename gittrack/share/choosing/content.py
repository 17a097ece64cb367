"""Choose runs of a remote by what is in them: by a query, or by their sweep.

A remote lists names only, so the commits of the runs are fetched first, see `commits`.  A run of which its
commit does not tell all comes whole, to a ref of its own, and so do all from a host that cannot leave files
out.  These refs are deleted afterwards; git collects the runs that were not chosen later.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.git import notes, refs
from gittrack.read.runs import listing, reader, selection
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.share import remotes
from gittrack.share.choosing import commits, sweeps
from gittrack.share.choosing.options import PullOptions
from gittrack.share.remotes import Remote

_CANDIDATES = "refs/gittrack/candidates/"
_MARK = f"\n{commit_message.TRUNCATED}: ".encode()


def matching(
    repo: git.Repo,
    source: Remote,
    selected: Mapping[str, str],
    choice: PullOptions,
    fetch: Callable[[Sequence[str], str], None],
    *,
    unattended: bool = False,
) -> dict[str, str]:
    """Return {ref: id} of the runs that match, the newest first.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    source : Remote
        The remote, whose sweeps were fetched.
    selected : mapping of str to str
        {ref: id} of the runs that the names choose.
    choice : PullOptions
        The query, the sweep and the limit.
    fetch : callable
        Fetches runs by their refs to the same names below a prefix; damaged runs do not stop the others.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Raises
    ------
    TrackError
        If the query or the address of the sweep cannot be used.
    """
    sweep = _sweep(repo, source, choice.sweep)
    candidates = {ref: oid for ref, oid in selected.items() if sweep is None or _id(ref) > sweep}
    oids = set(git.missing_objects(repo, list(candidates.values())))
    missing = [ref for ref, oid in candidates.items() if oid in oids]
    facts = () if sweep is None else (("sweep.id", sweep),)
    request = Request(query=choice.where, facts=facts, limit=choice.limit)
    forget(repo)  # what a killed pull left
    try:
        with commits.fetched(repo, source, missing, unattended=unattended) as light:
            whole = missing if light is None else _truncated(light, source, missing)
            fetch(whole, _CANDIDATES)
            runs = _selected(repo, light or repo, candidates, request)
    except BaseException:
        forget(repo)
        raise
    return {str(raw.ref): str(raw.commit) for raw in runs}


def _truncated(light: git.Repo, source: Remote, refs_there: Sequence[str]) -> list[str]:
    """Return the refs of the runs with values that are only in their files, which git left out."""
    oids = [source.refs[ref] for ref in refs_there]
    bodies = git.begin_small_objects(light, oids, commit_message.MAX_BYTES)()
    return [ref for ref, body in zip(refs_there, bodies, strict=True) if body and _MARK in body]


def _selected(
    repo: git.Repo, readable: git.Repo, candidates: Mapping[str, str], request: Request
) -> Sequence[Raw]:
    """Return the runs that a request selects; their commits are in the repository ``readable``."""
    absent = set(git.missing_objects(readable, list(candidates.values())))
    raws = [
        Raw(parsed[1], parsed[0], ref, oid)
        for ref, oid in candidates.items()
        if oid not in absent and (parsed := layout.parse_run_ref(ref)) is not None
    ]
    lines = listing.annotation_lines(repo, notes.tip(repo, layout.NOTES))
    bodies = reader.bodies(readable, listing.annotated(raws, lines))
    return selection.select(readable, bodies, request).runs


def forget(repo: git.Repo) -> None:
    """Delete the refs of candidates, after the chosen ones were fetched as runs."""
    here = remotes.refs_here(repo, _CANDIDATES)
    refs.transact(repo, [f"delete {ref}\0{oid}" for ref, oid in here.items()], "gittrack: pull")


def _sweep(repo: git.Repo, source: Remote, address: str | None) -> str | None:
    """Return the id of a sweep that the remote has or that is here."""
    if address is None:
        return None
    here = remotes.refs_here(repo, layout.SWEEPS)
    every = {**source.below(layout.SWEEPS), **here}
    try:
        return sweeps.find(repo, every, address)
    except TrackError as error:
        if not every:
            raise TrackError(f"{source.name} has no sweeps", "see: git track remote") from error
        raise


def _id(ref: str) -> str:
    return ref.rpartition("/")[2]
