"""The problems of the model registry as paragraphs: damaged tags, conflicts, moved tags."""

from __future__ import annotations

from gittrack.core import layout
from gittrack.core.registry import moved_tags, names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model
from gittrack.core.registry.moved_tags import Moved
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.show.terminal import text
from gittrack.show.terminal.models.listings import person_of, version_of


def damage(tags: Mapping[str, str]) -> str:
    """Return a paragraph for each tag that cannot be read; ``tags`` maps its name to the problem."""
    paragraphs = (
        f"refs/tags/{tag}: {why}\n  fetch it again from where it was pushed to, or delete it: git tag -d\n"
        for tag, why in tags.items()
    )
    return text.escape("".join(paragraphs), keep="\n")


def warnings(models: Iterable[Model]) -> str:
    """Return a paragraph for each conflict of two clones, and each tag that differs, was moved or is gone."""
    lines = [
        line
        for model in models
        for paragraph in (
            *(_conflict(model, *pair) for pair in model.conflicts),
            *(_twin(model, *pair) for pair in model.twins),
            *map(_moved, model.moved),
        )
        for line in paragraph
    ]
    return "".join(f"{text.escape(line)}\n" for line in lines)


def _conflict(model: Model, ours: Event, theirs: Event, source: str) -> list[str]:
    if ours.mark.stage:
        head = f"two events of {model.name} are number {ours.mark.number}"
        remedy = f"git track model promote {model.name}@VERSION {ours.mark.stage}"
    else:
        short = names.short(ours.mark.version)
        head = f"two commits are {model.name} {short}"
        remedy = _remedy(model, ours, theirs, f"{model.name}@{short}")
    origin = f"  in {source}" if source else ""
    return [
        f"conflict: {head}",
        f"  {_side(model, ours)}",
        f"  {_side(model, theirs)}{origin}",
        f"  settle it: {remedy}",
    ]


def _twin(model: Model, ours: Event, theirs: Event, source: str) -> list[str]:
    """Return the lines about a tag that git does not push, because another clone has its name, too."""
    same = ours.text.commit == theirs.text.commit
    return [
        f"another tag: {ours.tag} here is not the tag {ours.tag} in {source}",
        f"  {'both mean the same' if same else 'a later event settles what they say'}",
        f"  if git does not push yours: git tag -d '{ours.tag}', and fetch theirs",
    ]


def _remedy(model: Model, ours: Event, theirs: Event, address: str) -> str:
    """Return how to settle two tags of one version; events of stages may show which tag is right."""
    rest = [event for event in model.events if event.tag != ours.tag]
    tags_by_side = (
        [moved.tag for moved in moved_tags.by_events([*rest, side])] for side in (ours, theirs)
    )
    mine, other = (ours.tag in tags for tags in tags_by_side)
    if mine and not other:
        return f"its stages speak for theirs: git tag -d {ours.tag}, and fetch it again"
    if other and not mine:
        return f"its stages speak for ours: git push --force REMOTE refs/tags/{ours.tag}"
    if any(event.mark.stage for event in model.events):  # `model rm` would end stages of others too
        own = (event.tag for event in model.events if event.text.commit == ours.text.commit)
        tags = " ".join(f"'{tag}'" for tag in own)
        return f"git tag -d {tags}, fetch again, then register and promote it again"
    return f"git track model rm {address}, and register it again"


def _moved(moved: Moved) -> list[str]:
    """Return the lines about a moved tag: its commit, its purpose, the proof, and how to restore it."""
    short = names.short(moved.stated)
    purpose = f"{moved.model} {short}, " if moved.stated != moved.version else ""
    purpose += f"the run {moved.run}" if moved.run else f"the commit {moved.was[:12]}"
    commit = f" at {moved.was[:12]}" if moved.run and moved.was else ""
    witness = f"{moved.proof} says" if moved.proof else "its message says"
    head = f"moved: the tag {moved.tag} names the commit {moved.commit[:12]}"
    if not moved.commit:
        head = f"gone: the tag {moved.tag} does not exist, and its version is in a stage"
    return [
        head,
        f"  it was made for {purpose}{commit}, as {witness}",
        f"  put it back: {_restoring_command(moved)}",
    ]


def _restoring_command(moved: Moved) -> str:
    if moved.original:
        return f"git update-ref refs/tags/{moved.tag} {moved.original}"
    if moved.was and not moved.run:
        return f"git tag -f -a -m 'put back' {moved.tag} {moved.was}"
    # People paste this line into a shell, and a tag may come from anywhere.
    run = moved.run if moved.stated == moved.version and layout.is_id(moved.run) else "RUN"
    version = names.short(moved.version).removeprefix("v")
    registration = f"git track model register {moved.model} {run} --version {version}"
    deletion = f"git tag -d {moved.tag}, then " if moved.commit else ""
    return f"{deletion}fetch it from where it was pushed to, or {registration}"


def _side(model: Model, event: Event) -> str:
    action = f"{event.mark.kind} {version_of(model, event)} {event.mark.stage}".rstrip()
    return f"{event.tag}: {action}, by {person_of(event)}, {event.at[:16].replace('T', ' ')}"
