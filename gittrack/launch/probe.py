"""Ask the interpreter of a command for its packages and import folders, while the command runs."""

from __future__ import annotations

import json
import os
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
    """The folders that the Python of a command line imports from; `folders` waits for the answer."""

    def __init__(self, argv: Sequence[str]) -> None:
        interpreter = interpreter_of(argv, {})
        self.process: subprocess.Popen[bytes] | None = None
        if interpreter:
            self.process = subprocess.Popen(
                [interpreter, "-c", _PRINT_IMPORTS],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def folders(self) -> list[str]:
        """Return the folders, with those of editable installations; none if the command is not Python."""
        out = self.process.communicate()[0] if self.process is not None else b""
        return [os.fsdecode(folder) for folder in out.split(b"\0") if folder]


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
