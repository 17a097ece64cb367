"""Remove a run everywhere: from the remote, and from every clone at its next pull.

A tombstone stays, which has the name of the run but nothing of its content.  It is an annotation, so every
clone gets it, and no clone that has it pushes the run again.  The tombstone is sent before the run is
deleted: after a failure in between, doing it again completes it.
"""

from __future__ import annotations

import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.core.run import annotation_log
from gittrack.core.run.run_info import from_iso
from gittrack.core.standard.collections import Container, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import notes, refs
from gittrack.read.registry import models
from gittrack.read.runs import reader
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.record.machine.author import author
from gittrack.share import annotation_merge, registry, remotes, transport
from gittrack.share.archives import sending
from gittrack.share.remotes import Remote


class Removed(NamedTuple):
    """What became of a run.

    Parameters
    ----------
    id, commit : str
        The run.
    refused : str
        Why the remote still has it; empty if it has not.
    same_code : tuple of str
        Ids of other runs with the same uncommitted files, which may have leaked with this run.
    large : bool
        Whether it has large files, which are stored apart from it.
    """

    id: str
    commit: str
    refused: str = ""
    same_code: tuple[str, ...] = ()
    large: bool = False


def check(repo: git.Repo, runs: Sequence[Raw]) -> None:
    """Raise TrackError if one of the runs cannot be removed everywhere, as far as is known here."""
    versions = models.registered(repo)
    for raw in runs:
        if raw.commit is None:
            raise TrackError(f"the run {raw.id} is not committed yet", "wait until it ends")
        if raw.commit in versions:
            version = "@".join(versions[raw.commit].split()[:2])
            raise TrackError(
                f"the run {raw.id} is {versions[raw.commit]}, whose tag keeps it on the remote",
                f"remove the version first: git track model rm {version}; then delete its tags there",
            )


def _check_tags(repo: git.Repo, runs: Sequence[Raw], remote: Remote) -> None:
    """Raise TrackError if a tag of the remote keeps a run there, such as that of a removed version."""
    commits = dict(refs.peeled(repo))
    tags = {commits[ref]: ref for ref in remote.below(names.TAGS) if ref in commits}
    for raw in runs:
        for commit in (raw.commit, remote.refs.get(layout.run_ref(raw.experiment, raw.id))):
            if commit in tags:
                raise TrackError(
                    f"a tag on {remote.name} keeps the run {raw.id} there: {tags[commit]}",
                    f"delete its tags there first: git push {remote.name} ':{tags[commit]}'",
                )


def remove(repo: git.Repo, runs: Sequence[Raw], remote: Remote) -> list[Removed]:
    """Remove runs from a remote, leave tombstones, and move the runs to the trash here.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    runs : sequence of Raw
        The runs, with their bodies; they may be in the trash already.
    remote : Remote
        The remote, as it is now.

    Raises
    ------
    TrackError
        If a run cannot be removed (see `check`) or a tag of the remote keeps it, if the remote cannot be
        reached, or if it refuses the tombstones.
    """
    annotation_merge.receive(repo, remote)
    registry.receive(repo, remote)  # others may have registered a run meanwhile
    check(repo, runs)
    _check_tags(repo, runs, remote)
    _leave_tombstones(repo, runs, remote)
    _to_trash(repo, runs)
    update = annotation_merge.send(repo, remote)
    if update is not None and not update.accepted:
        raise TrackError(
            f"{remote.name} refuses the annotations, so nothing was deleted there: {update.reason}",
            "the runs are in the trash here; do it again: git track rm --everywhere RUN",
        )
    refusals = _delete(repo, runs, remote)
    folded = [layout.run_ref(raw.experiment, raw.id) for raw in runs]
    for update in sending.remove(repo, remote, folded):
        refusals |= dict.fromkeys(folded, update.reason)
    ids = {raw.id for raw in runs}
    others = _ids_by_snapshot(repo, ids)
    return [
        Removed(
            raw.id,
            str(raw.commit),
            refusals.get(layout.run_ref(raw.experiment, raw.id), ""),
            tuple(others.get(reader.decode(repo, raw).code.snapshot or "", ())),
            b"where: store" in (reader.content(repo, raw, layout.OUTPUTS) or b""),
        )
        for raw in runs
    ]


