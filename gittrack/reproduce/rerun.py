"""Run a recorded command again, in a worktree at its code, with its params, its seed and its data."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git, worktree
from gittrack.core import layout, model
from gittrack.core.errors import TrackError
from gittrack.core.fingerprint import fingerprint
from gittrack.launch import launcher
from gittrack.read.record import RunRecord
from gittrack.record import inputs, session

REPRODUCES = "GITTRACK_REPRODUCES"
_STOPPED = (128 + signal.SIGINT, 128 + signal.SIGTERM)


class Impossible(TrackError):
    """The run cannot be run again here; the message says why."""


class Result(NamedTuple):
    """The new run's id, how its command ended, and where the worktree is if it was kept."""

    id: str
    exit_code: int
    kept: str | None = None


def check(repo: git.Repo, run: RunRecord) -> str:
    """Return the commit whose code ran.  Raises Impossible where something that is needed is not here."""
    info = run.info
    if not info.command:
        raise Impossible("its command was not recorded", "run it by hand: git track checkout RUN")
    if "***" in " ".join(info.command):
        raise Impossible(
            "its command holds a secret, which was not recorded",
            "run it by hand: git track checkout RUN",
        )
    return code_of(repo, run)


def code_of(repo: git.Repo, run: RunRecord) -> str:
    """Return the commit whose code ran, uncommitted changes included.  Raises Impossible."""
    info = run.info
    state = info.code.state
    if state is None:
        raise Impossible("it was recorded without a commit", "there is no code to go back to")
    if git.missing(repo, [state]):
        cut = os.path.exists(os.path.join(repo.common_dir, "shallow"))
        shallow = "git fetch --unshallow" if cut else "git fetch"
        raise Impossible(f"its code, {state[:12]}, is not in this repository", f"try: {shallow}")
    return state


def rerun(
    repo: git.Repo,
    run: RunRecord,
    *,
    changed: Mapping[str, Any] | None = None,
    seed: int | None = None,
    keep: bool = False,
    links: Sequence[str] = (),
    say: session.Say = lambda text: None,
) -> Result:
    """Run the command of a recorded run again and record that; the worktree is kept on failure or ``keep``.

    ``changed`` are params in the place of the recorded ones, ``seed`` another seed: then the new run is no
    reproduction.  Raises Impossible before anything runs.
    """
    commit = check(repo, run)
    data = _data(repo, run)
    folder = worktree.private(repo, commit)
    kept = True
    try:
        linked = link(repo, folder, [*data, *links])
        result = _launch(folder, run, _request(run, changed, seed), linked, say)
        stopped = result.exit_code in _STOPPED
        kept = keep or (result.exit_code != 0 and not stopped)
        return result._replace(kept=folder if kept else None)
    except (TrackError, OSError):
        kept = keep
        raise
    except BaseException:  # Ctrl-C and the like: nothing may stay registered
        kept = False
        raise
    finally:
        if not kept:
            worktree.remove(repo, folder)


def _request(
    run: RunRecord, changed: Mapping[str, Any] | None, seed: int | None
) -> session.Request:
    info = run.info
    params = dict(info.params) if changed is None else dict(changed)
    if seed is not None and "seed" in params:
        params["seed"] = seed
    return session.Request(
        experiment=info.experiment,
        params=params,
        group=info.group,
        seed=info.seed if seed is None else seed,
        command=list(info.command),
        reproduces=run.id if seed is None else None,
        in_copy=True,
    )


def without_seed(info: model.RunInfo) -> tuple[Any, ...]:
    """Return what makes runs equal but for their seeds: code, command and params."""
    params = {name: value for name, value in info.params.items() if name != "seed"}
    return info.code.state, info.command, fingerprint(params)


def _launch(
    folder: str,
    run: RunRecord,
    request: session.Request,
    linked: Sequence[str],
    say: session.Say,
) -> Result:
    info = run.info
    where = os.path.join(folder, info.cwd or ".")
    if not os.path.isdir(where):
        raise Impossible(f"its folder {info.cwd} is not in its code", "run it by hand")
    with _inside(where):
        place = git.find()
        root = place.work_tree or folder
        known = [os.path.relpath(os.path.join(root, i["path"])) for i in run.inputs]
        asked = [os.path.relpath(os.path.join(root, path)) for path in info.output_paths]
        before = os.environ.get(REPRODUCES)
        os.environ[REPRODUCES] = run.id
        try:
            done = launcher.launch(place, launcher.Plan(request, known, asked, linked), say)
        finally:
            os.environ.pop(REPRODUCES) if before is None else os.environ.update(
                {REPRODUCES: before}
            )
    if done.published is None:
        raise TrackError(f"the new run is kept in {done.journal}", "commit it: git track recover")
    return Result(done.published.info.id, done.exit_code)


@contextmanager
def _inside(folder: str) -> Iterator[None]:
    """Work in a folder, and let what the command prints go to stderr: stdout is for the verdict."""
    back, out = os.getcwd(), os.dup(1)
    os.chdir(folder)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(out, 1)
        os.close(out)
        os.chdir(back)


def _data(repo: git.Repo, run: RunRecord) -> list[str]:
    """Return the recorded inputs that lie in the user's tree only, and are what they were."""
    found = []
    cache = Path(layout.cache_dir(repo.common_dir))
    for item in run.inputs:
        path = item["path"]
        real = os.path.join(repo.work_tree or "", path)
        if _in_code(repo, run, path):
            continue
        if not os.path.exists(real):
            raise Impossible(f"the input {path} is missing", "bring it back, then try again")
        now = inputs.fingerprint(real, path, cache)
        if now["sha256"] != item.get("sha256"):
            raise Impossible(
                f"the input {path} has changed since: {str(item.get('sha256'))[:12]} -> {now['sha256'][:12]}",
                "bring the old one back, or compare all the same: git track run",
            )
        if not os.path.isabs(path):
            found.append(path)
    return found


def _in_code(repo: git.Repo, run: RunRecord, path: str) -> bool:
    state = run.info.code.state
    return not os.path.isabs(path) and next(git.objects(repo, [f"{state}:{path}"])) is not None


def link(repo: git.Repo, folder: str, paths: Sequence[str]) -> list[str]:
    """Link what git ignores from the user's tree into the worktree; return what was linked."""
    made = []
    for path in paths:
        source, target = os.path.join(repo.work_tree or "", path), os.path.join(folder, path)
        if os.path.exists(source) and not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(os.path.abspath(source), target)
            made.append(path)
    return made
