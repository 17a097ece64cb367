"""What a rerun sets while its command runs: variables, the current folder, and where output goes."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.contextlib import contextmanager

REPRODUCES = "GITTRACK_REPRODUCES"


@contextmanager
def announced(run_id: str) -> Iterator[None]:
    """Set the variable that names the run which is run again, for hooks and the script."""
    before = os.environ.get(REPRODUCES)
    os.environ[REPRODUCES] = run_id
    try:
        yield
    finally:
        os.environ.pop(REPRODUCES) if before is None else os.environ.update({REPRODUCES: before})


@contextmanager
def variables(changes: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables; None removes one."""
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(changes: Mapping[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def importing(folders: Sequence[str]) -> Iterator[None]:
    """Set PYTHONPATH to these folders before those that it has."""
    before = os.environ.get("PYTHONPATH")
    if folders:
        os.environ["PYTHONPATH"] = os.pathsep.join([*folders, *([before] if before else [])])
    try:
        yield
    finally:
        if folders:
            os.environ.pop("PYTHONPATH")
            os.environ.update({} if before is None else {"PYTHONPATH": before})


@contextmanager
def working_in(folder: str) -> Iterator[None]:
    """Work in a folder, and send the output of the command to stderr: stdout is for the verdict."""
    earlier_folder, out = os.getcwd(), os.dup(1)
    os.chdir(folder)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(out, 1)
        os.close(out)
        os.chdir(earlier_folder)
