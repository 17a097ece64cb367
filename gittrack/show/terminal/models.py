"""The model registry as tables, and what is wrong in it as paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gittrack.core import layout
from gittrack.core.registry import moved_tags, names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import (
    PRODUCTION,
    STAGING,
    UNSIGNED,
    Model,
    Signature,
    Version,
)
from gittrack.core.registry.moved_tags import Moved
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table, fit_columns

Signatures = Mapping[str, Signature]
_MOST_METRICS, _LONGEST_CELL = 3, 30


def listing(
    models: Sequence[Model],
    signatures: Signatures,
    *,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return a row for each model: its latest version, and what is in which stage; ``exact`` for programs.

    ``width`` is that of the terminal that it has to fit into.
    """
    none = "" if exact else "-"
    found = dict.fromkeys(stage for model in models for stage in model.stages)
    stages = sorted(found, key=lambda s: (s != PRODUCTION, s != STAGING, s))
    heads = [
        "MODEL",
        "LATEST",
        *map(str.upper, stages),
        "VERSIONS",
        "REGISTERED",
        "BY",
        "SIGNATURE",
    ]
    rows = []
    for model in models:
        latest, count = model.latest, len(model.numbers)
        name = text.escape(model.name) + (" (deprecated)" if model.deprecated else "")
        held = [model.stages[s].short if s in model.stages else none for s in stages]
        rows.append(
            [
                name,
                latest.short if latest else none,
                *held,
                str(count),
                *_origin(latest, signatures),
            ]
        )
    made = Table(heads, rows, [False, False, *[False] * len(stages), True])
    count, by, signature = (len(heads) - place for place in (4, 2, 1))
    yielding = [*_unsigned(rows, signature), by, by - 1, count, *range(count - 1, 2, -1)]
    return fit_columns(made, {place: heads[place] for place in yielding}, width)


def _unsigned(rows: Sequence[Sequence[str]], place: int) -> list[int]:
    """Return the place of the signatures where they all tell of none: only then the column may go."""
    return [place] if {row[place] for row in rows} <= {UNSIGNED, "-"} else []


def _origin(version: Version | None, signatures: Signatures) -> list[str]:
    event = version.event if version else None
    if event is None:
        return ["-", "-", "-"]
    return [event.at[:10], text.escape(_person(event)), signatures[event.oid].state]


def _person(event: Event) -> str:
    return event.text.person.partition(" <")[0] or "-"


