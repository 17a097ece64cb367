"""Continue a run that crashed or failed, under its own id.

A run's ref only ever moves forward: the commit of the continued run has the earlier one as a parent, so
nothing that was recorded is replaced and a push needs no force.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, nested, yaml_read
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import events, run_info, series
from gittrack.disk import restore
from gittrack.record import session


def begin(
    repo: git.Repo, old: run_info.RunInfo, request: session.Request
) -> tuple[session.Session, dict[str, float], float]:
    """Begin to record again where ``old`` stopped.

    Returns the session, the next step of each metric and the seconds that the clock of the series is
    ahead.  Raises TrackError for a run that is going on or that finished.
    """
    if old.status in (run_info.RUNNING, run_info.FINISHED, run_info.DAMAGED) or old.commit is None:
        raise TrackError(
            f"the run {old.id} is {old.status} and cannot be resumed",
            "only crashed, failed and killed runs can",
        )
    _check_params(old, request)
    files = _files(repo, old.commit)
    tags = [*old.tags, *(tag for tag in request.tags if tag not in old.tags)]
    begun = session.begin(
        repo,
        request._replace(
            experiment=old.experiment,
            name=request.name or old.name,
            params=nested.merge(old.params, request.params),
            tags=tags,
            note=request.note or old.note,
            group=request.group or old.group,
            seed=old.seed if request.seed is None else request.seed,
            resumes=old.commit,
            run_id=old.id,
        ),
    )
    now = begun.journal.state().facts["started"]
    told = {"resumed": old.resumed + 1, "resumed_at": now, "earlier_s": old.duration or 0.0}
    begun.journal.append(events.FACTS, values={**told, "started": old.started or now})
    points = _restore(files, begun)
    logged = series.fold(points)
    steps = {name: (metric.step or 0) + 1 for name, metric in logged.items()}
    final = {
        name: metric.last
        for name, metric in old.metrics.items()
        if name not in logged or not nested.same(metric.last, logged[name].last)
    }
    if final:  # what `run.summary` said, which is in no series
        begun.journal.append(events.SUMMARY, values=final)
    return begun, steps, max((point[3] for point in points), default=0.0)


def _check_params(old: run_info.RunInfo, request: session.Request) -> None:
    changed = [
        k
        for k in request.params
        if k in old.params and not nested.same(old.params[k], request.params[k])
    ]
    if changed:
        key = changed[0]
        raise TrackError(
            f"the param {key!r} of {old.id} is {old.params[key]!r} and cannot become {request.params[key]!r}",
            "start a new run for another configuration",
        )


class _Files(NamedTuple):
    """What the earlier commit holds that goes on: series, log, inputs, and each artifact with its content."""

    series: bytes
    log: bytes
    inputs: list[dict[str, Any]]
    outputs: list[tuple[dict[str, Any], bytes | None]]


def _files(repo: git.Repo, commit: str) -> _Files:
    """Read the earlier commit, before anything is begun.

    Raises TrackError for an artifact that must not be written, and Damaged for one that is missing.
    """
    names = (layout.SERIES, layout.LOG, layout.INPUTS, layout.OUTPUTS)
    points, log, inputs, outputs = git.read_objects(repo, [f"{commit}:{name}" for name in names])
    items = _items(outputs, "outputs")
    held = [item for item in items if item.get("where") == "git"]
    for item in held:
        restore.check_names(item["path"], item)
    asked = [f"{commit}:{layout.ARTIFACTS}/{item['path']}" for item in held]
    contents = dict(
        zip((item["path"] for item in held), git.read_objects(repo, asked), strict=True)
    )
    missing = next((path for path, data in contents.items() if data is None), None)
    if missing is not None:
        raise Damaged(f"the artifact {missing} is not in the run", "see: git track doctor")
    return _Files(
        points or b"",
        log or b"",
        _items(inputs, "inputs"),
        [(item, contents.get(item["path"])) for item in items],
    )


def _items(data: bytes | None, kind: str) -> list[dict[str, Any]]:
    return list(yaml_read.load_stored(data, kind)[kind]) if data else []


def _restore(files: _Files, begun: session.Session) -> list[tuple[float, str, float, float]]:
    """Bring series, log, inputs and artifacts of the earlier commit into the journal."""
    folder = begun.journal.folder
    begun.journal.series.write(files.series.removeprefix(series.HEADER.encode()))
    if files.log:
        (folder / layout.LOG_HEAD).write_bytes(files.log)
    for item in files.inputs:
        begun.journal.append(events.INPUT, values=item)
    for item, data in files.outputs:
        if data is not None:
            restore.write(folder / layout.ARTIFACTS, item["path"], data, item)
        begun.journal.append(events.OUTPUT, values=item)
    return list(series.parse(series.text_lines(files.series)))
