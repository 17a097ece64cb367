"""Try gittrack in a small real project: six runs, the leaderboard, the best run and its release.

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
from pathlib import Path
from typing import Any

from gittrack.cli.output import paint, print_note, print_result
from gittrack.core import yaml_read
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.disk.files import bundled
from gittrack.git import project, version

METRIC = "val_accuracy"
MODEL = "digits-mlp"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track demo``."""
    parser.add_argument("dir", nargs="?", default="gittrack-demo", metavar="DIR")


def run(args: argparse.Namespace) -> int:
    """Make the project, and run the ordinary commands in it."""
    started = time.monotonic()
    version.check()
    folder = Path(args.dir)
    trials = scaffold(folder)
    print_result(f"A small project, a git repository of its own: {folder}\n")
    _title("Six runs; params.yaml has the defaults")
    for trial in trials:
        _train(folder, trial)
    _title("Which was best?")
    _do(folder, ["git", "track", "top", METRIC, "--max", "-n", "3"])
    _title("What made it best? Its code: an uncommitted change, which the run keeps")
    _do(folder, ["git", "track", "diff", trials[-2]["name"], trials[-1]["name"], "--code"])
    _title("Was it luck? Run it again from its commit, with the uncommitted change")
    _do(folder, ["git", "track", "reproduce", trials[-1]["name"]], quiet=True)
    _title("Release it: a version is a tag on the run, a stage is a ref; a gate can guard it")
    _release(folder, trials[-1]["name"])
    _do(folder, ["git", "track", "ui", "--file", "runs.html"])
    _write_search(folder)
    print_result(_farewell(folder, time.monotonic() - started))
    return 0


def _release(folder: Path, best_run: str) -> None:
    """Register the best run, promote it with a gate, and fetch its weights."""
    gate = f'{METRIC} > 0.95 and verdict == "EXACT"'
    register = ["git", "track", "model", "register", MODEL, best_run, "-m", "the best of six"]
    promote = ["git", "track", "model", "promote", f"{MODEL}@1", "production", "--require", gate]
    deploy = ["git", "track", "model", "get", f"{MODEL}@production", "-o", "deployed"]
    for command in (["git", "commit", "-qam", "Smooth the labels"], register, promote, deploy):
        _do(folder, command)


def _write_search(folder: Path) -> None:
    """Write the page on which grid, random and halving search one landscape."""
    from gittrack.web import search_demo  # noqa: PLC0415 - only the demo needs it

    (folder / "search.html").write_bytes(search_demo.page())


def scaffold(folder: Path) -> list[dict[str, Any]]:
    """Make the project in a new or empty folder; return the runs to make in it.

    Raises TrackError if the folder has files in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TrackError(
            f"{folder} exists and is not empty", "name a new folder: git track demo DIR"
        )
    source = bundled("templates", "demo")
    shutil.copytree(
        source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "gitignore").rename(folder / ".gitignore")
    (folder / "runs.yaml").unlink()
    project.make_repository(str(folder))
    content = yaml_read.load((source / "runs.yaml").read_bytes(), "runs.yaml")
    return list(content["runs"])


def _train(folder: Path, trial: Mapping[str, Any]) -> None:
    """Do one run of the demo, with its edit of the code."""
    edit = trial.get("edit")
    if edit:
        path = folder / edit["file"]
        path.write_text(path.read_text().replace(edit["find"], edit["replace"]))
        print_result(paint(f"# An uncommitted change to {edit['file']}\n", "dim"))
    overrides = [word for key, value in trial["set"].items() for word in ("-S", f"{key}={value}")]
    command = ["git", "track", "run", "-n", trial["name"], *overrides, "--", "python", "train.py"]
    output = _do(folder, command, quiet=True, remark=trial["note"])
    print_result("".join(f"{line}\n" for line in output.splitlines() if line.startswith("run ")))


def _title(title: str) -> None:
    print_result(paint(f"\n# {title}\n", "dim"))


def _do(folder: Path, command: list[str], *, quiet: bool = False, remark: str = "") -> str:
    """Print a command with its ``remark``, then run it.

    ``quiet`` hides what the training prints: the stderr of `reproduce`, both streams of `run`.  Returns
    the hidden stderr.
    """
    line = paint(f"$ {shlex.join(command)}", "bold")
    print_result(line + (paint(f"  # {remark}", "dim") if remark else "") + "\n")
    hidden = subprocess.PIPE if quiet else None
    stdout = subprocess.DEVNULL if remark else None
    done = subprocess.run(
        command, cwd=folder, env=_environment(), check=False, stdout=stdout, stderr=hidden
    )
    output = (done.stderr or b"").decode(errors="replace")
    if done.returncode != 0:
        print_note(output.rstrip("\n"))
        raise TrackError(
            f"'{shlex.join(command)}' ended with {done.returncode}",
            f"the project is kept in {folder}",
        )
    return output


def _environment() -> dict[str, str]:
    """Return an environment in which ``git track`` and ``python`` are those of this process."""
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "GIT_PAGER": "cat"}


def _farewell(folder: Path, seconds: float) -> str:
    return (
        f"That took {seconds:.0f} seconds. Go on: cd {shlex.quote(str(folder))}; git track ui; "
        f"git track ls; git track show @; git track model show {MODEL}@production\n"
        "Open runs.html, and search.html: grid, random and halving on one landscape, step by step.\n"
        "Your own project needs no setup: git track run -- python train.py\n"
    )
