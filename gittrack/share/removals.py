"""Removals and restorations are shared by annotations: follow those of others, and lose nothing.

A run that somebody removed moves to the trash here; a restoration that is later takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import annotation_log
from gittrack.git import notes, refs
from gittrack.read.registry import models
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of, trash_of
from gittrack.share import remotes
from gittrack.tidy import trash


def removed_commits(repo: git.Repo) -> set[str]:
    """Return the commits that are marked as removed, from all annotations."""
    commit = next((r.oid for r in refs.now(repo, layout.NOTES) if r.name == layout.NOTES), None)
    if commit is None:
        return set()
    marked = notes.read(repo, commit)
    return {
        oid for oid, text in marked.items() if annotation_log.is_removed(annotation_log.parse(text))
    }


def remove(
    repo: git.Repo, may_remove: Callable[[int], bool]
) -> tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, str], ...]]:
    """Move the runs that others removed to the trash; return them, and those that stay with the reason."""
    runs = source_of(repo).select(Request(summaries=False)).runs
    marked = [
        raw for raw in runs if raw.commit and annotation_log.is_removed(raw.annotations) and raw.ref
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


def restore(repo: git.Repo, selected: dict[str, str]) -> tuple[str, ...]:
    """Take runs back from the trash that somebody restored after they were removed."""
    runs = trash_of(repo).select(Request(summaries=False)).runs
    here = remotes.refs_here(repo, layout.RUNS)
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
