"""The folder in which recorded code runs: a temporary worktree at its commit, or the user's own tree.

The worktree gets what its commit lacks from the user's tree: recorded data and other paths that git ignores
(`shared_files`), submodules as worktrees of their own.  `code_of_worktree` makes Python import the files of
the worktree.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from gittrack import git
from gittrack.core import paths, settings
from gittrack.core.errors import TrackError
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Callable, Iterator, Sequence
from gittrack.core.standard.contextlib import contextmanager
from gittrack.git import temporary_worktree, worktree
from gittrack.large import code as large_code
from gittrack.launch.users_files import UsersFiles
from gittrack.read.runs.record import RunRecord
from gittrack.record.code import capture, tree_inspection
from gittrack.reproduce import deferred_signals, redirect, shared_files
from gittrack.reproduce.rerun_request import OtherFiles


class Impossible(TrackError):
    """The run cannot be run again here; the message says why."""


class CodeFolder(NamedTuple):
    """A folder with the code of a run.

    Attributes
    ----------
    folder
        Its path.
    linked
        Paths in it that are not code.
    keep
        Call it to keep the worktree.
    locks
        Descriptors of locks that are held as long as something uses the worktree.
    beside
        A folder that is removed together with the worktree.
    users_files
        The files of the user that the command can reach; None for the user's own tree.
    """

    folder: str
    linked: Sequence[str]
    keep: Callable[[], None] = lambda: None
    locks: tuple[int, ...] = ()
    beside: str | None = None
    users_files: UsersFiles | None = None


@contextmanager
def new_worktree(repo: git.Repo, commit: str, paths: Sequence[str]) -> Iterator[CodeFolder]:
    """Make a temporary worktree with ``paths`` brought into it; it is removed unless ``keep`` was called.

    Raises Impossible if a submodule does not have the commit that ran.
    """
    keep_calls: list[bool] = []
    with deferred_signals.deferred():
        tree, code = make(repo, commit, paths)
        keep = functools.partial(keep_calls.append, True)
        try:
            with deferred_signals.delivered():
                yield code._replace(keep=keep)
        finally:
            if keep_calls:
                temporary_worktree.release(tree)
            else:
                temporary_worktree.remove(repo, tree)


def make(
    repo: git.Repo, commit: str, paths: Sequence[str]
) -> tuple[temporary_worktree.TemporaryWorktree, CodeFolder]:
    """Make a worktree as `new_worktree` does, for a caller that defers signals and removes the worktree."""
    large_code.bring(repo, commit)
    try:
        tree = temporary_worktree.make(repo, commit)
    except git.GitError as error:  # a partial clone without its remote, a full disk
        raise Impossible(error.message, error.hint) from error
    try:
        _fill(repo, commit, tree, tree.folder)
        with deferred_signals.delivered():  # a copy of large data can be stopped
            brought = _bring(repo, commit, tree, paths)
    except BaseException:
        temporary_worktree.remove(repo, tree)
        raise
    code = CodeFolder(tree.folder, brought.not_code, locks=(tree.handle,), beside=tree.home)
    return tree, code._replace(users_files=brought.users_files)


def replace_files(code: CodeFolder, files: OtherFiles) -> None:
    """Give files of a worktree the content of another commit.  Raises Impossible in the user's own tree."""
    if code.beside is None:
        raise Impossible("files are replaced in a worktree only", "leave out --in-place")
    specs = "".join(f":(top,literal){inside(path)}\0" for path in files.paths)
    options = ("--pathspec-from-file=-", "--pathspec-file-nul")
    tree = git.find(code.folder)
    # What the other commit lacks is deleted.
    words = ("restore", "--source", files.commit, "--worktree", *options)
    try:
        tree.read(*words, feed=os.fsencode(specs), shared=False)
    except git.GitError as error:
        raise Impossible(error.message, error.hint) from error


def users_tree(repo: git.Repo, run: RunRecord, commit: str) -> CodeFolder:
    """Return the user's own tree.  Raises Impossible if it is not at exactly the code that ran."""
    outputs = [*run.info.output_paths, *(item["path"] for item in run.outputs)]
    chosen = settings.from_config(git.parse_config(repo.config().output()))
    with tempfile.TemporaryDirectory(prefix="gittrack-") as scratch:
        captured = capture.capture_code(
            repo, tree_inspection.start(repo), Path(scratch), chosen, outputs
        )
    if captured.tree is None or captured.tree != _tree(repo, commit):
        raise Impossible(
            f"this work tree is not at the code that ran, {commit[:12]}",
            "leave out --in-place, or make a worktree: git track checkout RUN",
        )
    return CodeFolder(repo.work_tree or "", outputs)


def _tree(repo: git.Repo, commit: str) -> str:
    content = next(git.read_objects(repo, [commit])) or b""
    return content.partition(b"\n")[0].decode().removeprefix("tree ")


