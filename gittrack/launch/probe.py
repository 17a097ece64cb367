"""Ask the interpreter of a command for its packages and import folders, while the command runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.record.machine import environment


class Probe:
    """The environment that a command runs in; `facts` waits for the answer of its interpreter."""

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], more: Sequence[str], cache: str
    ) -> None:
        self.more = more
        interpreter = interpreter_of(argv, env)
        self.process: subprocess.Popen[bytes] | None = None
        if interpreter:
            self.process = subprocess.Popen(
                [interpreter, environment.__file__, cache, *more],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def facts(self) -> dict[str, Any]:
        """Return the content of env.yaml; only the facts of the machine if the command is not Python."""
        if self.process is not None:
            out, _ = self.process.communicate()
            try:
                return dict(json.loads(out))
            except ValueError:  # the interpreter does not start; the command will print why
                pass
        return {k: v for k, v in environment.capture(self.more).items() if k not in _OF_PYTHON}


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
    words = [word for text in argv for word in re.split(r"[\s;&|()'\"=]+", text)]
    names = [word for word in words if os.path.basename(word).startswith("python")]
    environments = [os.environ.get("VIRTUAL_ENV"), os.environ.get("CONDA_PREFIX")]
    if tree:
        environments += [os.path.join(tree, name) for name in (".venv", "venv", "env")]
    names += [os.path.join(folder, "bin", "python") for folder in environments if folder]
    paths = [interpreter_of(argv, {}), *map(shutil.which, (*names, "python", "python3"))]
    pythons = [path for path in paths if path and os.path.isfile(path)]
    return list({_identity(path): path for path in reversed(pythons)}.values())[::-1]


def _identity(interpreter: str) -> tuple[str, str]:
    """Return what decides about the import folders: the program, and the environment that it stands in."""
    folder = os.path.dirname(os.path.abspath(interpreter))
    environment_folder = os.path.dirname(folder)
    is_environment = os.path.exists(os.path.join(environment_folder, "pyvenv.cfg"))
    return os.path.realpath(interpreter), environment_folder if is_environment else ""


_OF_PYTHON = ("python", "packages", "blas")


def interpreter_of(argv: Sequence[str], env: Mapping[str, str]) -> str | None:
    """Return the Python that runs a command line: the command itself, or the one in its `#!` line.

    If ``env`` has no PATH, the PATH of this process is used.
    """
    executable = shutil.which(argv[0], path=env.get("PATH"))
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
        words = [shutil.which(word, path=env.get("PATH")) or "" for word in words[1:2]]
    python = bool(words) and os.path.basename(words[0]).startswith("python")
    return words[0] if python else None
