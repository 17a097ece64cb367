"""What differs between two runs besides their results, the most likely cause of a difference first."""

from __future__ import annotations

import difflib
import os

from gittrack import git
from gittrack.analysis.differences import RunDiff
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.read.runs import compare
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce.causes import environment_reasons
from gittrack.reproduce.causes.reason import (
    CODE,
    COMMAND,
    DATA,
    DOCUMENT,
    FOLDER,
    INEXACT,
    INPUT,
    KINDS,
    PARAM,
    SEED,
    STOPPED,
    WITHHELD,
    Reason,
)

_DATA_SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".npy", ".npz", ".parquet", ".feather", ".arrow", ".h5", ".hdf5"),
    *(".pkl", ".pt", ".bin", ".dat", ".data", ".gz", ".zip", ".png", ".jpg", ".jpeg", ".wav"),
    *(".jsonl", ".db", ".sqlite", ".safetensors", ".onnx", ".mat", ".arff", ".libsvm"),
)
_RARELY_USED_SUFFIXES = (".md", ".rst", ".license", ".gitignore", ".gitattributes")


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
        *environment_reasons.read_files(a, b),
        *environment_reasons.reasons(difference, a, b),
        *environment_reasons.variables(a, b),
        *_not_captured(a),
    ]
    return tuple(sorted(rows, key=lambda reason: KINDS.index(reason.kind)))


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
    """Return the files of the code that differ: those that the command names first."""
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
        name = os.fsdecode(path)
        if name and "__pycache__/" not in name:  # made from the sources, which are compared
            is_data = added == b"-" or name.lower().endswith(_DATA_SUFFIXES)
            kind = DOCUMENT if _is_document(name, words) else DATA if is_data else CODE
            rows.append((os.path.basename(name) not in words, Reason(kind, name)))
    yield from (reason for _, reason in sorted(rows))


def _is_document(path: str, words: set[str]) -> bool:
    """Return whether a file is a text for people or a test, and the command does not name it."""
    name = os.path.basename(path).lower()
    is_rare = name.endswith(_RARELY_USED_SUFFIXES) or name.startswith(("test_", "license"))
    is_named = os.path.basename(path) in words or any(f"{w}/" in path for w in words if w)
    return (is_rare or path.startswith(("docs/", "tests/"))) and not is_named


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
