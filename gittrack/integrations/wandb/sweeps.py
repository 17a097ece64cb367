"""``wandb.sweep`` and ``wandb.agent``: a function is called in this process, and each call is a run."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Any, NamedTuple

from gittrack.core import nested, yaml_read
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.integrations.wandb import notices, session
from gittrack.record.run import Run
from gittrack.search.file import sweep_file
from gittrack.search.plan import Outcome, Strategy
from gittrack.search.strategies import methods

_ENDLESS = 100_000  # runs of a random search whose number nobody limits
_MOST_FAILURES = 3  # at the start: then the function itself is wrong


class _Sweep(NamedTuple):
    """A sweep of this process."""

    content: Mapping[str, Any]
    project: str | None
    outcomes: list[Outcome]
    started: dict[str, None]


_sweeps: dict[str, _Sweep] = {}


def sweep(
    sweep: Any, entity: str | None = None, project: str | None = None, prior_runs: Any = None
) -> str:
    """Check a sweep, and return its id for `agent`.

    Parameters
    ----------
    sweep : mapping or path
        What a sweep file holds; see docs/sweeps.md.
    entity, prior_runs : optional
        Without meaning.
    project : str, optional
        The experiment of the runs.
    """
    content = sweep() if callable(sweep) else sweep
    if isinstance(content, (str, os.PathLike)):
        content = yaml_read.load(Path(content).read_bytes(), str(content))
    plain = {k: v for k, v in dict(content).items() if k not in sweep_file.IGNORED}
    sweep_id = os.urandom(4).hex()
    _sweeps[sweep_id] = _Sweep(plain, project or dict(content).get("project"), [], {})
    for remark in sweep_file.read(_complete(plain, None)).remarks:
        notices.print_once(remark)
    return sweep_id


def _complete(content: Mapping[str, Any], count: int | None) -> dict[str, Any]:
    """Return the content of a sweep file with a command and a number of runs, which W&B does not need."""
    complete = {"program": "function", **content}
    if complete.get("method") in ("random", "bayes") and "configs" not in complete:
        complete["configs"] = count or complete.get("run_cap") or _ENDLESS
    return complete


def agent(
    sweep_id: str,
    function: Callable[[], Any] | None = None,
    entity: str | None = None,
    project: str | None = None,
    count: int | None = None,
    **more: Any,
) -> None:
    """Call a function for each configuration of a sweep; each call is a run.

    Parameters
    ----------
    sweep_id : str
        What `sweep` returned.
    function : callable
        Called without arguments; ``wandb.init`` in it gets the values of the sweep.
    entity : optional
        Without meaning.
    project : str, optional
        The experiment of the runs.
    count : int, optional
        The largest number of calls.  Default: ``run_cap`` of the sweep, else until the search ends; a random
        or bayes search without both goes on until it is interrupted.

    Raises
    ------
    WandbError
        If the sweep is not one of this process, or no function is given.
    """
    chosen = _sweeps.get(str(sweep_id).rpartition("/")[2])
    if chosen is None or function is None:
        raise notices.WandbError(
            "wandb.agent calls a function for a sweep of this process",
            "for a program and a sweep file: git track sweep run FILE",
        )
    plan = sweep_file.read(_complete(chosen.content, count))
    _loop(chosen, methods.strategy(plan), function, (plan.metric, str(sweep_id), project), count)


def _loop(
    sweep: _Sweep,
    strategy: Strategy,
    function: Callable[[], Any],
    names: tuple[str | None, str, str | None],
    count: int | None,
) -> None:
    metric, sweep_id, project = names
    cap = sweep.content.get("run_cap")
    most = min(limit for limit in (count, cap, _ENDLESS) if limit is not None)
    for number in range(most):
        trials = strategy.ask(sweep.outcomes, sweep.started, 1)
        if not trials:
            return
        trial = trials[0]
        sweep.started[trial.key] = None
        params: dict[str, Any] = {}
        for name, value in trial.params.items():
            params = nested.merge(params, _nested(name.split("."), value))
        session.begin_trial(params, sweep_id, project or sweep.project)
        score, status = _call(function, metric)
        outcome = Outcome(trial.key, score, len(sweep.outcomes), status, trial.params)
        sweep.outcomes.append(outcome)
        failed = [past.status == "failed" for past in sweep.outcomes[:_MOST_FAILURES]]
        if number + 1 == len(sweep.outcomes) == _MOST_FAILURES and all(failed):
            raise notices.WandbError(
                f"the first {_MOST_FAILURES} calls of the function failed", "correct the function"
            )


def _nested(path: list[str], value: Any) -> dict[str, Any]:
    return {path[0]: _nested(path[1:], value) if path[1:] else value}


def _call(function: Callable[[], Any], metric: str | None) -> tuple[float | None, str]:
    """Call the function; return the last value of the metric, and how the call ended."""
    error: Exception | None = None
    try:
        function()
    except Exception as caught:  # noqa: BLE001 - a failed trial is an outcome, as in W&B
        error = caught
        notices.print_error(traceback.format_exc())
    run = session.active()
    score = None if run is None or metric is None else run.summary.get(metric)
    session.ended(error)
    session.begin_trial(None, None, None)
    if score is None and metric is not None and run is None:
        score = _last_score(metric)
    return (score if isinstance(score, (int, float)) else None), "failed" if error else "finished"


def _last_score(metric: str) -> float | None:
    """Return the last value of a metric in the run that the function has ended itself."""
    run: Run | None = session.last_ended()
    value = None if run is None or run.published is None else run.published.info.metrics.get(metric)
    return None if value is None else value.last
