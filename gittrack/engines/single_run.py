"""One run as a Slurm job: ``git track run --engine slurm``.  Its code is the code at the time of the command.

The job has a folder ``<git common dir>/gittrack/jobs/<id>/`` with what to run, the script, what Slurm and the
command print, and the exit code.  A ref keeps the code until the job has ended.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.disk import folders
from gittrack.engines.backends import slurm_commands
from gittrack.git import objects, refs
from gittrack.reproduce import rerun_worktree
from gittrack.sweeping import stored

_SPEC, _EXIT, OUTPUT = "spec.json", "exit", "output.txt"
OPTIONS = (
    "engine",
    "sbatch",
    "detach",
    "program",
)  # arguments of `git track run` that are not for the job
_POLL_SECONDS = 5.0
_MISSING_POLLS = 2
_SIGNAL = 128  # exit codes from here on are those of signals
_REASON = "gittrack: code of a job"


class JobOfRun(NamedTuple):
    """A submitted job: its id at Slurm, and its folder."""

    id: str
    folder: Path


def submit(
    repo: git.Repo, values: Mapping[str, Any], options: Sequence[str], program: str | None = None
) -> JobOfRun:
    """Submit a run.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    values : mapping
        The arguments of ``git track run``.
    options : sequence of str
        Options of ``sbatch``.
    program : str, optional
        ``git-track`` on the other machine.

    Raises
    ------
    TrackError
        If there is no Slurm here, no code, or if ``sbatch`` refuses.
    """
    slurm_commands.check_installed()
    name = layout.new_id(time.time())
    folder = Path(layout.home(repo.common_dir), "jobs", name)
    folders.make(str(folder))
    code = stored.capture_code(repo, folder)
    commit = code.captured.code.state
    if commit is None:
        raise TrackError("there is no code to run", "make a first commit")
    store = objects.Store(git.object_store_path(repo), repo.hash_name)
    store.adopt(str(folder / layout.OBJECTS))
    refs.update(repo, _ref(name), commit, None, _REASON)
    spec: dict[str, Any] = {
        "commit": commit,
        "folder": repo.prefix.rstrip("/") or ".",
        "args": dict(values),
    }
    spec["links"] = [*rerun_worktree.links(repo), *_data(repo, values.get("input") or ())]
    spec["repository"] = repo.work_tree
    (folder / _SPEC).write_text(json.dumps(spec))
    words = [program] if program else [sys.executable, "-m", "gittrack"]
    script = f"#!/bin/sh\nexec {shlex.join([*words, '__run_job', str(folder)])}\n"
    (folder / "script").write_text(script)
    files = (f"--output={folder / OUTPUT}", "--input=/dev/null", f"--job-name=gittrack-{name[16:]}")
    job = slurm_commands.submit(
        ["--parsable", "--no-requeue", *files, *options, str(folder / "script")]
    )
    return JobOfRun(job, folder)


def _ref(name: str) -> str:
    return f"refs/gittrack/jobs/{name}"


def _data(repo: git.Repo, paths: Sequence[str]) -> list[str]:
    """Return the paths of data from the top of the tree."""
    return [os.path.normpath(os.path.join(repo.prefix or ".", path)) for path in paths]


def wait(job: JobOfRun, show: Callable[[str], object]) -> int:
    """Wait for a job, and show what it prints; return its exit code.

    A run that was ended by a signal may run again, because Slurm put its job back into the queue: its exit
    code counts when the job has left the queue.

    Raises TrackError if the job ended without an exit code, such as at its time limit.
    """
    missing, position = 0, 0
    while True:
        states = slurm_commands.states()
        ended = _exit_code(job.folder)
        position = _show_new(job.folder / OUTPUT, position, show)
        missing = missing + 1 if states is not None and job.id not in states else 0
        if ended is not None and (ended < _SIGNAL or missing > _MISSING_POLLS):
            return ended
        if missing > _MISSING_POLLS:
            raise TrackError(
                f"job {job.id} ended before its run did (time limit, memory, or preempted)",
                f"its output: {job.folder / OUTPUT}; the run, if it began: git track recover",
            )
        time.sleep(_POLL_SECONDS if missing else 1.0)


def _exit_code(folder: Path) -> int | None:
    try:
        return int((folder / _EXIT).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _show_new(path: Path, position: int, show: Callable[[str], object]) -> int:
    try:
        with open(path, "rb") as file:
            file.seek(position)
            data = file.read()
    except FileNotFoundError:
        return position
    if data:
        show(data.decode(errors="replace"))
    return position + len(data)


def run(folder: Path, launch: Callable[[Mapping[str, Any]], int]) -> int:
    """In the job: run what was submitted, in a worktree with its code; return the exit code.

    ``launch`` runs ``git track run`` with arguments, in the current folder.
    """
    (folder / _EXIT).unlink(missing_ok=True)  # of an earlier start, before Slurm put the job back
    spec = json.loads((folder / _SPEC).read_text())
    repo = git.find(spec["repository"])
    with rerun_worktree.new_worktree(repo, spec["commit"], tuple(spec["links"])) as tree:
        _, variables = rerun_worktree.code_of_worktree(repo, tree.folder, ())
        os.environ.update(variables)
        os.chdir(rerun_worktree.start_folder(repo, tree, spec["folder"]))
        code = launch(spec["args"])
        os.chdir("/")
    refs.drop(repo, _ref(folder.name))  # the run keeps the code, also for another start of the job
    incoming = folder / f".{_EXIT}"
    incoming.write_text(str(code))
    incoming.replace(folder / _EXIT)
    return code
