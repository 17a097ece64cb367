"""What differs between two runs besides their results, the most likely cause of a difference first."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack import git
from gittrack.analysis.differences import Change, RunDiff
from gittrack.core.run.commit_message import MISSING
from gittrack.read.runs import compare
from gittrack.read.runs.record import RunRecord
from gittrack.record.machine import environment
from gittrack.reproduce.unrecorded import variable_digests_of

# The kinds of reasons, the most likely one first.
SEED, PARAM, COMMAND, FOLDER, INPUT = "seed", "param", "command", "folder", "input"
CODE, DATA, WITHHELD, STOPPED = "code", "tracked data", "not captured with its code", "stopped"
PACKAGE, INTERPRETER, THREADS, VARIABLE = "package", "python", "threads", "variable"
SECRET = "variable, values are not recorded"
HASH_SEED, LIBRARY, MACHINE, INEXACT = "hash seed", "library", "machine", "not exact"
KINDS = (
    *(STOPPED, SEED, PARAM, COMMAND, FOLDER, INPUT, CODE, DATA, PACKAGE, INTERPRETER, THREADS),
    *(VARIABLE, SECRET, HASH_SEED, WITHHELD, INEXACT, LIBRARY, MACHINE),
)
_GROUPED = (INPUT, CODE, DATA, WITHHELD, SECRET)  # one line names several of them
_MOST_NAMES, _MOST_LINES = 6, 20
_DATA_SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".npy", ".npz", ".parquet", ".feather", ".arrow", ".h5", ".hdf5"),
    *(
        ".pkl",
        ".pt",
        ".bin",
        ".dat",
        ".data",
        ".gz",
        ".zip",
        ".png",
        ".jpg",
        ".jpeg",
        ".wav",
        ".jsonl",
    ),
    *(".db", ".sqlite", ".safetensors", ".onnx", ".mat", ".arff", ".libsvm"),
)
_RARELY_USED_SUFFIXES = (".md", ".rst", ".license", ".gitignore", ".gitattributes")
_NEVER_THE_REASON = ("variables.CONDA_DEFAULT_ENV", "platform.release", "start_hook")


class Reason(NamedTuple):
    """Something that differs between two runs and may be why their results differ.

    Attributes
    ----------
    kind
        One of `KINDS`.
    name
        Its name: a path, a param, a package, a variable; empty if the kind says it all.
    before, after
        The values in the first and the second run; None if they are not known or too long to print.
    """

    kind: str
    name: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        title = ": ".join(part for part in (self.kind, self.name) if part)
        if self.before is None and self.after is None:
            return title
        return f"{title}: {_plain(self.before)} -> {_plain(self.after)}"


def reasons(repo: git.Repo, a: RunRecord, b: RunRecord) -> tuple[Reason, ...]:
    """Return what differs between two runs besides their results, the most likely cause first.

    Parameters
    ----------
    repo
        The repository of the runs.
    a, b
        The runs.

    Returns
    -------
    tuple of Reason
        Sorted by the order of `KINDS`, which is by how often a change of this kind alters a result.
    """
    difference = compare.diff(repo, a, b)
    rows = [
        *_stopped(a, b),
        *_of_the_run(difference),
        *(Reason(PARAM, c.name, c.a, c.b) for c in difference.params),
        *(Reason(INPUT, change.name) for change in difference.inputs),
        *_code(repo, difference),
        *_environment(difference),
        *_variables(a, b),
        *_not_captured(a),
    ]
    return tuple(sorted(rows, key=lambda reason: KINDS.index(reason.kind)))


def lines(rows: Sequence[Reason]) -> list[str]:
    """Return a line for each reason; files of one kind share a line."""
    texts: dict[tuple[str, str], list[Reason]] = {}
    for row in rows:
        key = (row.kind, "") if row.kind in _GROUPED else (row.kind, str(row))
        texts.setdefault(key, []).append(row)
    all_lines = [
        str(group[0]) if len(group) == 1 else f"{kind}: {_names([row.name for row in group])}"
        for (kind, _), group in texts.items()
    ]
    more = len(all_lines) - _MOST_LINES
    return [
        *all_lines[:_MOST_LINES],
        *([f"and {more} more: git track diff --env"] if more > 0 else []),
    ]


def _names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _plain(value: object) -> str:
    return str(value) if isinstance(value, (str, int, float, list, dict)) else "none"


def _of_the_run(difference: RunDiff) -> Iterator[Reason]:
    """Return the seed, the words of the command and its folder, if they differ."""
    changes = {change.name: change for change in difference.run}
    if "seed" in changes:
        yield Reason(SEED, "", changes["seed"].a, changes["seed"].b)
    if "command" in changes:
        before, after = (_words(value) for value in changes["command"][1:])
        yield Reason(COMMAND, "", *_changed_words(before, after))
    if "cwd" in changes:
        yield Reason(FOLDER, "", changes["cwd"].a, changes["cwd"].b)


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, (list, tuple)) else []


def _changed_words(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """Return the words that differ, each with the flag before it; all words if few are the same."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    first: list[str] = []
    second: list[str] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        flag = before[i - 1 : i] if i and before[i - 1].startswith("-") else []
        first += [*flag, *before[i:j]]
        second += [*flag, *after[k:m]]
    return " ".join(first) or "none", " ".join(second) or "none"


