"""A sweep file -> a plan: W&B's keys, and ours; every mistake is named, with the nearest known word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gittrack.analysis.direction import OPTION, Direction, direction, require_known
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.query import durations
from gittrack.search.checks import known, mapping, shortly, whole
from gittrack.search.file import command, early_stopping, parameters, sizing
from gittrack.search.plan import Optuna, Plan, Resource
from gittrack.search.strategies import optuna_sampler, rungs
from gittrack.search.strategies.methods import HALVING, METHODS, RANKS_NOTHING

KEYS = (
    *("name", "description", "program", "command", "method", "metric", "parameters"),
    *("early_terminate", "run_cap", "configs", "seed", "seeds", "resource", "trial", "sampler"),
)
BAYES = "bayes"  # W&B's name of the method that we call optuna
_MOST_SEEDS = 1000
# W&B's, of no consequence for what is run.
IGNORED = ("project", "entity", "controller", "kind", "apiVersion")


def read(
    found: Any, where: str = "the sweep file", config: Mapping[str, str] | None = None
) -> Plan:
    """Return the plan that the content of a sweep file describes.

    ``found`` is what `core.yaml_read.load` made of the file.  ``config`` is git's configuration: it may say
    which direction of the metric is better, if the file does not.  Raises TrackError for everything that is
    wrong and can be known before a trial runs.
    """
    if found is None:
        raise TrackError(f"{where} is empty", "see the samples: templates/sweeps/")
    file = mapping(found, where, "'key: value' lines")
    known(file, (*KEYS, *IGNORED), where)
    _text(file, "description")
    method, bayes = _method(file)
    early = early_stopping.read(file.get("early_terminate"), method)
    metric = _metric(file, method, config)
    space, remarks = parameters.read(file.get("parameters"))
    ignored = [f"{key} is W&B's and means nothing here" for key in IGNORED if key in file]
    plan = Plan(
        name=_text(file, "name"),
        command=command.read(file),
        method=method,
        metric=metric.name,
        goal=metric.goal,
        target=metric.target,
        space=space,
        run_cap=whole(file, "run_cap"),
        configs=whole(file, "configs"),
        seed=whole(file, "seed", least=0) or 0,
        seeds=_seeds(file.get("seeds")),
        resource=_resource(file.get("resource"), method),
        early_terminate=early.rule,
        optuna=_sampler(file.get("sampler"), method),
        remarks=(*ignored, *bayes, *metric.remarks, *early.remarks, *remarks),
        **_trial(file.get("trial")),
    )
    return sizing.sized(plan)


def _text(file: Mapping[str, Any], key: str) -> str | None:
    value = file.get(key)
    if value is not None and not isinstance(value, str):
        raise TrackError(f"{key} is {shortly(value)}, which is no text", f"write {key}: in quotes")
    return value


def _method(file: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the method, and a remark if W&B means another one by this name."""
    method = file.get("method")
    if method is None:
        raise TrackError("the sweep has no method", "write one of " + ", ".join(METHODS))
    if method == BAYES:
        runs = "TPE" if file.get("sampler") is None else "sampler that the file names"
        return "optuna", (f"method {BAYES} runs Optuna's {runs}, not W&B's Gaussian process",)
    if method not in METHODS:
        hint = did_you_mean(str(method), METHODS, "known are " + ", ".join(METHODS))
        raise TrackError(f"there is no method {method!r}", hint)
    return str(method), ()


class _Metric(NamedTuple):
    """What trials are ranked by; ``name`` is None if they are not."""

    name: str | None = None
    goal: str = "minimize"
    target: float | None = None
    remarks: tuple[str, ...] = ()


