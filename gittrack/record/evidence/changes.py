"""Code and data that changed while a run was going on: the run may have used either version.

The time of the last change of a file (ctime), which no program can set, shows which files to compare.
"""

from __future__ import annotations

import os
import stat

from gittrack import git
from gittrack.core import digests, layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Iterator, Mapping, Sequence
from gittrack.core.standard.contextlib import contextmanager
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders
from gittrack.record import inputs
from gittrack.record.code import tree_inspection
from gittrack.record.code.index import list_item

# The status of the work tree is read before the journal is made.  Files that changed a moment before the
# run began are compared too, which costs time and changes no result.
_SLACK_NS = 1_000_000_000
_CODE = frozenset(
    (
        *(b".py", b".pyx", b".pxd", b".pyi", b".ipynb", b".r", b".jl", b".lua", b".m", b".js"),
        *(b".ts", b".go", b".rs", b".c", b".h", b".cc", b".cpp", b".hpp", b".cu", b".cuh"),
        *(b".java", b".scala", b".kt", b".sh", b".bash", b".zsh", b".pl", b".rb", b".sql", b".mk"),
        *(b".cmake", b".toml", b".cfg", b".ini", b".yaml", b".yml", b".gin", b".jsonnet"),
        *(b".proto", b".smk", b".nf"),
    )
)
_NAMES = frozenset((b"Makefile", b"makefile", b"Dockerfile", b"Snakefile"))
_SPARSE = (b"S", b"s")  # the flags of files that git is set not to check out
_MOST_NAMES = 5
_MOST_WORDS = 100  # of a call of git
_MANY_FILES = 2_000  # git, which starts in 2 ms, looks at so many in less time
# Whatever the user's settings: each file that has another ctime than in the index counts.
_WHOLE_STAT = ("-c", "core.trustCtime=true", "-c", "core.checkStat=default")


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
    ids
        The ids of files that are in the tree byte for byte, by path; not of all such files.
    """

    tree: str | None
    tracked: bytes = b""
    new_files: frozenset[str] = frozenset()
    outputs: Sequence[str] = ()
    ids: Mapping[str, str] = {}

    def has(self, path: str) -> bool:
        """Return whether a path from the root is a file of the code, whatever its name."""
        return path in self.new_files or b" " + os.fsencode(path) + b"\0" in self.tracked

    def files(self) -> list[bytes]:
        """Return all files as ``git ls-files -v`` gives them, the untracked ones with a question mark."""
        return self.tracked.split(b"\0") + [b"? " + os.fsencode(path) for path in self.new_files]

    def changed_since(
        self, root: str, moment: int, entries: Sequence[bytes] | None = None
    ) -> list[str]:
        """Return the files that are code by their names and changed since a moment, or are deleted.

        Outputs of the run are left out.  One loop, because there may be thousands of files.

        Parameters
        ----------
        root
            The root of the work tree.
        moment
            The moment, in nanoseconds of the file system's time.
        entries
            The files to look at; None: all of `files`.
        """
        status_of, changed = os.stat, []
        entries = self.files() if entries is None else entries
        with _beginning(root) as (handle, front):
            for entry in entries:
                path = entry[2:]
                is_code = path[path.rfind(b".") :].lower() in _CODE
                if not is_code and path[path.rfind(b"/") + 1 :] not in _NAMES:
                    continue
                try:
                    state = status_of(front + path, dir_fd=handle, follow_symlinks=False)
                    if state.st_ctime_ns >= moment:
                        changed.append(os.fsdecode(path))
                except OSError:  # deleted, perhaps before the run began, or never checked out
                    if entry[:1] not in _SPARSE:
                        changed.append(os.fsdecode(path))
        below = tuple(f"{path}/" for path in self.outputs)
        return [path for path in changed if not f"{path}/".startswith(below)]


@contextmanager
def _beginning(root: str) -> Iterator[tuple[int | None, bytes]]:
    """Yield where paths begin: at an open folder, above which the system looks up nothing, or at a path.

    The path serves if the folder cannot be opened: without a free descriptor or the right to list it.
    """
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield None, os.fsencode(f"{root}/")
        return
    try:
        yield handle, b""
    finally:
        os.close(handle)


class Changes(NamedTuple):
    """The names of files and inputs that changed, and a sentence on each kind."""

    names: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


class TreeComparison(NamedTuple):
    """The processes that compare the work tree with a tree, and list what git is set to overlook by now."""

    unlike: git.Call
    flags: tree_inspection.FlagsReading


def start(repo: git.Repo, journal: Path, code: CodeFiles) -> TreeComparison | None:
    """Let git begin to compare the work tree with the code of a run, for `look`; None if it is not asked.

    Git is asked if there are many files, unless it was set to overlook the changes of some.
    """
    is_worth_it = code.tracked.count(b"\0") >= _MANY_FILES
    if code.tree is None or not is_worth_it or tree_inspection.has_flags(code.tracked):
        return None
    options = ("-z", "--name-only", "--no-renames", "--ignore-submodules=all", code.tree, "--")
    unlike = repo.call(*_WHOLE_STAT, "diff-index", *options, env=_objects_of(journal))
    return TreeComparison(unlike, tree_inspection.FlagsReading(repo))


def look(
    repo: git.Repo,
    journal: Path,
    code: CodeFiles,
    data: Sequence[Mapping[str, Any]],
    began_ns: int,
    comparison: TreeComparison | None = None,
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
    comparison
        What `start` returned, if it was called ahead of time.

    Notes
    -----
    Only files whose names are those of code count.  The run itself may write another tracked file, such
    as a table of results.
    """
    root = repo.work_tree or ""
    unlike = _unlike_tree(comparison or start(repo, journal, code))
    candidates = code.changed_since(root, began_ns - _SLACK_NS, unlike)
    unknown = [path for path in candidates if not has_same_bytes(repo, code, path)]
    files = _different(repo, journal, code.tree, unknown) if unknown and code.tree else []
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