def _code(repo: git.Repo, difference: RunDiff) -> Iterator[Reason]:
    """Return the files of the code that differ: those that the command names first, documents last."""
    code = difference.code
    if code.problem:
        yield Reason(CODE, code.problem)
    if not code.patch or code.a is None or code.b is None:
        return
    output = git.diff(repo.fetching(), code.a, code.b, "--numstat", "-z")
    words = {os.path.basename(word) for word in (*difference.a.command, *difference.b.command)}
    rows = []
    for entry in output.split(b"\0"):
        added, _, path = entry.partition(b"\t")[2].partition(b"\t") if entry else (b"", b"", b"")
        if path:
            name = os.fsdecode(path)
            kind = DATA if added == b"-" or name.lower().endswith(_DATA_SUFFIXES) else CODE
            rows.append((_usefulness(name, words), Reason(kind, name)))
    yield from (reason for _, reason in sorted(rows))


def _usefulness(path: str, words: set[str]) -> int:
    """Return 0 for a file that the command names, 1 for other files, 2 for documents and tests."""
    name = os.path.basename(path).lower()
    if os.path.basename(path) in words:
        return 0
    is_rare = name.endswith(_RARELY_USED_SUFFIXES) or name.startswith(("test_", "license"))
    return 2 if is_rare or path.startswith(("docs/", "tests/")) else 1


def _environment(difference: RunDiff) -> list[Reason]:
    changes = [c for c in difference.env if not c.name.startswith(_NEVER_THE_REASON)]
    has_counts = any(change.name.startswith("threads.") for change in changes)
    rows = []
    for change in changes:
        section, _, name = change.name.partition(".")
        if section == "variables" and has_counts and name in environment.THREADS:
            continue  # the libraries report the count that the variable has set
        rows.append(_environment_reason(change, section, name))
    return [row for row in rows if row is not None]


def _environment_reason(change: Change, section: str, name: str) -> Reason | None:
    values = (_value_or_none(change.a), _value_or_none(change.b))
    if change.name in ("python.hash_seed", "variables.PYTHONHASHSEED"):
        return Reason(HASH_SEED, "", *values) if section == "python" else None
    kinds: Mapping[str, str] = {
        "packages": PACKAGE,
        "python": INTERPRETER,
        "threads": THREADS,
        "variables": THREADS if name in environment.THREADS else VARIABLE,
        "platform": MACHINE,
        "cpu": MACHINE,
        "gpu": MACHINE,
    }
    kind = kinds.get(section, LIBRARY)
    return Reason(kind, change.name if kind in (MACHINE, LIBRARY) else name, *values)


def _variables(a: RunRecord, b: RunRecord) -> Iterator[Reason]:
    """Return the variables whose digests differ; none if the runs have different salts."""
    first, second = variable_digests_of(a), variable_digests_of(b)
    if first is None or second is None or first["salt"] != second["salt"]:
        return
    before, after = first["names"], second["names"]
    for name in sorted({*before, *after}):
        recorded = {*(a.env.get("variables") or ()), *(b.env.get("variables") or ())}
        if before.get(name) == after.get(name) or name in recorded:
            continue
        if name not in before:
            yield Reason(VARIABLE, name, "none", "set")
        else:
            yield Reason(SECRET, name)


def although(rows: Sequence[Reason]) -> list[str]:
    """Return a line for each difference that did not change the result, without hash seeds."""
    changes = [row for row in rows if row.kind not in (HASH_SEED, STOPPED, WITHHELD, INEXACT)]
    return [f"although {line}" for line in lines(changes)]


def _value_or_none(value: object) -> object:
    return "none" if value is MISSING else value


def _not_captured(run: RunRecord) -> list[Reason]:
    """Return what the first run had but its commit does not have, so that the rerun lacked it."""
    withheld = [str(item["path"]) for item in run.diff.get("withheld", [])]
    remarks = [str(remark) for remark in run.diff.get("inexact", [])]
    rows = [Reason(WITHHELD, name) for name in withheld]
    return [*rows, *(Reason(INEXACT, remark) for remark in remarks)]


def _stopped(*runs: RunRecord) -> list[Reason]:
    """Return which of the runs their sweep stopped early; a rerun is never stopped early."""
    return [
        Reason(
            STOPPED, f"the sweep of {run.id} stopped it early at step {run.info.sweep.stopped:g}"
        )
        for run in runs
        if run.info.sweep is not None and run.info.sweep.stopped is not None
    ]
