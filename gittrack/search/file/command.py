"""The words to run, from ``command`` and ``program`` of a sweep file, in W&B's macros or in our fields."""

from __future__ import annotations

import re

from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any

_MACRO = re.compile(r"\$\{([^}]*)\}")
_FIELDS = {  # W&B's macro -> the field of `git track run`
    "interpreter": "python",
    "args": "{pairs}",
    "args_no_boolean_flags": "{flags}",
    "args_no_hyphens": "{overrides}",
    "args_json": "{args_json}",
    "args_json_file": "{args_json_file}",
}
_MACROS = ("env", "program", *_FIELDS)
_DEFAULT = ("${interpreter}", "${program}", "${args}")
_HINT = "write: command: [python, train.py, '{args}']"


def read(file: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the words of the command.

    Parameters
    ----------
    file : mapping
        The content of a sweep file.

    Returns
    -------
    tuple of str
        The words, with the fields of ``git track run``; empty if the file has no command.

    Raises
    ------
    TrackError
        If a value has the wrong type, or a macro is unknown or has no counterpart.
    """
    program, command = file.get("program"), file.get("command")
    if program is not None and not (isinstance(program, str) and program):
        raise TrackError(f"program is {program!r}", "write the path of a script: program: train.py")
    if command is None:
        return () if program is None else _translate(_DEFAULT, program)
    if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
        raise TrackError("command is not a list of words", _HINT)
    if not command:
        raise TrackError("command is empty", _HINT)
    return _translate(command, program)


def _translate(words: Sequence[str], program: str | None) -> tuple[str, ...]:
    # ${env} is /usr/bin/env, which finds the program on PATH; here that happens anyway.
    return tuple(
        _MACRO.sub(lambda match: _field(match[1], program), word)
        for word in words
        if word != "${env}"
    )


def _field(macro: str, program: str | None) -> str:
    if macro == "env":
        raise TrackError(
            "${env} must be a separate word", "make it a separate item of the list, or leave it out"
        )
    if macro == "program":
        if program is None:
            raise TrackError(
                "command has ${program}, but the file has no program", "write program: train.py"
            )
        return program.replace("{", "{{")
    if macro in _FIELDS:
        return _FIELDS[macro]
    if macro.startswith("envvar:"):
        variable = macro.removeprefix("envvar:")
        raise TrackError(
            f"${{{macro}}} is not supported",
            f"let a shell expand it: [sh, -c, 'exec python train.py ${variable}']",
        )
    hint = did_you_mean(macro, _MACROS, "known are " + ", ".join(_MACROS))
    raise TrackError(f"command has the unknown macro ${{{macro}}}", hint)
