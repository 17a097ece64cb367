"""Look up one value in many runs: if possible as a line of the body, which is not decoded."""

from __future__ import annotations

from gittrack import git
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import Code, RunInfo, getter
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.read.runs.reader import Raw, decode

METRIC_PARTS = ("last", "min", "max", "step", "count")


class Way(NamedTuple):
    """One way to a value: the key of a line in the body, and for a metric the part of its summary.

    A fact whose ``storage`` is not the message is not a line: it comes from the ref or from the decoded run.
    """

    line: str
    part: str | None = None
    storage: str = facts.MESSAGE


class Lookup:
    """Looks up a value in runs: called with a run, it returns the value of the first way, or MISSING."""

    def __init__(self, repo: git.Repo, ways: Sequence[Way]) -> None:
        self.repo = repo
        self.ways = ways
        self.marks = [
            (
                f"\n{way.line}: ".encode(errors="backslashreplace"),
                f'"{way.part}": '.encode() if way.part else None,
            )
            for way in self.ways
            if way.storage is facts.MESSAGE
        ]
        self.beside = [way for way in self.ways if way.storage is not facts.MESSAGE]

    def __call__(self, raw: Raw) -> Any:
        """Return the value that a run has."""
        for way in self.beside:
            value = self._beside(raw, way)
            if value is not None:
                return value
        text = raw.body
        if text is None or raw.annotations:
            return self._decoded(decode(self.repo, raw))
        for mark, part in self.marks:
            at = text.find(mark)
            if at >= 0:
                start = at + len(mark)
                end = text.find(b"\n", start)
                try:
                    if part:
                        return _part(text, start, end, part)
                    return commit_message.parse_value(text[start:end].decode())
                except ValueError:
                    return commit_message.MISSING
        if b"\ntruncated: " in text:
            return self._decoded(decode(self.repo, raw))
        return commit_message.MISSING

    def _beside(self, raw: Raw, way: Way) -> Any:
        """Return a fact that is not a line of the body, or None."""
        if way.storage is facts.REF:
            return getattr(raw, way.line)
        if way.storage is facts.NOTES and raw.info is None and not raw.annotations:
            return None
        return _listed(getter(facts.LISTED[way.line])(decode(self.repo, raw)))

    def _decoded(self, info: RunInfo) -> Any:
        """Return the value in a decoded run, for a run that has no complete body."""
        metrics = {
            f"metrics.{commit_message.key_text(name)}": m.to_dict()
            for name, m in info.metrics.items()
        }
        params = {
            f"params.{name}": value for name, value in commit_message.dotted(info.params).items()
        }
        code = {f"code.{name}": value for name, value in _stored(info.code).items()}
        sweep = {f"sweep.{k}": v for k, v in info.sweep.to_dict().items()} if info.sweep else {}
        single = {**_stored(info), **info.more, "duration_s": info.duration}
        stored = {**single, **code, **sweep, **params, **metrics}
        for line, part, _ in self.ways:
            if line in stored:
                value = stored[line]
                return value.get(part, commit_message.MISSING) if part else value
        return commit_message.MISSING


def _stored(part: RunInfo | Code) -> dict[str, Any]:
    """Return the attributes that are stored: those that do not have their default; lists as in a body."""
    defaults = part._field_defaults
    items = part._asdict().items()
    return {name: _listed(value) for name, value in items if value != defaults.get(name)}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _part(text: bytes, start: int, end: int, part: bytes) -> Any:
    """Return a number of a summary, ``{"count": 20, "last": 0.5, ...}``, without parsing the rest."""
    at = text.find(part, start, end)
    if at < 0:
        return commit_message.MISSING
    start = at + len(part)
    comma = text.find(b",", start, end)
    number = text[start : comma if comma > 0 else text.find(b"}", start, end)]
    if b"." in number or len(number) < 16:  # not an integer with more digits than a float can hold
        try:
            return float(number)
        except ValueError:  # .nan, .inf, null
            pass
    return commit_message.parse_value(number.decode())


def ways(key: str) -> list[Way]:
    """Return the ways to the value of a key.

    A key is ``metrics.x`` (the last value), ``metrics.x.max``, ``params.x``, or a name without one of them in
    front: a fact such as ``status``, a metric or a param, in this order.  Columns and queries use it too.
    """
    kind, _, rest = key.partition(".")
    if kind == "metrics" and rest:
        return metric(rest)
    if kind == "params" and rest:
        return param((rest,))
    return [*fact(key), *metric(key), *param((key,))]


def metric(name: str) -> list[Way]:
    """Return the ways to the last value of a metric, or to another part, such as ``NAME.max``."""
    stem, _, part = name.rpartition(".")
    candidates = [Way(f"metrics.{commit_message.key_text(name)}", "last")]
    if stem and part in METRIC_PARTS:
        candidates.append(Way(f"metrics.{commit_message.key_text(stem)}", part))
    return candidates


def param(parts: tuple[str, ...]) -> list[Way]:
    """Return the ways to a param: a path in nested mappings, or one key that contains dots."""
    dotted = ".".join(parts)
    return [
        Way(f"params.{key}")
        for key in dict.fromkeys(
            (commit_message.join_key(parts), dotted, commit_message.key_text(dotted))
        )
    ]


def fact(name: str) -> list[Way]:
    """Return the ways to a fact of a run; none for other names.  ``age`` is looked up as the start."""
    listed = facts.LISTED.get(name)
    if listed is None:
        return []
    return [Way(key, storage=listed.storage) for key in listed.keys or (name,)]
