"""The differences between two runs, as text or Markdown."""

from __future__ import annotations

import shlex

from gittrack.analysis.differences import Change, CodeChange, MetricChange, RunDiff
from gittrack.core.run.commit_message import Missing
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any
from gittrack.show.terminal import media, text
from gittrack.show.terminal.columns import short_id
from gittrack.show.terminal.table import Table, render

SECTIONS = ("params", "metrics", "media", "run", "inputs", "env", "code")
PICTURES_WIDTH = 80  # columns that images side by side need
_PLURAL = {"env": "environment and packages", "run": "command, seed and tags"}


def page(
    diff: RunDiff, sections: Sequence[str] = (), style: str = "text", *, pictures: bool = False
) -> str:
    """Return the sections in which the runs differ, then one line for the equal sections.

    With ``pictures`` images stand side by side, drawn with coloured blocks, for a terminal.
    """
    names = [name for name in SECTIONS if not sections or name in sections]
    heads = (_name(diff.a), _name(diff.b))
    blocks = {
        "params": _values("param", diff.params, heads, style),
        "metrics": _metrics(diff.metrics, heads, style),
        "media": _media(diff, style, pictures=pictures),
        "run": _values("fact", _readable(diff.run), heads, style),
        "inputs": _values("input", diff.inputs, heads, style),
        "env": _values("environment", diff.env, heads, style),
        "code": _code(diff.code, style),
    }
    differing = [f"{_title(name, style)}{blocks[name]}" for name in names if blocks[name]]
    silent = {*diff.unrecorded, *({"media"} - set(sections))}  # most runs have no media
    equal = [_PLURAL.get(name, name) for name in names if not blocks[name] and name not in silent]
    intro = f"A = {_about(diff.a)}\nB = {_about(diff.b)}\n"
    if style == "md":
        intro = f"A = {_about(diff.a)}  \nB = {_about(diff.b)}\n"
    if rest := equal_line(equal) + unrecorded_line(diff.unrecorded, names):
        differing.append(rest)
    return intro + "\n" + "\n".join(differing)


def equal_line(names: Sequence[str]) -> str:
    """Return a line about the sections in which the runs do not differ, or nothing."""
    return f"equal: {', '.join(names)}\n" if names else ""


def unrecorded_line(unrecorded: Sequence[str], sections: Sequence[str]) -> str:
    """Return a line about sections of which nothing is known, or nothing."""
    names = [_PLURAL.get(name, name) for name in unrecorded if name in sections]
    return f"not recorded: {', '.join(names)} (git track run --input FILE)\n" if names else ""


def _about(run: RunInfo) -> str:
    parts = [run.id, run.experiment, run.name or "", run.status]
    return text.escape("  ".join(part for part in parts if part))


def _name(run: RunInfo) -> str:
    return text.shorten(text.escape(run.name or short_id(run.id)), 24)


def _title(name: str, style: str) -> str:
    full = _PLURAL.get(name, name)
    return f"### {full}\n\n" if style == "md" else f"{full}\n"


def _values(kind: str, changes: Sequence[Change], heads: tuple[str, str], style: str) -> str:
    if not changes:
        return ""
    cut = 100 if style == "text" else 10_000
    rows = [
        [text.escape(c.name), *(text.shorten(text.exact(v), cut) for v in (c.a, c.b))]
        for c in changes
    ]
    return _indent(render(Table([kind, f"A {heads[0]}", f"B {heads[1]}"], rows), style), style)


def _readable(changes: Sequence[Change]) -> list[Change]:
    """Return facts for people: a command as one line, tags with commas."""

    def readable(name: str, value: Any) -> Any:
        if isinstance(value, list):
            return text.command_line(value) if name == "command" else ", ".join(value)
        return value

    return [Change(c.name, readable(c.name, c.a), readable(c.name, c.b)) for c in changes]


def _metrics(changes: Sequence[MetricChange], heads: tuple[str, str], style: str) -> str:
    if not changes:
        return ""
    rows = []
    for change in changes:
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


def _media(diff: RunDiff, style: str, *, pictures: bool) -> str:
    """Return a line for each name, the rows of tables, and the commands that bring the last two files."""
    blocks = []
    for change in diff.media:
        counts = (
            (change.changed, "changed"),
            (change.only_a, "only in A"),
            (change.only_b, "only in B"),
        )
        facts = ", ".join(f"{count:,} {what}" for count, what in counts if count)
        lines = [f"{text.escape(change.name)}  {text.escape(change.type)}  {facts}"]
        if change.rows:
            lines += [text.escape(text.shorten(row, 200)) for row in change.rows]
        elif change.paths[0]:
            if change.image is not None:
                lines.append(f"  {media.image_line(change.image)}")
                lines += media.side_by_side(*change.image.previews) if pictures else []
            ids = (("a", diff.a, change.paths[0]), ("b", diff.b, change.paths[1]))
            lines += [
                f"  git track get {short_id(run.id)} {shlex.quote(path)} -o {side}/"
                for side, run, path in ids
            ]
        blocks.append("\n".join(lines) + "\n")
    if style == "md" and blocks:
        return f"```diff\n{''.join(blocks)}```\n"
    return "".join(_media_line(line) for block in blocks for line in block.splitlines())


def _media_line(line: str) -> str:
    """Return a line indented, except a row of a table, whose sign stands at the beginning."""
    return f"{line}\n" if line[:1] in "+-" else f"  {line}\n"


def _code(change: CodeChange, style: str) -> str:
    if change.problem:
        return f"  {text.escape(change.problem)}\n"
    if not change.patch:
        return ""
    patch = text.escape(change.patch, keep="\n\t")
    if style == "md":
        fence = "`" * max(3, _longest_fence(patch) + 1)
        return f"{change.stat}\n\n{fence}diff\n{patch}{fence}\n"
    by_hand = f"git diff {(change.a or '')[:12]} {(change.b or '')[:12]}"
    return f"  {change.stat}  ({by_hand})\n{patch}"


def _longest_fence(patch: str) -> int:
    return max(
        (len(run) for run in patch.replace("\n", " ").split() if set(run) == {"`"}), default=0
    )


def _indent(block: str, style: str) -> str:
    return block if style == "md" else "".join(f"  {line}\n" for line in block.splitlines())


def jsonable(diff: RunDiff) -> dict[str, Any]:
    """Return the differences as a mapping for JSON."""
    return {
        "a": diff.a.id,
        "b": diff.b.id,
        "run": _changes(diff.run),
        "params": _changes(diff.params),
        "metrics": [
            {
                "name": change.name,
                "a": change.a.to_dict() if change.a else None,
                "b": change.b.to_dict() if change.b else None,
                "delta": change.delta,
                "percent": change.percent,
            }
            for change in diff.metrics
        ],
        "env": _changes(diff.env),
        "inputs": _changes(diff.inputs),
        "unrecorded": list(diff.unrecorded),
        "code": diff.code._asdict(),
        "media": [
            {**change._asdict(), "image": change.image and change.image.to_dict()}
            for change in diff.media
        ],
    }


def _changes(changes: list[Change]) -> list[dict[str, Any]]:
    return [
        {
            "name": change.name,
            "a": change.a,
            "b": change.b,
            "only_in": ("b" if isinstance(change.a, Missing) else "a")
            if isinstance(change.a, Missing) or isinstance(change.b, Missing)
            else None,
        }
        for change in changes
    ]
