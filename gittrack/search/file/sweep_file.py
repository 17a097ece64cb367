"""A sweep file as a plan: W&B's keys and some more.  A mistake is reported with the nearest known word."""

from __future__ import annotations

from gittrack.analysis.direction import Direction, direction, require_known
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.query import durations
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.search.checks import check_keys, require_mapping, short_repr, whole_number
from gittrack.search.file import command, early_stopping, parameters, sizing
from gittrack.search.plan import Resource, SamplerOptions, SweepPlan
from gittrack.search.strategies import optuna_sampler, rungs
from gittrack.search.strategies.methods import LEARNING, METHODS, WITH_RESOURCE

KEYS = (
    *("name", "description", "program", "command", "method", "metric", "parameters"),
    *("early_terminate", "run_cap", "configs", "seed", "seeds", "resource", "trial", "sampler"),
)
BAYES = "bayes"  # W&B's name of the method that we call optuna
IGNORED = (
    "project",
    "entity",
    "controller",
    "kind",
    "apiVersion",
)  # keys of W&B without effect here
_MOST_SEEDS = 1000
_METRIC_EXAMPLE = "metric: {name: val_loss, goal: minimize}"


def read(
    content: Any, name: str = "the sweep file", config: Mapping[str, str] | None = None
) -> SweepPlan:
    """Return the plan that a sweep file describes.

    Parameters
    ----------
    content : object
        What `core.yaml_read.load` returned for the file.
    name : str, optional
        The name of the file, for messages.  Default: ``the sweep file``.
    config : mapping, optional
        Git's configuration.  ``track.goal.<metric>`` decides which direction is better if the file does not.

    Returns
    -------
    SweepPlan

    Raises
    ------
    TrackError
        For the first mistake that can be known before a trial runs.
    """
    if content is None:
        raise TrackError(f"{name} is empty", "see the samples: templates/sweeps/")
    file = require_mapping(content, name, "'key: value' lines")
    check_keys(file, (*KEYS, *IGNORED), name)
    _text(file, "description")
    method, method_remarks = _method(file)
    early = early_stopping.read(file.get("early_terminate"), method)
    metric = _metric(file, method, config)
    space, space_remarks = parameters.read(file.get("parameters"))
    ignored = [f"{key} is a key of W&B and has no effect here" for key in IGNORED if key in file]
    plan = SweepPlan(
        name=_text(file, "name"),
        command=command.read(file),
        method=method,
        metric=metric.name,
        goal=metric.goal,
        target=metric.target,
        space=space,
        run_cap=whole_number(file, "run_cap"),
        configs=whole_number(file, "configs"),
        seed=whole_number(file, "seed", least=0) or 0,
        seeds=_seeds(file.get("seeds")),
        resource=_resource(file.get("resource"), method),
        early_terminate=early.rule,
        optuna=_sampler(file.get("sampler"), method),
        remarks=(*ignored, *method_remarks, *metric.remarks, *early.remarks, *space_remarks),
        **_trial(file.get("trial")),
    )
    return sizing.with_size(plan)


def _text(file: Mapping[str, Any], key: str) -> str | None:
    value = file.get(key)
    if value is not None and not isinstance(value, str):
        problem = f"{key} is {short_repr(value)}, which is not text"
        raise TrackError(problem, f"put the value of {key} in quotes")
    return value


