"""The page about one run."""

from __future__ import annotations

from gittrack.core.run import commit_message, facts
from gittrack.core.run.run_info import SYSTEM, RunInfo, from_iso
from gittrack.core.run.trials import TrialFacts
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.show.terminal import media, text
from gittrack.show.terminal.columns import fact, short_id, status_text

_LOG_LINES, _LOG_COLUMNS = 10, 500
_MOST_FILES = 40  # of uncommitted changes, on one page


def page(
    info: RunInfo,
    env: Mapping[str, Any],
    inputs: Sequence[Mapping[str, Any]],
    outputs: Sequence[Mapping[str, Any]],
    diff: Mapping[str, Any],
    now: float,
    sparklines: Mapping[str, str] = {},
) -> str:
    """Return the output of ``git track show`` for a run.

    Parameters
    ----------
    info : RunInfo
        The run.
    env, inputs, outputs, diff : mapping or sequence of mappings
        The parsed ``env.yaml``, ``inputs.yaml``, ``outputs.yaml`` and ``diff.yaml`` of the run.
    now : float
        In seconds since 1970.
    sparklines : mapping
        The course of each metric as small bars; none by default.
    """
    parts = [
        _facts(info, now),
        _params(info),
        _metrics(info, sparklines),
        _files("inputs", inputs),
        *_outputs(info, outputs),
        _changes(diff),
        _environment(env),
        _by_hand(info),
    ]
    return "\n".join(part for part in parts if part)


def end_of_log(info: RunInfo, log: str) -> str:
    """Return the last lines that the command printed; empty if it printed nothing."""
    lines = log.rstrip().splitlines()[-_LOG_LINES:]
    if not lines:
        return ""
    rows = "".join(f"  {text.escape(line[:_LOG_COLUMNS].rstrip())}\n" for line in lines)
    return f"\nend of log.txt (all of it: git track cat {short_id(info.id)} log.txt)\n{rows}"


def _facts(info: RunInfo, now: float) -> str:
    code = info.code
    code_line = f"{code.commit[:12]}" if code.commit else "no commit yet"
    if code.branch:
        code_line += f" on {text.escape(code.branch)}"
    if code.dirty:
        code_line += f", with uncommitted changes ({(code.snapshot or 'not captured')[:12]})"
    started = (
        f"{info.started}  ({text.age(now - from_iso(info.started))})" if info.started else None
    )
    ended = {"exit_code": info.exit_code, "signal": info.signal}
    cause = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in ended.items() if v is not None)
    state = status_text(info, now)
    rows = [
        ("run", info.id),
        ("experiment", info.experiment),
        ("name", info.name),
        ("status", f"{state} ({cause})" if cause else state),
        ("problem", info.problem),
        ("started", started),
        ("duration", text.duration(info.duration) if info.duration is not None else None),
        (
            "resumed",
            f"{info.resumed} times" if info.resumed > 1 else "once" if info.resumed else "",
        ),
        ("reproduces", info.reproduces),
        ("verdict", _verdict(info)),
        ("trial", _trial(info.sweep) if info.sweep else None),
        ("command", text.command_line(info.command)),
        ("folder", info.cwd if info.cwd not in (None, ".") else None),
        ("code", code_line),
        ("tags", ", ".join(info.tags)),
        ("group", info.group),
        ("note", info.note),
        ("seed", None if info.seed is None else str(info.seed)),
        ("config", info.fingerprint),
        ("recipe", info.recipe),
        ("memory", text.size(info.peak_memory) + " at most" if info.peak_memory else None),
        ("system", _system(info)),
        ("by", "@".join(filter(None, (info.user, info.host)))),
        *_others(info),
    ]
    lines = [(name, line) for name, content in rows if content for line in _lines(name, content)]
    return _block("", [(name if first else "", line) for name, (first, line) in lines])


# The facts that `_facts` shows in its own words, or that add nothing to those.
_HANDLED = {
    *("id", "experiment", "name", "status", "exit_code", "signal", "problem", "started", "ended"),
    *("age", "duration", "resumed", "reproduces", "command", "cwd", "code", "branch", "tags"),
    *("group", "note", "seed", "fingerprint", "recipe", "asked", "peak_memory", "user", "host"),
    *("ref", "commit", "verdict", "seen", "live_interval"),
}


def _others(info: RunInfo) -> list[tuple[str, str]]:
    """Return the rows of all other facts that the run has."""
    unhandled = (fact(name) for name in facts.LISTED if name not in _HANDLED and "." not in name)
    values = ((column, column.get(info)) for column in unhandled)
    return [
        (column.name, column.show(value))
        for column, value in values
        if value not in (None, False, (), "")
    ]


def _verdict(info: RunInfo) -> str | None:
    """Return the recorded verdict, what it rests on, and the rerun."""
    if info.verdict is None:
        return None
    level, evidence, rerun = info.verdict
    basis = f", which rests on {', '.join(evidence)}" if evidence else ""
    return text.escape(f"{level}{basis} (rerun {short_id(rerun)})" if rerun else level + basis)


