"""A run as a paragraph of the lab notebook."""

from __future__ import annotations

from gittrack.core.run import commit_message, run_info
from gittrack.core.run.run_info import RunInfo, from_iso
from gittrack.core.standard.collections import Mapping
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id

_MAX_PARAMS = 12


def paragraph(info: RunInfo, sparklines: Mapping[str, str], now: float) -> str:
    """Return the paragraph; ``sparklines`` has small bars by metric, ``now`` is in seconds since 1970."""
    age = text.age(now - from_iso(info.started)) if info.started else ""
    head = [short_id(info.id), info.name or "", info.experiment, _status(info), age]
    lines = ["  ".join(text.escape(part) for part in head if part)]
    lines += [
        f"    {line}"
        for line in (*_annotations(info), _params(info), *_metrics(info, sparklines))
        if line
    ]
    code = (info.code.state or "")[:8] + ("*" if info.code.dirty else "")
    command = text.shorten(text.escape(text.command_line(info.command)), 90)
    lines.append("    " + "  ".join(part for part in (command, code and f"code {code}") if part))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _status(info: RunInfo) -> str:
    causes = {"signal": info.signal, "exit code": info.exit_code or None}
    why = next((f" ({name} {value})" for name, value in causes.items() if value is not None), "")
    duration = f" in {text.duration(info.duration)}" if info.duration is not None else ""
    return f"{info.status}{why.replace('(signal ', '(')}{duration}"


def _annotations(info: RunInfo) -> list[str]:
    """Return the lines of the note, and the tags."""
    lines = [text.escape(line) for line in (info.note or "").split("\n") if line]
    return lines + ([text.escape(f"[{', '.join(info.tags)}]")] if info.tags else [])


def _params(info: RunInfo) -> str:
    flat = commit_message.dotted(info.params)
    pairs = [f"{text.escape(k)}={text.value(v)}" for k, v in list(flat.items())[:_MAX_PARAMS]]
    more = [f"and {len(flat) - _MAX_PARAMS} more"] if len(flat) > _MAX_PARAMS else []
    return "  ".join([*pairs, *more])


def _metrics(info: RunInfo, sparklines: Mapping[str, str]) -> list[str]:
    rows = []
    for name in run_info.headline(info.metrics):
        metric = info.metrics[name]
        ends = f"{text.value(metric.min)} to {text.value(metric.max)}" if metric.count > 1 else ""
        rows.append([text.escape(name), text.value(metric.last), sparklines.get(name, ""), ends])
    rest = len(info.metrics) - len(rows)
    lines = text.columns(rows, [False, True])
    return lines + ([f"and {rest} more metric{'' if rest == 1 else 's'}"] if rest else [])