def inside(path: str) -> str:
    """Return a recorded path.  Raises Impossible if it leads out of the tree, because it is forged then."""
    check_words("path", [path])
    plain = "/".join(part for part in path.split("/") if part not in ("", "."))
    if not os.path.isabs(path) and plain and paths.fault(plain):
        raise Impossible(f"its path {path} leads out of its code", "do not trust this run")
    return path


def check_words(kind: str, words: Sequence[str]) -> None:
    """Raise Impossible for text that no process and no file system takes, because it is forged then."""
    for word in words:
        try:
            is_valid = b"\0" not in os.fsencode(word)
        except UnicodeEncodeError:
            is_valid = False
        if not is_valid:
            raise Impossible(f"its {kind} has {word!r:.60} in it", "do not trust this run")


def links(repo: git.Repo) -> tuple[str, ...]:
    """Return the paths that ``track.link`` names, which are linked into a worktree besides the data."""
    return settings.words(git.parse_config(repo.config().output()), "track.link")


def code_of_worktree(
    repo: git.Repo, folder: str, imports: Sequence[str], others: Sequence[tuple[str, str]] = ()
) -> tuple[redirect.Redirect, dict[str, str]]:
    """Return what makes a command use a worktree: replacements for its words, and variables.

    Parameters
    ----------
    repo
        The repository with the user's tree.
    folder
        The worktree.
    imports
        The folders that the Pythons of the user import from.  They are in the user's tree after
        ``pip install -e``, or with an absolute path in PYTHONPATH.
    others
        Further paths, each with its replacement.
    """
    top = repo.work_tree
    if not top:
        return redirect.Redirect(), {}
    replace = redirect.to_worktree(top, folder, others)
    variables = replace.variables(os.environ)
    if os.path.islink(os.path.join(folder, ".venv")):
        variables["UV_NO_SYNC"] = (
            "1"  # `uv run` would install the worktree into the user's environment
        )
    first = redirect.import_folders(top, folder, imports)
    rest = variables.get("PYTHONPATH", os.environ.get("PYTHONPATH"))
    entries = dict.fromkeys([*first, *(rest.split(os.pathsep) if rest else [])])
    return replace, {**variables, **({"PYTHONPATH": os.pathsep.join(entries)} if entries else {})}


def _bring(
    repo: git.Repo,
    commit: str,
    tree: temporary_worktree.TemporaryWorktree,
    candidates: Sequence[str],
) -> shared_files.Brought:
    """Bring what git ignores from the user's tree into a worktree.

    Raises Impossible for a path that would be made outside the folder of the worktree.
    """
    top = repo.work_tree
    if not top:
        return shared_files.Brought()
    trees = shared_files.TreePair(top, tree.folder, tree.home)
    try:
        links = worktree.symbolic_links(repo, commit)
        return shared_files.bring_all(trees, repo.common_dir, candidates, links)
    except TrackError as error:
        raise Impossible(error.message, error.hint) from error
    except OSError as error:
        raise Impossible(
            f"data could not be copied into the worktree: {error.strerror}",
            f"check {error.filename}",
        ) from error


def start_folder(
    repo: git.Repo, code: CodeFolder, path: str, folders: Sequence[str] | None = None
) -> str:
    """Return the folder in which the command starts; make it if git does not track it.

    The untracked ``folders`` that the run had (paths from the root) are made too; if None, those that the
    user's tree has.  Raises Impossible for a path that leads out of the code.
    """
    folder = os.path.normpath(os.path.join(code.folder, path))
    if code.beside is None or not repo.work_tree:
        return folder
    trees = shared_files.TreePair(repo.work_tree, code.folder, code.beside)
    try:
        if not os.path.lexists(folder):
            os.makedirs(trees.target(path))
        shared_files.make_folders(trees, folders)
    except TrackError as error:
        raise Impossible(error.message, error.hint) from error
    except OSError as error:
        raise Impossible(
            f"the folder {path} cannot be made: {error.strerror}", "run it by hand"
        ) from error
    return folder


def _fill(
    repo: git.Repo, commit: str, tree: temporary_worktree.TemporaryWorktree, folder: str
) -> None:
    """Give each submodule its code from the user's copy; nothing is fetched.

    A submodule that is not checked out in the user's tree stays empty.
    """
    top = repo.work_tree or ""
    if not os.path.exists(os.path.join(top, ".gitmodules")):
        return
    for path, oid in worktree.links(repo, commit):
        if not os.path.exists(os.path.join(top, path, ".git")):
            continue
        module = git.find(os.path.join(top, path))
        if git.missing_objects(module, [oid]):
            raise Impossible(
                f"the submodule {path} does not have the commit {oid[:12]} that ran",
                f"bring it: git -C {path} fetch",
            )
        target = os.path.join(folder, path)
        temporary_worktree.make_inner(module, oid, tree, target)
        _fill(module, oid, tree, target)
