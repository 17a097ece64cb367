"""Start gittrack as a process of its own, which shares runs while or after this process records them.

The training does not wait for that process, and its failure is not the training's.
"""

from __future__ import annotations

import os
import sys

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard import contextlib
from gittrack.core.standard.pathlib import Path
from gittrack.disk import folders

PUSH, LIVE, FOLD = "__push", "__live", "__fold"


def list_waiting(repo: git.Repo, ref: str) -> None:
    """Note at the start of a run that it is to be pushed: also if it crashes and is committed later.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    ref : str
        The ref that the run will have.
    """
    folder = layout.waiting_dir(repo.common_dir)
    with contextlib.suppress(OSError):  # a full disk does not stop the run; a push by hand sends it
        folders.make(folder)
        with open(os.path.join(folder, ref.rpartition("/")[2]), "w", encoding="utf-8") as file:
            file.write(f"{ref}\n")


def push_waiting(repo: git.Repo) -> None:
    """Start a process that pushes all runs that wait."""
    start(PUSH, repo.common_dir)


def show_live(repo: git.Repo, journal: Path, interval: float) -> None:
    """Start a process that pushes the state of a run every ``interval`` seconds while the run goes on."""
    start(LIVE, repo.common_dir, str(journal), str(interval))


def start(verb: str, *words: str) -> None:
    """Start ``git-track VERB WORDS...`` and do not wait; nothing happens without an interpreter.

    It imports the same gittrack as this process.  Folders of the user come last in its path of modules, so
    that a file of the user never replaces a module of Python.
    """
    if not sys.executable:  # an interpreter inside of another program
        return
    package = os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)  # its folder
    paths = [os.path.abspath(path) for path in (package, *sys.path) if path]
    program = f"import sys; sys.path += {paths!r}; from gittrack.cli.main import main; "
    args = ["-I", "-c", f"{program}main({[verb, *words]!r})"]
    with contextlib.suppress(OSError):  # no process can be started: the next run tries again
        git.detach(args, sys.executable)
