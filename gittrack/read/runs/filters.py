"""Find the runs that match a query: its names are looked up in the bodies, which are not decoded."""

from __future__ import annotations

import keyword
import time

from gittrack import git
from gittrack.core.errors import near
from gittrack.core.query import expression, grammar
from gittrack.core.query.grammar import Name, QueryError
from gittrack.core.query.run_name import RunName
from gittrack.core.run import commit_message, facts, run_info
from gittrack.core.run.commit_message import MISSING, Missing
from gittrack.core.scalars import flow_text, quote
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.runs import lookup
from gittrack.read.runs.lookup import Lookup
from gittrack.read.runs.reader import Raw


def matching(repo: git.Repo, raws: Sequence[Raw], text: str) -> list[Raw]:
    """Return the runs that match a query, in their order.  Linear in the number of runs.

    Raises QueryError, also for a name that no run has.
    """
    names: list[BoundName] = []

    def bind(name: Name) -> expression.Value:
        bound = BoundName(name, text, ways_of(repo, name), conversion(name))
        if may_have_owner(name, text):
            bound.owner = tuple(Lookup(repo, lookup.fact(fact)) for fact in ("user", "host"))
        names.append(bound)
        return bound

    holds = expression.compiled(text, bind)
    chosen = [raw for raw in raws if holds(raw)]
    for name in names:
        if raws and not name.kinds and not name.exists(raws):
            raise unknown(name.name, lambda kind: names_of(raws, kind), text)
    return chosen


class BoundName:
    """Looks up one name in runs, and remembers whether it was a metric, a param, or neither."""

    def __init__(
        self,
        name: Name,
        text: str,
        ways: Sequence[tuple[str, Lookup]],
        convert: Callable[[Any], Any] | None,
    ) -> None:
        self.name, self.text, self.ways, self.convert = name, text, ways, convert
        self.kinds: set[str] = set()
        self.owner: tuple[Lookup, ...] = ()  # of the user and the host, if a name may be USER/NAME

    def __call__(self, raw: Raw) -> Any:
        """Return the value of the name in a run."""
        value: Any = MISSING
        for kind, look_up in self.ways:
            item = look_up(raw)
            if not isinstance(item, Missing):
                value = item
                self.kinds.add(kind)
        if len(self.kinds) > 1:
            raise self.ambiguous()
        if self.owner and isinstance(value, str):
            return RunName(value, *(look_up(raw) for look_up in self.owner))
        return self.convert(value) if self.convert else value

    def exists(self, raws: Sequence[Raw]) -> bool:
        """Return whether a run has the name; all facts exist, and ``has`` allows any name."""
        if self.name.optional or not self.ways or self.ways[0][0] == "fact":
            return True
        return any(not isinstance(self(raw), Missing) for raw in raws)

    def ambiguous(self) -> QueryError:
        """Return the error for a name of a metric and of a param."""
        name = ".".join(self.name.parts)
        both = " or ".join(_spelled(kind, name) for kind in ("metrics", "params"))
        problem = f"{name!r} is a metric and a param"
        return QueryError(problem, self.text, self.name.column, f"write {both}")


def may_have_owner(name: Name, text: str) -> bool:
    """Return whether the name of a run may be compared with ``USER/NAME`` in a query."""
    return name.parts == ("name",) and not name.kind and "/" in text


def ways_of(repo: git.Repo, name: Name) -> list[tuple[str, Lookup]]:
    """Return the look-ups of a name, each with the kind of value that it finds."""
    whole = ".".join(name.parts)
    if name.kind == "metrics":
        return [("metrics", Lookup(repo, lookup.metric(whole)))]
    if name.kind == "params":
        return [("params", Lookup(repo, lookup.param(name.parts)))]
    if whole in facts.LISTED:
        return [("fact", Lookup(repo, lookup.fact(whole)))]
    kinds = {"metrics": lookup.metric(whole), "params": lookup.param(name.parts)}
    return [(kind, Lookup(repo, ways)) for kind, ways in kinds.items()]


