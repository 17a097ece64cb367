"""The user's own hooks around a run: ``pre-run`` may refuse it, ``post-run`` hears of it.

They are ordinary git hooks, executables in git's hooks folder, started by ``git hook run``.  They get facts
in ``GITTRACK_*`` variables and can edit nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack import git
from gittrack.core import yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run.fingerprint import fingerprint

PRE, POST = "pre-run", "post-run"
PROMOTE = "pre-promote"  # asked by gittrack/models/gates.py


def folder(repo: git.Repo, config: Mapping[str, str], top: str | None = None) -> str:
    """Return git's hooks folder: ``core.hooksPath``, from ``top`` (the work tree), or its own.

    ``top`` is the user's own tree where this one may be somebody else's code, whose hooks are not to run.
    """
    chosen = config.get("core.hookspath")
    if chosen:
        base = top or repo.work_tree or repo.common_dir
        return os.path.join(base, os.path.expanduser(chosen))
    return os.path.join(repo.common_dir, "hooks")


def is_there(place: str, name: str) -> bool:
    """Say whether a folder has a hook to run: without one, asking costs no process."""
    return os.access(os.path.join(place, name), os.X_OK)


def facts(
    words: Mapping[str, Any], command: Sequence[str], params: Mapping[str, Any]
) -> dict[str, str]:
    """Return the variables that tell a hook about a run; lists are JSON, what is not known is left out."""
    told = {f"GITTRACK_{key.upper()}": value for key, value in words.items() if value is not None}
    told["GITTRACK_COMMAND"] = list(command)
    if params:
        told["GITTRACK_FINGERPRINT"] = fingerprint(params)
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in told.items()}


def ask(repo: git.Repo, place: str, variables: Mapping[str, str], params: Mapping[str, Any]) -> str:
    """Run the pre-run hook and return what it printed.  Raises TrackError, in its words, where it refuses."""
    code, said = started(repo, place, PRE, variables, params)
    if code != 0:
        words = said.strip() or f"it ended with {code}"
        raise TrackError(
            f"the pre-run hook refused the run: {words}", "--no-verify runs it all the same"
        )
    return said


def tell(
    repo: git.Repo, place: str, variables: Mapping[str, str], params: Mapping[str, Any]
) -> str:
    """Run the post-run hook; return what it printed, and how it ended where that was not well."""
    code, said = started(repo, place, POST, variables, params)
    return said + (f"the post-run hook ended with {code}\n" if code else "")


def started(
    repo: git.Repo,
    place: str,
    name: str,
    variables: Mapping[str, str],
    params: Mapping[str, Any],
) -> tuple[int, str]:
    """Run the hook of this name in the hooks folder ``place``; return how it ended and what it printed."""
    import tempfile  # noqa: PLC0415 - most have no hook

    where = repo.work_tree or repo.common_dir
    with tempfile.TemporaryDirectory(prefix="gittrack-") as scratch:
        path = os.path.join(scratch, "params.yaml")
        with open(path, "wb") as file:
            file.write(yaml_write.dump(params, sort=True) if params else b"")
        env = {**variables, "GITTRACK_PARAMS": path}
        args = ["-c", f"core.hooksPath={place}", "hook", "run", "--ignore-missing", name]
        answer = git.Call(args, cwd=where, env=env).wait()
    return answer.code, (answer.out + answer.err).decode(errors="backslashreplace")
