"""Share the events of models, which are tags; stage refs are derived from them on each side.

A stage moves on the remote only together with the tag that moved it, in one atomic push.  A tag that has
another value on the remote is a conflict: nothing of that model is overwritten on either side.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core.registry import names
from gittrack.core.standard.collections import Collection, Mapping
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import refs
from gittrack.models import repair
from gittrack.share import remotes, removals, transport
from gittrack.share.hosts.failures import failure
from gittrack.share.remotes import Remote

_DIFFERS = "the tag has another value there; git track model show prints both sides"


class Received(NamedTuple):
    """What `receive` did: the ``new`` events, and the tags in ``conflicts``, which differ there."""

    new: tuple[str, ...]
    conflicts: tuple[str, ...]


class Sent(NamedTuple):
    """What `send` did: the ``tags`` that the remote took, and the ``refused`` ones with the reason."""

    tags: tuple[str, ...]
    refused: tuple[transport.Update, ...] = ()


def event_tags(every: Mapping[str, str], models: Collection[str] | None = None) -> dict[str, str]:
    """Return the refs of the events of models among ``every``: {ref: id}.  None: of all models."""
    tags = {}
    for ref, oid in every.items():
        mark = names.parse_tag(ref.removeprefix(names.TAGS)) if ref.startswith(names.TAGS) else None
        if mark is not None and (models is None or mark.model in models):
            tags[ref] = oid
    return tags


def missing(repo: git.Repo, remote: Remote, models: Collection[str] | None = None) -> int:
    """Return how many events of models the remote lacks."""
    theirs = event_tags(remote.refs, models)
    return sum(ref not in theirs for ref in _ours(repo, models))


def receive(
    repo: git.Repo,
    remote: Remote,
    models: Collection[str] | None = None,
    *,
    here: Mapping[str, str] | None = None,
    unattended: bool = False,
) -> Received:
    """Fetch the events that are not here, and compute the stage refs from all events.

    Tags and stages here are among ``here``, {ref: id}, if they were listed already.

    Raises
    ------
    GitError
        If git cannot fetch them.
    """
    existing = remotes.refs_here(repo, names.TAGS, names.STAGES) if here is None else here
    theirs, ours = event_tags(remote.refs, models), event_tags(existing)
    conflicts = tuple(ref for ref, oid in theirs.items() if ours.get(ref, oid) != oid)
    absent = [ref for ref in theirs if ref not in ours]
    answer = transport.fetch(repo, remote.route, remote.exact(absent), unattended=unattended)
    tags = _ours(repo) if absent else ours
    new = tuple(ref.removeprefix(names.TAGS) for ref in absent if ref in tags)
    if absent and not new:
        raise failure(remote.name, answer.err)
    # Also if nothing is new: a pull that was killed may have fetched the tags and not moved the stages.
    stages = {ref: oid for ref, oid in existing.items() if ref.startswith(names.STAGES)}
    if new or remote.below(names.STAGES) != stages:
        repair.repair(repo)
    if not stages.keys() <= _explained_stages(tags):
        repair.remove_unexplained(repo)
    return Received(new, tuple(ref.removeprefix(names.TAGS) for ref in conflicts))


def _explained_stages(tags: Collection[str]) -> set[str]:
    """Return the stage refs that have a tag."""
    marks = (names.parse_tag(tag.removeprefix(names.TAGS)) for tag in tags)
    return {names.stage_ref(mark.model, mark.stage) for mark in marks if mark and mark.stage}


def send(
    repo: git.Repo,
    remote: Remote,
    models: Collection[str] | None = None,
    *,
    unattended: bool = False,
) -> Sent:
    """Push the events that the remote lacks together with the stage refs, all of them or none.

    Call `receive` before: the stages must follow from the events of both sides.  Models with a conflict are
    left out, and those with a new event on a run that was removed everywhere, because a tag takes its run
    with it.
    """
    theirs, ours = event_tags(remote.refs, models), _ours(repo, models)
    problems = {ref: _DIFFERS for ref, oid in ours.items() if theirs.get(ref, oid) != oid}
    problems |= _of_removed_runs(repo, ours.keys() - theirs.keys())
    disputed = {_model_of(ref) for ref in problems}
    refused = tuple(transport.Update(ref, False, reason) for ref, reason in problems.items())
    tags = [ref for ref in ours if ref not in theirs and _model_of(ref) not in disputed]
    if not tags:
        return Sent((), refused)
    moving = {_model_of(ref) for ref in tags}
    stages = _stages(repo, remote, moving)
    updates = transport.push(
        repo,
        remote.route,
        [*tags, *(f"{ref}:{ref}" if exists else f":{ref}" for ref, exists in stages.items())],
        atomic=True,
        leases={ref: remote.refs.get(ref, "") for ref in stages},
        unattended=unattended,
    )
    rejected = tuple(update for update in updates if not update.accepted)
    sent = () if rejected else tuple(ref.removeprefix(names.TAGS) for ref in tags)
    return Sent(sent, (*refused, *rejected))


def _of_removed_runs(repo: git.Repo, tags: Collection[str]) -> dict[str, str]:
    """Return {tag: reason} of the tags on runs that were removed everywhere."""
    stones = removals.tombstones(repo) if tags else {}
    commits = dict(refs.peeled(repo)) if stones else {}
    reasons = {}
    for tag in sorted(tags):
        stone = stones.get(commits.get(tag, ""))
        if stone is not None:
            person, name = stone.get("by", "somebody"), tag.removeprefix(names.TAGS)
            reasons[tag] = f"{person} removed its run everywhere; delete it: git tag -d '{name}'"
    return reasons


def _stages(repo: git.Repo, remote: Remote, models: Collection[str]) -> dict[str, bool]:
    """Return the stages of models that differ on the remote, and whether they exist here.

    A stage ref has no history of its own; its tags have.  So it need not move forward, but it must still have
    the value that was seen, and the push is atomic: the stage moves only with the new tags.  A branch cannot
    hold a stage, because a stage is a tag: a host that takes only branches has only the tags.
    """
    if remote.names.as_branches:
        return {}
    here = remotes.refs_here(repo, names.STAGES)
    remote_refs = remote.below(names.STAGES)
    return {
        ref: ref in here
        for ref in sorted(here.keys() | remote_refs.keys())
        if here.get(ref) != remote_refs.get(ref) and _model_of_stage(ref) in models
    }


def _ours(repo: git.Repo, models: Collection[str] | None = None) -> dict[str, str]:
    return event_tags(remotes.refs_here(repo, names.TAGS), models)


def _model_of(ref: str) -> str:
    return names.model_of(ref.removeprefix(names.TAGS))


def _model_of_stage(ref: str) -> str:
    return ref.removeprefix(names.STAGES).rpartition("/")[0].replace("=", ":")
