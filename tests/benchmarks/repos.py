"""Repositories to measure in: a small one, a large dirty one, and ones with many runs."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

from measure import git

from gittrack.core import layout
from gittrack.core.run import run_info, series
from gittrack.record.publish import tree

PARAMS = {
    "lr": 0.003,
    "epochs": 20,
    "batch_size": 128,
    "optimizer": "adamw",
    "seed": 7,
    "model": {"kind": "resnet18", "hidden": 64, "dropout": 0.1},
    "data": {"split": "stratified", "augment": True},
}
DURATION = 300.0  # seconds


def small(path: Path) -> Path:
    """Make a clean repository with three files in one commit."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "-b", "main")
    for name, text in (("train.py", "print(1)\n"), ("model.py", "x = 1\n"), ("a.md", "a\n")):
        (path / name).write_text(text)
    _commit(path)
    return path


def large(path: Path, files: int = 10_000) -> Path:
    """Make a repository with many tracked files, five of them modified, and five untracked."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "-b", "main")
    for number in range(files):
        file = path / f"pkg{number // 100:03d}" / f"module{number:05d}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"VALUE = {number}\n" * 20)
    _commit(path)
    touch(path, 0)
    return path


def settled(path: Path) -> Path:
    """Wait until a new repository is one that was there before: git's files are read again for 2 s."""
    time.sleep(2.1)
    return path


def touch(path: Path, turn: int) -> None:
    """Give the five modified and the five untracked files of a large repository new content."""
    for number in range(5):
        (path / f"pkg{number * 7:03d}" / f"module{number * 700:05d}.py").write_text(f"{turn}\n")
        (path / f"new{number}.py").write_text(f"new {number} {turn}\n")


def with_runs(path: Path, count: int, *, packed: bool = True, points: int = 0) -> Path:
    """Make a small repository with ``count`` recorded runs; their refs packed or loose.

    With ``points``, each run has that many points of its own; without, all have the same files.
    """
    small(path)
    head = git(path, "rev-parse", "HEAD")
    feed = "".join(_import(count, head, points)).encode()
    git(path, "fast-import", "--quiet", "--force", feed=feed)
    if packed:
        git(path, "pack-refs", "--all")
    return path


def _commit(path: Path) -> None:
    git(path, "add", "-A")
    git(path, "commit", "-qm", "first")


def _import(count: int, head: str, points: int) -> Iterator[str]:
    files = {
        layout.RUN: "format: 1\n",
        layout.PARAMS: "lr: 0.003\n",
        layout.METRICS: "m0: 1\n",
        layout.SERIES: series.HEADER,
        layout.ENV: "python: 3\n",
    }
    for mark, text in enumerate(files.values(), 1):
        yield f"blob\nmark :{mark}\n{_data(text)}"
    entries = "".join(f"M 100644 :{mark} {name}\n" for mark, name in enumerate(files, 1))
    dice = random.Random(0)
    now = time.time()
    for number in range(count):
        started = now - 600.0 * (count - number)
        ref, message = run(dice, started, head)
        who = f"committer A B <a@b.c> {int(started)} +0000\n"
        own = _points(dice, points) if points else ""
        yield f"commit {ref}\n{who}{_data(message)}from {head}\ndeleteall\n{entries}{own}\n"


def _points(dice: random.Random, count: int) -> str:
    """Return the line and the content of a series file with points of its own."""
    lines = (f"{step},loss,{dice.random()!r},{step * 0.1!r}\n" for step in range(count))
    return f"M 100644 inline {layout.SERIES}\n{_data(series.HEADER + ''.join(lines))}"


def run(dice: random.Random, started: float, head: str) -> tuple[str, str]:
    """Return ref and message of a run that looks like those that people have."""
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started))
    run_id = f"{moment}-{dice.getrandbits(32):08x}"
    experiment = dice.choice(("digits", "cifar/resnet", "cifar/vit"))
    params = {**PARAMS, "lr": 10 ** dice.uniform(-5, -1), "seed": dice.randrange(100)}
    metrics = {
        f"m{number}": series.Metric(dice.random(), dice.random() / 2, 1.0, 19, 20)
        for number in range(5)
    }
    facts = {
        "format": layout.FORMAT,
        "id": run_id,
        "experiment": experiment,
        "status": dice.choice((run_info.FINISHED,) * 9 + (run_info.FAILED,)),
        "started": run_info.iso(started),
        "ended": run_info.iso(started + DURATION),
        "duration_s": round(dice.uniform(1, 500), 3),
        "command": ["python", "train.py", "--lr", "0.1"],
        "cwd": ".",
        "exit_code": 0,
        "user": "someone",
        "host": "box",
        "seed": params["seed"],
        "code": {"commit": head, "branch": "main", "dirty": False, "tree": head},
        "peak_memory": dice.randrange(10**9),
        "fingerprint": f"{dice.getrandbits(48):012x}",
        "recipe": f"{dice.getrandbits(48):012x}",
        "gittrack": "0.1.0",
    }
    return layout.run_ref(experiment, run_id), tree.message(facts, params, metrics)


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"
