"""One value of many runs: found in the undecoded body, a line of text, wherever that is possible."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import body
from gittrack.core.model import RunInfo
from gittrack.read.reader import Raw, decode

_PARTS = ("last", "min", "max", "step", "count")


class Way(NamedTuple):
    """A line of the body to look for, and for a metric which part of its summary is meant."""

    line: str
    part: str | None = None


class Lookup:
    """What runs have under ``key``: called with a run, it returns the value or body.MISSING.

    ``key`` is ``metrics.x`` (its last value), ``metrics.x.max``, ``params.x``, a fact such as ``status``,
    or a bare name: a metric, a param or a fact, in this order.
    """

    def __init__(self, repo: git.Repo, key: str) -> None:
        self.repo = repo
        self.ways = _ways(key)
        self.marks = [(f"\n{way.line}: ".encode(), way.part) for way in self.ways]

    def __call__(self, raw: Raw) -> Any:
        """Return the value that a run has."""
        text = raw.body
        if text is None:
            return self._decoded(decode(self.repo, raw))
        for mark, part in self.marks:
            at = text.find(mark)
            if at >= 0:
                start = at + len(mark)
                line = text[start : text.find(b"\n", start)]
                try:
                    return _part(line, part) if part else body.parse_value(line.decode())
                except ValueError:
                    return body.MISSING
        if b"\ntruncated: " in text:
            return self._decoded(decode(self.repo, raw))
        return body.MISSING

    def _decoded(self, info: RunInfo) -> Any:
        """Look in a run that is decoded: one that is going on, or whose body was too long."""
        metrics = {
            f"metrics.{body.key_text(name)}": m.to_dict() for name, m in info.metrics.items()
        }
        params = {f"params.{name}": value for name, value in body.dotted(info.params).items()}
        stored = {**info._asdict(), "duration_s": info.duration, **params, **metrics}
        for line, part in self.ways:
            found = stored.get(line)
            if found is not None:
                return found.get(part, body.MISSING) if part else found
        return body.MISSING


def _part(summary: bytes, part: str) -> Any:
    """Return one number of a metric's summary, ``{"count": 20, "last": 0.5, ...}``, and parse no more."""
    at = summary.find(b'"' + part.encode() + b'": ')
    if at < 0:
        return body.MISSING
    start = at + len(part) + 4
    ends = (summary.find(b",", start), summary.find(b"}", start))
    return body.parse_value(summary[start : min(end for end in ends if end > 0)].decode())


def _ways(key: str) -> list[Way]:
    kind, _, rest = key.partition(".")
    if kind == "metrics" and rest:
        return _metric(rest)
    if kind == "params" and rest:
        return _param(rest)
    return [*_metric(key), *_param(key), Way("duration_s" if key == "duration" else key)]


def _metric(name: str) -> list[Way]:
    stem, _, part = name.rpartition(".")
    ways = [Way(f"metrics.{body.key_text(name)}", "last")]
    if stem and part in _PARTS:
        ways.append(Way(f"metrics.{body.key_text(stem)}", part))
    return ways


def _param(name: str) -> list[Way]:
    """A dotted name is a path; a name with other characters may also be one key."""
    return [Way(f"params.{key}") for key in dict.fromkeys((name, body.key_text(name)))]
