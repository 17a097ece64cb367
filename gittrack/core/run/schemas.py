"""The schema of every YAML file of a run: the types of its values.

A run may come from anywhere.  Its files are checked once, by the function that reads them, so that later code
can rely on the types.  Keys that are not in a schema may have any value.
"""

from __future__ import annotations

from gittrack.core import layout
from gittrack.core.run import facts
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any

_ITEM = {"path!": str, "size": int, "sha256": str}


def _run() -> dict[str, Any]:
    """Return the schema of run.yaml, from the table of facts."""
    shape: dict[str, Any] = {"code": {}, "sweep": {}}
    for key, kind in facts.STORED.items():
        part, _, name = key.rpartition(".")
        needed = "!" if key in ("sweep.id", "sweep.trial") else ""
        expected = facts.TYPES[kind]
        if expected is not dict:
            (shape[part] if part else shape)[name + needed] = (
                [str] if expected is list else expected
            )
    return shape


# A shape is a type, {key: shape} for a mapping ("key!" is required), or [shape] for the items of a list.
SHAPES: Mapping[str, Any] = {
    layout.RUN: _run(),
    layout.PARAMS: {},
    layout.METRICS: {},
    layout.ENV: {
        "python": {"version": str, "implementation": str},
        "packages": {},
        "platform": {},
        "cpu": {"model": str, "count": int, "simd": [str]},
        "gpu": {"driver": str, "models": [str]},
        "blas": {},
        "variables": {},
        "locks": [{"path!": str, "tool": str, "sha256": str}],
    },
    layout.INPUTS: {"inputs": [{**_ITEM, "kind": str, "files": int, "left_out": int}]},
    layout.OUTPUTS: {
        "outputs": [
            {
                **_ITEM,
                **dict.fromkeys(("where", "reason", "link"), str),
                **dict.fromkeys(("executable", "unwritten"), bool),
                "media": {"name!": str, "step!": (int, float), "type!": str},
            }
        ]
    },
    layout.WRITTEN: {
        "files": [{**_ITEM, "canonical": str, "link": str, "outside": bool, "left_out": [str]}],
        "folders": [str],
        "problem": str,
    },
    layout.DIFF: {
        "base": str,
        "snapshot": str,
        "files": [{"path!": str, "status!": str, "added": int, "removed": int, "patch": str}],
        "withheld": [{"path!": str, "reason!": str}],
        "inexact": [str],
    },
}

# The same for the files of a sweep.
SWEEP_SHAPES: Mapping[str, Any] = {
    layout.PLAN: {
        **dict.fromkeys(("id!", "method!", "goal!", "created!", "experiment!"), str),
        **dict.fromkeys(("metric", "name", "cwd", "user", "host"), str),
        "command!": [str],
        "params": {},
        "asked": {},
        "code!": dict.fromkeys(("commit", "branch", "snapshot", "remote", "tree"), str),
        **{name: [str] for name in ("new", "inputs", "outputs", "files")},
        "size": int,
    }
}


def problem(name: str, value: Any) -> str | None:
    """Return what is wrong with the content of the file ``name``; None if it fits its schema."""
    shape = SHAPES.get(name) or SWEEP_SHAPES.get(name, {})
    return _problem(shape, value, name)


def _problem(shape: Any, value: Any, path: str) -> str | None:
    if isinstance(shape, dict):
        return _in_mapping(shape, value, path)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{path} is {value!r:.40}, not a list"
        problems = (_problem(shape[0], item, f"{path}[{n}]") for n, item in enumerate(value))
        return next(filter(None, problems), None)
    if isinstance(value, shape) and (shape is bool or not isinstance(value, bool)):
        return None
    return f"{path} is {value!r:.40}"


def _in_mapping(shape: Mapping[str, Any], value: Any, path: str) -> str | None:
    if not isinstance(value, dict):
        return f"{path} is {value!r:.40}, not a mapping"
    for key, inner in shape.items():
        name = key.removesuffix("!")
        item = value.get(name)
        if item is None:
            if key.endswith("!"):
                return f"{path} has no {name}"
        elif type(item) is not inner:  # else it fits, as nearly all of 100,000 artifacts do
            wrong = _problem(inner, item, f"{path}: {name}")
            if wrong:
                return wrong
    return None
