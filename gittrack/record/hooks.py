"""The user's own hooks around a run: ``pre-run`` can refuse it, ``post-run`` gets its result.

They are ordinary git hooks: executables in git's hooks folder, started by ``git hook run``.  They get
facts in ``GITTRACK_*`` variables and cannot change the run.
"""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run.fingerprint import fingerprint
from gittrack.core.standard import json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.record.code import status_call

if TYPE_CHECKING:  # a promotion runs a hook too, and records no run
    from gittrack.record.publish.writer import Published
    from gittrack.record.request import RunRequest

PRE, POST = "pre-run", "post-run"
PROMOTE = "pre-promote"  # models/gates.py runs it


def folder(repo: git.Repo, config: Mapping[str, str], top: str | None = None) -> str:
    """Return git's hooks folder: ``core.hooksPath``, or the repository's own.

    A relative ``core.hooksPath`` starts at ``top`` (default: the work tree).  In the worktree of a rerun
    ``top`` is the user's own tree, because the hooks in the code of a commit must not run.
    """
    chosen = config.get("core.hookspath")
    if chosen:
        base = top or repo.work_tree or repo.common_dir
        return os.path.join(base, os.path.expanduser(chosen))
    return os.path.join(repo.common_dir, "hooks")


def is_installed(hooks_folder: str, name: str) -> bool:
    """Return whether a hooks folder has an executable hook of this name; starts no process."""
    return os.access(os.path.join(hooks_folder, name), os.X_OK)


def variables(
    facts: Mapping[str, Any], command: Sequence[str], params: Mapping[str, Any]
) -> dict[str, str]:
    """Return the variables with the facts of a run for a hook.

    Parameters
    ----------
    facts
        Values by name: ``{"seed": 7}`` becomes ``GITTRACK_SEED=7``.  A list becomes JSON; None is left out.
    command
        The command of the run.
    params
        The params, for their fingerprint.
    """
    values = {f"GITTRACK_{key.upper()}": value for key, value in facts.items() if value is not None}
    values["GITTRACK_COMMAND"] = list(command)
    if params:
        values["GITTRACK_FINGERPRINT"] = fingerprint(params)
    return {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}


def ask_pre(
    repo: git.Repo, hooks_folder: str, request: RunRequest, experiment: str
) -> tuple[str, ...]:
    """Call the pre-run hook, if it exists; return the lines that it prints."""
    if not request.verify or not is_installed(hooks_folder, PRE):
        return ()
    facts = {
        "experiment": experiment,
        "name": request.name,
        "tags": list(request.tags),
        "group": request.group,
        "seed": request.seed,
        "inputs": list(request.inputs),
        "input_digests": dict(request.digests),
        "reproduces": request.reproduces,
    }
    message = variables(facts, request.command, request.params)
    return tuple(run_pre(repo, hooks_folder, message, request.params).splitlines())


def call_post(repo: git.Repo, hooks_folder: str, published: Published) -> Published:
    """Call the post-run hook; the lines that it prints become notes to the user."""
    info = published.info
    facts = {
        "run": info.id,
        "experiment": info.experiment,
        "name": info.name,
        "status": info.status,
        "ref": published.ref,
        "commit": published.commit,
        "exit_code": info.exit_code,
    }
    message = variables(facts, info.command, info.params)
    output = run_post(repo, hooks_folder, message, info.params)
    return published._replace(notes=(*published.notes, *output.splitlines()))


def run_pre(
    repo: git.Repo, hooks_folder: str, env: Mapping[str, str], params: Mapping[str, Any]
) -> str:
    """Run the pre-run hook; return its output.  Raises TrackError with its output if it refuses the run."""
    code, output = run_hook(repo, hooks_folder, PRE, env, params)
    if code != 0:
        reason = output.strip() or f"it ended with {code}"
        raise TrackError(
            f"the pre-run hook refused the run: {reason}", "to run without the hook: --no-verify"
        )
    return output


def run_post(
    repo: git.Repo, hooks_folder: str, env: Mapping[str, str], params: Mapping[str, Any]
) -> str:
    """Run the post-run hook; return its output, and a line with its exit code if it failed."""
    code, output = run_hook(repo, hooks_folder, POST, env, params)
    return output + (f"the post-run hook ended with {code}\n" if code else "")


def run_hook(
    repo: git.Repo,
    hooks_folder: str,
    name: str,
    env: Mapping[str, str],
    params: Mapping[str, Any],
) -> tuple[int, str]:
    """Run the hook of this name; return its exit code and its output, stdout before stderr.

    Parameters
    ----------
    repo
        The hook starts in its work tree.
    hooks_folder
        The hooks folder, see `folder`.
    name
        The name of the hook, such as ``pre-run``.
    env
        Variables for the hook, see `variables`.
    params
        The content of the file that ``GITTRACK_PARAMS`` names.
    """
    import tempfile  # noqa: PLC0415 - most have no hook

    with tempfile.TemporaryDirectory(prefix="gittrack-") as scratch:
        path = os.path.join(scratch, "params.yaml")
        with open(path, "wb") as file:
            file.write(yaml_write.dump(params, sort=True) if params else b"")
        args = ["-c", f"core.hooksPath={hooks_folder}", "hook", "run", "--ignore-missing", name]
        folder = repo.work_tree or repo.common_dir
        answer = git.Call(args, cwd=folder, env={**env, "GITTRACK_PARAMS": path}).wait()
    status_call.forget(repo)
    return answer.code, (answer.out + answer.err).decode(errors="backslashreplace")
