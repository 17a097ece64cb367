"""Files that a command read although they are neither code nor inputs: only keyed digests are recorded.

They lie outside the work tree, or git ignores them.  Known are the files that Python code opened or imported,
those that words of the command name, and a file that is the standard input.
"""

from __future__ import annotations

import os
import stat

from gittrack.core import digests, layout
from gittrack.core.standard.collections import Iterable, Iterator, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk.programs import which
from gittrack.record import session
from gittrack.record.machine import keyed_digests

FACT = "read_files"
STANDARD_INPUT = "standard input"
_ABSENT = b"absent"
_MOST_FILES, _MOST_BYTES = 500, 32 << 20
_SYSTEM = ("/usr/", "/proc/", "/sys/", "/dev/", "/etc/", "/lib", "/bin/", "/sbin/", "/run/")
_OWN_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + "/"


class MappedTree(NamedTuple):
    """A work tree, and the user's tree whose paths it stands for; both are the same in most runs."""

    root: str
    users_root: str

    def name(self, path: str) -> str:
        """Return the name of a file: from the root if it is inside, from ``~`` if in the home folder.

        A rerun's worktree lies three folders deep, and data beside the user's tree has a copy beside it.
        """
        if path.startswith(f"{self.root}/"):
            return path[len(self.root) + 1 :]
        private = self.root.rsplit("/", 3)[0]
        if self.root != self.users_root and path.startswith(f"{private}/"):
            inner = os.path.relpath(path, self.root)
            path = os.path.normpath(os.path.join(self.users_root, inner))
        elif path.startswith(f"{self.users_root}/"):  # a path that stands in a script
            return path[len(self.users_root) + 1 :]
        home = os.path.expanduser("~").rstrip("/")
        return f"~{path[len(home) :]}" if home and path.startswith(f"{home}/") else path


def named(argv: Sequence[str]) -> Iterator[str]:
    """Yield the files that words of a command name, without its interpreter."""
    program = which(argv[0]) or argv[0]
    if not os.path.basename(program).startswith("python"):
        yield program
    for word in argv[1:]:
        path = word.rpartition("=")[2] if word.startswith("-") else word
        if path and "\0" not in path and os.path.isfile(path):
            yield path


def capture(
    run_session: session.Session, paths: Iterable[str], users_root: str, folder: Path
) -> dict[str, Any]:
    """Return the digests of the files that a command read.

    Parameters
    ----------
    run_session
        The session, whose command has ended.
    paths
        Paths of what the command opened or named.
    users_root
        The user's tree; another one than that of the session if this is a rerun in a worktree.
    folder
        The folder of gittrack in the repository, which keeps the key.

    Returns
    -------
    dict
        ``salt`` and ``names``: the digest of each file by its path, also of a file that does not exist.
        Files that changed since the run began are left out, because the command may have written them.
        Beyond 32 MB in all, size and time of the last change stand for the content.
    """
    key = keyed_digests.key(folder)
    if key is None:
        return {}
    root = os.path.realpath(run_session.repo.work_tree or "/")
    tree = MappedTree(root, os.path.realpath(users_root))
    began_ns = os.stat(run_session.journal.folder / layout.LOCK).st_mtime_ns
    budget = _MOST_BYTES
    names: dict[str, str] = {}
    for path in dict.fromkeys(_candidates(run_session, paths, root)):
        name = tree.name(path)
        content = None if run_session.code.has(name) else _content(path, began_ns, budget)
        if content is not None and len(names) < _MOST_FILES:
            names[name] = key.digest(name, content.digest)
            budget -= content.size
    standard_input = _standard_input()
    if standard_input is not None:
        names[STANDARD_INPUT] = key.digest(STANDARD_INPUT, standard_input.digest)
    return {FACT: key.facts(names)}


def _candidates(run_session: session.Session, paths: Iterable[str], root: str) -> Iterator[str]:
    """Yield the absolute paths that are neither of the system, installed, inputs, outputs nor of git."""
    state = run_session.journal.state()
    recorded = (*run_session.code.outputs, *(str(item["path"]) for item in state.inputs))
    skipped = (
        *_SYSTEM,
        *(f"{os.path.join(root, path)}/" for path in (*recorded, ".git")),
        f"{os.path.realpath(run_session.repo.common_dir)}/",
        _OWN_PACKAGE,
    )
    work_tree = run_session.repo.work_tree or root
    for path in map(os.path.abspath, paths):
        if path.startswith(f"{work_tree}/"):
            path = root + path[len(work_tree) :]
        if not f"{path}/".startswith(skipped) and "-packages/" not in path:
            yield path


class _Content(NamedTuple):
    digest: bytes
    size: int = 0


def _content(path: str, began_ns: int, budget: int) -> _Content | None:
    """Return what identifies the content of a file; None for a folder, or after a change during the run."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_ctime_ns >= began_ns:
            return None
        if status.st_size > budget:
            return _Content(b"%d %d" % (status.st_size, status.st_mtime_ns))
        digest = digests.large()
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except FileNotFoundError:
        return _Content(_ABSENT)
    except (OSError, ValueError):  # a name of a forged run can hold a NUL
        return None
    return _Content(digest.digest(), status.st_size)


def names(env: Mapping[str, Any]) -> list[str]:
    """Return the names of the files that a run read, from its env.yaml."""
    files = env.get(FACT)
    by_name = files.get("names") if isinstance(files, Mapping) else None
    return [str(n) for n in by_name or () if n != STANDARD_INPUT and "\0" not in str(n)]


def _standard_input() -> _Content | None:
    """Return what identifies the standard input; None if it is a pipe, whose content is gone."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return _Content(_ABSENT)
    if stat.S_ISCHR(mode):  # a terminal, or /dev/null
        return _Content(_ABSENT)
    return _content_of_input() if stat.S_ISREG(mode) else None


def _content_of_input() -> _Content | None:
    """Return what identifies a file that is the standard input; its position stays, and it needs no /proc."""
    digest, position = digests.large(), 0
    try:
        while position < _MOST_BYTES and (chunk := os.pread(0, 1 << 20, position)):
            digest.update(chunk)
            position += len(chunk)
        status = os.fstat(0)
    except OSError:
        return None
    if status.st_size > _MOST_BYTES:
        return _Content(b"%d %d" % (status.st_size, status.st_mtime_ns))
    return _Content(digest.digest(), status.st_size)
