"""Make the environment of a run again from the lock file that it kept, in the cache of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.disk import lock
from gittrack.read.runs.record import RunRecord
from gittrack.record import session
from gittrack.record.machine import lock_files
from gittrack.reproduce import rerun_worktree, shared_files
from gittrack.reproduce.environments import cache_key
from gittrack.reproduce.rerun_worktree import Impossible

_COMPLETE = "complete"
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")
_INSTALL = {
    "uv": "pip install uv",
    "poetry": "pip install poetry",
    "pixi": "curl -fsSL https://pixi.sh/install.sh | sh",
    "conda": "install Miniforge, or put conda, mamba or micromamba on PATH",
    "conda-lock": "pip install conda-lock",
}


class LockFile(NamedTuple):
    """A lock file that a run kept: its path from the root of the code, its tool and its content."""

    path: str
    tool: str
    content: bytes


class MadeEnvironment(NamedTuple):
    """An environment, and the variables with which a command uses it.

    Attributes
    ----------
    folder
        Its folder; ``bin/python`` is its Python.
    variables
        Variables to set; None removes a variable.
    """

    folder: str
    variables: Mapping[str, str | None]


def choose(run: RunRecord) -> LockFile:
    """Return the lock file from which the environment of a run is made.

    uv.lock comes first, requirements.txt last; of two with one name, the one nearer to the command's folder.
    Raises Impossible if the run has none, or if it is not clear which one holds.
    """
    names = [name.partition("/")[2] for name in run.files() if name.startswith(f"{layout.LOCKS}/")]
    candidates = [(path, tool) for path in names if (tool := lock_files.tool_of(path))]
    if not candidates:
        raise Impossible(
            "no lock file was recorded with it, so its environment cannot be made again",
            f"keep one in the project: {', '.join(pattern for pattern, _ in lock_files.TOOLS)}",
        )
    order = [tool for _, tool in lock_files.TOOLS]
    path, tool = min(candidates, key=lambda item: (order.index(item[1]), -item[0].count("/")))
    if tool == "pip":
        path = _requirements([item for item, _ in candidates])
    return LockFile(rerun_worktree.inside(path), tool, run.read(f"{layout.LOCKS}/{path}"))


def _requirements(paths: Sequence[str]) -> str:
    plain = [path for path in paths if os.path.basename(path) == "requirements.txt"]
    if not plain and len(paths) > 1:
        raise Impossible(
            f"it is not clear which file has its packages: {', '.join(sorted(paths))}",
            "make the environment by hand, activate it, and leave out --env",
        )
    return max(plain or paths, key=lambda path: path.count("/"))


def make(repo: git.Repo, run: RunRecord, code: str, say: session.Say) -> MadeEnvironment:
    """Return the environment of a run; it is made once, in ``.git/gittrack/cache/environments``.

    Parameters
    ----------
    repo
        The repository.
    run
        The run.
    code
        A worktree with the code of the run; a lock file that git ignores is written into it.
    say
        Called with each line for the user.

    Raises
    ------
    Impossible
        If the tool of the lock file is not installed, or cannot make the environment.
    """
    chosen = choose(run)
    version = str((run.env.get("python") or {}).get("version") or "")
    for name in shared_files.environments(code):  # a tool could install into the user's environment
        if os.path.islink(os.path.join(code, name)):
            os.unlink(os.path.join(code, name))
    path = _written(code, chosen)
    has_own_choice = chosen.tool == "poetry" or (chosen.tool == "pip" and not shutil.which("uv"))
    python = _python(version, say) if has_own_choice else ""
    name = cache_key.key(
        chosen.tool, f"{version} {os.path.realpath(python) if python else ''}", chosen.content, path
    )
    top = os.path.join(layout.cache_dir(repo.common_dir), "environments")
    folder = os.path.join(top, name)
    with lock.holding(f"{folder}.lock"):
        marker = Path(folder, _COMPLETE)
        if marker.exists() and not cache_key.has_lost_python(folder):
            say(f"the environment of {chosen.path} is used again: {folder}")
        else:
            say(f"the environment is made from {chosen.path} by {chosen.tool}: {folder}")
            shutil.rmtree(folder, ignore_errors=True)
            _make(chosen, version, path, folder, python)
            if not cache_key.needs_code(folder, code):
                marker.touch()
    environment = os.path.join(folder, ".pixi/envs/default") if chosen.tool == "pixi" else folder
    return MadeEnvironment(environment, _variables(environment, chosen.tool))


def use(
    environment: MadeEnvironment, users_tree: str, code: rerun_worktree.CodeFolder
) -> rerun_worktree.CodeFolder:
    """Let the environments of a worktree, such as ``.venv``, be links to one that was made."""
    names = dict.fromkeys([".venv", *shared_files.environments(users_tree)])
    for name in names:
        path = os.path.join(code.folder, name)
        if os.path.islink(path):
            os.unlink(path)
        if not os.path.lexists(path):
            os.symlink(environment.folder, path)
    return code._replace(linked=(*code.linked, *names))


def import_folders(code: str) -> list[str]:
    """Return the folders of a project from which its own package is imported: it is not installed."""
    is_project = any(os.path.exists(os.path.join(code, name)) for name in _PROJECT)
    folders_of_code = [code, os.path.join(code, "src")] if is_project else []
    return [path for path in reversed(folders_of_code) if os.path.isdir(path)]


def interpreter(environment: MadeEnvironment, command: Sequence[str]) -> list[tuple[str, str]]:
    """Return what a Python outside the project that a command names by its path is replaced by."""
    words = [word for word in command[:1] if os.path.isabs(word)]
    is_python = (word for word in words if os.path.basename(word).startswith("python"))
    return [(word, os.path.join(environment.folder, "bin", "python")) for word in is_python]


def _written(code: str, chosen: LockFile) -> str:
    """Return the path of the lock file in the code; write it if git ignores it, or has another version."""
    path = os.path.join(code, chosen.path)
    if not f"{os.path.realpath(os.path.dirname(path))}/".startswith(f"{os.path.realpath(code)}/"):
        raise Impossible(
            f"its lock file {chosen.path} lies behind a link that leads out of its code",
            "make the environment by hand, activate it, and leave out --env",
        )
    try:
        content = lock_files.redacted(chosen.path, Path(path).read_bytes())
    except OSError:
        content = None
    if content != chosen.content:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):  # perhaps a link to the user's file
            os.unlink(path)
        Path(path).write_bytes(chosen.content)
    return path


def _variables(folder: str, tool: str) -> dict[str, str | None]:
    path = os.environ.get("PATH", os.defpath)
    names = ("CONDA_PREFIX",) if tool in ("conda", "conda-lock", "pixi") else ("VIRTUAL_ENV",)
    return {
        "PYTHONHOME": None,
        "VIRTUAL_ENV": None,
        **dict.fromkeys(names, folder),
        "PATH": os.pathsep.join([os.path.join(folder, "bin"), path]),
        "UV_PROJECT_ENVIRONMENT": folder,
        "UV_NO_SYNC": "1",
    }


def _make(chosen: LockFile, version: str, path: str, folder: str, python: str) -> None:
    project = os.path.dirname(path)
    if chosen.tool == "uv":
        words = ["uv", "sync", "--frozen", "--no-install-project", "--no-install-workspace"]
        words += ["--python", _minor(version)] if version else []
        _run(words, project, {"UV_PROJECT_ENVIRONMENT": folder, "VIRTUAL_ENV": None})
    elif chosen.tool == "pip" and shutil.which("uv"):
        options = ["--python", _minor(version)] if version else []
        _run(["uv", "venv", "-q", *options, folder], project)
        _run(["uv", "pip", "install", "--python", f"{folder}/bin/python", "-r", path], project)
    elif chosen.tool == "pip":
        _run([python, "-m", "venv", folder], project)
        _run([f"{folder}/bin/python", "-m", "pip", "install", "-q", "-r", path], project)
    elif chosen.tool == "poetry":
        _run([python, "-m", "venv", folder], project)
        words = ["poetry", "install", "--no-root", "--no-interaction"]
        # In the base environment of conda, poetry does not look at VIRTUAL_ENV.
        own = {"VIRTUAL_ENV": folder, "CONDA_PREFIX": None, "CONDA_DEFAULT_ENV": None}
        _run(words, project, {**own, "POETRY_VIRTUALENVS_CREATE": "true"})
    elif chosen.tool == "pixi":
        os.makedirs(folder)
        for name in ("pixi.toml", "pyproject.toml", "pixi.lock"):
            if os.path.exists(os.path.join(project, name)):
                shutil.copy2(os.path.join(project, name), folder)
        _run(["pixi", "install", "--frozen"], folder)
    elif chosen.tool == "conda-lock":
        _run(["conda-lock", "install", "--prefix", folder, path], project)
    else:
        program = next(filter(shutil.which, ("conda", "mamba", "micromamba")), "conda")
        words = [program, "env", "create", "--prefix", folder, "--file", path]
        _run([*words, *(["--yes"] if program == "micromamba" else [])], project)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _python(version: str, say: session.Say) -> str:
    """Return a Python of the recorded version; another one, with a line for the user, if there is none."""
    exact = shutil.which(f"python{_minor(version)}") if version else None
    python = exact or shutil.which("python3") or sys.executable
    if version and not exact:
        say(f"Python {_minor(version)} is not on PATH: the environment is made with {python}")
    return python


def _run(words: list[str], folder: str, variables: Mapping[str, str | None] | None = None) -> None:
    """Run a program that makes a part of an environment.  Raises Impossible."""
    if not shutil.which(words[0]):
        raise Impossible(
            f"{words[0]} is not installed, which makes its environment",
            f"{_INSTALL.get(words[0], 'put it on PATH')}; or leave out --env to use the present environment",
        )
    env = {**os.environ, **(variables or {})}
    done = subprocess.run(
        words,
        cwd=folder,
        env={name: value for name, value in env.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        raise Impossible(
            f"its environment cannot be made: {' '.join(words[:3])}: {lines[-1] if lines else 'no output'}",
            "read what it prints: " + " ".join(words),
        )
