"""What differs between two runs, as text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gittrack.analysis.differences import Change, CodeChange, MetricChange, RunDiff
from gittrack.core.run.commit_message import Missing
from gittrack.core.run.run_info import RunInfo
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table, render

SECTIONS = ("params", "metrics", "run", "inputs", "env", "code")
_PLURAL = {"env": "environment and packages", "run": "command, seed and tags"}


def page(found: RunDiff, sections: Sequence[str] = (), style: str = "text") -> str:
    """Return the sections in which the runs differ, then one line for those in which they are equal."""
    wanted = [name for name in SECTIONS if not sections or name in sections]
    heads = (_name(found.a), _name(found.b))
    blocks = {
        "params": _values("param", found.params, heads, style),
        "metrics": _metrics(found.metrics, heads, style),
        "run": _values("fact", _told(found.run), heads, style),
        "inputs": _values("input", found.inputs, heads, style),
        "env": _values("environment", found.env, heads, style),
        "code": _code(found.code, style),
    }
    differing = [f"{_title(name, style)}{blocks[name]}" for name in wanted if blocks[name]]
    equal = [_PLURAL.get(name, name) for name in wanted if not blocks[name]]
    intro = f"A = {_about(found.a)}\nB = {_about(found.b)}\n"
    if style == "md":
        intro = f"A = {_about(found.a)}  \nB = {_about(found.b)}\n"
    if equal:
        differing.append(f"equal: {', '.join(equal)}\n")
    return intro + "\n" + "\n".join(differing)


def _about(run: RunInfo) -> str:
    parts = [run.id, run.experiment, run.name or "", run.status]
    return text.escape("  ".join(part for part in parts if part))


def _name(run: RunInfo) -> str:
    return text.shorten(text.escape(run.name or short_id(run.id)), 24)


def _title(name: str, style: str) -> str:
    full = _PLURAL.get(name, name)
    return f"### {full}\n\n" if style == "md" else f"{full}\n"


def _values(kind: str, found: Sequence[Change], heads: tuple[str, str], style: str) -> str:
    if not found:
        return ""
    cut = 100 if style == "text" else 10_000
    rows = [
        [text.escape(c.name), *(text.shorten(text.exact(v), cut) for v in (c.a, c.b))]
        for c in found
    ]
    return _indent(render(Table([kind, f"A {heads[0]}", f"B {heads[1]}"], rows), style), style)


def _told(found: Sequence[Change]) -> list[Change]:
    """Return facts as people write them: a command as a line, tags with commas."""

    def told(name: str, value: Any) -> Any:
        if isinstance(value, list):
            return text.command_line(value) if name == "command" else ", ".join(value)
        return value

    return [Change(c.name, told(c.name, c.a), told(c.name, c.b)) for c in found]


def _metrics(found: Sequence[MetricChange], heads: tuple[str, str], style: str) -> str:
    if not found:
        return ""
    rows = []
    for change in found:
        a, b = text.distinct_numbers([m.last if m else None for m in (change.a, change.b)], 6)
        delta = "" if change.delta is None else f"{change.delta:+.4g}"
        percent = text.percent(change.percent)
        if change.delta == 0 and change.a and change.b:
            delta = (
                f"points {change.a.count} -> {change.b.count}"
                if change.a.count != change.b.count
                else "range"
            )
        rows.append([text.escape(change.name), a, b, delta, percent])
    table = Table(
        ["metric", f"A {heads[0]}", f"B {heads[1]}", "change", ""], rows, [False, *[True] * 4]
    )
    return _indent(render(table, style), style)


def _code(found: CodeChange, style: str) -> str:
    if found.problem:
        return f"  {text.escape(found.problem)}\n"
    if not found.patch:
        return ""
    patch = text.escape(found.patch, keep="\n\t")
    if style == "md":
        fence = "`" * max(3, _longest_fence(patch) + 1)
        return f"{found.stat}\n\n{fence}diff\n{patch}{fence}\n"
    by_hand = f"git diff {(found.a or '')[:12]} {(found.b or '')[:12]}"
    return f"  {found.stat}  ({by_hand})\n{patch}"


def _longest_fence(patch: str) -> int:
    return max(
        (len(run) for run in patch.replace("\n", " ").split() if set(run) == {"`"}), default=0
    )


def _indent(made: str, style: str) -> str:
    return made if style == "md" else "".join(f"  {line}\n" for line in made.splitlines())


def jsonable(found: RunDiff) -> dict[str, Any]:
    """Return the difference between two runs."""
    return {
        "a": found.a.id,
        "b": found.b.id,
        "run": _changes(found.run),
        "params": _changes(found.params),
        "metrics": [
            {
                "name": change.name,
                "a": change.a.to_dict() if change.a else None,
                "b": change.b.to_dict() if change.b else None,
                "delta": change.delta,
                "percent": change.percent,
            }
            for change in found.metrics
        ],
        "env": _changes(found.env),
        "inputs": _changes(found.inputs),
        "code": found.code._asdict(),
    }


def _changes(found: list[Change]) -> list[dict[str, Any]]:
    return [
        {
            "name": change.name,
            "a": change.a,
            "b": change.b,
            "only_in": ("b" if isinstance(change.a, Missing) else "a")
            if isinstance(change.a, Missing) or isinstance(change.b, Missing)
            else None,
        }
        for change in found
    ]
