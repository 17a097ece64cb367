"""Continue a run that crashed or failed, under its own id.

A run's ref only ever moves forward: the commit of the continued run has the earlier one as a parent, so
nothing that was recorded is replaced and a push needs no force.
"""

from __future__ import annotations

import os
from typing import Any

from gittrack import git
from gittrack.core import events, layout, model, nested, series, yaml_read
from gittrack.core.errors import TrackError
from gittrack.record import session


def begin(
    repo: git.Repo, old: model.RunInfo, request: session.Request
) -> tuple[session.Session, dict[str, float], float]:
    """Begin to record again where ``old`` stopped.

    Returns the session, the next step of each metric and the seconds that the clock of the series is
    ahead.  Raises TrackError for a run that is going on or that finished.
    """
    if old.status in (model.RUNNING, model.FINISHED, model.DAMAGED) or old.commit is None:
        raise TrackError(
            f"the run {old.id} is {old.status} and cannot be resumed",
            "only crashed, failed and killed runs can",
        )
    _check_params(old, request)
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
    points = _restore(repo, old.commit, begun)
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


def _check_params(old: model.RunInfo, request: session.Request) -> None:
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


def _restore(
    repo: git.Repo, commit: str, begun: session.Session
) -> list[tuple[float, str, float, float]]:
    """Bring series, log, inputs and artifacts of the earlier commit into the journal."""
    names = (layout.SERIES, layout.LOG, layout.INPUTS, layout.OUTPUTS)
    files = dict(zip(names, git.objects(repo, [f"{commit}:{n}" for n in names]), strict=True))
    folder = begun.journal.folder
    earlier = files[layout.SERIES] or b""
    begun.journal.series.write(earlier.removeprefix(series.HEADER.encode()))
    if files[layout.LOG]:
        (folder / layout.LOG_HEAD).write_bytes(files[layout.LOG] or b"")
    for item in _items(files[layout.INPUTS], "inputs"):
        begun.journal.append(events.INPUT, values=item)
    for item in _items(files[layout.OUTPUTS], "outputs"):
        _restore_artifact(repo, commit, item, begun)
    return list(series.parse(series.text_lines(earlier)))


def _items(data: bytes | None, kind: str) -> list[dict[str, Any]]:
    return list(yaml_read.load_own(data, kind)[kind]) if data else []


def _restore_artifact(
    repo: git.Repo, commit: str, item: dict[str, Any], begun: session.Session
) -> None:
    if item.get("where") == "git":
        name = layout.check_artifact_name(item["path"])
        data = next(git.objects(repo, [f"{commit}:{layout.ARTIFACTS}/{name}"])) or b""
        place = begun.journal.folder / layout.ARTIFACTS / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if "link" in item:
            os.symlink(os.fsdecode(data), place)
        else:
            place.write_bytes(data)
            place.chmod(0o755 if item.get("executable") else 0o644)
    begun.journal.append(events.OUTPUT, values=item)
