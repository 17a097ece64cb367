"""The worktree of a launcher, which its trials use one after the other.

Each trial begins in the same files.  What the trial before wrote is removed, ignored files too; if that trial
changed or deleted a file, or if a process that it started still runs, the next one gets a new worktree.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import contextmanager
from gittrack.disk import folder_state, read_only
from gittrack.git import temporary_worktree
from gittrack.git.temporary_worktree import TemporaryWorktree
from gittrack.launch import family
from gittrack.record.code.known_code import KnownCode
from gittrack.reproduce import deferred_signals, rerun_worktree, shared_files
from gittrack.reproduce.rerun_worktree import CodeFolder


class Isolation(NamedTuple):
    """A separate worktree: the commit to check out, and the paths to link from the user's tree."""

    commit: str
    links: tuple[str, ...] = ()


class TrialWorktree:
    """A worktree with the code of a sweep.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    commit : str
        The commit to check out.
    links : tuple of str
        Paths that are brought from the user's tree.
    path : str
        The folder in which commands start, from the top of the tree.

    Attributes
    ----------
    code : CodeFolder
        The worktree.
    start : str
        The folder in which commands start.
    repo : git.Repo
        The worktree as a repository.
    known_code : KnownCode
        Its code, as the first trial in it recorded it.
    run_id : str or None
        The run of the last trial, which used the worktree to its end.
    """

    def __init__(self, repo: git.Repo, commit: str, links: tuple[str, ...], path: str) -> None:
        read_only.preload()  # else each command would do it after its fork
        self.shared = repo
        self.tree: TemporaryWorktree
        self.code: CodeFolder
        self.sources = _stamps(repo, links)
        self.tree, self.code = rerun_worktree.make(repo, commit, links)
        try:
            self.start = rerun_worktree.start_folder(repo, self.code, path)
            self.repo = git.find(self.start)
            modules = map(git.find, temporary_worktree.inner_folders(self.tree))
            git_dirs = [module.git_dir for module in (self.repo, *modules)]
            self.state = folder_state.read([self.tree.home, *git_dirs])
        except BaseException:
            self.remove()
            raise
        self.known_code = KnownCode()
        self.run_id: str | None = None

    def is_clean(self, repo: git.Repo, links: tuple[str, ...]) -> bool:
        """Remove what the last trial wrote; return whether the worktree is as a new one would be."""
        return (
            self.run_id is not None
            and not family.members(0, f"GITTRACK_RUN={self.run_id}")
            and self.sources == _stamps(repo, links)
            and folder_state.restore(self.state)
        )

    def remove(self) -> None:
        """Remove the worktree with all that is in it."""
        temporary_worktree.remove(self.shared, self.tree)


class TrialWorktrees:
    """Gives each trial of a launcher a worktree, the same one as long as it is clean."""

    def __init__(self) -> None:
        self.key: tuple[Any, ...] = ()
        self.current: TrialWorktree | None = None

    @contextmanager
    def use(
        self, repo: git.Repo, commit: str, links: tuple[str, ...], path: str
    ) -> Iterator[TrialWorktree]:
        """Give a worktree to a trial, which sets ``run_id`` of it at its end; see `TrialWorktree`."""
        with deferred_signals.deferred():
            tree = self._clean(repo, commit, links, path)
            tree.run_id = None
            try:
                with deferred_signals.delivered():
                    yield tree
            finally:
                # What it wrote needs no room while the launcher waits.  The next trial looks again.
                if tree.run_id is None or not folder_state.restore(tree.state):
                    self.close()

    def _clean(
        self, repo: git.Repo, commit: str, links: tuple[str, ...], path: str
    ) -> TrialWorktree:
        key = (repo.common_dir, commit, links, path)
        if self.current is not None and (self.key != key or not self.current.is_clean(repo, links)):
            self.close()
        if self.current is None:
            self.key, self.current = key, TrialWorktree(repo, commit, links, path)
        return self.current

    def close(self) -> None:
        """Remove the worktree."""
        current, self.current = self.current, None
        if current is not None:
            current.remove()


def _stamps(repo: git.Repo, links: tuple[str, ...]) -> dict[str, tuple[int, ...] | None]:
    """Return what shows that something in the user's tree changed from which worktrees are filled."""
    top = repo.work_tree or ""
    paths = (path for link in links for path in _with_content(os.path.join(top, link)))
    return {path: _stamp(path) for path in paths}


def _with_content(path: str) -> Iterator[str]:
    """Yield a path and those below it; an environment is one link in a worktree, so its files are shared."""
    yield path
    if shared_files.is_environment(path):
        return
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name != ".git"]
        yield from (os.path.join(folder, name) for name in (*folders, *names))


def _stamp(path: str) -> tuple[int, ...] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mode, status.st_size, status.st_ctime_ns