def versions(
    found: Sequence[Version],
    signatures: Signatures,
    *,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return a row for each version of a model; ``exact`` for programs: whole numbers, texts and all metrics.

    ``width`` is that of the terminal that it has to fit into.
    """
    show, longest = text.plain if exact else text.value, _LONGEST_CELL if width else 10**9
    from gittrack.core.run.run_info import headline  # noqa: PLC0415 - the list of models has no use for it

    metrics = [one.facts.get("metrics") or {} for one in found]
    first = dict.fromkeys(name for one in metrics for name in headline(one))
    every = list(first | dict.fromkeys(name for one in metrics for name in one))
    names, cut = (every, []) if exact else (every[:_MOST_METRICS], every[_MOST_METRICS:])
    heads = ["VERSION", "STAGE", "RUN", *names, "REGISTERED", "BY", "SIGNATURE", "WHY"]
    rows = []
    for one in found:
        values = one.facts.get("metrics") or {}
        why = one.event.why if one.event else ""
        rows.append(
            [
                one.short,
                text.shorten(stage_of(one), longest),
                text.shorten(_run(one), longest),
                *(show(values.get(name)) for name in names),
                *_origin(one, signatures),
                why if exact else text.shorten(text.escape(why), 50),
            ]
        )
    made = Table(
        [text.escape(head) for head in heads], rows, [*[False] * 3, *[True] * len(names)], cut
    )
    registered = 3 + len(names)
    by, signature, last = registered + 1, registered + 2, registered + 3
    later, headline_one = range(registered - 1, 3, -1), range(3, min(registered, 4))  # metrics
    yielding = [*_unsigned(rows, signature), *later, last, by, registered, *headline_one]
    return fit_columns(made, {place: heads[place] for place in yielding}, width)


def stage_of(one: Version) -> str:
    """Return the stages of a version in words."""
    told = ", ".join(one.stages) or one.stage
    return "deprecated" if one.deprecated else told


def _run(one: Version) -> str:
    run, name = one.facts.get("run"), one.facts.get("name")
    shown = short_id(str(run)) if run else one.commit[:8]
    return text.escape(f"{shown} {name}" if name else shown)


def history(model: Model, events: Sequence[Event]) -> Table:
    """Return a row for each event, in order; registering carries no number."""
    rows = [
        [
            str(one.mark.number or ""),
            one.at[:16].replace("T", " "),
            one.mark.kind,
            version_of(model, one),
            one.mark.stage or "-",
            text.escape(_person(one)),
            text.shorten(text.escape(one.why), 60),
        ]
        for one in events
    ]
    return Table(["#", "WHEN", "EVENT", "VERSION", "STAGE", "BY", "WHY"], rows, [True])


def version_of(model: Model, event: Event) -> str:
    """Return the version that an event is about, which its commit says."""
    if event.mark.version:
        return names.short(event.mark.version)
    if event.mark.kind == names.DEPRECATE:
        return "-"
    found = [one for one in model.versions if one.commit == event.text.commit]
    told = event.text.facts.get("version")
    return found[-1].short if found else names.short(str(told)) if told else event.text.commit[:8]


def damage(tags: Mapping[str, str]) -> str:
    """Return a paragraph for each tag that cannot be read."""
    told = (
        f"refs/tags/{tag}: {why}\n  fetch it again from where it was pushed to, or delete it: git tag -d\n"
        for tag, why in tags.items()
    )
    return text.escape("".join(told), keep="\n")


def warnings(models: Iterable[Model]) -> str:
    """Return a paragraph for each conflict between two clones, and each tag that was moved or deleted."""
    lines = [
        line
        for one in models
        for told in (*(_conflict(one, *pair) for pair in one.conflicts), *map(_moved, one.moved))
        for line in told
    ]
    return "".join(f"{text.escape(line)}\n" for line in lines)


def _conflict(one: Model, ours: Event, theirs: Event, where: str) -> list[str]:
    if ours.mark.stage:
        head = f"two events of {one.name} are number {ours.mark.number}"
        way = f"git track model promote {one.name}@VERSION {ours.mark.stage}"
    else:
        short = names.short(ours.mark.version)
        head = f"two commits are {one.name} {short}"
        way = _settling(one, ours, theirs, f"{one.name}@{short}")
    there = f"  in {where}" if where else ""
    return [
        f"conflict: {head}",
        f"  {_side(one, ours)}",
        f"  {_side(one, theirs)}{there}",
        f"  settle it: {way}",
    ]


def _settling(one: Model, ours: Event, theirs: Event, address: str) -> str:
    """Return how to settle two tags of one version: where only one of them is what events of stages say."""
    rest = [event for event in one.events if event.tag != ours.tag]
    told = ([found.tag for found in moved_tags.by_events([*rest, side])] for side in (ours, theirs))
    mine, other = (ours.tag in tags for tags in told)
    if mine and not other:
        return f"its stages speak for theirs: git tag -d {ours.tag}, and fetch it again"
    if other and not mine:
        return f"its stages speak for ours: git push --force REMOTE refs/tags/{ours.tag}"
    return f"git track model rm {address}, and register it again"


def _moved(one: Moved) -> list[str]:
    """Return what a version tag names, what it was made for, who says so, and the way back."""
    short = names.short(one.stated)
    made = f"{one.model} {short}, " if one.stated != one.version else ""
    made += f"the run {one.run}" if one.run else f"the commit {one.was[:12]}"
    at = f" at {one.was[:12]}" if one.run and one.was else ""
    said = f"{one.proof} says" if one.proof else "its message says"
    head = f"moved: the tag {one.tag} names the commit {one.commit[:12]}"
    if not one.commit:
        head = f"gone: there is no tag {one.tag}, and its version is in a stage"
    return [head, f"  it was made for {made}{at}, as {said}", f"  put it back: {_way_back(one)}"]


def _way_back(one: Moved) -> str:
    if one.original:
        return f"git update-ref refs/tags/{one.tag} {one.original}"
    if one.was and not one.run:
        return f"git tag -f -a -m 'put back' {one.tag} {one.was}"
    # A tag may have come from anywhere, and this is a line that people paste into a shell.
    run = one.run if one.stated == one.version and layout.is_id(one.run) else "RUN"
    version = names.short(one.version).removeprefix("v")
    again = f"git track model register {one.model} {run} --version {version}"
    away = f"git tag -d {one.tag}, then " if one.commit else ""
    return f"{away}fetch it from where it was pushed to, or {again}"


def _side(one: Model, found: Event) -> str:
    what = f"{found.mark.kind} {version_of(one, found)} {found.mark.stage}".rstrip()
    return f"{found.tag}: {what}, by {_person(found)}, {found.at[:16].replace('T', ' ')}"
