"""Bring runs, annotations, sweeps and models of a remote here.  Nothing here is overwritten or pruned."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import names
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import refs
from gittrack.record.publish import upkeep
from gittrack.share import (
    annotation_merge,
    everywhere,
    large_files,
    live_runs,
    registry,
    remotes,
    removals,
    run_fetch,
    transport,
    unchanged,
)
from gittrack.share.archives import looking, receiving
from gittrack.share.choosing import content, options
from gittrack.share.choosing.here import runs_here
from gittrack.share.choosing.options import ASK_ABOVE, PullOptions
from gittrack.share.remotes import Remote


class Pulled(NamedTuple):
    """What a pull did.

    Parameters
    ----------
    remote : str
        The remote.
    new, resumed : tuple of str
        Ids of runs that came, and of runs that went on elsewhere.
    restored : tuple of str
        Ids of runs that came back from the trash, because somebody restored them later.
    removed : tuple of (str, str, str)
        (id, person, time) of the runs that others removed; they are in the trash now.
    retained : tuple of (str, str)
        (id, reason) of runs that others removed and that stay here.
    conflicts : tuple of (str, str)
        (id or tag, what differs): this side and the remote have different values; both are as before.
    models : tuple of str
        New events of models, as tags.
    files : int
        How many large files came.
    unavailable : tuple of (str, str)
        (SHA-256, reason) of large files that did not come.
    live : int
        How many runs go on on other machines, as far as the remote shows them.
    """

    remote: str
    new: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    removed: tuple[tuple[str, str, str], ...] = ()
    retained: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    models: tuple[str, ...] = ()
    files: int = 0
    unavailable: tuple[tuple[str, str], ...] = ()
    live: int = 0


def pull(
    repo: git.Repo,
    choice: PullOptions | None = None,
    *,
    remote: str | None = None,
    may_remove: Callable[[int], bool] = lambda count: count <= ASK_ABOVE,
    unattended: bool = False,
    watch: large_files.Watch = large_files.unwatched,
    sides: unchanged.Sides | None = None,
) -> Pulled:
    """Bring what the remote has and this repository lacks.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    choice : PullOptions, optional
        Which runs.  Default: all of them.
    remote : str, optional
        The name of the remote.  Default: see `remotes.chosen`.
    may_remove : callable
        Called with the number of runs that others removed: whether they go to the trash here too.
    unattended : bool, default False
        Whether nobody can answer a prompt.
    watch : callable, optional
        Called with the size of all large files in bytes; returns what is called with the bytes of each part.
    sides : unchanged.Sides, optional
        Both sides, if they were looked at already, by the name of this choice.

    Returns
    -------
    Pulled
        What was done.

    Raises
    ------
    TrackError
        If there is no remote, if it cannot be reached, or if none or several of its runs have an address.
    """
    choice = choice or PullOptions()
    sides = sides or unchanged.look(repo, remote, choice.call, unattended=unattended)
    source = remotes.look(repo, listing=sides.listing)
    if unchanged.recall(repo, sides) is not None:
        return Pulled(source.name)
    here = remotes.refs_here(repo, *unchanged.PLACES)
    annotation_merge.receive(repo, source, unattended=unattended)
    _fetch_sweeps(repo, source, here, unattended)
    everywhere.clean(repo)
    source, folded = _receive_folded(repo, source, choice, unattended)
    selected, unreadable = _select(repo, source, choice, unattended)
    has_trash = any(ref.startswith(layout.TRASH) for ref in here)
    restored = removals.restore(repo, selected) if has_trash else ()
    arrived = _fetch_runs(repo, source, selected, choice.artifacts, unattended)
    if choice.by_content:
        content.forget(repo)
    live = live_runs.receive(repo, source, here, unattended=unattended)
    events = registry.receive(repo, source, here=here, unattended=unattended)
    if events.new:  # a version of a model stays, or comes, although somebody removed its run
        versions = removals.versions_among(repo, selected)
        more = _fetch_runs(repo, source, versions, choice.artifacts, unattended)
        arrived = arrived._replace(new=(*arrived.new, *more.new))
        restored += removals.restore(repo, selected)
    removed, retained = removals.remove(repo, may_remove)
    if arrived.new or arrived.resumed:
        refs.pack_in_background(repo)
    upkeep.fold_after_arrival(repo, len(arrived.new) + len(folded.runs))
    large = large_files.Arrived()
    if choice.artifacts:
        large = large_files.bring(repo, source.name, watch, unattended=unattended)
    came_folded = [_id(ref) for ref in folded.runs if _id(ref) not in arrived.resumed]
    arrived = arrived._replace(new=(*arrived.new, *came_folded))
    archive = (source.name, f"its archive of folded runs: {folded.problem}")
    problems = (archive,) if folded.problem else ()
    tags = tuple((tag, "the tag has another value there") for tag in events.conflicts)
    done = arrived._replace(
        restored=restored,
        removed=removed,
        retained=retained,
        conflicts=(*arrived.conflicts, *unreadable.items(), *tags, *problems),
        models=events.new,
        files=large.number,
        unavailable=large.failed,
        live=live,
    )
    if done == Pulled(source.name) and _is_settled(source, here):
        unchanged.remember(repo, sides, 0)
    return done


def _receive_folded(
    repo: git.Repo, source: Remote, choice: PullOptions, unattended: bool
) -> tuple[Remote, receiving.Arrivals]:
    """Take the archive over if it is needed; return the remote with refs of folded runs, too."""
    complete = looking.without_archive(repo, source, choice, unattended=unattended)
    if complete is not None:
        return receiving.with_members(repo, complete), receiving.Arrivals()

    def expect(commits: Sequence[str]) -> None:
        remotes.list_pulled(repo, commits)
        if choice.artifacts:
            large_files.expect(repo, commits)

    folded = receiving.receive(repo, source, expect, unattended=unattended)
    return source if folded.problem else receiving.with_members(repo, source), folded


def _is_settled(source: Remote, here: Mapping[str, str]) -> bool:
    """Return whether sweeps and stages were here before as they are there: none failed to arrive."""
    sweeps, stages = source.below(layout.SWEEPS), source.below(names.STAGES)
    ours = {ref: oid for ref, oid in here.items() if ref.startswith(names.STAGES)}
    return stages == ours and sweeps.items() <= here.items()


def plan(
    repo: git.Repo,
    choice: PullOptions | None = None,
    *,
    remote: str | None = None,
    unattended: bool = False,
) -> Pulled:
    """Return which runs a pull would bring; no run here changes.  A query sees the annotations that are here.

    Parameters
    ----------
    repo, choice, remote, unattended
        As for `pull`.

    Returns
    -------
    Pulled
        The ids of ``new`` and ``resumed`` runs, those of the ``conflicts`` that a query cannot look into, and
        the number of ``live`` runs.  What a pull removes and
        restores is known only after it has merged the annotations.

    Raises
    ------
    TrackError
        As `pull`.
    """
    choice = choice or PullOptions()
    source = remotes.look(repo, remote, unattended=unattended)
    source = looking.with_members(repo, source, unattended=unattended)
    if choice.sweep is not None:  # its name is in its commit
        _fetch_sweeps(repo, source, remotes.refs_here(repo, layout.SWEEPS), unattended)
    selected, unreadable = _select(repo, source, choice, unattended)
    here = runs_here(repo)
    coming = removals.coming(repo, selected, here)
    content.forget(repo)
    return Pulled(
        source.name,
        new=tuple(_id(ref) for ref in coming if ref not in here),
        resumed=tuple(_id(ref) for ref in coming if ref in here),
        conflicts=tuple(unreadable.items()),
        live=len(live_runs.going_on(source)),
    )


def _select(
    repo: git.Repo, source: Remote, choice: PullOptions, unattended: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Return {ref: commit} of the chosen runs of a remote, the newest first.

    Also {id: reason} of the runs that cannot be looked into, so that nobody knows whether they match.
    """
    selected = options.choose(source, choice)
    if not choice.by_content:
        return selected, {}
    unreadable: dict[str, str] = {}

    def fetch(refs_there: Sequence[str], prefix: str) -> None:
        reasons, _ = run_fetch.fetch(repo, source, refs_there, unattended, prefix)
        unreadable.update({_id(ref): reason for ref, reason in reasons.items()})

    matching = content.matching(repo, source, selected, choice, fetch, unattended=unattended)
    return matching, unreadable


