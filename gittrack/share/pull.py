"""Bring runs, annotations, sweeps and models of a remote here.  Nothing here is overwritten or pruned."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import AmbiguousRun, NoSuchRun
from gittrack.core.fast_typing import NamedTuple
from gittrack.core.run import annotation_log
from gittrack.disk import folders
from gittrack.git import notes, refs
from gittrack.read.registry import models
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of, trash_of
from gittrack.share import annotation_merge, registry, remotes, transport
from gittrack.share.remotes import Remote
from gittrack.tidy import trash

ASK_ABOVE = 20  # removals by others; more are asked about


class PullOptions(NamedTuple):
    """Which runs of a remote to bring.

    Parameters
    ----------
    addresses : tuple of str
        Ids, or unique prefixes of ids or of their last 8 digits; empty: all runs.
    experiment : str or None
        Only the runs of this experiment and of those below it.
    limit : int or None
        Only the newest runs.
    """

    addresses: tuple[str, ...] = ()
    experiment: str | None = None
    limit: int | None = None


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
    """

    remote: str
    new: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    removed: tuple[tuple[str, str, str], ...] = ()
    retained: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    models: tuple[str, ...] = ()


def pull(
    repo: git.Repo,
    choice: PullOptions | None = None,
    *,
    remote: str | None = None,
    may_remove: Callable[[int], bool] = lambda count: count <= ASK_ABOVE,
    unattended: bool = False,
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
    source = remotes.look(repo, remote, unattended=unattended)
    annotation_merge.receive(repo, source, unattended=unattended)
    selected = _choose(source, choice)
    restored = _restore(repo, selected)
    arrived = _fetch_runs(repo, source, selected, unattended)
    _fetch_sweeps(repo, source, unattended)
    events = registry.receive(repo, source, unattended=unattended)
    removed, retained = _remove(repo, may_remove)  # after the events: a version of a model stays
    if arrived.new or arrived.resumed:
        refs.pack_in_background(repo)
    tags = tuple((tag, "the tag has another value there") for tag in events.conflicts)
    return arrived._replace(
        restored=restored,
        removed=removed,
        retained=retained,
        conflicts=(*arrived.conflicts, *tags),
        models=events.new,
    )


def _choose(source: Remote, choice: PullOptions) -> dict[str, str]:
    """Return {ref: id} of the chosen runs of a remote, the newest first."""
    runs = {
        ref: parsed
        for ref in source.below(layout.RUNS)
        if (parsed := layout.parse_run_ref(ref)) is not None
    }
    chosen = sorted(runs, key=lambda ref: runs[ref][1], reverse=True)
    if choice.experiment is not None:
        inside = f"{layout.experiment_slug(choice.experiment)}/"
        chosen = [ref for ref in chosen if f"{runs[ref][0]}/".startswith(inside)]
    if choice.addresses:
        chosen = _addressed({ref: runs[ref][1] for ref in chosen}, choice.addresses, source.name)
    return {ref: source.refs[ref] for ref in chosen[: choice.limit]}


def _addressed(ids: dict[str, str], addresses: Sequence[str], remote: str) -> list[str]:
    chosen: list[str] = []
    for address in addresses:
        word = address.rpartition("/")[2]
        matches = [ref for ref, run_id in ids.items() if run_id.startswith(word)]
        matches = matches or [ref for ref, run_id in ids.items() if run_id[-8:].startswith(word)]
        if not word or not matches:
            hint = "names are known after a pull; see the ids: git track ls --remote"
            raise NoSuchRun(f"{remote} has no run with the id {address!r}", hint)
        if len(matches) > 1:
            hint = "type more digits; see the ids: git track ls --remote"
            raise AmbiguousRun(f"{len(matches)} runs of {remote} begin with {address!r}", hint)
        chosen += matches
    return list(dict.fromkeys(chosen))


def _here(repo: git.Repo, prefix: str) -> dict[str, str]:
    return {ref.name: ref.oid for ref in refs.now(repo, prefix)}


def _fetch_runs(
    repo: git.Repo, source: Remote, selected: dict[str, str], unattended: bool
) -> Pulled:
    """Fetch runs that are new or went on elsewhere; a run in the trash here stays there."""
    before = _here(repo, layout.RUNS)
    trashed = {layout.RUNS + ref[len(layout.TRASH) :] for ref in _here(repo, layout.TRASH)}
    removed = _removed_commits(repo)
    refspecs = [
        f"{ref}:{ref}"
        for ref, oid in selected.items()
        if before.get(ref) != oid and ref not in trashed and oid not in removed
    ]
    answer = transport.fetch(repo, source.name, refspecs, unattended=unattended)
    after = _here(repo, layout.RUNS)
    requested = [refspec.partition(":")[0] for refspec in refspecs]
    changed = [ref for ref in requested if after.get(ref) == selected[ref]]
    failed = [ref for ref in requested if after.get(ref) != selected[ref]]
    _list_pulled(repo, [selected[ref] for ref in changed])
    if "" in refs.commits(
        repo, [selected[ref] for ref in failed]
    ):  # something did not arrive at all
        raise git.failure(("fetch",), answer)
    new = tuple(_id(ref) for ref in changed if ref not in before)
    return Pulled(
        source.name,
        new,
        resumed=tuple(_id(ref) for ref in changed if ref in before),
        conflicts=tuple((_id(ref), _difference(ref, before, selected)) for ref in failed),
    )


def _difference(ref: str, before: dict[str, str], selected: dict[str, str]) -> str:
    if ref not in before:
        return "git could not write it here: see git track doctor, then pull again"
    return f"{before[ref][:12]} here, {selected[ref][:12]} there: each side keeps its own"


def _id(ref: str) -> str:
    return ref.rpartition("/")[2]


def _list_pulled(repo: git.Repo, commits: Sequence[str]) -> None:
    """Add run commits to the list of those that came from a remote: a push does not send them again."""
    if commits:
        path = remotes.pulled_path(repo)
        folders.make(os.path.dirname(path))
        with open(path, "a", encoding="ascii") as file:
            file.write("".join(f"{oid}\n" for oid in commits))


def _removed_commits(repo: git.Repo) -> set[str]:
    """Return the commits that are marked as removed, from all annotations."""
    commit = next((r.oid for r in refs.now(repo, layout.NOTES) if r.name == layout.NOTES), None)
    if commit is None:
        return set()
    marked = notes.read(repo, commit)
    return {
        oid for oid, text in marked.items() if annotation_log.is_removed(annotation_log.parse(text))
    }


def _remove(
    repo: git.Repo, may_remove: Callable[[int], bool]
) -> tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, str], ...]]:
    """Move the runs that others removed to the trash; return them, and those that stay with the reason."""
    runs = source_of(repo).select(Request(summaries=False)).runs
    marked = [
        raw for raw in runs if raw.commit and annotation_log.is_removed(raw.annotations) and raw.ref
    ]
    if not marked:
        return (), ()
    versions, in_trash = models.registered(repo), _here(repo, layout.TRASH)
    reasons = {raw.id: _why_retained(raw, versions, in_trash) for raw in marked}
    free = [raw for raw in marked if not reasons[raw.id]]
    retained = [(run_id, reason) for run_id, reason in reasons.items() if reason]
    if free and not may_remove(len(free)):
        return (), (*retained, *((raw.id, "not confirmed") for raw in free))
    _move(repo, free, layout.trash_ref, in_trash)
    trash.list_arrivals(repo, [raw.id for raw in free])
    return tuple(_removal(raw) for raw in free), tuple(retained)


