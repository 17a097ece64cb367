"""The model registry as tables, and its problems as paragraphs."""

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
# The columns of a table of versions, before and after those of the metrics.
_IDENTITY, _REGISTRATION = ("VERSION", "STAGE", "RUN"), ("REGISTERED", "BY", "SIGNATURE", "WHY")


def listing(
    models: Sequence[Model],
    signatures: Signatures,
    *,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return a row for each model: its latest version, and the version in each stage.

    Parameters
    ----------
    models : sequence of Model
        The models.
    signatures : mapping
        The signature of each tag, by object id.
    exact : bool
        Whether the table is for programs: an empty cell instead of a dash.
    width : int, optional
        The width of the terminal in columns; columns are left out to fit.
    """
    none = "" if exact else "-"
    in_use = dict.fromkeys(stage for model in models for stage in model.stages)
    stages = sorted(in_use, key=lambda s: (s != PRODUCTION, s != STAGING, s))
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
        current = [model.stages[s].short if s in model.stages else none for s in stages]
        rows.append(
            [
                name,
                latest.short if latest else none,
                *current,
                str(count),
                *_origin(latest, signatures),
            ]
        )
    whole = Table(heads, rows, [False, False, *[False] * len(stages), True])
    count, by, signature = (len(heads) - position for position in (4, 2, 1))
    yielding = [*_unsigned(rows, signature), by, by - 1, count, *range(count - 1, 2, -1)]
    return fit_columns(whole, {position: heads[position] for position in yielding}, width)


def _unsigned(rows: Sequence[Sequence[str]], position: int) -> list[int]:
    """Return the position of the signatures if no tag is signed: only then the column may be left out."""
    return [position] if {row[position] for row in rows} <= {UNSIGNED, "-"} else []


def _origin(version: Version | None, signatures: Signatures) -> list[str]:
    event = version.event if version else None
    if event is None:
        return ["-", "-", "-"]
    return [event.at[:10], text.escape(_person(event)), signatures[event.oid].state]


def _person(event: Event) -> str:
    return event.text.person.partition(" <")[0] or "-"


def versions(
    listed: Sequence[Version],
    signatures: Signatures,
    *,
    exact: bool = False,
    width: int | None = None,
) -> Table:
    """Return a row for each version of a model.

    Parameters
    ----------
    listed : sequence of Version
        The versions.
    signatures : mapping
        The signature of each tag, by object id.
    exact : bool
        Whether the table is for programs: all digits, whole texts and all metrics.
    width : int, optional
        The width of the terminal in columns; columns are left out to fit.
    """
    show, longest = text.plain if exact else text.value, _LONGEST_CELL if width else 10**9
    from gittrack.core.run.run_info import headline  # noqa: PLC0415 - the list of models does not need it

    metrics = [version.facts.get("metrics") or {} for version in listed]
    first = dict.fromkeys(name for values in metrics for name in headline(values))
    every = list(first | dict.fromkeys(name for values in metrics for name in values))
    names, cut = (every, []) if exact else (every[:_MOST_METRICS], every[_MOST_METRICS:])
    heads = [*_IDENTITY, *names, *_REGISTRATION]
    metric_columns = range(len(_IDENTITY), len(_IDENTITY) + len(names))
    column = {head: metric_columns.stop + i for i, head in enumerate(_REGISTRATION)}
    rows = []
    for version in listed:
        values = version.facts.get("metrics") or {}
        why = version.event.why if version.event else ""
        rows.append(
            [
                version.short,
                text.shorten(stage_of(version), longest),
                text.shorten(_run(version), longest),
                *(show(values.get(name)) for name in names),
                *_origin(version, signatures),
                why if exact else text.shorten(text.escape(why), 50),
            ]
        )
    whole = Table(
        [text.escape(head) for head in heads],
        rows,
        [position in metric_columns for position in range(metric_columns.stop)],
        cut,
    )
    yielding = [
        *_unsigned(rows, column["SIGNATURE"]),
        *metric_columns[:0:-1],  # the first metric is left out last
        *(column[head] for head in ("WHY", "BY", "REGISTERED")),
        *metric_columns[:1],
    ]
    return fit_columns(whole, {position: heads[position] for position in yielding}, width)


def stage_of(version: Version) -> str:
    """Return the stages of a version, separated by commas, or ``deprecated``."""
    stages = ", ".join(version.stages) or version.stage
    return "deprecated" if version.deprecated else stages


def _run(version: Version) -> str:
    run, name = version.facts.get("run"), version.facts.get("name")
    label = short_id(str(run)) if run else version.commit[:8]
    return text.escape(f"{label} {name}" if name else label)


def history(model: Model, events: Sequence[Event]) -> Table:
    """Return a row for each event, in the given order; a registration has no number."""
    rows = [
        [
            str(event.mark.number or ""),
            event.at[:16].replace("T", " "),
            event.mark.kind,
            version_of(model, event),
            event.mark.stage or "-",
            text.escape(_person(event)),
            text.shorten(text.escape(event.why), 60),
        ]
        for event in events
    ]
    return Table(["#", "WHEN", "EVENT", "VERSION", "STAGE", "BY", "WHY"], rows, [True])


def version_of(model: Model, event: Event) -> str:
    """Return the version that an event is about; if its tag does not name one, its commit decides."""
    if event.mark.version:
        return names.short(event.mark.version)
    if event.mark.kind == names.DEPRECATE:
        return "-"
    versions = [version for version in model.versions if version.commit == event.text.commit]
    number = event.text.facts.get("version")
    if versions:
        return versions[-1].short
    return names.short(str(number)) if number else event.text.commit[:8]


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
    return f"{event.tag}: {action}, by {_person(event)}, {event.at[:16].replace('T', ' ')}"
