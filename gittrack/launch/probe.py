"""Ask the interpreter of a command for its packages, beside the training."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.record.machine import environment


class Probe:
    """The facts of the environment that a command runs in; `facts` waits for them."""

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
        """Return what env.yaml will hold; for a command that is no Python, only the machine's part."""
        if self.process is not None:
            out, _ = self.process.communicate()
            try:
                return dict(json.loads(out))
            except ValueError:  # an interpreter that does not start; the command will say why
                pass
        return {k: v for k, v in environment.capture(self.more).items() if k not in _OURS}


_ASK = """
import os, sys
found = [os.path.abspath(folder) for folder in sys.path if folder]
for finder in sys.meta_path:
    known = getattr(sys.modules.get(getattr(finder, "__module__", "")), "MAPPING", {})
    found += [os.path.dirname(folder) for folder in known.values()]
sys.stdout.buffer.write(b"\\0".join(map(os.fsencode, found)))
"""


class Imports:
    """The folders that the Python of a command line imports from, as here; `folders` waits for them."""

    def __init__(self, argv: Sequence[str]) -> None:
        interpreter = interpreter_of(argv, {})
        self.process: subprocess.Popen[bytes] | None = None
        if interpreter:
            self.process = subprocess.Popen(
                [interpreter, "-c", _ASK],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def folders(self) -> list[str]:
        """Return them, those of editable installations included; none for a command that is no Python."""
        out = self.process.communicate()[0] if self.process is not None else b""
        return [os.fsdecode(folder) for folder in out.split(b"\0") if folder]


_OURS = ("python", "packages", "blas")


def interpreter_of(argv: Sequence[str], env: Mapping[str, str]) -> str | None:
    """Return the Python that a command line runs in: named, or in the first line of its script.

    Where ``env`` has no PATH, ours is meant.
    """
    found = shutil.which(argv[0], path=env.get("PATH"))
    if found is None:
        return None
    if os.path.basename(found).startswith("python"):
        return found
    try:
        with open(found, "rb") as file:
            first = file.readline(256)
    except OSError:
        return None
    words = os.fsdecode(first[2:]).split() if first.startswith(b"#!") else []
    if words and os.path.basename(words[0]) == "env":
        words = [shutil.which(word, path=env.get("PATH")) or "" for word in words[1:2]]
    python = bool(words) and os.path.basename(words[0]).startswith("python")
    return words[0] if python else None