def _why_retained(raw: Raw, versions: Mapping[str, str], in_trash: Mapping[str, str]) -> str:
    """Return why a run that others removed stays among the runs; empty if it does not."""
    if str(raw.commit) in versions:
        return f"it is {versions[str(raw.commit)]}"
    other = in_trash.get(layout.trash_ref(raw.experiment, raw.id), raw.commit)
    return "" if other == raw.commit else "the trash has another commit of it"


def _move(
    repo: git.Repo,
    runs: Sequence[Raw],
    target: Callable[[str, str], str],
    existing: Mapping[str, str],
) -> None:
    moves = [(str(raw.ref), target(raw.experiment, raw.id), str(raw.commit)) for raw in runs]
    if moves:
        refs.move(repo, moves, "gittrack: pull", existing=existing)


def _removal(raw: Raw) -> tuple[str, str, str]:
    op = annotation_log.last_move(raw.annotations) or {}
    return raw.id, str(op.get("by", "somebody")), str(op.get("at", ""))


def _restore(repo: git.Repo, selected: dict[str, str]) -> tuple[str, ...]:
    """Take runs back from the trash that somebody restored after they were removed."""
    runs = trash_of(repo).select(Request(summaries=False)).runs
    here = _here(repo, layout.RUNS)
    back = [
        raw
        for raw in runs
        if raw.commit
        and raw.ref
        and annotation_log.is_restored(raw.annotations)
        and (ref := layout.run_ref(raw.experiment, raw.id)) in selected
        and here.get(ref, raw.commit) == raw.commit
    ]
    _move(repo, back, layout.run_ref, here)
    return tuple(raw.id for raw in back)


def _fetch_sweeps(repo: git.Repo, source: Remote, unattended: bool) -> None:
    """Fetch sweeps; a sweep that went on elsewhere moves forward, another value is left alone."""
    here = _here(repo, layout.SWEEPS)
    theirs = source.below(layout.SWEEPS)
    refspecs = [f"{ref}:{ref}" for ref, oid in theirs.items() if here.get(ref) != oid]
    transport.fetch(repo, source.name, refspecs, unattended=unattended)
