"""The format of a journal: one JSON operation per line, and the decoder that adds them up to a state.

The first line describes the run, each later line adds facts.  The state is the sum of all lines,
independent of the processes that wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gittrack.core import layout
from gittrack.core.nested import check_depth
from gittrack.core.run import run_info, schemas
from gittrack.core.run.fingerprint import fingerprint, recipe
from gittrack.core.run.run_info import from_iso
from gittrack.core.run.run_state import (
    ENV,
    FACTS,
    INPUT,
    NOTE,
    OUTPUT,
    PARAMS,
    START,
    SUMMARY,
    TAGS,
    Fold,
    JournalState,
    fold,
)

__all__ = [
    "ENV",
    "FACTS",
    "INPUT",
    "NOTE",
    "OUTPUT",
    "PARAMS",
    "START",
    "SUMMARY",
    "TAGS",
    "JournalState",
    "fold",
]

MAX_BYTES = 256 << 20
TOO_LARGE = f"its journal is larger than {MAX_BYTES >> 20} MiB"
_MAX_DEPTH = 128  # levels of an operation: those of a configuration, and the operation around it


def line(op: str, **fields: Any) -> bytes:
    """Return one operation as a line of the journal."""
    return json.dumps({"op": op, **fields}, separators=(",", ":")).encode() + b"\n"


def parse(data: bytes) -> list[dict[str, Any]]:
    """Return the operations of a journal.  An incomplete last line, never acknowledged, is left out.

    Raises ValueError if another line is damaged.
    """
    whole = data[: data.rfind(b"\n") + 1]
    return [json.loads(text) for text in whole.splitlines() if text]


def process_of(data: bytes) -> Any:
    """Return the process in the first line of a journal; None if the line has none."""
    try:
        return json.loads(data.partition(b"\n")[0]).get("process")
    except (ValueError, AttributeError, RecursionError):
        return None


class NewerFormat(ValueError):
    """The journal has a format that only a newer gittrack can read."""


class Decoder:
    """The only decoder of journals; decodes the journal of the run ``run_id``.

    The bytes may come in pieces; each piece is decoded once.  For any bytes, the methods raise NewerFormat if
    the journal has a newer format, and ValueError with the reason if it cannot be read.
    """

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._fold = Fold()

    @property
    def params(self) -> Mapping[str, Any]:
        """The params so far, without a copy."""
        return self._fold.params

    def feed(self, data: bytes) -> None:
        """Add the operations in ``data``."""
        with _errors_as_value_error():
            for op in parse(data):
                first = op.get("values") if self._fold.empty else None
                if isinstance(first, dict) and run_info.is_newer(first):
                    raise NewerJournal(run_info.NEWER)
                check(op["op"], op)
                self._fold.add(op)

    def state(self) -> JournalState:
        """Return the state of the journal."""
        with _errors_as_value_error():
            state = self._fold.state()
            for key in ("id", "experiment", "status", "started"):
                if state.facts.get(key) is None:
                    raise ValueError(f"it has no {key}")
            if state.facts["id"] != self._run_id:
                raise ValueError(f"it is the journal of {state.facts['id']}")
            layout.check_experiment(state.facts["experiment"])
            duration_at(state.facts, 0.0)
            run_info.from_facts(state.facts, state.params, {})
            return state


@contextmanager
def _errors_as_value_error() -> Iterator[None]:
    """Raise every error as a ValueError with a reason."""
    try:
        yield
    except ValueError:
        raise
    except KeyError as error:
        raise ValueError(f"it has no {error}") from error
    except Exception as error:
        raise ValueError(str(error) or type(error).__name__) from error


def decode(data: bytes, run_id: str) -> JournalState:
    """Return the state of the journal of ``run_id``; see `Decoder`."""
    decoder = Decoder(run_id)
    decoder.feed(data)
    return decoder.state()


def read(path: Path, run_id: str) -> State:
    """Return the state of a journal's file; see `decode`.  Raises ValueError for a file over 256 MiB."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(TOO_LARGE)
    return decode(path.read_bytes(), run_id)


def check(kind: str, op: Mapping[str, Any]) -> None:
    """Raise ValueError if the fields of an operation do not have the types that `fold` needs.

    Writers and readers of journals both call this function.

    Parameters
    ----------
    kind : str
        The kind of the operation, such as ``PARAMS``.
    op : mapping
        The fields of the operation.

    Raises
    ------
    ValueError
        If a field has a wrong type or is too deeply nested.
    KeyError
        If a field is missing.
    """
    if kind == NOTE and not isinstance(op["text"], str):
        raise ValueError(f"its note is {op['text']!r:.40}")
    if kind == TAGS and not all(
        isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)
        for names in (op["add"], op.get("remove", ()))
    ):
        raise ValueError(f"its tags are {op['add']!r:.40}")
    if kind in _WITH_VALUES:
        values = op["values"]
        if not isinstance(values, Mapping):
            raise ValueError(f"its {kind} is {values!r:.40}")
        check_depth(values, _MAX_DEPTH)
        _check_values(kind, values)


def _check_values(kind: str, values: Mapping[str, Any]) -> None:
    if kind in (START, FACTS):
        for key, value in values.items():
            run_info.check_fact(key, value)
        if values.get("status", run_info.RUNNING) not in run_info.STATUSES:
            raise ValueError(f"its status is {values['status']!r:.40}")
    if kind in (INPUT, OUTPUT):
        file, key = _FILES[kind]
        problem = schemas.problem(file, {key: [dict(values)]})
        if problem:
            raise ValueError(problem)
    if kind == SUMMARY:
        for name, value in values.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"the final {name} is {value!r:.40}")


_WITH_VALUES = (START, FACTS, PARAMS, SUMMARY, ENV, INPUT, OUTPUT)
_FILES = {INPUT: (layout.INPUTS, "inputs"), OUTPUT: (layout.OUTPUTS, "outputs")}


def duration_at(facts: Mapping[str, Any], until: float) -> float:
    """Return how long a run has been running at a moment.

    Parameters
    ----------
    facts : mapping
        The facts of the run.
    until : float
        The moment, in seconds since the epoch.

    Returns
    -------
    float
        Seconds.  For a resumed run the earlier duration counts, but not the pause before it was resumed.
    """
    beginning = from_iso(facts.get("resumed_at") or facts["started"])
    return float(facts.get("earlier_s", 0.0)) + max(0.0, until - beginning)


def derived_facts(state: State) -> dict[str, Any]:
    """Return the facts that follow from others: the fingerprint of the config, and the recipe."""
    facts = state.facts
    code = facts.get("code") or {}
    config = fingerprint(state.params) if state.params else None
    digests = [item["sha256"] for item in state.inputs if "sha256" in item]
    command = facts.get("command") or []
    run_recipe = recipe(code.get("tree"), command, config, digests, facts.get("seed"))
    return {"fingerprint": config, "recipe": run_recipe}