def _system(info: RunInfo) -> str | None:
    """Return what the run has used of the machine at most, and for how long GPUs have computed."""
    words = {"cpu": "{:,.0f} % of a core", "memory": "{:,.0f} MiB"}
    used = {name: info.metrics.get(f"{SYSTEM}{name}") for name in words}
    parts = [f"{name} {words[name].format(m.max)}" for name, m in used.items() if m is not None]
    gpu = info.metrics.get(f"{SYSTEM}gpu_seconds")
    computed = [f"GPU time {text.duration(gpu.last)}"] if gpu is not None else []
    most = f"{', '.join(parts)} at most" if parts else ""
    return "; ".join(filter(None, [most, *computed])) or None


def _trial(part: TrialFacts) -> str:
    remarks = [
        f"ended: {part.why}" if part.why else "",
        f"stopped early at step {part.stopped:g}" if part.stopped is not None else "",
        "it does not count" if part.order is None else "",
    ]
    remark = ", ".join(filter(None, remarks))
    return f"{part.trial} of sweep {part.id}" + (f" ({remark})" if remark else "")


def _lines(name: str, content: str) -> list[tuple[bool, str]]:
    """Return (whether it is the first, line) for each line of a value; only a note may have several."""
    parts = content.split("\n") if name == "note" else [content]
    return [(number == 0, text.escape(part)) for number, part in enumerate(parts)]


def _params(info: RunInfo) -> str:
    flat = commit_message.dotted(info.params)
    return _block("params", [(text.escape(k), text.exact(v)) for k, v in flat.items()])


def _metrics(info: RunInfo, sparklines: Mapping[str, str]) -> str:
    metrics = {name: m for name, m in info.metrics.items() if not name.startswith(SYSTEM)}
    if not metrics:
        return ""
    head = ["", "last", "min", "max", "step", "points", ""]
    rows = [
        [
            text.escape(name),
            *(text.value(v, 6) for v in (m.last, m.min, m.max, m.step, m.count)),
            sparklines.get(name, ""),
        ]
        for name, m in sorted(metrics.items())
    ]
    lines = text.columns([head, *rows], [False, *[True] * 5])
    return "metrics\n" + "".join(f"  {line}\n" for line in lines)


def _outputs(info: RunInfo, outputs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the blocks of media, a row for each name, and of the other artifacts."""
    names, others = media.split(outputs)
    command = f"git track get {short_id(info.id)} NAME"
    return [_block(f"media (copy: {command})", media.rows(names)), _files("artifacts", others)]


def _files(title: str, items: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for item in items:
        storage = item.get("where")
        remark = "" if storage in (None, "git") else f"  ({storage})"
        digest = str(item.get("sha256", ""))[:12]
        number = item.get("files")
        count = f", {number} file{'' if number == 1 else 's'}" if number is not None else ""
        facts = f"{text.size(item.get('size', 0))}{count}  {digest}{remark}"
        rows.append((text.escape(str(item["path"])), facts.strip()))
    return _block(title, rows)


def _changes(diff: Mapping[str, Any]) -> str:
    rows = []
    files = diff.get("files", [])
    for item in files[:_MOST_FILES]:
        counts = f"+{item['added']} -{item['removed']}" if "added" in item else "binary"
        rows.append((text.escape(str(item["path"])), f"{item['status']}  {counts}"))
    if len(files) > _MOST_FILES:
        rows.append(("...", f"and {len(files) - _MOST_FILES:,} more files (--json has all)"))
    for item in diff.get("withheld", [])[:_MOST_FILES]:
        rows.append(
            (text.escape(str(item["path"])), f"not captured: {text.escape(item['reason'])}")
        )
    rows += [("note", text.escape(str(note))) for note in diff.get("inexact", [])]
    return _block("uncommitted changes", rows)


def _environment(env: Mapping[str, Any]) -> str:
    python, cpu = env.get("python") or {}, env.get("cpu") or {}
    rows = [
        ("python", python.get("version")),
        ("packages", str(len(env["packages"])) if env.get("packages") else None),
        ("platform", " ".join(str(v) for v in (env.get("platform") or {}).values() if v)),
        ("cpu", f"{cpu.get('model', 'unknown')} ({cpu.get('count')} cores)" if cpu else None),
        ("arithmetic", _arithmetic(env)),
        ("gpu", ", ".join((env.get("gpu") or {}).get("models", []))),
    ]
    return _block(
        "environment", [(name, text.escape(str(content))) for name, content in rows if content]
    )


def _arithmetic(env: Mapping[str, Any]) -> str:
    """Return the BLAS with its kernels, and the number of threads of each library."""
    words = [str((env.get("blas") or {}).get(key, "")) for key in ("name", "version", "core")]
    threads = [f"{name} {count}" for name, count in (env.get("threads") or {}).items()]
    thread_counts = f"threads: {', '.join(threads)}" if threads else ""
    return "  ".join(filter(None, [" ".join(filter(None, words)), thread_counts]))


def _by_hand(info: RunInfo) -> str:
    name = info.name_in_git
    return f"by hand\n  git show {name}:run.yaml\n  git ls-tree -r {name}\n" if name else ""


def _block(title: str, rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    pad = "  " if title else ""
    lines = text.columns([[name, content] for name, content in rows])
    return (f"{title}\n" if title else "") + "".join(f"{pad}{line}\n" for line in lines)
