"""Commands that cannot be run again: their code came from a notebook, a terminal or standard input."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from gittrack.core.standard.collections import Iterator, Sequence

_PYTHON = re.compile(r"(?:python|pypy)[\d.]*(?:\.exe)?|ipython3?")
_SHELLS = ("sh", "bash", "dash", "zsh", "ksh")
_OTHERS = ("node", "julia", "R", "Rscript", "perl", "ruby", "lua", "octave")
# What starts another program: a word that looks like an interpreter is one only after these.
_WRAPPERS = frozenset(
    (
        *(
            "env",
            "nice",
            "ionice",
            "nohup",
            "time",
            "timeout",
            "stdbuf",
            "setsid",
            "taskset",
            "chrt",
        ),
        *("numactl", "xvfb-run", "srun", "mpirun", "mpiexec", "sudo", "caffeinate"),
        *("uv", "poetry", "pdm", "pipenv", "hatch", "conda", "mamba", "micromamba", "pixi", "rye"),
    )
)
_PYTHON_OPTION = re.compile(r"-[bBdEhiIOPqRsSuvVxt?]*([cmWX])(.*)", re.DOTALL)
_KERNELS = re.compile(
    r"(?:.*/)?(?:ipykernel_launcher|colab_kernel_launcher|pydevconsole)(?:\.py)?|"
    r"(?:ipykernel|spyder_kernels|xeus_python|colabtools)(?:\..*)?"
)
_STREAMS = re.compile(r"-?/dev/(?:stdin|fd/\d+|tty)|/proc/(?:self|\d+)/fd/\d+")
_AS_FILE = "save it in a file, commit it, and record that: git track run -- COMMAND FILE"


class Obstacle(NamedTuple):
    """Why a command cannot be run again, and what to do."""

    reason: str
    remedy: str


def obstacle(command: Sequence[str]) -> Obstacle | None:
    """Return why a command cannot be run again; None if it can.

    Parameters
    ----------
    command
        The recorded words.
    """
    stream = next((word for word in command if _STREAMS.fullmatch(word)), None)
    if stream:
        return Obstacle(
            f"its command reads {stream}, whose content was not recorded",
            "save the content in a file, and record that: git track run --input FILE -- COMMAND FILE",
        )
    position = _interpreter(command)
    if position is None:
        return None
    program = _program(os.path.basename(command[position]), command[position + 1 :])
    if _KERNELS.fullmatch(program):
        return Obstacle(
            "it ran in a notebook or console: its cells are not a command",
            "make a script of it and record that: jupyter nbconvert --to script NOTEBOOK.ipynb, then "
            "git track run -- python NOTEBOOK.py",
        )
    if not program:
        return Obstacle("its code came from standard input, which was not recorded", _AS_FILE)
    return None


def _interpreter(command: Sequence[str]) -> int | None:
    """Return the position of the interpreter: the first word, or one behind wrappers."""
    for position, word in enumerate(command):
        name = os.path.basename(word)
        if _PYTHON.fullmatch(name) or name in (*_SHELLS, *_OTHERS):
            return position
        if position == 0 and name not in _WRAPPERS:
            return None
    return None


def _program(interpreter: str, words: Sequence[str]) -> str:
    """Return the script, module or code that an interpreter runs; empty if it reads standard input."""
    if interpreter in _OTHERS:
        return "" if not words or words[0] == "-" else words[0]
    find = _program_of_shell if interpreter in _SHELLS else _program_of_python
    return find(iter(words))


def _program_of_python(words: Iterator[str]) -> str:
    for word in words:
        option = _PYTHON_OPTION.fullmatch(word)
        if option and option[1] in "cm":
            return option[2] or next(words, "")
        if option:
            next(words, "") if not option[2] else None
        elif word == "--check-hash-based-pycs":
            next(words, "")
        elif word in ("-V", "--version", "-h", "--help"):
            return word
        elif word == "-" or not word.startswith("-"):
            return word.removeprefix("-")
    return ""


def _program_of_shell(words: Iterator[str]) -> str:
    for word in words:
        if not word.startswith(("-", "+")):
            return word
        if word == "-" or word.startswith("--"):
            continue
        if "c" in word:
            return next(words, "")
        if "s" in word:
            return ""
        if word.endswith(("o", "O")):
            next(words, "")
    return ""
