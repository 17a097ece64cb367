"""``wandb.init``, ``wandb.finish``, and the run that is active between them."""

from __future__ import annotations

import atexit
from typing import Any

from gittrack.api import records
from gittrack.api import run as api
from gittrack.api.runs import RunRecord
from gittrack.api.starting import launched
from gittrack.core import nested, values
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard.collections import Mapping
from gittrack.integrations import tensorboard
from gittrack.integrations.wandb import notices, settings
from gittrack.integrations.wandb.active_run import WandbRun
from gittrack.record.run import Run

_RESUMABLE = (run_info.FAILED, run_info.KILLED, run_info.CRASHED)
_ID = "id="  # the tag that has the id of W&B


class _Session:
    """The active run of this process, and the trial that ``wandb.agent`` calls a function for."""

    def __init__(self) -> None:
        self.run: WandbRun | None = None
        self.ended: Run | None = None
        self.trial: Mapping[str, Any] | None = None
        self.sweep_id: str | None = None
        self.project: str | None = None
        self.registered = False


_session = _Session()


def active() -> WandbRun | None:
    """Return the active run; None before ``init`` and after ``finish``."""
    run = _session.run
    if run is not None and run.gittrack.status != run_info.RUNNING:
        _session.run = run = None
    return run


def require(call: str) -> WandbRun:
    """Return the active run.  Raises WandbError if there is none."""
    run = active()
    if run is None:
        raise notices.WandbError(f"wandb.{call} has no run yet", "call wandb.init() first")
    return run


def begin_trial(
    params: Mapping[str, Any] | None, sweep_id: str | None, project: str | None
) -> None:
    """Set the values that the next ``init`` gets from the sweep; None: the trial has ended."""
    _session.trial, _session.sweep_id, _session.project = params, sweep_id, project
    _session.ended = None


def init(
    entity: str | None = None,
    project: str | None = None,
    dir: Any = None,
    id: str | None = None,
    name: str | None = None,
    notes: str | None = None,
    tags: Any = None,
    config: Any = None,
    config_exclude_keys: Any = None,
    config_include_keys: Any = None,
    allow_val_change: bool | None = None,
    group: str | None = None,
    job_type: str | None = None,
    mode: str | None = None,
    force: bool | None = None,
    reinit: bool | str | None = None,
    resume: bool | str | None = None,
    resume_from: str | None = None,
    fork_from: str | None = None,
    save_code: bool | None = None,
    tensorboard: bool | None = None,
    sync_tensorboard: bool | None = None,
    monitor_gym: bool | None = None,
    settings: Any = None,
    anonymous: Any = None,
    **more: Any,
) -> WandbRun:
    """Begin a run; see `gittrack.init`.

    ``project`` is the experiment, ``notes`` the note, ``job_type`` and ``id`` become tags.  Arguments without
    a meaning here are printed once.  While a run is active, another call returns it, unless ``reinit``.
    """
    arguments = {key: value for key, value in locals().items() if key != "more"}
    return _init({**arguments, **more})


def _init(arguments: Mapping[str, Any]) -> WandbRun:
    facts = settings.completed(arguments)
    settings.ignore_rest(facts)
    current = active()
    if current is not None and facts.get("reinit") in (None, False, "return_previous", "default"):
        notices.print_once("a run is active, so wandb.init returns it; reinit=True begins another")
        if facts.get("config") is not None:
            current.config.update(settings.config(facts["config"]), allow_val_change=True)
        return current
    if current is not None and facts.get("reinit") != "create_new":
        current.finish()
    run = _begin(facts)
    if not _session.registered:
        _session.registered = True
        atexit.register(_at_exit)
    _session.run = run
    if facts.get("sync_tensorboard") or facts.get("tensorboard"):
        _record_writers(run)
    return run


def _record_writers(run: WandbRun) -> None:
    """Record what ``SummaryWriter`` writes, too."""
    if tensorboard.is_imported():
        tensorboard.record(run.gittrack)
    else:
        notices.print_once(
            "sync_tensorboard records nothing: import SummaryWriter before wandb.init"
        )