def has_same_bytes(repo: git.Repo, code: CodeFiles, path: str) -> bool:
    """Return whether a small file has the bytes that the tree has; False if that is not known."""
    full_path = os.path.join(repo.work_tree or "", path)
    try:
        status = os.lstat(full_path)
    except OSError:
        return False
    if path not in code.ids or not stat.S_ISREG(status.st_mode) or status.st_size >= digests.LARGE:
        return False
    content = folders.content(full_path)
    blob = b"blob %d\0" % len(content) + content
    return digests.of_git(repo.hash_name, blob).hexdigest() == code.ids[path]


def _unlike_tree(comparison: TreeComparison | None) -> list[bytes] | None:
    """Return the files that are perhaps not as in the tree, as git sees them; None if git does not see all.

    A file is none of them only if its state is that of the index, and its content there that of the tree.
    """
    if comparison is None:
        return None
    answer, listing = comparison.unlike.wait(), comparison.flags.result()
    if answer.code != 0 or not listing or tree_inspection.has_flags(listing):
        return None
    return [b"H " + path for path in answer.out.split(b"\0")]


def _objects_of(journal: Path) -> dict[str, str]:
    """Return the environment in which git reads the objects of a snapshot, too."""
    return {"GIT_ALTERNATE_OBJECT_DIRECTORIES": list_item(str(journal / "objects"))}


def _different(repo: git.Repo, journal: Path, tree: str | None, paths: Sequence[str]) -> list[str]:
    """Return the files whose content is not the one in the tree; a file that the tree lacks is left out."""
    chosen = paths if len(paths) <= _MOST_WORDS else ()
    options = ("-r", "-z", "--full-tree", str(tree), "--", *chosen)
    listing = repo.call(
        "ls-tree", *options, env={**_objects_of(journal), "GIT_LITERAL_PATHSPECS": "1"}
    )
    present = [path for path in paths if _is_regular(os.path.join(repo.work_tree or "", path))]
    plain = [path for path in present if "\n" not in path and not path.startswith('"')]
    feed = os.fsencode("".join(f"{path}\n" for path in plain))
    hashes = repo.call("hash-object", "--stdin-paths", feed=feed)  # git reads the tree meanwhile
    ids = dict(_ids(listing.output()))
    current = dict(zip(plain, hashes.output().decode().split(), strict=True))
    for path in set(present).difference(
        plain
    ):  # git would take it for two paths, or for a quoted one
        current[path] = repo.call("hash-object", "--", path).output().decode().strip()
    return [path for path in paths if path in ids and _current_id(repo, path, current) != ids[path]]


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
