"""Stage refs that disagree with the events of their model, as other tools leave them: the events win."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import names, tag_message
from gittrack.core.registry.model_state import Model
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import refs
from gittrack.models import ledger
from gittrack.read.registry.models import Registry


class Repair(NamedTuple):
    """A stage ref that disagreed with the events: both versions, and a ``problem`` if the ref stays."""

    ref: str
    actual: str
    expected: str
    problem: str = ""


def repair(repo: git.Repo) -> list[Repair]:
    """Move every stage ref to the version that the events of its model say; return the changes."""
    state = Registry(repo)
    models = state.every()
    if state.damaged:  # some events are unreadable, so the state is not certain
        return []
    repairs = []
    for model in models:
        commands = ledger.moves(state, model)
        planned = [_described(state, model, command) for command in commands]
        try:
            ledger.clear(repo, state, model)
            refs.transact(repo, ledger.moves(state, model), "gittrack: repair")
        except (git.GitError, OSError) as error:
            problem = error.message if isinstance(error, git.GitError) else error.strerror
            planned = [entry._replace(problem=problem or str(error)) for entry in planned]
        repairs += planned
    return [*repairs, *_orphans(state, models)]


def remove_unexplained(repo: git.Repo) -> list[str]:
    """Delete the stage refs that no event explains, and return their names.

    A person may delete the tags of a promotion to settle a conflict.  Call this only if the events of others
    are here.  A ref stays if it may be the last one of its commit, or of the tag of its version: a tag of
    that name must exist, which may be another one that a person took to settle a conflict.
    """
    state = Registry(repo)
    models = state.every()
    if state.damaged:
        return []
    orphans = [entry.ref for entry in _orphans(state, models) if state.stage_refs[entry.ref]]
    commits = refs.commits(repo, [state.stage_refs[ref] for ref in orphans])
    others = {ref.oid for ref in refs.below(repo, layout.RUNS)}
    others.update(version.commit for model in models for version in model.versions)
    here = {ref.name for ref in refs.below(repo, names.TAGS)}
    tags = [
        content and tag_message.parse(content)
        for content in git.read_objects(repo, [state.stage_refs[ref] for ref in orphans])
    ]
    removed = [
        ref
        for ref, commit, tag in zip(orphans, commits, tags, strict=True)
        if commit and commit in others and (not tag or f"{names.TAGS}{tag.name}" in here)
    ]
    commands = [f"delete {ref}\0{state.stage_refs[ref]}" for ref in removed]
    refs.transact(repo, commands, "gittrack: repair")
    return removed


def _described(state: Registry, model: Model, command: str) -> Repair:
    ref = command.partition(" ")[2].partition("\0")[0]
    by_oid = {version.event.oid: version.short for version in model.versions if version.event}
    old = state.stage_refs.get(ref)
    actual = "nothing" if ref not in state.stage_refs else by_oid.get(old or "", (old or "")[:12])
    holders = [
        holder
        for stage, holder in model.stages.items()
        if names.stage_ref(model.name, stage) == ref
    ]
    return Repair(
        ref, actual or "nothing that can be read", holders[0].short if holders else "nothing"
    )


def _orphans(state: Registry, models: list[Model]) -> list[Repair]:
    """Return the refs without an event: maybe their tags were not fetched."""
    expected = {
        names.stage_ref(model.name, event.mark.stage)
        for model in models
        for event in model.events
        if event.mark.stage
    }
    why = "it has no tag: fetch the tags, or delete the ref with git update-ref -d"
    return [
        Repair(ref, state.stage_refs[ref][:12] or "nothing", "nothing", why)
        for ref in sorted(state.stage_refs.keys() - expected)
    ]
