"""Code and data that changed while a run was going on: the run may have used either version.

The time of the last change of a file (ctime), which no program can set, shows which files to compare.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gittrack import git
from gittrack.core import digests, layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.disk import folders
from gittrack.record import inputs
from gittrack.record.code.index import list_item

# The status of the work tree is read before the journal is made.  Files that changed a moment before the
# run began are compared too, which costs time and changes no result.
_SLACK_NS = 1_000_000_000
_CODE = frozenset(
    (
        *(".py", ".pyx", ".pxd", ".pyi", ".ipynb", ".r", ".jl", ".lua", ".m", ".js", ".ts", ".go"),
        *(".rs", ".c", ".h", ".cc", ".cpp", ".hpp", ".cu", ".cuh", ".java", ".scala", ".kt"),
        *(".sh", ".bash", ".zsh", ".pl", ".rb", ".sql", ".mk", ".cmake", ".toml", ".cfg", ".ini"),
        *(".yaml", ".yml", ".gin", ".jsonnet", ".proto", ".smk", ".nf"),
    )
)
_MOST_NAMES = 5


class CodeFiles(NamedTuple):
    """The code that a run began with.

    Parameters
    ----------
    tree
        The id of its git tree; None if it is not known.
    tracked
        The output of ``git ls-files -v -z``.
    new_files
        The untracked files that count as code.
    outputs
        Paths from the root; files at or below them are what the run writes.
    """

    tree: str | None
    tracked: bytes = b""
    new_files: frozenset[str] = frozenset()
    outputs: Sequence[str] = ()

    def has(self, path: str) -> bool:
        """Return whether a path from the root is a file of the code, whatever its name."""
        return path in self.new_files or b" " + os.fsencode(path) + b"\0" in self.tracked

    def paths(self) -> Iterator[str]:
        """Yield the files that are code by their names, without outputs of the run."""
        listed = (entry[2:] for entry in os.fsdecode(self.tracked).split("\0"))
        below = tuple(f"{path}/" for path in self.outputs)
        for path in (*listed, *self.new_files):
            if _is_code(path) and not f"{path}/".startswith(below):
                yield path


class Changes(NamedTuple):
    """The names of files and inputs that changed, and a sentence on each kind."""

    names: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


def look(
    repo: git.Repo, journal: Path, code: CodeFiles, data: Sequence[Mapping[str, Any]], began_ns: int
) -> Changes:
    """Return the code and data that changed since a run began.

    Parameters
    ----------
    repo
        The repository.
    journal
        The folder of the run's journal, which has the objects of its snapshot.
    code
        The code that the run began with.
    data
        The inputs that the run recorded: entries of inputs.yaml.
    began_ns
        The time of the file system when the run began, in nanoseconds.

    Notes
    -----
    Only files whose names are those of code count.  The run itself may write another tracked file, such
    as a table of results.
    """
    root = repo.work_tree or ""
    candidates = [path for path in code.paths() if _changed_since(root, path, began_ns - _SLACK_NS)]
    files = _different(repo, journal, code.tree, candidates) if candidates and code.tree else []
    cache = Path(layout.cache_dir(repo.common_dir))
    changed_data = [entry["path"] for entry in data if _is_other(root, entry, cache)]
    sentences = []
    for kind, names in (("code", files), ("data", changed_data)):
        if names:
            sentences.append(f"{kind} changed while the run was going on: {_listing(names)}")
    return Changes((*files, *changed_data), tuple(sentences))


def add_to_patches(
    folder: Path, diff: Mapping[str, Any], commit: str | None, sentences: Sequence[str]
) -> dict[str, Any]:
    """Write diff.yaml of a journal again, with more sentences on what is not exact; return its content."""
    whole = {**(diff or {"base": commit}), "inexact": [*diff.get("inexact", ()), *sentences]}
    folders.keep(str(folder / layout.DIFF), yaml_write.dump(whole))
    return whole


def _is_code(path: str) -> bool:
    name = path.rpartition("/")[2]
    suffix = os.path.splitext(name)[1].lower()
    return suffix in _CODE or name in ("Makefile", "makefile", "Dockerfile", "Snakefile")


def _changed_since(root: str, path: str, moment: int) -> bool:
    try:
        return os.lstat(os.path.join(root, path)).st_ctime_ns >= moment
    except OSError:  # deleted, perhaps before the run began
        return True


def _different(repo: git.Repo, journal: Path, tree: str | None, paths: Sequence[str]) -> list[str]:
    """Return the files whose content is not the one in the tree; a file that the tree lacks is left out."""
    objects = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": list_item(str(journal / "objects"))}
    call = repo.call("ls-tree", "-r", "-z", "--full-tree", str(tree), env=objects)
    ids = dict(_ids(call.output()))
    known_paths = [path for path in paths if path in ids]
    present = [
        path for path in known_paths if _is_regular(os.path.join(repo.work_tree or "", path))
    ]
    feed = os.fsencode("".join(f"{path}\n" for path in present if "\n" not in path))
    now = repo.call("hash-object", "--stdin-paths", feed=feed).output().decode().split()
    current = dict(zip((path for path in present if "\n" not in path), now, strict=True))
    return [path for path in known_paths if _current_id(repo, path, current) != ids[path]]


def _ids(listing: bytes) -> Iterator[tuple[str, str]]:
    """Yield (path, id) of each file in the output of ``git ls-tree -z``."""
    for entry in os.fsdecode(listing).split("\0")[:-1]:
        words, _, path = entry.partition("\t")
        yield path, words.split()[2]


def _is_regular(path: str) -> bool:
    return os.path.isfile(path) and not os.path.islink(path)


def _current_id(repo: git.Repo, path: str, ids: Mapping[str, str]) -> str | None:
    """Return the id of the present content of a file or link; None if it is deleted."""
    if path in ids:
        return ids[path]
    try:
        target = os.fsencode(os.readlink(os.path.join(repo.work_tree or "", path)))
    except OSError:
        return None
    blob = b"blob %d\0" % len(target) + target
    return digests.of_git(repo.hash_name, blob).hexdigest()


def _is_other(root: str, entry: Mapping[str, Any], cache: Path) -> bool:
    """Return whether an input has another content than was recorded, or cannot be read any more."""
    path = os.path.join(root, entry["path"])
    try:
        return bool(inputs.fingerprint(path, entry["path"], cache)["sha256"] != entry["sha256"])
    except (TrackError, OSError):
        return True


def _listing(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - _MOST_NAMES
    return f"{', '.join(listed[:_MOST_NAMES])}{f' and {more} more' if more > 0 else ''}"
