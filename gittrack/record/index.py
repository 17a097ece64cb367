"""A private copy of the index: what would be committed, without touching what is staged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gittrack import git


class Entry(NamedTuple):
    """A path, and its (mode, id) in HEAD, or None where HEAD does not have it."""

    path: str
    head: tuple[str, str] | None


class PrivateIndex:
    """A copy of the user's index, and an object folder of our own, for one snapshot."""

    def __init__(self, repo: git.Repo, folder: Path) -> None:
        self.repo = repo
        self.root = repo.work_tree or ""
        self.path = folder / "index"
        self.objects = str(folder / "objects")
        self.env = {
            "GIT_INDEX_FILE": str(self.path),
            "GIT_OBJECT_DIRECTORY": self.objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": git.open_object_store(repo),
        }

    def from_head(self) -> None:
        """Fill the index from HEAD, or leave it empty where there is no commit."""
        os.makedirs(self.objects, exist_ok=True)
        if self.path.exists():
            self.path.unlink()
        self._call("read-tree", "HEAD").wait()

    def take(
        self, kept: Sequence[str], overlooked: Sequence[str], withheld: Sequence[Entry]
    ) -> None:
        """Bring the kept paths as they are in the work tree, the withheld ones as in HEAD."""
        os.makedirs(self.objects, exist_ok=True)
        source = os.path.join(self.repo.git_dir, "index")
        if not self.path.exists() and os.path.exists(source):
            shutil.copyfile(source, self.path)
            stat = os.stat(source)  # git tells racily clean entries by the time of the index
            os.utime(self.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        if overlooked:
            for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
                self._feed(("update-index", "-z", flag, "--stdin"), overlooked)
        if kept:
            update = ("-c", "core.safecrlf=false", "update-index", "--add", "--remove", "--replace")
            self._feed((*update, "-z", "--stdin"), kept)
        if withheld:
            zero = "0" * (64 if self.repo.hash_name == "sha256" else 40)
            lines = [
                f"{entry.head[0]} {entry.head[1]}\t{entry.path}"
                if entry.head
                else f"0 {zero}\t{entry.path}"
                for entry in withheld
            ]
            self._feed(("update-index", "-z", "--index-info"), lines)

    def write_tree(self) -> str:
        """Return the id of the tree that the index holds."""
        return self._call("write-tree", "--missing-ok").output().decode().strip()

    def remove(self) -> None:
        """Remove the private index; the objects stay with the journal."""
        for path in (self.path, self.path.with_name("index.lock")):
            path.unlink(missing_ok=True)

    def _call(self, *args: str) -> git.Call:
        return self.repo.call(*args, env=self.env)

    def _feed(self, args: tuple[str, ...], items: Sequence[str]) -> None:
        feed = os.fsencode("".join(item + "\0" for item in items))
        self.repo.call(*args, env=self.env, feed=feed).output()
