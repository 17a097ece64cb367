"""Read the inputs of many runs with few git processes."""

from __future__ import annotations

import hashlib
from itertools import islice

from gittrack import git
from gittrack.core import layout, yaml_read
from gittrack.core.errors import TrackError
from gittrack.core.run import schemas
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Iterable

_AT_ONCE = 4096  # runs


def names(repo: git.Repo, runs: Iterable[RunInfo]) -> dict[str, tuple[str, ...]]:
    """Return {id of a run: its inputs}, each input as its path and the first 8 digits of its SHA-256.

    Runs without inputs, and runs that are going on, are left out.
    """
    committed = ((run.commit, run.id) for run in runs if run.commit is not None)
    parsed: dict[bytes, tuple[str, ...]] = {}
    inputs = {}
    while some := list(islice(committed, _AT_ONCE)):
        contents = git.read_objects(repo, [f"{commit}:{layout.INPUTS}" for commit, _ in some])
        for (_, run_id), content in zip(some, contents, strict=True):
            if content is not None:
                if content not in parsed:
                    parsed[content] = _names(content)
                inputs[run_id] = parsed[content]
    return inputs


def _names(content: bytes) -> tuple[str, ...]:
    try:
        parsed = yaml_read.load(content, layout.INPUTS)
    except TrackError:
        parsed = None
    if parsed is None or schemas.problem(layout.INPUTS, parsed):  # another tool wrote the run
        return (hashlib.sha256(content).hexdigest()[:8],)
    items = parsed.get("inputs") or []
    return tuple(sorted(f"{item['path']} {str(item.get('sha256'))[:8]}" for item in items))