def _begin(facts: dict[str, Any]) -> WandbRun:
    trial = _session.trial or {}
    config = settings.config(facts.get("config"))
    params = nested.merge(values.config_dict(config or {}, []), dict(trial))
    experiment = settings.experiment(facts.get("project") or _session.project)
    run_id, resumed = facts.get("id"), None
    if facts.get("resume"):
        resumed = _resumable(experiment, run_id, facts["resume"])
    facts["group"] = facts.get("group") or _session.sweep_id
    tags = [str(tag) for tag in _sequence(facts.get("tags"))]
    labels = [f"job_type={facts['job_type']}"] if facts.get("job_type") else []
    labels += [f"{_ID}{run_id}"] if run_id else []
    run = api.init(
        experiment,
        name=settings.run_name(facts.get("name")),
        config=_without_conflicts(params, resumed),
        tags=list(dict.fromkeys([*tags, *labels])),
        note=facts.get("notes") or None,
        group=str(facts["group"]) if facts["group"] else None,
        mode=settings.mode(facts.get("mode")),
        resume=resumed.id if resumed is not None else None,
        reinit="create_new" if facts.get("reinit") == "create_new" else None,
    )
    facts.update(sweep_id=_session.sweep_id, tags=tags)
    locked = {**launched.given_params(), **trial}
    return WandbRun(run, facts, locked, resumed=resumed is not None, on_finish=_forget)


def _sequence(tags: Any) -> list[Any]:
    return [tags] if isinstance(tags, str) else list(tags or ())


def _without_conflicts(params: dict[str, Any], earlier: RunRecord | None) -> dict[str, Any]:
    """Return the params without those that a continued run has with another value, which stay."""
    if earlier is None:
        return params
    names = {path[0] for path in nested.conflicts(earlier.params, params)}
    if names:
        notices.print_once(f"the continued run keeps its own {', '.join(sorted(names))}")
    return {key: value for key, value in params.items() if key not in names}


def _resumable(experiment: str | None, run_id: str | None, how: Any) -> RunRecord | None:
    """Return the run that ``resume`` continues: the newest with the id, or the newest of the project."""
    if how == "never":
        return None
    runs = records.runs(experiment)
    chosen = [run for run in runs if not run_id or f"{_ID}{run_id}" in run.tags or run.id == run_id]
    record = chosen[0] if chosen else None
    if record is not None and record.status in _RESUMABLE:
        return record
    reason = (
        f"no run has the id {run_id}"
        if record is None
        else f"the run {record.id} is {record.status}"
    )
    if how == "must":
        raise notices.WandbUsageError(
            f"{reason}, so it cannot be resumed", "only crashed, failed and killed runs can"
        )
    if record is not None:
        notices.print_once(f"{reason} and cannot be resumed: a new run begins")
    return None


def last_ended() -> Run | None:
    """Return the run of gittrack that ended last."""
    return _session.ended


def _forget(run: WandbRun) -> None:
    _session.ended = run.gittrack
    if _session.run is run:
        _session.run = None


def _at_exit() -> None:
    """Store the files of ``wandb.save`` again before the process ends the run."""
    run = active()
    if run is not None and not run.gittrack.disabled:
        run.save_again()


def finish(exit_code: int | None = None, quiet: bool | None = None) -> None:
    """End the active run; without one, nothing happens."""
    run = active()
    if run is not None:
        run.finish(exit_code, quiet)


def log(
    data: Mapping[str, Any] | None = None,
    step: float | None = None,
    commit: bool | None = None,
    sync: bool | None = None,
) -> None:
    """Record values of the active run; see `WandbRun.log`."""
    require("log").log(data, step, commit, sync)


def ended(error: BaseException | None) -> None:
    """End the run of a trial whose function has returned, or raised ``error``."""
    run = active()
    if run is None:
        return
    try:
        run.finish(1 if error is not None else 0)
    except TrackError as problem:
        notices.print_once(str(problem))
