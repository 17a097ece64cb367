"""The environment of a command: what its interpreter, its start hook and its variables tell about it."""

from __future__ import annotations

import os

from gittrack.core import layout, nested
from gittrack.core.standard import contextlib, json
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.disk.programs import which
from gittrack.git.spawn import Child
from gittrack.launch import start_hook
from gittrack.record import session
from gittrack.record.evidence import read_files
from gittrack.record.machine import environment, lock_files, variable_digests


class Probe:
    """The environment that a command runs in; `facts` waits for the answer of its interpreter."""

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], more: Sequence[str], cache: str
    ) -> None:
        self.more = more
        self.words = [environment.__file__, cache, *more]
        self.env = dict(env)
        self.interpreter = interpreter_of(argv, env)
        self.process = self._start(self.interpreter) if self.interpreter else None

    def _start(self, interpreter: str) -> Child:
        return Child([interpreter, *self.words], self.env, None)

    def facts(self, behind: str | None = None) -> dict[str, Any]:
        """Return the content of env.yaml; only the facts of the machine if the command is not Python.

        Parameters
        ----------
        behind
            A Python that the command started, such as one behind ``sh -c``: it is asked if the command
            itself is none.
        """
        process = self.process
        if process is None and behind:
            with contextlib.suppress(OSError):
                process = self._start(behind)
        if process is not None:
            try:
                return dict(json.loads(process.wait()[1]))
            except ValueError:  # the interpreter does not start; the command will print why
                pass
        return environment.of_machine(self.more)


def observed_facts(
    run_session: session.Session,
    argv: Sequence[str],
    env: Mapping[str, str],
    question: Probe,
    users_tree: str | None,
    look_at: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what the hook, the interpreter and the script itself report about the environment.

    Parameters
    ----------
    run_session
        The session, whose command has ended.
    argv
        The command, as it was executed.
    env
        The environment of the command.
    question
        The question to its interpreter.
    users_tree
        The user's tree, if the command ran in a worktree for it.
    look_at
        Names of files to look at whether this command read them or not.
    """
    folder = run_session.journal.folder
    home = Path(layout.home(run_session.repo.common_dir))
    worktree = run_session.repo.work_tree
    moved = (worktree, users_tree) if worktree and users_tree else None
    hook = start_hook.facts(folder, env)
    # A Python behind a shell, `make` or `env` is known only now; only NumPy is worth another process.
    behind = start_hook.interpreter(folder) if "numpy" in hook.get("packages", ()) else None
    answers = question.facts(behind)
    expected = [os.path.join(worktree or "/", os.path.expanduser(name)) for name in look_at]
    observed = {
        **({**hook, **answers} if question.interpreter else {**answers, **hook}),
        **lock_files.facts(folder),
        **variable_digests.capture(_without_hook(env), home, moved),
        **read_files.capture(
            run_session,
            (*start_hook.opened_files(folder), *read_files.named(argv), *expected),
            users_tree or worktree or "",
            home,
        ),
    }
    observed = nested.merge(observed, {"variables": {"PYTHONHASHSEED": env["PYTHONHASHSEED"]}})
    # What the script itself reported overrides what its interpreter reports.
    return nested.merge(observed, run_session.journal.state().env)


def _without_hook(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with the PYTHONPATH of the user, to which a rerun adds folders."""
    own = start_hook.without_hook(os.environ).get("PYTHONPATH")
    rest = {name: value for name, value in env.items() if name != "PYTHONPATH"}
    return {**rest, "PYTHONPATH": own} if own else rest


_SEPARATORS = str.maketrans(dict.fromkeys(";&|()'\"=", " "))  # of words, in a line for a shell
_PRINT_IMPORTS = """
import os, sys
folders = [os.path.abspath(folder) for folder in sys.path if folder]
for finder in sys.meta_path:
    mapping = getattr(sys.modules.get(getattr(finder, "__module__", "")), "MAPPING", {})
    folders += [os.path.dirname(folder) for folder in mapping.values()]
sys.stdout.buffer.write(b"\\0".join(map(os.fsencode, folders)))
"""


class Imports:
    """The folders that the Pythons of a command import from; `folders` waits for the answers.

    Parameters
    ----------
    argv
        The command.
    tree
        The work tree; a virtual environment in it is asked too.

    Notes
    -----
    A command such as ``sh -c``, ``make``, ``env`` or ``uv run`` does not tell which Python it starts.  So
    every Python that it can reach is asked: the ones that its words name, and those of PATH, of the
    active environment and of the work tree.
    """

    def __init__(self, argv: Sequence[str], tree: str | None = None) -> None:
        import subprocess  # noqa: PLC0415 - 3 ms that only a command in a worktree needs

        self.processes = [
            subprocess.Popen(
                [os.path.abspath(interpreter), "-c", _PRINT_IMPORTS],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            for interpreter in interpreters_of(argv, tree)
        ]

    def folders(self) -> list[str]:
        """Return the folders, with those of editable installations."""
        answers = [process.communicate()[0] for process in self.processes]
        folders = [os.fsdecode(folder) for out in answers for folder in out.split(b"\0") if folder]
        return list(dict.fromkeys(folders))


def interpreters_of(argv: Sequence[str], tree: str | None) -> list[str]:
    """Return every Python that a command can be expected to start, each once."""
    words = [word for text in argv for word in text.translate(_SEPARATORS).split()]
    names = [word for word in words if os.path.basename(word).startswith("python")]
    environments = [os.environ.get("VIRTUAL_ENV"), os.environ.get("CONDA_PREFIX")]
    if tree:
        environments += [os.path.join(tree, name) for name in (".venv", "venv", "env")]
    names += [os.path.join(folder, "bin", "python") for folder in environments if folder]
    paths = [interpreter_of(argv, {}), *map(which, (*names, "python", "python3"))]
    pythons = [path for path in paths if path and os.path.isfile(path)]
    return list({_identity(path): path for path in reversed(pythons)}.values())[::-1]


def _identity(interpreter: str) -> tuple[str, str]:
    """Return what decides about the import folders: the program, and the environment that it stands in."""
    folder = os.path.dirname(os.path.abspath(interpreter))
    environment_folder = os.path.dirname(folder)
    is_environment = os.path.exists(os.path.join(environment_folder, "pyvenv.cfg"))
    return os.path.realpath(interpreter), environment_folder if is_environment else ""


def interpreter_of(argv: Sequence[str], env: Mapping[str, str]) -> str | None:
    """Return the Python that runs a command line: the command itself, or the one in its `#!` line.

    If ``env`` has no PATH, the PATH of this process is used.
    """
    executable = which(argv[0], path=env.get("PATH"))
    if executable is None:
        return None
    if os.path.basename(executable).startswith("python"):
        return executable
    try:
        with open(executable, "rb") as file:
            first = file.readline(256)
    except OSError:
        return None
    words = os.fsdecode(first[2:]).split() if first.startswith(b"#!") else []
    if words and os.path.basename(words[0]) == "env":
        words = [which(word, path=env.get("PATH")) or "" for word in words[1:2]]
    python = bool(words) and os.path.basename(words[0]).startswith("python")
    return words[0] if python else None