def _fetch_runs(
    repo: git.Repo, source: Remote, selected: dict[str, str], artifacts: bool, unattended: bool
) -> Pulled:
    """Fetch runs that are new or went on elsewhere; a run in the trash here stays there."""
    before = runs_here(repo)
    requested = removals.coming(repo, selected, before)
    # Before the fetch: after a kill in between, these runs are still known as runs of others.
    remotes.list_pulled(repo, [selected[ref] for ref in requested])
    if artifacts:  # these too
        large_files.expect(repo, [selected[ref] for ref in requested])
    unfetched, is_complete = run_fetch.fetch(repo, source, requested, unattended)
    # To list thousands of new refs takes long, and git has said that it made all of them.
    after = selected if is_complete else runs_here(repo)
    changed = [ref for ref in requested if after.get(ref) == selected[ref]]
    failed = [ref for ref in requested if after.get(ref) != selected[ref]]
    new = tuple(_id(ref) for ref in changed if ref not in before)
    return Pulled(
        source.name,
        new,
        resumed=tuple(_id(ref) for ref in changed if ref in before),
        conflicts=tuple(
            (_id(ref), unfetched.get(ref) or run_fetch.difference(repo, ref, before, selected))
            for ref in failed
        ),
    )


def _id(ref: str) -> str:
    return ref.rpartition("/")[2]


def _fetch_sweeps(
    repo: git.Repo, source: Remote, here: Mapping[str, str], unattended: bool
) -> None:
    """Fetch sweeps; a sweep that went on elsewhere moves forward, another value is left alone."""
    theirs = source.below(layout.SWEEPS)
    missing = [ref for ref, oid in theirs.items() if here.get(ref) != oid]
    transport.fetch(repo, source.route, source.exact(missing), unattended=unattended)
