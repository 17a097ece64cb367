"""Which runs a query means: the names in it bound to lookups in the undecoded bodies."""

from __future__ import annotations

import keyword
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gittrack import git
from gittrack.core.errors import near
from gittrack.core.query import expression, grammar
from gittrack.core.query.grammar import Name, QueryError
from gittrack.core.run import commit_message, facts, run_info
from gittrack.core.run.commit_message import MISSING, Missing
from gittrack.core.scalars import flow_text, quote
from gittrack.read.runs import lookup
from gittrack.read.runs.lookup import Lookup
from gittrack.read.runs.reader import Raw


def matching(repo: git.Repo, raws: Sequence[Raw], text: str) -> list[Raw]:
    """Return the runs that a query holds for, in their order.  Linear in the number of runs.

    Raises QueryError, also for a name that none of the runs has.
    """
    names: list[_Found] = []

    def bind(name: Name) -> expression.Value:
        names.append(_Found(name, text, _ways_of(repo, name), _convert(name)))
        return names[-1]

    holds = expression.compiled(text, bind)
    chosen = [raw for raw in raws if holds(raw)]
    for name in names:
        if raws and not name.kinds and not name.known(raws):
            raise _unknown(name.name, raws, text)
    return chosen


class _Found:
    """The value of one name in a run; remembers whether it was ever a metric, a param, or neither."""

    def __init__(
        self,
        name: Name,
        text: str,
        ways: Sequence[tuple[str, Lookup]],
        convert: Callable[[Any], Any] | None,
    ) -> None:
        self.name, self.text, self.ways, self.convert = name, text, ways, convert
        self.kinds: set[str] = set()

    def __call__(self, raw: Raw) -> Any:
        found: Any = MISSING
        for kind, look in self.ways:
            item = look(raw)
            if not isinstance(item, Missing):
                found = item
                self.kinds.add(kind)
        if len(self.kinds) > 1:
            raise self.ambiguous()
        return self.convert(found) if self.convert else found

    def known(self, raws: Sequence[Raw]) -> bool:
        """Say whether any of the runs has it; facts are always known, and ``has`` may ask for anything."""
        if self.name.optional or not self.ways or self.ways[0][0] == "fact":
            return True
        return any(not isinstance(self(raw), Missing) for raw in raws)

    def ambiguous(self) -> QueryError:
        name = ".".join(self.name.parts)
        both = " or ".join(_spelled(kind, name) for kind in ("metrics", "params"))
        problem = f"{name!r} is a metric and a param"
        return QueryError(problem, self.text, self.name.column, f"write {both}")


def _ways_of(repo: git.Repo, name: Name) -> list[tuple[str, Lookup]]:
    whole = ".".join(name.parts)
    if name.kind == "metrics":
        return [("metrics", Lookup(repo, lookup.metric(whole)))]
    if name.kind == "params":
        return [("params", Lookup(repo, lookup.param(name.parts)))]
    if whole in facts.LISTED:
        return [("fact", Lookup(repo, lookup.fact(whole)))]
    kinds = {"metrics": lookup.metric(whole), "params": lookup.param(name.parts)}
    return [(kind, Lookup(repo, ways)) for kind, ways in kinds.items()]


def _convert(name: Name) -> Callable[[Any], Any] | None:
    """Return what makes of a stored fact the value that a query compares."""
    fact = None if name.kind else facts.LISTED.get(".".join(name.parts))
    if fact is None:
        return None
    if fact.name == "age":
        now = time.time()
        return lambda value: now - run_info.from_iso(value) if isinstance(value, str) else value
    if fact.kind is facts.NAMES:
        return lambda value: [] if isinstance(value, Missing) else value
    if fact.kind is facts.WORDS:
        return lambda value: " ".join(value) if isinstance(value, (list, tuple)) else value
    if fact.kind is facts.FLAG:
        return lambda value: False if isinstance(value, Missing) else value
    return None


def _unknown(name: Name, raws: Sequence[Raw], text: str) -> QueryError:
    whole = ".".join(name.parts)
    written = f"{name.kind}.{whole}" if name.kind else whole
    problem = f"no run has {written!r}"
    if whole in run_info.STATUSES:
        return QueryError(problem, text, name.column, f'put the word in quotes: "{whole}"')
    kinds = [name.kind] if name.kind else ["metrics", "params"]
    known = {
        ".".join(commit_message.split_key(found)): _spelled(kind, found)
        for kind in kinds
        for found in names_of(raws, kind)
    }
    known |= {} if name.kind else {fact: fact for fact in facts.LISTED}
    meant = [known[found] for found in near(whole, known)]
    if meant:
        return QueryError(problem, text, name.column, f"did you mean {' or '.join(meant)}?")
    some = ", ".join(sorted(known.values())[:8])
    return QueryError(problem, text, name.column, f"there are: {some}" if some else "")


def _spelled(kind: str, dotted: str) -> str:
    """Return a metric or param as a query names it: ``params.lr``, ``params["weight decay"]``."""
    parts = commit_message.split_key(dotted)
    plain = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    if plain:
        return ".".join((kind, *parts))
    return kind + "".join(f"[{quote(part)}]" for part in parts)


def names_of(raws: Sequence[Raw], kind: str) -> list[str]:
    """Return the names of all ``metrics`` or ``params`` (dotted) of the runs, sorted."""
    found = commit_message.names([raw.body for raw in raws if raw.body is not None], kind)
    for raw in raws:
        if raw.info is not None:
            live = commit_message.dotted(raw.info.params) if kind == "params" else raw.info.metrics
            found |= (
                set(live) if kind == "params" else {commit_message.key_text(name) for name in live}
            )
    return sorted(found)


def unmet(
    repo: git.Repo, raw: Raw, text: str, more: Mapping[str, Callable[[], Any]] = {}
) -> list[str]:
    """Return the parts of a query, between its ``and``, that do not hold for a run, with the values met.

    ``more`` are names besides those of the run, whose values are asked for only where they are needed.
    Raises QueryError.
    """
    expression.compiled(text, lambda name: lambda subject: MISSING)  # mistakes, shown in the whole
    return [told for part in grammar.conjuncts(text) if (told := _unmet(repo, raw, part, more))]


def _unmet(
    repo: git.Repo, raw: Raw, text: str, more: Mapping[str, Callable[[], Any]]
) -> str | None:
    met: dict[str, Any] = {}

    def bind(name: Name) -> expression.Value:
        written = ".".join(filter(None, (name.kind, *name.parts)))
        found = _Found(name, text, _ways_of(repo, name), _convert(name))

        def seen(subject: Any) -> Any:
            met[written] = more[written]() if written in more else found(subject)
            return MISSING if met[written] is None else met[written]

        return seen

    if expression.compiled(text, bind)(raw):
        return None
    values = ", ".join(f"{name} is {_told(value)}" for name, value in met.items())
    return f"{text} ({values})" if values else text


def _told(value: Any) -> str:
    if value is None or isinstance(value, Missing):
        return "not known"
    return repr(value) if isinstance(value, str) else flow_text(value)
