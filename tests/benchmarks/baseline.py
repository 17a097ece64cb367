"""The plain tracker that gittrack is compared with: what many people write for themselves."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Tracker:
    """One folder a run, one CSV file a metric; each is opened, appended to and closed a point."""

    def __init__(self, root: Path, params: Mapping[str, Any], repo: Path) -> None:
        self.folder = root / time.strftime("%Y%m%d-%H%M%S")
        self.folder.mkdir(parents=True)
        (self.folder / "params.json").write_text(json.dumps(dict(params)))
        head = self._git(repo, "rev-parse", "HEAD")
        changes = self._git(repo, "diff", "--stat")
        (self.folder / "code.txt").write_text(f"{head}{changes}")

    @staticmethod
    def _git(repo: Path, *args: str) -> str:
        done = subprocess.run(["git", *args], cwd=repo, capture_output=True, text=True, check=True)
        return done.stdout

    def log_metric(self, name: str, value: float, step: int) -> None:
        path = f"{self.folder}/{name}.csv"
        with open(path, "a") as f:
            f.write(f"{step},{value},{time.time()}\n")

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        for name, value in metrics.items():
            self.log_metric(name, value, step)

    def finish(self) -> None:
        (self.folder / "done").touch()


class Bare:
    """The least that is safe from SIGKILL: one open file, one ``write`` of finished lines a call."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.zero = time.monotonic()

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        end = f",{time.monotonic() - self.zero:.3f}\n"
        os.write(self.fd, "".join([f"{step},{k},{v!r}{end}" for k, v in metrics.items()]).encode())
