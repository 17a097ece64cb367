"""One value of many runs: found in the undecoded body, a line of text, wherever that is possible."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import Code, RunInfo
from gittrack.read.runs.reader import Raw, decode

METRIC_PARTS = ("last", "min", "max", "step", "count")


class Way(NamedTuple):
    """A line of the body to look for, and for a metric which part of its summary is meant.

    A fact whose ``storage`` is not the message is no line: it comes from the ref or the decoded run.
    """

    line: str
    part: str | None = None
    storage: str = facts.MESSAGE


class Lookup:
    """What runs have: called with a run, it returns the value that the first way finds, or body.MISSING."""

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
        return getattr(decode(self.repo, raw), way.line)

    def _decoded(self, info: RunInfo) -> Any:
        """Look in a run that is decoded: one that is going on, or whose body was too long."""
        metrics = {
            f"metrics.{commit_message.key_text(name)}": m.to_dict()
            for name, m in info.metrics.items()
        }
        params = {
            f"params.{name}": value for name, value in commit_message.dotted(info.params).items()
        }
        code = {f"code.{name}": value for name, value in _known(info.code).items()}
        sweep = {f"sweep.{k}": v for k, v in info.sweep.to_dict().items()} if info.sweep else {}
        single = {**_known(info), **info.more, "duration_s": info.duration}
        stored = {**single, **code, **sweep, **params, **metrics}
        for line, part, _ in self.ways:
            if line in stored:
                value = stored[line]
                return value.get(part, commit_message.MISSING) if part else value
        return commit_message.MISSING


def _known(part: RunInfo | Code) -> dict[str, Any]:
    """Return the attributes that are stored: not those that have their default."""
    defaults = part._field_defaults
    items = part._asdict().items()
    return {name: value for name, value in items if value != defaults.get(name)}


def _part(text: bytes, start: int, end: int, part: bytes) -> Any:
    """Return one number of a metric's summary, ``{"count": 20, "last": 0.5, ...}``, and parse no more."""
    at = text.find(part, start, end)
    if at < 0:
        return commit_message.MISSING
    start = at + len(part)
    comma = text.find(b",", start, end)
    number = text[start : comma if comma > 0 else text.find(b"}", start, end)]
    if b"." in number or len(number) < 16:  # no whole number with more digits than a float can hold
        try:
            return float(number)
        except ValueError:  # .nan, .inf, null
            pass
    return commit_message.parse_value(number.decode())


def ways(key: str) -> list[Way]:
    """Return the ways to what ``key`` names.

    It is ``metrics.x`` (its last value), ``metrics.x.max``, ``params.x``, or a bare name: a fact such as
    ``status``, a metric or a param, in this order, which is the order of columns and queries too.
    """
    kind, _, rest = key.partition(".")
    if kind == "metrics" and rest:
        return metric(rest)
    if kind == "params" and rest:
        return param((rest,))
    return [*fact(key), *metric(key), *param((key,))]


def metric(name: str) -> list[Way]:
    """Return the ways to a metric's last value, or to ``NAME.max`` and the like."""
    stem, _, part = name.rpartition(".")
    found = [Way(f"metrics.{commit_message.key_text(name)}", "last")]
    if stem and part in METRIC_PARTS:
        found.append(Way(f"metrics.{commit_message.key_text(stem)}", part))
    return found


def param(parts: tuple[str, ...]) -> list[Way]:
    """Return the ways to a param: a path, words with dots between them, or one key with dots in it."""
    dotted = ".".join(parts)
    return [
        Way(f"params.{key}")
        for key in dict.fromkeys(
            (commit_message.join_key(parts), dotted, commit_message.key_text(dotted))
        )
    ]


def fact(name: str) -> list[Way]:
    """Return the ways to a fact of a run, none if there is no such fact; to ``age`` those to its start."""
    known = facts.LISTED.get(name)
    if known is None:
        return []
    return [Way(key, storage=known.storage) for key in known.keys or (name,)]
