"""The model registry as tables."""

from __future__ import annotations

from gittrack.core.registry import names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import (
    PRODUCTION,
    STAGING,
    UNSIGNED,
    Model,
    Signature,
    Version,
)
from gittrack.core.standard.collections import Mapping, Sequence
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
    return [event.at[:10], text.escape(person_of(event)), signatures[event.oid].state]


def person_of(event: Event) -> str:
    """Return the name of the person who made an event, without the mail address."""
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
            text.escape(person_of(event)),
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
