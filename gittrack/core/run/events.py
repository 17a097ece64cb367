"""The journal of a run that is going on: one JSON operation per line, and the state that they fold to.

A journal can be appended to and read.  The first line has the facts of the start, each later line a change.
The state is the fold of the lines and depends on nothing else.
"""

from __future__ import annotations

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
    SERIES,
    START,
    SUMMARY,
    TAGS,
    Fold,
    JournalState,
    fold,
)
from gittrack.core.standard import json
from gittrack.core.standard.collections import Iterator, Mapping
from gittrack.core.standard.contextlib import contextmanager
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any

__all__ = [
    "ENV",
    "FACTS",
    "INPUT",
    "NOTE",
    "OUTPUT",
    "PARAMS",
    "SERIES",
    "START",
    "SUMMARY",
    "TAGS",
    "JournalState",
    "fold",
]

MAX_BYTES = 256 << 20
TOO_LARGE = f"its journal is larger than {MAX_BYTES >> 20} MiB"
_DEEPEST = 128  # levels of an operation, which contains a configuration


def line(op: str, **fields: Any) -> bytes:
    """Return one operation as a line of the journal."""
    return json.dumps({"op": op, **fields}, separators=(",", ":")).encode() + b"\n"


def parse(data: bytes) -> list[dict[str, Any]]:
    """Return the operations of a journal; an incomplete last line was never acknowledged and is left out.

    Raises ValueError if another line is damaged.
    """
    whole = data[: data.rfind(b"\n") + 1]
    return [json.loads(text) for text in whole.splitlines() if text]


def process_of(data: bytes) -> Any:
    """Return the facts about the process in the first line of a journal; None if it has none."""
    try:
        return json.loads(data.partition(b"\n")[0]).get("process")
    except (ValueError, AttributeError, RecursionError):
        return None


class NewerJournal(ValueError):
    """The journal has a format that only a later version of gittrack knows."""


class Decoder:
    """Reads the journal of ``run_id``.  All readers of journals use this decoder.

    The bytes may come in several pieces; each piece is read once.  The methods raise NewerJournal for a
    journal of a later format, and ValueError with the reason for all other bytes that they cannot read.
    """

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._fold = Fold()
        self._state: JournalState | None = None  # with all operations so far, if it is valid

    @property
    def params(self) -> Mapping[str, Any]:
        """The params so far; not a copy."""
        return self._fold.params

    def feed(self, data: bytes) -> None:
        """Add the operations in ``data``."""
        self._state = None if data else self._state
        with _as_value_error():
            for op in parse(data):
                first = op.get("values") if self._fold.empty else None
                if isinstance(first, dict) and run_info.is_newer(first):
                    raise NewerJournal(run_info.NEWER)
                check(op["op"], op)
                self._fold.add(op)

    def state(self) -> JournalState:
        """Return the state of the journal, which the caller does not change."""
        if self._state is None:
            with _as_value_error():
                state = self._fold.state()
                self._check(state)
                self._state = state
        return self._state

    def _check(self, state: JournalState) -> None:
        """Raise an error if readers of runs cannot use the state."""
        for key in ("id", "experiment", "status", "started"):
            if state.facts.get(key) is None:
                raise ValueError(f"it has no {key}")
        if state.facts["id"] != self._run_id:
            raise ValueError(f"it is the journal of {state.facts['id']}")
        layout.check_experiment(state.facts["experiment"])
        duration_at(state.facts, 0.0)
        run_info.from_facts(state.facts, state.params, {})


@contextmanager
def _as_value_error() -> Iterator[None]:
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


def read(path: Path, run_id: str) -> JournalState:
    """Return the state of a journal's file; see `decode`.  A file over 256 MiB is not read at all."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(TOO_LARGE)
    return decode(path.read_bytes(), run_id)


def check(kind: str, op: Mapping[str, Any]) -> None:
    """Raise ValueError if `fold` cannot use the fields of an operation.

    The writer and the readers of a journal call this function.
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
        check_depth(values, _DEEPEST)
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
    if kind == SERIES:
        for name, summary in values.items():
            numbers = [item for item in summary if isinstance(item, (int, float))]
            if len(numbers) != len(run_info.Metric._fields) or not isinstance(numbers[-1], int):
                raise ValueError(f"the summary of {name} is {summary!r:.40}")


_WITH_VALUES = (START, FACTS, PARAMS, SUMMARY, SERIES, ENV, INPUT, OUTPUT)
_FILES = {INPUT: (layout.INPUTS, "inputs"), OUTPUT: (layout.OUTPUTS, "outputs")}


def duration_at(facts: Mapping[str, Any], until: float) -> float:
    """Return the seconds that a run has taken until a moment.

    The time between the end of a run and its resumption does not count.

    Parameters
    ----------
    facts : mapping
        The facts of the run.
    until : float
        The moment, in seconds since 1970.
    """
    start = from_iso(facts.get("resumed_at") or facts["started"])
    return float(facts.get("earlier_s", 0.0)) + max(0.0, until - start)


def derived_facts(state: JournalState) -> dict[str, Any]:
    """Return the facts that are computed from others: the fingerprint of the config, and the recipe."""
    facts = state.facts
    code = facts.get("code") or {}
    config = fingerprint(state.params) if state.params else None
    digests = [item["sha256"] for item in state.inputs if "sha256" in item]
    command = facts.get("command") or []
    digest = recipe(code.get("tree"), command, config, digests, facts.get("seed"))
    return {"fingerprint": config, "recipe": digest}
