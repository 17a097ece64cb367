"""See it work: a small real project, six runs, the leaderboard, what made the best one best, its release.

A multi-layer perceptron in plain NumPy learns to read handwritten digits (UCI optical digits, bundled).
DIR (default: a new folder gittrack-demo) must be missing or empty.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gittrack.cli.output import out, paint
from gittrack.core import yaml_read
from gittrack.core.errors import TrackError
from gittrack.disk.files import bundled
from gittrack.git import project, version

METRIC = "val_accuracy"
MODEL = "digits-mlp"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track demo``."""
    parser.add_argument("dir", nargs="?", default="gittrack-demo", metavar="DIR")


def run(args: argparse.Namespace) -> int:
    """Scaffold the project and work in it with the ordinary commands."""
    began = time.monotonic()
    version.check()
    folder = Path(args.dir)
    plan = scaffold(folder)
    out(f"A small project, a git repository of its own: {folder}\n")
    _say("The configuration", folder, ["cat", "params.yaml"])
    for number, trial in enumerate(plan, 1):
        _train(folder, number, len(plan), trial)
    _say("Which was best?", folder, ["git", "track", "top", METRIC])
    _say(
        "What was different about it? Its code: an uncommitted change, kept with the run",
        folder,
        ["git", "track", "diff", plan[-2]["name"], plan[-1]["name"]],
    )
    _say(
        "Was it luck? Run the winner again, from its commit, uncommitted change included",
        folder,
        ["git", "track", "reproduce", plan[-1]["name"]],
    )
    _say(
        "All of it is plain git",
        folder,
        ["git", "log", "--no-walk", "--glob=refs/runs/*", "--format=%h %s"],
    )
    _release(folder, plan[-1]["name"])
    out(_farewell(folder, time.monotonic() - began))
    return 0


def _release(folder: Path, winner: str) -> None:
    """Register the winner, promote it past a gate, and fetch its weights."""
    steps = {
        "Release it. What goes to production is code that is committed": [
            *("git", "commit", "-qam", "Smooth the labels"),
        ],
        "A version of a model is a tag on the run": [
            *("git", "track", "model", "register", MODEL, winner, "-m", "the best of six"),
        ],
        "A stage is a ref; a gate may guard it": [
            *("git", "track", "model", "promote", f"{MODEL}@1", "production"),
            *("--require", f'{METRIC} > 0.95 and verdict == "EXACT"'),
        ],
        "Whoever deploys it needs no more than its name": [
            *("git", "track", "model", "get", f"{MODEL}@production", "-o", "deployed"),
        ],
    }
    for title, command in steps.items():
        _say(title, folder, command)


def scaffold(folder: Path) -> list[dict[str, Any]]:
    """Make the project in a new or empty folder; return the runs to make in it.

    Raises TrackError where the folder has files in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TrackError(
            f"{folder} is there already and not empty", "name a new folder: git track demo DIR"
        )
    source = bundled("templates", "demo")
    shutil.copytree(
        source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "gitignore").rename(folder / ".gitignore")
    (folder / "runs.yaml").unlink()
    project.new(str(folder))
    plan = yaml_read.load((source / "runs.yaml").read_bytes(), "runs.yaml")
    return list(plan["runs"])


def _train(folder: Path, number: int, count: int, trial: Mapping[str, Any]) -> None:
    edit = trial.get("edit")
    if edit:
        path = folder / edit["file"]
        path.write_text(path.read_text().replace(edit["find"], edit["replace"]))
        shown = edit["replace"].strip()
        out(paint(f"\n# An uncommitted change to {edit['file']}: {shown}\n", "dim"))
    overrides = [word for key, value in trial["set"].items() for word in ("-S", f"{key}={value}")]
    command = ["git", "track", "run", "-n", trial["name"], *overrides, "--", "python", "train.py"]
    _say(f"Run {number} of {count}. {trial['note']}", folder, command)


def _say(title: str, folder: Path, command: list[str]) -> None:
    """Print a title and a command, then run it; its output is its own."""
    out(paint(f"\n# {title}\n", "dim") + paint(f"$ {shlex.join(command)}\n", "bold"))
    done = subprocess.run(command, cwd=folder, env=_environment(), check=False)
    if done.returncode != 0:
        raise TrackError(
            f"'{shlex.join(command)}' ended with {done.returncode}",
            f"the project is kept in {folder}",
        )


def _environment() -> dict[str, str]:
    """Return an environment in which ``git track`` and ``python`` are the ones that run now."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "GIT_PAGER": "cat"}


def _farewell(folder: Path, seconds: float) -> str:
    return (
        f"\nThat took {seconds:.0f} seconds. Where to go next:\n\n"
        f"  cd {shlex.quote(str(folder))}\n"
        "  git track ls                                   every run, newest first\n"
        "  git track show @                               everything about the latest\n"
        f"  git track top {METRIC}.max                 by the best value seen\n"
        f"  git track model show {MODEL}@production     what is in production, and why\n"
        "  git track run -S lr=0.1 -- python train.py     one more\n\n"
        "In your own project nothing has to be set up: git track run -- python train.py\n"
    )
