"""Runs and differences as JSON.  Keys are a promise: a later version may add some, never take one away."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from gittrack.core.fast_typing import Any
from gittrack.core.run.commit_message import Missing
from gittrack.core.run.run_info import RunInfo


def dump(value: Any) -> str:
    """Return JSON text.  NaN and infinities, which JSON lacks, become ``"NaN"``, ``"Infinity"``."""
    return json.dumps(plain(value), indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a value that JSON has: NaN and infinities as texts, what is missing as null."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, Missing) else value


def run(info: RunInfo) -> dict[str, Any]:
    """Return a run as ``ls``, ``top`` and ``show`` give it; the README lists the keys."""
    code = info.code
    return {
        "id": info.id,
        "experiment": info.experiment,
        "name": info.name,
        "status": info.status,
        "started": info.started,
        "ended": info.ended,
        "duration": info.duration,
        "params": info.params,
        "metrics": {name: metric.to_dict() for name, metric in info.metrics.items()},
        "tags": list(info.tags),
        "note": info.note,
        "group": info.group,
        "seed": info.seed,
        "command": list(info.command),
        "cwd": info.cwd,
        "exit_code": info.exit_code,
        "signal": info.signal,
        "peak_memory": info.peak_memory,
        "fingerprint": info.fingerprint,
        "recipe": info.recipe,
        "commit": info.commit,
        "ref": info.ref,
        "code": {
            "commit": code.commit,
            "branch": code.branch,
            "dirty": code.dirty,
            "snapshot": code.snapshot,
            "remote": code.remote,
        },
        "user": info.user,
        "host": info.host,
        "problem": info.problem,
        "archived": info.archived,
        "resumed": info.resumed,
        "reproduces": info.reproduces,
        "sweep": info.sweep._asdict() if info.sweep else None,
    }
