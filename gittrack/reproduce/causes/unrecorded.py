"""What can differ between two runs although nothing that is recorded does."""

from __future__ import annotations

import errno
import os
from typing import Any

from gittrack.core.standard.collections import Mapping
from gittrack.launch import start_hook
from gittrack.read.runs.record import RunRecord
from gittrack.record.evidence import read_files
from gittrack.record.machine import variable_digests

_READ_ONLY = os.strerror(errno.EROFS)


def uncontrolled(a: RunRecord, b: RunRecord) -> list[str]:
    """Return what neither run fixes, so that equal facts do not mean equal results."""
    sentences = []
    if a.info.seed is None and b.info.seed is None:
        sentences.append("neither has a seed: git track run --seed N, and gittrack.seed_everything")
    sentences += _unused_seed(b)
    hooks = [run.env.get(start_hook.FACT) for run in (a, b)]
    if any(isinstance(hook, Mapping) and hook.get("unseeded_workers") for hook in hooks):
        sentences.append(
            "worker processes of multiprocessing or joblib may have drawn numbers of their own: the seed "
            "does not reach them; give each of them a seed, or use one process"
        )
    python = [run.env.get("python") or {} for run in (a, b)]
    if all(facts.get("hash_seed") == "random" for facts in python):
        sentences.append("sets of strings have a random order in both: git track run --seed N")
    return sentences


def refused_writes(a: RunRecord, b: RunRecord) -> list[str]:
    """Return a sentence if the rerun may have failed because the user's files are read-only for it."""
    if _READ_ONLY in a.log or _READ_ONLY not in b.log:
        return []
    return [
        "your own tree and shared data are read-only for a rerun: a path in the code leads there "
        "(use a relative path)"
    ]


def not_recorded(a: RunRecord, b: RunRecord) -> str:
    """Return the sentence for runs of which nothing that is recorded differs."""
    files = [keyed_digests_of(run, read_files.FACT) for run in (a, b)]
    file_names = [set(digests["names"]) if digests else set() for digests in files]
    items = []
    if not all(run.env.get("packages") for run in (a, b)):
        items.append("Python and packages")
    digests = [keyed_digests_of(run, variable_digests.FACT) for run in (a, b)]
    if None in digests:
        items.append("environment variables of one of the runs")
    elif len({digest["salt"] for digest in digests if digest}) > 1:
        items.append("environment variables (recorded in another repository: not comparable)")
    has_hook = all(isinstance(run.env.get(start_hook.FACT), Mapping) for run in (a, b))
    opened = "that no Python of the command opened"
    which = opened if all(files) and has_hook else "that no --input names"
    items.append(f"files outside the repository {which}")
    if not all(read_files.STANDARD_INPUT in names for names in file_names):
        items.append("standard input")
    return f"nothing that is recorded differs; not recorded: {', '.join([*items, 'the network'])}"


def keyed_digests_of(run: RunRecord, fact: str) -> Mapping[str, Any] | None:
    """Return ``salt`` and ``names`` of the keyed digests of a run; None if it has none."""
    digests = run.env.get(fact)
    if not isinstance(digests, Mapping) or "salt" not in digests:
        return None
    return digests if isinstance(digests.get("names"), Mapping) else None


def _unused_seed(run: RunRecord) -> list[str]:
    """Return a sentence if a seed was given and no library is known to have got it."""
    hook = run.env.get(start_hook.FACT)
    if run.info.seed is None or hook is None or "seed" in run.info.params:
        return []
    if any("{seed" in word for word in run.info.command) or (hook and hook.get("seeded")):
        return []
    cause = (
        "the hook was off" if hook is False else "no Python of the command imported such a library"
    )
    if hook and not hook.get("processes"):
        cause = "no Python of the command reported"
    return [
        f"the seed {run.info.seed} seeded neither random nor NumPy, torch or TensorFlow: {cause}"
    ]