def conversion(name: Name) -> Callable[[Any], Any] | None:
    """Return the function that converts a stored fact to the value in queries; None if they are equal."""
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


def unknown(name: Name, names: Callable[[str], Iterable[str]], text: str) -> QueryError:
    """Return the error for a name that no run has.

    Parameters
    ----------
    name : Name
        The name.
    names : callable
        Returns the names of all ``metrics`` or ``params`` (dotted) of the runs.
    text : str
        The query.
    """
    whole = ".".join(name.parts)
    written = f"{name.kind}.{whole}" if name.kind else whole
    problem = f"no run has {written!r}"
    if whole in run_info.STATUSES:
        return QueryError(problem, text, name.column, f'put the word in quotes: "{whole}"')
    kinds = [name.kind] if name.kind else ["metrics", "params"]
    spellings = {
        ".".join(commit_message.split_key(dotted)): _spelled(kind, dotted)
        for kind in kinds
        for dotted in names(kind)
    }
    spellings |= {} if name.kind else {fact: fact for fact in facts.LISTED}
    similar = [spellings[word] for word in near(whole, spellings)]
    if similar:
        return QueryError(problem, text, name.column, f"did you mean {' or '.join(similar)}?")
    some = ", ".join(sorted(spellings.values())[:8])
    return QueryError(problem, text, name.column, f"there are: {some}" if some else "")


def _spelled(kind: str, dotted: str) -> str:
    """Return the name of a metric or param in a query: ``params.lr``, ``params["weight decay"]``."""
    parts = commit_message.split_key(dotted)
    plain = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    if plain:
        return ".".join((kind, *parts))
    return kind + "".join(f"[{quote(part)}]" for part in parts)


def names_of(raws: Sequence[Raw], kind: str) -> list[str]:
    """Return the names of all ``metrics`` or ``params`` (dotted) of the runs, sorted."""
    names = commit_message.names([raw.body for raw in raws if raw.body is not None], kind)
    for raw in raws:
        if raw.info is not None and kind == "params":
            names.update(commit_message.dotted(raw.info.params))
        elif raw.info is not None:
            names.update(map(commit_message.key_text, raw.info.metrics))
    return sorted(names)


def unmet_conditions(
    repo: git.Repo, raw: Raw, text: str, more: Mapping[str, Callable[[], Any]] = {}
) -> list[str]:
    """Return the parts of a query that a run does not match, with the values of their names.

    The parts are the operands of its outermost ``and``.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    raw : Raw
        The run.
    text : str
        The query.
    more : mapping, default empty
        {name: function that returns its value} for names besides the metrics, params and facts of the run.
        A function is called only if its name is needed.

    Raises
    ------
    QueryError
        If the query cannot be understood.
    """
    expression.compiled(text, lambda name: lambda subject: MISSING)  # errors show the whole query
    parts = (_unmet(repo, raw, part, more) for part in grammar.conjuncts(text))
    return list(filter(None, parts))


def _unmet(
    repo: git.Repo, raw: Raw, text: str, more: Mapping[str, Callable[[], Any]]
) -> str | None:
    values: dict[str, Any] = {}

    def bind(name: Name) -> expression.Value:
        written = ".".join(filter(None, (name.kind, *name.parts)))
        look_up = BoundName(name, text, ways_of(repo, name), conversion(name))

        def value_of(subject: Any) -> Any:
            value = more[written]() if written in more else look_up(subject)
            values[written] = value
            return MISSING if value is None else value

        return value_of

    if expression.compiled(text, bind)(raw):
        return None
    details = ", ".join(f"{name} is {_value_text(value)}" for name, value in values.items())
    return f"{text} ({details})" if details else text


def _value_text(value: Any) -> str:
    if value is None or isinstance(value, Missing):
        return "not known"
    return repr(value) if isinstance(value, str) else flow_text(value)
