"""Stage refs that other tools left behind: the events win, the refs are moved to where these say."""

from __future__ import annotations

from gittrack import git
from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry import names
from gittrack.core.registry.model_state import Model
from gittrack.git import refs
from gittrack.models import ledger
from gittrack.read.registry.models import Registry


class Repair(NamedTuple):
    """A stage ref that disagreed with the events: what it said and what they say; ``problem`` if it stays."""

    ref: str
    said: str
    events: str
    problem: str = ""


def repair(repo: git.Repo) -> list[Repair]:
    """Move every stage ref to where the events of its model say; return those that disagreed."""
    state = Registry(repo)
    models = state.every()
    if state.damaged:  # not all events are known
        return []
    found = []
    for model in models:
        commands = ledger.moves(state, model)
        told = [_told(state, model, command) for command in commands]
        try:
            ledger.clear(repo, state, model)
            refs.transact(repo, ledger.moves(state, model), "gittrack: repair")
        except (git.GitError, OSError) as error:
            problem = error.message if isinstance(error, git.GitError) else error.strerror
            told = [one._replace(problem=problem or str(error)) for one in told]
        found += told
    return [*found, *_orphans(state, models)]


def _told(state: Registry, model: Model, command: str) -> Repair:
    ref = command.partition(" ")[2].partition("\0")[0]
    by_oid = {one.event.oid: one.short for one in model.versions if one.event}
    old = state.stage_refs.get(ref)
    said = "nothing" if ref not in state.stage_refs else by_oid.get(old or "", (old or "")[:12])
    here = [
        held for stage, held in model.stages.items() if names.stage_ref(model.name, stage) == ref
    ]
    return Repair(ref, said or "nothing that can be read", here[0].short if here else "nothing")


def _orphans(state: Registry, models: list[Model]) -> list[Repair]:
    """Find refs that no event tells of: it may be that their tags were not fetched."""
    known = {
        names.stage_ref(model.name, event.mark.stage)
        for model in models
        for event in model.events
        if event.mark.stage
    }
    why = "no tag tells of it: fetch the tags, or delete it with git update-ref -d"
    return [
        Repair(ref, state.stage_refs[ref][:12] or "nothing", "nothing", why)
        for ref in sorted(state.stage_refs.keys() - known)
    ]
