"""Continue a run that crashed or failed, under its own id.

The ref of a run only moves forward: the commit of the continued run has the earlier commit as a parent.
Therefore nothing that was recorded is replaced, and a push needs no force.
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
    repo: git.Repo, old: run_info.RunInfo, request: session.RunRequest
) -> tuple[session.Session, dict[str, run_info.Metric], float]:
    """Begin to record again at the point at which the run ``old`` stopped.

    Parameters
    ----------
    repo : Repo
        The repository.
    old : RunInfo
        The run to continue.
    request : Request
        Values for the continued run.  Params may be added but not changed.

    Returns
    -------
    session : Session
        The session of the continued run.
    logged : dict of str to Metric
        The summary of each metric of the series.
    elapsed : float
        The time of the last point of the series, in seconds.

    Raises
    ------
    TrackError
        If the run is live, finished or damaged, or if a param has another value.
    """
    if old.status in (run_info.RUNNING, run_info.FINISHED, run_info.DAMAGED) or old.commit is None:
        raise TrackError(
            f"the run {old.id} is {old.status} and cannot be resumed",
            "only crashed, failed and killed runs can",
        )
    _check_params(old, request)
    files = _files(repo, old.commit)
    continued = session.begin(repo, _with_earlier_values(request, old))
    now = continued.journal.state().facts["started"]
    facts = {"resumed": old.resumed + 1, "resumed_at": now, "earlier_s": old.duration or 0.0}
    continued.journal.append(events.FACTS, values={**facts, "started": old.started or now})
    _restore(files, continued)
    logged = series.summarise(series.text_lines(files.series))
    final = {
        name: metric.last
        for name, metric in old.metrics.items()
        if name not in logged or not nested.same(metric.last, logged[name].last)
    }
    if final:  # values of `run.summary`, which are not in the series
        continued.journal.append(events.SUMMARY, values=final)
    lines = (line for line in series.text_lines(files.series) if line != series.HEADER)
    elapsed = max((float(line.rpartition(",")[2]) for line in lines), default=0.0)
    return continued, logged, elapsed


def _with_earlier_values(request: session.RunRequest, old: run_info.RunInfo) -> session.RunRequest:
    """Return the request of a continued run: values that it does not set are those of the earlier run."""
    return request._replace(
        experiment=old.experiment,
        name=request.name or old.name,
        params=nested.merge(old.params, request.params),
        tags=[*old.tags, *(tag for tag in request.tags if tag not in old.tags)],
        note=request.note or old.note,
        group=request.group or old.group,
        seed=old.seed if request.seed is None else request.seed,
        resumes=old.commit,
        run_id=old.id,
    )


def _check_params(old: run_info.RunInfo, request: session.RunRequest) -> None:
    changed = nested.conflicts(old.params, request.params)
    if changed:
        path = changed[0]
        before, after = (nested.at_keys(params, path) for params in (old.params, request.params))
        raise TrackError(
            f"the param {'.'.join(path)!r} of {old.id} is {before!r} and cannot become {after!r}",
            "start a new run for another configuration",
        )


class _Files(NamedTuple):
    """The files of the earlier commit that the continued run keeps; each artifact with its content."""

    series: bytes
    log: bytes
    inputs: list[dict[str, Any]]
    outputs: list[tuple[dict[str, Any], bytes | None]]


def _files(repo: git.Repo, commit: str) -> _Files:
    """Read the earlier commit, before the continued run begins.

    Raises TrackError for an artifact with a forbidden path, and Damaged for a missing artifact.
    """
    names = (layout.SERIES, layout.LOG, layout.INPUTS, layout.OUTPUTS)
    repo = repo.fetching()
    points, log, inputs, outputs = git.read_objects(repo, [f"{commit}:{name}" for name in names])
    items = _items(outputs, "outputs")
    stored = [item for item in items if item.get("where") == "git"]
    for item in stored:
        restore.check_names(item["path"], item)
    objects = [f"{commit}:{layout.ARTIFACTS}/{item['path']}" for item in stored]
    contents = dict(
        zip((item["path"] for item in stored), git.read_objects(repo, objects), strict=True)
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


def _restore(files: _Files, continued: session.Session) -> None:
    """Write the files of the earlier commit into the journal."""
    folder = continued.journal.folder
    continued.journal.series.write(files.series.removeprefix(series.HEADER.encode()))
    if files.log:
        (folder / layout.LOG_HEAD).write_bytes(files.log)
    for item in files.inputs:
        continued.journal.append(events.INPUT, values=item)
    for item, data in files.outputs:
        if data is not None:
            restore.write(folder / layout.ARTIFACTS, item["path"], data, item)
        continued.journal.append(events.OUTPUT, values=item)
