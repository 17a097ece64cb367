"""A private copy of the index: the tree of a snapshot is written without changing the user's index."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import NamedTuple
from gittrack.disk import folders
from gittrack.git import objects

# A file above the threshold would go into a pack, but the journal has loose objects.
OPTIONS = ("-c", "core.safecrlf=false", "-c", "core.bigFileThreshold=1024g")


class IndexEntry(NamedTuple):
    """A path, and its (mode, id) in HEAD, or None if HEAD does not have it."""

    path: str
    head: tuple[str, str] | None


class PrivateIndex:
    """A copy of the user's index, and a separate object folder, for one snapshot."""

    def __init__(self, repo: git.Repo, folder: Path) -> None:
        self.repo = repo
        self.root = repo.work_tree or ""
        self.path = folder / "index"
        self.objects = str(folder / "objects")
        self.broken = False  # the user's index cannot be read
        self.flagged: Sequence[str] = ()  # paths whose changes git is set to overlook
        self.listing = b""  # the output of `git ls-files -v -z`
        # Files in the index whose path is a folder now; git status does not list what is in it.
        self.shadowing: Sequence[str] = ()
        self.sparse: frozenset[str] = frozenset()  # tracked files that are not checked out
        self.env = {
            "GIT_INDEX_FILE": str(self.path),
            "GIT_OBJECT_DIRECTORY": self.objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": list_item(git.object_store_path(repo)),
        }

    def fill(self) -> None:
        """Fill the index from the user's, or from HEAD if that is broken; clear the flags."""
        folders.make(self.objects)
        source = os.path.join(self.repo.git_dir, "index")
        if self.broken:  # without a commit it stays empty
            self._call("read-tree", "HEAD").wait()
        elif os.path.exists(source):
            import shutil  # noqa: PLC0415 - 2 ms; only uncommitted changes need it

            shutil.copyfile(source, self.path)
            stat = os.stat(source)  # git detects racily clean entries by the time of the index
            os.utime(self.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        if self.flagged:
            for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
                self._feed(("update-index", "-z", flag, "--stdin"), self.flagged)
        self._drop(self.shadowing)

    def take(self, paths: Sequence[str], withheld: Sequence[IndexEntry]) -> None:
        """Add paths as they are in the work tree, and the withheld ones as they are in HEAD."""
        if not self.path.exists():
            self.fill()
        tree = WorkTree(self.root)
        self._drop([path for path in paths if not tree.has(path)])
        present = [path for path in paths if tree.has(path)]
        if present:
            update = (*OPTIONS, "update-index", "--add", "--remove", "--replace")
            self._feed((*update, "-z", "--stdin"), present)
        if withheld:
            zero = "0" * (64 if self.repo.hash_name == "sha256" else 40)
            lines = [
                f"{entry.head[0]} {entry.head[1]}\t{entry.path}"
                if entry.head
                else f"0 {zero}\t{entry.path}"
                for entry in withheld
            ]
            self._feed(("update-index", "-z", "--index-info"), lines)

    def _drop(self, paths: Sequence[str]) -> None:
        if paths:
            self._feed(("update-index", "--force-remove", "-z", "--stdin"), paths)

    def write_tree(self) -> str:
        """Return the id of the tree that the index holds."""
        return self._call("write-tree", "--missing-ok").output().decode().strip()

    def own(self, base: str | None, tree: str) -> None:
        """Copy every object of ``tree`` that the tree ``base`` lacks; see `copy`."""
        options = ("-r", "-t", "-z", "--no-abbrev", "--no-renames")
        empty = objects.empty_tree(self.repo.hash_name)
        out = self._call("diff-tree", *options, base or empty, tree).output()
        lines = [
            entry.split(b" ") for entry in out.split(b"\0")[:-1:2]
        ]  # every second part is a path
        modes = {
            line[3].decode(): line[1] for line in lines if line[1] not in (b"000000", b"160000")
        }
        kinds = {oid: "tree" if mode == b"040000" else "blob" for oid, mode in modes.items()}
        self.copy({**kinds, tree: "tree"})

    def copy(self, kinds: Mapping[str, str]) -> None:
        """Copy objects, given by their ids and kinds, into the separate object folder if it lacks them.

        Git does not write an object that the repository already has, from another run or from
        `git add`; but nothing protects it there from the next `git gc`.  Raises TrackError if an
        object has vanished.
        """
        store = objects.Store(self.objects, self.repo.hash_name, flush=False)
        absent = [oid for oid in kinds if not os.path.exists(store.path(oid))]
        for oid, content in zip(absent, git.read_objects(self.repo, absent), strict=True):
            if content is None:
                raise TrackError(f"the object {oid} vanished", "is a git gc at work?")
            store.keep(kinds[oid].encode(), content)

    def remove(self) -> None:
        """Remove the private index; the objects stay with the journal."""
        for path in (self.path, self.path.with_name("index.lock")):
            path.unlink(missing_ok=True)

    def _call(self, *args: str) -> git.Call:
        return self.repo.call(*args, env=self.env)

    def _feed(self, args: tuple[str, ...], items: Sequence[str]) -> None:
        feed = os.fsencode("".join(item + "\0" for item in items))
        self.repo.call(*args, env=self.env, feed=feed).output()


class WorkTree:
    """Which paths git finds in the work tree: it does not follow a symbolic link to a folder."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.beyond_link = {"": False}  # by folder

    def has(self, path: str) -> bool:
        """Return whether git finds a path."""
        return not self._is_beyond_link(os.path.dirname(path)) and os.path.lexists(
            os.path.join(self.root, path)
        )

    def _is_beyond_link(self, folder: str) -> bool:
        """Return whether a folder, or one of its parents, is a link."""
        if folder not in self.beyond_link:
            is_link = os.path.islink(os.path.join(self.root, folder))
            self.beyond_link[folder] = is_link or self._is_beyond_link(os.path.dirname(folder))
        return self.beyond_link[folder]


def list_item(path: str) -> str:
    """Return a path in the form that git reads in a list of paths separated by colons."""
    if ":" not in path:
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
