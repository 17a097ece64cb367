"""Set aside what doctor cannot read: refs of damaged runs, and journals.  Nothing is deleted."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.disk import folders, lock
from gittrack.git import refs
from gittrack.read.doctor_checks import Diagnosis


def set_aside(repo: git.Repo, diagnosis: Diagnosis) -> list[str]:
    """Delete the refs of damaged runs and record them in a file; return their names.

    The file <git common dir>/gittrack/damaged-refs has the object of each ref.
    """
    names = {finding.aside for finding in diagnosis.findings if finding.aside}
    if not names:
        return []
    oids = {ref.name: ref.oid for ref in refs.below(repo, layout.RUNS)}
    home = layout.home(repo.common_dir)
    folders.make(home)  # a clone that only fetched runs does not have the folder
    with open(f"{home}/damaged-refs", "a", encoding="utf-8", errors="surrogateescape") as file:
        for ref in sorted(names):
            file.write(f"{oids.get(ref) or '-'} {ref}\n")
    for ref in names:
        refs.drop(repo, ref)
    return sorted(names)


def set_journals_aside(repo: git.Repo, diagnosis: Diagnosis) -> list[tuple[Path, Path]]:
    """Move journals that cannot be read out of the folder of live runs; return (source, target) of each.

    The targets are in <git common dir>/gittrack/set-aside.  Nothing is deleted.  A journal whose process
    still runs is not moved.
    """
    moved = []
    for path in [finding.journal for finding in diagnosis.findings if finding.journal]:
        target = _free_path(Path(layout.set_aside_dir(repo.common_dir), path.name))
        if _is_locked(path):
            continue
        folders.make(str(target.parent))
        path.rename(target)
        moved.append((path, target))
    return moved


def _is_locked(folder: Path) -> bool:
    try:
        return lock.is_held(folder / layout.LOCK)
    except OSError:  # the lock itself is damaged, so no process can hold it
        return False


def _free_path(path: Path) -> Path:
    """Return the path, with a number added if it exists."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(1))
    candidates = itertools.chain([path], numbered)
    return next(candidate for candidate in candidates if not os.path.lexists(candidate))
