"""The state of a journal, computed from its operations in one pass.

The time for an operation depends on its own size only, not on the operations before it, because a run may
have 100,000 artifacts.
"""

from __future__ import annotations

from gittrack.core.nested import merge
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.core.standard.typing import Any, NamedTuple

START, PARAMS, TAGS, NOTE = "start", "params", "tags", "note"
SUMMARY, INPUT, OUTPUT, ENV, FACTS = "summary", "input", "output", "env", "facts"
SERIES = "series"


class JournalState(NamedTuple):
    """The state of a run after the operations of its journal.

    ``series`` has the summaries of the points, ``[last, min, max, step, count]`` for each metric, as far as
    the processes that logged them have written them.
    """

    facts: dict[str, Any]
    params: dict[str, Any]
    summary: dict[str, float]
    env: dict[str, Any]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
    series: Mapping[str, list[Any]] = {}


class Fold:
    """The operations so far, applied; `state` returns the result as a value."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}  # callers only read it
        self._facts: dict[str, Any] = {}
        self._tags: dict[str, None] | None = None  # if operations changed the fact
        self._notes: list[str] | None = None  # also only if operations changed it
        self._summary: dict[str, float] = {}
        self._series: dict[str, list[Any]] = {}
        self._env: dict[str, Any] = {}
        self._inputs: dict[str, dict[str, Any]] = {}
        self._outputs: dict[str, dict[str, Any]] = {}

    @property
    def empty(self) -> bool:
        """Whether no operation was added."""
        return not self._facts

    def add(self, op: Mapping[str, Any]) -> None:
        """Add an operation; an unknown one is skipped.

        Raises ValueError if it is the first one and does not start a run.
        """
        kind = op["op"]
        if self.empty and kind != START:
            raise ValueError("the journal does not begin with 'start'")
        if kind in (START, FACTS):
            self._add_facts(op["values"])
        elif kind == PARAMS:
            self._add_params(op)
        elif kind == TAGS:
            self._add_tags(op)
        elif kind == NOTE:
            self._add_note(op["text"])
        elif kind == SUMMARY:
            self._summary.update(op["values"])
        elif kind == SERIES:
            self._series.update(op["values"])
        elif kind == ENV:
            self._env.update(op["values"])
        elif kind in (INPUT, OUTPUT):
            files = self._inputs if kind == INPUT else self._outputs
            entry = dict(op["values"])
            files.pop(entry["path"], None)  # a file that is logged again moves to the end
            files[entry["path"]] = entry

    def _add_facts(self, values: Mapping[str, Any]) -> None:
        self._facts.update(values)
        self._tags = None if "tags" in values else self._tags
        self._notes = None if "note" in values else self._notes

    def _add_params(self, op: Mapping[str, Any]) -> None:
        if op.get("fresh"):  # these params replace all earlier ones
            self.params = {}
        for key, value in op["values"].items():
            old = self.params.get(key)
            both = isinstance(old, Mapping) and isinstance(value, Mapping)
            self.params[key] = merge(old, value) if both else value  # type: ignore[arg-type]

    def _add_tags(self, op: Mapping[str, Any]) -> None:
        if self._tags is None:
            self._tags = dict.fromkeys(self._facts.setdefault("tags", None) or ())
        self._tags.update(dict.fromkeys(op["add"]))
        for tag in op.get("remove", ()):
            self._tags.pop(tag, None)

    def _add_note(self, text: str) -> None:
        if self._notes is None:
            self._notes = list(filter(None, [self._facts.setdefault("note", None)]))
        self._notes += filter(None, [text])

    def state(self) -> JournalState:
        """Return the state.  Raises ValueError if there was no operation."""
        if self.empty:
            raise ValueError("the journal is empty")
        facts = dict(self._facts)
        if self._tags is not None:
            facts["tags"] = list(self._tags)
        if self._notes is not None:
            facts["note"] = "\n".join(self._notes)
        return JournalState(
            facts,
            dict(self.params),
            dict(self._summary),
            dict(self._env),
            list(self._inputs.values()),
            list(self._outputs.values()),
            dict(self._series),
        )


def fold(operations: Iterable[Mapping[str, Any]]) -> JournalState:
    """Return the state after ``operations``; unknown ones are skipped.

    Raises ValueError if the first of them does not start a run.
    """
    total = Fold()
    for op in operations:
        total.add(op)
    return total.state()
