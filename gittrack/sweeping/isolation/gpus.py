"""How many GPUs a trial has: those that it can see, or those that its engine was asked for."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Mapping
from gittrack.record.session import RunRequest

_VARIABLES = ("CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
_NONE = ("", "-1", "none", "void", "nodevfiles")


def with_count(request: RunRequest, env: Mapping[str, str], requested: float) -> RunRequest:
    """Return the request of a trial with its number of GPUs, as far as that is known.

    Parameters
    ----------
    request : RunRequest
        The run to record.
    env : mapping
        Further variables of its command.
    requested : float
        How many GPUs its engine was asked for; 0: none, or not known.
    """
    count = visible({**os.environ, **env})
    known_count = requested if count is None else float(count)
    if not known_count or not request.sweep:
        return request
    return request._replace(sweep={**request.sweep, "gpus": known_count})


def visible(env: Mapping[str, str]) -> int | None:
    """Return the number of GPUs that variables name; None if they do not say."""
    for name in _VARIABLES:
        value = env.get(name, "all").strip().lower()
        if value != "all":
            return 0 if value in _NONE else len([word for word in value.split(",") if word])
    return None