def _metric(file: Mapping[str, Any], method: str, config: Mapping[str, str] | None) -> _Metric:
    found = file.get("metric")
    if found is None and method in RANKS_NOTHING and file.get("early_terminate") is None:
        return _Metric(remarks=("without a metric, the trials are run and not ranked",))
    metric = mapping(found, "metric", "metric: {name: val_loss, goal: minimize}")
    known(metric, ("name", "goal", "target"), "metric")
    name = metric.get("name")
    if not isinstance(name, str) or not name:
        raise TrackError(
            "the metric has no name", "write: metric: {name: val_loss, goal: minimize}"
        )
    target = _target(metric, name, method)
    better = _direction(metric, name, config)
    return _Metric(name, "minimize" if better.smallest else "maximize", target, _assumed(better))


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
    if target is not None and method in HALVING:
        raise TrackError(f"method {method} takes no target", "leave it out, or use another method")
    return target


def _assumed(better: Direction) -> tuple[str, ...]:
    """Return a remark on the goal of the metric if the sweep does not say it itself."""
    if better.source == OPTION:
        return ()
    goal, other = ("minimize", "--max") if better.smallest else ("maximize", "--min")
    ways = f"; the other way: {other}, or goal: in a sweep file" if better.assumed else ""
    return (f"{goal} {better.metric}, because {better.reason}{ways}",)


def _seeds(found: Any) -> tuple[int, ...]:
    if found is None:
        return ()
    if type(found) is int and 0 < found <= _MOST_SEEDS:
        return tuple(range(found))
    listed = found if isinstance(found, list) else []
    if listed and all(type(one) is int and one >= 0 for one in listed):
        if len(set(listed)) == len(listed):
            return tuple(listed)
        raise TrackError("seeds contains a duplicate", "leave it out")
    raise TrackError(
        f"seeds is {shortly(found)}", f"write how many (up to {_MOST_SEEDS:,}), or a list of them"
    )


def _resource(found: Any, method: str) -> Resource | None:
    example = "resource: {name: epochs, min: 1, max: 81}, or give --resource epochs=1,81"
    if method not in HALVING:
        if found is not None:
            raise TrackError(f"method {method} deals out no resource", "leave resource out")
        return None
    resource = mapping(found, f"method {method}: the resource", example)
    known(resource, Resource._fields, "resource")
    name, mode = resource.get("name"), resource.get("mode", "restart")
    if not isinstance(name, str) or not name:
        raise TrackError(
            "the resource has no name", "name the param that carries it, such as epochs"
        )
    if "max" not in resource:
        raise TrackError("the resource has no max", "write how much the last rung gets")
    if mode not in ("restart", "resume"):
        raise TrackError(f"the mode of the resource is {mode!r}", "write restart or resume")
    low, high, eta = resource.get("min", 1), resource["max"], resource.get("eta", 3)
    rungs.check(low, high, eta)
    return Resource(name, low, high, eta, mode)


def _sampler(found: Any, method: str) -> Optuna | None:
    if method != "optuna":
        if found is not None:
            raise TrackError(f"method {method} has no sampler", "write method: optuna")
        return None
    if found is None:
        return Optuna()
    if isinstance(found, str):
        found = {"name": found}
    sampler = mapping(found, "sampler", "sampler: tpe")
    name = sampler.get("name", "tpe")
    if not isinstance(name, str) or name not in optuna_sampler.SAMPLERS:
        hint = did_you_mean(
            str(name), optuna_sampler.SAMPLERS, "known are " + ", ".join(optuna_sampler.SAMPLERS)
        )
        raise TrackError(f"there is no sampler {name!r}", hint)
    return Optuna(name, {key: value for key, value in sampler.items() if key != "name"})


def _trial(found: Any) -> dict[str, Any]:
    if found is None:
        return {}
    trial = mapping(found, "trial", "trial: {timeout: 30min, retries: 1}")
    known(trial, ("timeout", "retries"), "trial")
    return {
        "timeout": _span(trial.get("timeout")),
        "retries": whole(trial, "retries", least=0) or 0,
    }


def _span(found: Any) -> float | None:
    if found is None:
        return None
    try:
        seconds = float(found) if type(found) in (int, float) else durations.seconds(str(found))
    except (ValueError, OverflowError):
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise TrackError(f"the timeout is {shortly(found)}", "write seconds, or 90s, 30min, 2h")
    return seconds
