"""Run a recorded command again, at its code, with its params, its seed, its controls and its data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.run.fingerprint import fingerprint
from gittrack.core.secrets import HIDDEN
from gittrack.git import temporary_worktree
from gittrack.launch import launcher, probe
from gittrack.read.runs.record import RunRecord
from gittrack.record import session
from gittrack.record.machine import environment
from gittrack.reproduce import rerun_worktree, resume_artifacts
from gittrack.reproduce.rerun_worktree import Impossible

REPRODUCES = "GITTRACK_REPRODUCES"


class Wish(NamedTuple):
    """How to run it again: what to change knowingly, where, and what to leave behind.

    ``changed`` are params in the place of the recorded ones, ``seed`` another seed: then the new run is no
    reproduction.  The worktree is kept on failure or ``keep``; ``links`` are further paths to link into it.
    """

    changed: Mapping[str, Any] | None = None
    seed: int | None = None
    keep: bool = False
    in_place: bool = False
    verify: bool = True
    links: Sequence[str] = ()


class Result(NamedTuple):
    """The new run's id, how its command ended, and where the worktree is if it was kept.

    ``stopped`` says whether a signal came to end it.
    """

    id: str
    exit_code: int
    kept: str | None = None
    stopped: bool = False


def check(repo: git.Repo, run: RunRecord) -> str:
    """Return the commit whose code ran.  Raises Impossible where something that is needed is not here."""
    info = run.info
    if not info.command:
        raise Impossible("its command was not recorded", "run it by hand: git track checkout RUN")
    if any(HIDDEN in word for word in info.command):
        raise Impossible(
            "its command holds a secret, which was not recorded",
            "run it by hand: git track checkout RUN",
        )
    rerun_worktree.check_words("command", info.command)
    program = info.command[0]
    if os.sep not in program and not shutil.which(program):
        raise Impossible(f"the command {program!r} was not found", "is its environment active?")
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
    wish: Wish,
    say: session.Say = lambda text: None,
) -> Result:
    """Run the command of a recorded run again and record that.  Raises Impossible before anything runs."""
    for folder in temporary_worktree.clear_all(repo):
        say(cleared(folder))
    commit = check(repo, run)
    data = rerun_worktree.data(repo, run)
    imports = probe.Imports(run.info.command)  # beside what follows
    where = (
        nullcontext(rerun_worktree.own(repo, run, commit))
        if wish.in_place
        else rerun_worktree.fresh(repo, commit, [*data, *wish.links])
    )
    with where as found, resume_artifacts.again(repo, run, found.beside) as handed:
        result = _launch(repo, found, run, _request(repo, run, wish), imports, handed, say)
        failed = result.exit_code != 0 and not result.stopped
        if wish.in_place or not (wish.keep or failed):
            return result
        found.keep()
        return result._replace(kept=found.folder)


def cleared(folder: str) -> str:
    """Return what to say of a worktree that was removed for a process that could not any more."""
    return f"removed the worktree that an earlier, killed process left in {folder}"


def _request(repo: git.Repo, run: RunRecord, wish: Wish) -> session.Request:
    info = run.info
    params = dict(info.params) if wish.changed is None else dict(wish.changed)
    if wish.seed is not None and "seed" in params:
        params["seed"] = wish.seed
    return session.Request(
        experiment=info.experiment,
        params=params,
        group=info.group,
        seed=info.seed if wish.seed is None else wish.seed,
        command=list(info.command),
        reproduces=run.id if wish.seed is None else None,
        verify=wish.verify,
        hooks_of=None if wish.in_place else repo.work_tree or repo.common_dir,
    )


def without_seed(info: run_info.RunInfo) -> tuple[Any, ...]:
    """Return what makes runs equal but for their seeds: code, command and params."""
    params = {name: value for name, value in info.params.items() if name != "seed"}
    return info.code.state, info.command, fingerprint(params)


def _launch(
    repo: git.Repo,
    found: rerun_worktree.Place,
    run: RunRecord,
    request: session.Request,
    imports: probe.Imports,
    handed: Mapping[str, str | None],
    say: session.Say,
) -> Result:
    info = run.info
    where = os.path.join(found.folder, rerun_worktree.inside(info.cwd or ".").lstrip("/"))
    if not os.path.isdir(where):
        raise Impossible(f"its folder {info.cwd} is not in its code", "run it by hand")
    with _inside(where), _told(run.id):
        here = git.find()
        root = here.work_tree or found.folder
        known = [os.path.relpath(os.path.join(root, i["path"])) for i in run.inputs]
        rerun_worktree.check_words("output", info.output_paths)
        asked = [os.path.relpath(os.path.join(root, path)) for path in info.output_paths]
        controls = {**_controls(run, request), **handed}
        if request.hooks_of:
            variables, warnings = rerun_worktree.own_code(
                repo, found.folder, info.command, imports.folders()
            )
            controls.update(variables)
            for warning in warnings:
                say(warning)
        plan = launcher.Plan(
            request, known, asked, found.linked, controls=controls, locks=found.locks
        )
        try:
            done = launcher.launch(here, plan, say)
        except TrackError as error:  # raised before anything runs
            raise Impossible(error.message, error.hint) from error
    if done.published is None:
        raise TrackError(f"the new run is kept in {done.journal}", "commit it: git track recover")
    return Result(done.published.info.id, done.exit_code, stopped=done.stopped)


def _controls(run: RunRecord, request: session.Request) -> dict[str, str | None]:
    """Return the variables that decide about bits, as the run had them; None for those that it lacked."""
    if not run.env:
        return {}
    known = run.env.get("variables") or {}
    had = {name: known.get(name) for name in environment.CONTROLS}
    for name, value in had.items():
        if not isinstance(value, str | None):
            raise Impossible(f"its variable {name} is {value!r:.60}", "do not trust this run")
        rerun_worktree.check_words(f"variable {name}", [value or ""])
    # Another seed brings its own.
    return had if request.seed == run.info.seed else {**had, "PYTHONHASHSEED": None}


@contextmanager
def _told(run_id: str) -> Iterator[None]:
    """Tell hooks and the script which run is run again."""
    before = os.environ.get(REPRODUCES)
    os.environ[REPRODUCES] = run_id
    try:
        yield
    finally:
        os.environ.pop(REPRODUCES) if before is None else os.environ.update({REPRODUCES: before})


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
