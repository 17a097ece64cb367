"""The ``command`` and ``program`` of a sweep file, in W&B's macros or our fields -> the words to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gittrack.core.errors import TrackError, did_you_mean

_MACRO = re.compile(r"\$\{([^}]*)\}")
_WORDS = {
    "interpreter": "python",
    "args": "{pairs}",
    "args_no_boolean_flags": "{flags}",
    "args_no_hyphens": "{overrides}",
    "args_json": "{args_json}",
    "args_json_file": "{args_json_file}",
}
_KNOWN = ("env", "program", *_WORDS)
_DEFAULT = ("${interpreter}", "${program}", "${args}")


def read(found: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the words of the command, empty where the file names none.

    Raises TrackError for a macro that is unknown or has no counterpart.
    """
    program, command = found.get("program"), found.get("command")
    if program is not None and not (isinstance(program, str) and program):
        raise TrackError(f"program is {program!r}", "write the path of a script: program: train.py")
    if command is None:
        return () if program is None else _translated(_DEFAULT, program)
    if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
        raise TrackError(
            "command is no list of words", "write: command: [python, train.py, '{args}']"
        )
    if not command:
        raise TrackError("command is empty", "write: command: [python, train.py, '{args}']")
    return _translated(command, program)


def _translated(words: list[str] | tuple[str, ...], program: str | None) -> tuple[str, ...]:
    result: list[str] = []
    for word in words:
        if word == "${env}":  # /usr/bin/env, so that a program is looked for on PATH: it is anyway
            continue
        result.append(_MACRO.sub(lambda match: _macro(match[1], program), word))
    return tuple(result)


def _macro(name: str, program: str | None) -> str:
    if name == "env":
        raise TrackError(
            "${env} must be a separate word", "write it as a word of its own, or leave it out"
        )
    if name == "program":
        if program is None:
            raise TrackError(
                "command has ${program}, and there is no program", "write program: train.py"
            )
        return program.replace("{", "{{")
    if name in _WORDS:
        return _WORDS[name]
    if name.startswith("envvar:"):
        variable = name.removeprefix("envvar:")
        raise TrackError(
            f"${{{name}}} is not offered",
            f"let a shell do it: [sh, -c, 'exec python train.py ${variable}']",
        )
    hint = did_you_mean(name, _KNOWN, "known are " + ", ".join(_KNOWN))
    raise TrackError(f"command has the unknown macro ${{{name}}}", hint)