def _method(file: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the method, and a remark if W&B's method of this name is another one."""
    method = file.get("method")
    if method is None:
        raise TrackError("the sweep has no method", "write one of " + ", ".join(METHODS))
    if method == BAYES:
        sampler = "TPE" if file.get("sampler") is None else "sampler that the file names"
        return "optuna", (f"method {BAYES} runs Optuna's {sampler}, not W&B's Gaussian process",)
    if method not in METHODS:
        hint = did_you_mean(str(method), METHODS, "known are " + ", ".join(METHODS))
        raise TrackError(f"there is no method {method!r}", hint)
    return str(method), ()


class _Metric(NamedTuple):
    """What trials are ranked by; ``name`` is None if they are not ranked."""

    name: str | None = None
    goal: str = "minimize"
    target: float | None = None
    remarks: tuple[str, ...] = ()


def _metric(file: Mapping[str, Any], method: str, config: Mapping[str, str] | None) -> _Metric:
    value = file.get("metric")
    if value is None and method not in LEARNING and file.get("early_terminate") is None:
        return _Metric(remarks=("without a metric, the trials are run and not ranked",))
    metric = require_mapping(value, "metric", _METRIC_EXAMPLE)
    check_keys(metric, ("name", "goal", "target"), "metric")
    name = metric.get("name")
    if not isinstance(name, str) or not name:
        raise TrackError("the metric has no name", f"write: {_METRIC_EXAMPLE}")
    target = _target(metric, name, method)
    better = _direction(metric, name, config)
    goal = "minimize" if better.smallest else "maximize"
    return _Metric(name, goal, target, _assumed_goal(better, goal))


def _direction(metric: Mapping[str, Any], name: str, config: Mapping[str, str] | None) -> Direction:
    """Return the direction in which the metric gets better.  Raises TrackError."""
    goal = metric.get("goal")
    if goal not in ("minimize", "maximize", None):
        raise TrackError(f"the goal of {name} is {goal!r}", "write minimize or maximize")
    return require_known(direction(name, option=goal, config=config))


def _target(metric: Mapping[str, Any], name: str, method: str) -> float | None:
    target: float | None = metric.get("target")
    if target is not None and type(target) not in (int, float):
        raise TrackError(f"the target of {name} is {target!r}", "write a number")
    if target is not None and method in WITH_RESOURCE:
        raise TrackError(f"method {method} takes no target", "leave it out, or use another method")
    return target


def _assumed_goal(better: Direction, goal: str) -> tuple[str, ...]:
    """Return a remark on the goal of the metric if the sweep file does not set it."""
    if better.is_given:
        return ()
    other = "--max" if better.smallest else "--min"
    ways = f"; the other way: {other}, or goal: in a sweep file" if better.assumed else ""
    return (f"{goal} {better.metric}, because {better.reason}{ways}",)


def _seeds(value: Any) -> tuple[int, ...]:
    if value is None:
        return ()
    if type(value) is int and 0 < value <= _MOST_SEEDS:
        return tuple(range(value))
    seeds = value if isinstance(value, list) else []
    if seeds and all(type(seed) is int and seed >= 0 for seed in seeds):
        if len(set(seeds)) == len(seeds):
            return tuple(seeds)
        raise TrackError("seeds contains a duplicate", "leave it out")
    raise TrackError(
        f"seeds is {short_repr(value)}",
        f"write a number (up to {_MOST_SEEDS:,}) or a list of seeds",
    )


def _resource(value: Any, method: str) -> Resource | None:
    example = "resource: {name: epochs, min: 1, max: 81}, or give --resource epochs=1,81"
    if method not in WITH_RESOURCE:
        if value is not None:
            raise TrackError(f"method {method} takes no resource", "leave resource out")
        return None
    resource = require_mapping(value, f"method {method}: the resource", example)
    check_keys(resource, Resource._fields, "resource")
    name, mode = resource.get("name"), resource.get("mode", "restart")
    if not isinstance(name, str) or not name:
        raise TrackError("the resource has no name", "name the param that sets it, such as epochs")
    if "max" not in resource:
        raise TrackError("the resource has no max", "write the amount for the last rung")
    if mode not in ("restart", "resume"):
        raise TrackError(f"the mode of the resource is {mode!r}", "write restart or resume")
    low, high, eta = resource.get("min", 1), resource["max"], resource.get("eta", 3)
    rungs.check(low, high, eta)
    return Resource(name, low, high, eta, mode)


def _sampler(value: Any, method: str) -> SamplerOptions | None:
    if method != "optuna":
        if value is not None:
            raise TrackError(f"method {method} has no sampler", "write method: optuna")
        return None
    if value is None:
        return SamplerOptions()
    if isinstance(value, str):
        value = {"name": value}
    sampler = require_mapping(value, "sampler", "sampler: tpe")
    name = sampler.get("name", "tpe")
    if not isinstance(name, str) or name not in optuna_sampler.SAMPLERS:
        raise optuna_sampler.unknown_sampler(name)
    return SamplerOptions(name, {key: value for key, value in sampler.items() if key != "name"})


def _trial(value: Any) -> dict[str, Any]:
    """Return the fields of the plan that ``trial`` sets."""
    if value is None:
        return {}
    trial = require_mapping(value, "trial", "trial: {timeout: 30min, retries: 1}")
    check_keys(trial, ("timeout", "retries"), "trial")
    return {
        "timeout": _seconds(trial.get("timeout")),
        "retries": whole_number(trial, "retries", least=0) or 0,
    }


def _seconds(timeout: Any) -> float | None:
    if timeout is None:
        return None
    try:
        number = type(timeout) in (int, float)
        seconds = float(timeout) if number else durations.seconds(str(timeout))
    except (ValueError, OverflowError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise TrackError(
            f"the timeout is {short_repr(timeout)}", "write seconds, or 90s, 30min, 2h"
        )
    return seconds
