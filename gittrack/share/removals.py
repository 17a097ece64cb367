"""Removals and restorations are shared by annotations: follow those of others, and lose nothing.

A run that somebody removed moves to the trash here; a restoration that is later takes it back.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import annotation_log
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import notes, refs
from gittrack.read.registry import models
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of, trash_of
from gittrack.share import remotes
from gittrack.tidy import trash


class Removals(NamedTuple):
    """What all annotations say about removals: the ``commits`` that are removed, and removed ``runs``.

    ``runs`` is {ref: tombstone} of the runs that were removed everywhere, whatever their commit is.
    """

    commits: frozenset[str] = frozenset()
    runs: Mapping[str, annotation_log.Operation] = {}

    def has(self, ref: str, commit: str) -> bool:
        """Return whether a run is removed."""
        return commit in self.commits or ref in self.runs


def of_annotations(repo: git.Repo) -> Removals:
    """Return the removals in the annotations of a repository."""
    tip = next((r.oid for r in refs.now(repo, layout.NOTES) if r.name == layout.NOTES), None)
    if tip is None:
        return Removals()
    texts = notes.read(repo, tip)
    operations = {oid: annotation_log.parse(text) for oid, text in texts.items() if b'"rm' in text}
    tombstones = filter(None, map(annotation_log.tombstone, operations.values()))
    return Removals(
        frozenset(oid for oid, ops in operations.items() if annotation_log.is_removed(ops)),
        {f"{layout.RUNS}{op.get('run')}": op for op in tombstones},
    )


def tombstones(repo: git.Repo) -> dict[str, annotation_log.Operation]:
    """Return {commit: tombstone} of the runs that were removed everywhere, with all commits that are here."""
    tip = notes.tip(repo, layout.NOTES)
    mark = annotation_log.EVERYWHERE.encode()
    texts = notes.read(repo, tip).items() if tip else ()
    stones = {
        oid: stone
        for oid, text in texts
        if mark in text and (stone := annotation_log.tombstone(annotation_log.parse(text)))
    }
    runs = {str(stone.get("run")): stone for stone in stones.values()}
    for prefix in (layout.RUNS, layout.TRASH) if runs else ():
        for ref, oid in remotes.refs_here(repo, prefix).items():
            if (stone := runs.get(ref.removeprefix(prefix))) is not None:
                stones[oid] = stone
    return stones


def remove(
    repo: git.Repo, may_remove: Callable[[int], bool]
) -> tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, str], ...]]:
    """Move the runs that others removed to the trash; return them, and those that stay with the reason."""
    removals = of_annotations(repo)
    if not removals.commits and not removals.runs:
        return (), ()
    runs = source_of(repo).select(Request(summaries=False)).runs
    marked = [
        raw for raw in runs if raw.commit and raw.ref and removals.has(str(raw.ref), raw.commit)
    ]
    if not marked:
        return (), ()
    versions, in_trash = models.registered(repo), remotes.refs_here(repo, layout.TRASH)
    reasons = {raw.id: _why_retained(raw, versions, in_trash) for raw in marked}
    free = [raw for raw in marked if not reasons[raw.id]]
    retained = [(run_id, reason) for run_id, reason in reasons.items() if reason]
    if free and not may_remove(len(free)):
        return (), (*retained, *((raw.id, "not confirmed") for raw in free))
    # Before the move: after a kill in between, gc must not count the days from the removal by others.
    trash.list_arrivals(repo, [raw.id for raw in free])
    _move(repo, free, layout.trash_ref, in_trash)
    removed = [(raw.id, removals.runs.get(str(raw.ref)) or _last_move(raw)) for raw in free]
    return tuple((run_id, *_who_and_when(op)) for run_id, op in removed), tuple(retained)


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
    moves = [
        ("" if raw.folded else str(raw.ref), target(raw.experiment, raw.id), str(raw.commit))
        for raw in runs
    ]
    if moves:
        refs.move(repo, moves, "gittrack: pull", existing=existing)


def _last_move(raw: Raw) -> annotation_log.Operation:
    return annotation_log.last_move(raw.annotations) or {}


def _who_and_when(op: annotation_log.Operation) -> tuple[str, str]:
    return str(op.get("by", "somebody")), str(op.get("at", ""))


def restore(repo: git.Repo, selected: dict[str, str]) -> tuple[str, ...]:
    """Take runs back from the trash that somebody restored later, or registered as a version of a model."""
    if not remotes.refs_here(repo, layout.TRASH):
        return ()
    runs = trash_of(repo).select(Request(summaries=False)).runs
    here = remotes.refs_here(repo, layout.RUNS)
    versions = models.registered(repo) if runs else {}
    back = [
        raw
        for raw in runs
        if raw.commit
        and raw.ref
        and here.get(ref := layout.run_ref(raw.experiment, raw.id), raw.commit) == raw.commit
        and (
            raw.commit in versions
            or (ref in selected and annotation_log.is_restored(raw.annotations))
        )
    ]
    _move(repo, back, layout.run_ref, here)
    return tuple(raw.id for raw in back)


def coming(repo: git.Repo, selected: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """Return the refs of the runs that are not here as they are there, and were not removed."""
    trashed = {
        layout.RUNS + ref[len(layout.TRASH) :] for ref in remotes.refs_here(repo, layout.TRASH)
    }
    removed = of_annotations(repo)
    versions = models.registered(repo) if removed.commits else {}
    return [
        ref
        for ref, oid in selected.items()
        if here.get(ref) != oid
        and ref not in trashed
        and (oid in versions or not removed.has(ref, oid))
    ]


def versions_among(repo: git.Repo, selected: Mapping[str, str]) -> dict[str, str]:
    """Return {ref: id} of those runs that are versions of models here."""
    versions = models.registered(repo)
    return {ref: oid for ref, oid in selected.items() if oid in versions}
