"""Digests that name a configuration and an experiment."""

from __future__ import annotations

from gittrack.core import digests
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any


def fingerprint(config: Mapping[str, Any]) -> str:
    """Return the first 12 hex digits of the SHA-256 of the sorted JSON of ``config``.

    Anyone can compute it: ``sha256(json.dumps(config, sort_keys=True)).hexdigest()[:12]``.
    """
    return digests.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]


def recipe(
    tree: str | None,
    command: Sequence[str],
    config: str | None,
    inputs: Sequence[str],
    seed: int | None,
) -> str:
    """Return 12 hex digits over code tree, command, config fingerprint, input digests and seed.

    Two runs with the same recipe are the same experiment.
    """
    return fingerprint(
        {
            "code": tree,
            "command": list(command),
            "config": config,
            "inputs": sorted(inputs),
            "seed": seed,
        }
    )