def _leave_tombstones(repo: git.Repo, runs: Sequence[Raw], remote: Remote) -> None:
    """Replace the annotations of the runs, here and as the remote has them, by tombstones."""
    who = author(git.parse_config(repo.config().output()))
    run_names = {}
    for raw in runs:
        name = f"{raw.experiment}/{raw.id}"
        pushed = remote.refs.get(f"{layout.RUNS}{name}")
        run_names.update({commit: name for commit in (raw.commit, pushed) if commit})

    def line(commit: str, note: bytes) -> bytes:
        earlier = annotation_log.tombstone(annotation_log.parse(note))
        if earlier is not None:
            return _line(earlier)
        now = annotation_log.next_moment(note, time.time())
        return annotation_log.line(annotation_log.EVERYWHERE, who, now, run=run_names[commit])

    message = f"gittrack: rm --everywhere {len(runs)} runs"
    notes.append(repo, layout.NOTES, who, message, line, *run_names, replace=True)


def clean(repo: git.Repo) -> None:
    """Remove what others wrote about runs before they knew of the tombstones."""
    tip = notes.tip(repo, layout.NOTES)
    mark = annotation_log.EVERYWHERE.encode()
    marked = {c: text for c, text in notes.read(repo, tip).items() if mark in text} if tip else {}
    logs = {commit: annotation_log.parse(text) for commit, text in marked.items()}
    unclean = [c for c, ops in logs.items() if len(ops) > 1 and annotation_log.tombstone(ops)]
    if not unclean:
        return

    def line(commit: str, note: bytes) -> bytes:
        earlier = annotation_log.tombstone(annotation_log.parse(note))
        return note if earlier is None else _line(earlier)

    who = author(git.parse_config(repo.config().output()))
    message = f"gittrack: clean {len(unclean)} tombstones"
    notes.append(repo, layout.NOTES, who, message, line, *unclean, replace=True)


def _line(stone: annotation_log.Operation) -> bytes:
    """Return a tombstone as a line, equal in every clone, with nothing else that a tool added."""
    try:
        moment = from_iso(str(stone.get("at")))
    except ValueError:
        moment = 0.0
    by, run = str(stone.get("by", "somebody")), str(stone.get("run"))
    return annotation_log.line(annotation_log.EVERYWHERE, by, moment, run=run)


def _to_trash(repo: git.Repo, runs: Sequence[Raw]) -> None:
    here = remotes.refs_here(repo, layout.RUNS)
    in_trash = remotes.refs_here(repo, layout.TRASH)
    moves = [
        (ref, layout.trash_ref(raw.experiment, raw.id), here[ref])
        for raw in runs
        if (ref := layout.run_ref(raw.experiment, raw.id)) in here
    ]
    moves += [  # a ref in the trash hides a folded run
        ("", layout.trash_ref(raw.experiment, raw.id), str(raw.commit))
        for raw in runs
        if raw.folded and layout.run_ref(raw.experiment, raw.id) not in here
    ]
    if moves:
        existing = {new for _, new, oid in moves if in_trash.get(new) == oid}
        refs.move(repo, moves, "gittrack: rm --everywhere", existing=existing)


def _delete(repo: git.Repo, runs: Sequence[Raw], remote: Remote) -> dict[str, str]:
    """Delete the runs and their live states on the remote; return {ref: reason} of those that it keeps."""
    run_names = [f"{raw.experiment}/{raw.id}" for raw in runs]
    every = [prefix + name for prefix in (layout.RUNS, layout.LIVE_RUNS) for name in run_names]
    existing = {ref: remote.refs[ref] for ref in every if ref in remote.refs}
    if not existing:
        return {}
    deletions = [f":{ref}" for ref in existing]
    updates = transport.push(repo, remote.route, deletions, leases=existing)
    return {update.ref: update.reason for update in updates if not update.accepted}


def _ids_by_snapshot(repo: git.Repo, without: Container[str]) -> dict[str, list[str]]:
    """Return {snapshot: ids of runs}, without some runs: a snapshot has the uncommitted files of a run."""
    ids: dict[str, list[str]] = {}
    for raw in source_of(repo).select(Request()).runs:
        snapshot = reader.decode(repo, raw).code.snapshot
        if snapshot and raw.id not in without:
            ids.setdefault(snapshot, []).append(raw.id)
    return ids
