"""A sweep file -> a plan: W&B's keys, and ours; every mistake is named, with the nearest known word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gittrack.core import spans
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.search import grid, parameters
from gittrack.search.methods import METHODS
from gittrack.search.plan import Plan, Resource

KEYS = (
    *("name", "description", "program", "command", "method", "metric", "parameters"),
    *("early_terminate", "run_cap", "configs", "seed", "seeds", "resource", "trial", "optuna"),
)


def read(found: Any, where: str = "the sweep file") -> Plan:
    """Return the plan that the content of a sweep file describes.

    ``found`` is what `core.yaml_read.load` made of the file.  Raises TrackError for everything that is
    wrong and can be known before a trial runs.
    """
    if not isinstance(found, Mapping):
        raise TrackError(f"{where} is not a mapping of keys to values", "write 'key: value' lines")
    _known(found, KEYS, where)
    method = _method(found)
    metric, goal = _metric(found.get("metric"))
    plan = Plan(
        name=None if found.get("name") is None else str(found["name"]),
        command=_command(found),
        method=method,
        metric=metric,
        goal=goal,
        space=parameters.read(found.get("parameters")),
        run_cap=_whole(found, "run_cap"),
        configs=_whole(found, "configs"),
        seed=_whole(found, "seed", least=0) or 0,
        seeds=_seeds(found.get("seeds")),
        resource=_resource(found.get("resource")),
        **_trial(found.get("trial")),
    )
    return _sized(plan)


def _known(found: Mapping[Any, Any], known: tuple[str, ...], where: str) -> None:
    for key in found:
        if key not in known:
            hint = did_you_mean(str(key), known, "known are " + ", ".join(known))
            raise TrackError(f"{where} has the unknown key {key!r}", hint)


def _method(found: Mapping[Any, Any]) -> str:
    method = found.get("method")
    if method is None:
        raise TrackError("the sweep has no method", "write one of " + ", ".join(METHODS))
    if method == "bayes":
        raise TrackError("there is no method 'bayes'", "write method: optuna")
    if method not in METHODS:
        hint = did_you_mean(str(method), METHODS, "known are " + ", ".join(METHODS))
        raise TrackError(f"there is no method {method!r}", hint)
    return str(method)


def _metric(found: Any) -> tuple[str, str]:
    if not isinstance(found, Mapping) or not isinstance(found.get("name"), str):
        raise TrackError(
            "the sweep names no metric", "write: metric: {name: val_loss, goal: minimize}"
        )
    _known(found, ("name", "goal"), "metric")
    goal = found.get("goal", "minimize")
    if goal not in ("minimize", "maximize"):
        raise TrackError(f"the goal is {goal!r}", "write minimize or maximize")
    return found["name"], goal


def _command(found: Mapping[Any, Any]) -> tuple[str, ...]:
    command, program = found.get("command"), found.get("program")
    if command is not None:
        if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
            raise TrackError(
                "command is no list of words", "write: command: [python, train.py, '{args}']"
            )
        return tuple(command)
    if program is None:
        return ()
    return ("python", str(program), "{args}")


def _whole(found: Mapping[Any, Any], key: str, least: int = 1) -> int | None:
    value = found.get(key)
    if value is None:
        return None
    if type(value) is not int or value < least:
        raise TrackError(f"{key} is {value!r}", f"write a whole number, {least} or more")
    return value


def _seeds(found: Any) -> tuple[int, ...]:
    if found is None:
        return ()
    if type(found) is int and found > 0:
        return tuple(range(found))
    listed = found if isinstance(found, list) else []
    if listed and all(type(one) is int and one >= 0 for one in listed):
        if len(set(listed)) == len(listed):
            return tuple(listed)
        raise TrackError(f"seeds is {found!r}, with one of them twice", "leave it out")
    raise TrackError(f"seeds is {found!r}", "write how many, or a list of different seeds")


def _resource(found: Any) -> Resource | None:
    if found is None:
        return None
    if not isinstance(found, Mapping):
        raise TrackError(
            "resource is not a mapping", "write: resource: {name: epochs, min: 1, max: 81}"
        )
    _known(found, ("name", "min", "max", "eta", "mode"), "resource")
    name = found.get("name")
    if not isinstance(name, str):
        raise TrackError(
            "the resource has no name", "name the param that carries it, such as epochs"
        )
    low, high, eta = _whole(found, "min"), _whole(found, "max"), _whole(found, "eta", least=2)
    mode = found.get("mode", "restart")
    if high is None:
        raise TrackError("the resource has no max", "write how much the last rung gets")
    if (low or 1) > high:
        raise TrackError(f"the resource's min {low} is above its max {high}", "swap them")
    if mode not in ("restart", "resume"):
        raise TrackError(f"the resource's mode is {mode!r}", "write restart or resume")
    return Resource(name, low or 1, high, eta or 3, mode)


def _trial(found: Any) -> dict[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise TrackError("trial is not a mapping", "write: trial: {timeout: 30min, retries: 1}")
    _known(found, ("timeout", "retries"), "trial")
    return {
        "timeout": _span(found.get("timeout")),
        "retries": _whole(found, "retries", least=0) or 0,
    }


def _span(found: Any) -> float | None:
    if found is None:
        return None
    if type(found) in (int, float) and 0 < found < float("inf"):
        return float(found)
    try:
        return spans.seconds(str(found))
    except ValueError:
        raise TrackError(f"the timeout is {found!r}", "write 90s, 30min or 2h") from None


def _sized(plan: Plan) -> Plan:
    """Return a plan with the number of configurations where the method leaves it to the file."""
    if plan.method == "grid":
        found = grid.of(plan.space)
        if plan.run_cap is not None and found.size > plan.run_cap:
            raise TrackError(
                f"the grid has {found.size:,} combinations, and run_cap is {plan.run_cap:,}",
                "raise run_cap, leave values out, or use method: random",
            )
        words = tuple(
            f"{name} has {value!r} twice; it is tried once" for name, value in found.dropped
        )
        return plan._replace(remarks=(*plan.remarks, *words))
    if plan.method == "random" and plan.configs is None:
        if plan.run_cap is None:
            raise TrackError(f"method {plan.method} has no end", "write run_cap: 50, or give -n 50")
        return plan._replace(configs=plan.run_cap)
    return plan
