"""The arguments of an unmodified program, which the start hook has written down, as params ``args.*``."""

from __future__ import annotations

import ast
import os

from gittrack.core import nested, secrets
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any
from gittrack.record.journal import Journal

FILE = "arguments"
_OPTIONS = " options"  # the key of {name of a value: its options} in a line of the start hook
_MOST_BYTES = 1 << 20
NO_GITTRACK = (
    "--auto recorded no framework: gittrack is not installed for the Python of the command; "
    "install it there: pip install gittrack"
)


class Arguments:
    """Adds the arguments of the command to the params of its run, as soon as they are known.

    Parameters
    ----------
    book : Journal
        The journal of the run.
    """

    def __init__(self, book: Journal) -> None:
        self.book = book
        self.path = book.folder / FILE
        self.read = 0  # bytes
        self.names: list[str] = []
        self.has_gittrack = True
        self.different: set[str] = set()  # names that later got another value

    def variables(self) -> dict[str, str]:
        """Return the variables by which the start hook knows what to do."""
        return {"GITTRACK_AUTO": "1", "GITTRACK_ARGUMENTS": str(self.path)}

    def note(self) -> None:
        """Add the arguments that have been written since the last call."""
        for values in self._new():
            if "" in values:
                self.has_gittrack = False
                continue
            recorded = self.book.params().get("args")
            earlier = recorded if isinstance(recorded, Mapping) else {}
            visible = redacted(values)
            new = nested.absent(earlier, visible)
            self.different |= {".".join(path) for path in nested.conflicts(earlier, visible)}
            try:
                if new:
                    self.book.append(events.PARAMS, values={"args": new})
                    self.names += new
            except TrackError:
                continue  # a value that a run cannot have: the others stay

    def _new(self) -> list[dict[str, Any]]:
        try:
            if os.stat(self.path).st_size <= self.read or self.read > _MOST_BYTES:
                return []
            data = self._rest()
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self.read += len(whole)
        lines = whole.decode("utf-8", "surrogateescape").split("\n")
        return [values for line in lines if (values := _parse(line)) is not None]

    def _rest(self) -> bytes:
        with open(self.path, "rb") as file:
            file.seek(self.read)
            return file.read(_MOST_BYTES)

    def lines(self) -> list[str]:
        """Return the lines about what was taken."""
        count = "1 argument" if len(self.names) == 1 else f"{len(self.names)} arguments"
        line = f"--auto recorded {count}: {_some(self.names)}"
        return [line] if self.names else []

    def problems(self) -> list[str]:
        """Return the warnings."""
        names = sorted(self.different)
        line = f"--auto recorded the first value of {_some(names)}, and no later one that differs"
        return [*([line] if names else []), *([] if self.has_gittrack else [NO_GITTRACK])]


def _parse(line: str) -> dict[str, Any] | None:
    try:
        values = ast.literal_eval(line)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def redacted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with values that look secret hidden, as in a recorded command.

    The names of the options of a value count too, because ``--password`` may be stored as ``pw``.
    """
    options = values.get(_OPTIONS)
    names = options if isinstance(options, Mapping) else {}
    hidden = {}
    for name, value in values.items():
        for option in (name, *names.get(name, ())):
            value = secrets.redact_value(str(option).lstrip("-"), value)
        hidden[name] = value
    hidden.pop(_OPTIONS, None)
    return hidden


def _some(names: list[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
