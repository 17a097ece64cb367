"""Fetch the commits of runs without their files, which is all that most queries need.

They go to a repository of its own, which is deleted afterwards: git makes a partial clone of a repository
that fetches so, and a commit without its files must not be taken for a run.
"""

from __future__ import annotations

import os
import tempfile
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.contextlib import contextmanager, suppress
from gittrack.disk import folders
from gittrack.share import transport
from gittrack.share.remotes import Remote

_FEW = 20  # runs that are fetched whole: another connection costs more
_PREFIX = "candidates-"
_STALE_SECONDS = 86400.0
_IGNORED = (
    b"filtering not recognized"  # git's warning about a host that sends everything all the same
)


@contextmanager
def fetched(
    repo: git.Repo, source: Remote, refs_there: Sequence[str], *, unattended: bool
) -> Iterator[git.Repo | None]:
    """Give a repository that has the commits of runs, and the objects of this one.

    It is None if there are few runs, if the host does not leave files out, or if git refuses a run: then the
    runs have to be fetched whole.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    source : Remote
        The remote.
    refs_there : sequence of str
        The refs of the runs.
    unattended : bool
        Whether nobody can answer a prompt.
    """
    if len(refs_there) < _FEW:
        yield None
        return
    with temporary(repo) as light:
        has_commits = _fetch(light, source, refs_there[:1], unattended) and _fetch(
            light, source, refs_there[1:], unattended
        )
        if has_commits:
            borrow(light, repo)
        yield light if has_commits else None


def borrow(light: git.Repo, repo: git.Repo) -> None:
    """Give a temporary repository the objects of the one that it was made for.

    Parameters
    ----------
    light : git.Repo
        The temporary repository.
    repo : git.Repo
        The other one.
    """
    with open(f"{light.common_dir}/objects/info/alternates", "w", encoding="utf-8") as file:
        file.write(f"{git.object_store_path(repo)}\n")


@contextmanager
def temporary(repo: git.Repo) -> Iterator[git.Repo]:
    """Give an empty repository, which reaches remotes as this one does, and is deleted afterwards.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    """
    home = layout.home(repo.common_dir)
    folders.make(home)
    _remove_stale(home)
    # Inside of this repository, so that settings of git for folders count there, too.
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=home, ignore_cleanup_errors=True) as path:
        yield _begin(repo, path)


def _remove_stale(home: str) -> None:
    """Remove what pulls left that were killed."""
    for name in os.listdir(home):
        path = f"{home}/{name}"
        with suppress(FileNotFoundError):  # another pull ended meanwhile
            if name.startswith(_PREFIX) and time.time() - os.stat(path).st_mtime > _STALE_SECONDS:
                folders.remove(path)


def _begin(repo: git.Repo, path: str) -> git.Repo:
    """Make an empty repository, which reaches remotes as this one does: with the same settings and folder."""
    kind = f"--object-format={repo.hash_name}"
    git.Call(["init", "--quiet", "--bare", "--template=", kind, path]).output()
    settings = [f"{repo.common_dir}/config", f"{repo.git_dir}/config.worktree"]
    with open(f"{path}/config", encoding="utf-8") as file:
        own = file.read()
    with open(f"{path}/config", "w", encoding="utf-8") as file:
        for name in filter(os.path.exists, settings):
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')
            file.write(f'[include]\n\tpath = "{quoted}"\n')
        file.write(f"{own}[core]\n\thooksPath = /dev/null\n")
    os.makedirs(f"{path}/objects/info", exist_ok=True)
    # A relative URL starts at the folder in which git runs.
    return git.find(path)._replace(work_tree=repo.work_tree or repo.common_dir)


def _fetch(light: git.Repo, source: Remote, refs_there: Sequence[str], unattended: bool) -> bool:
    """Fetch the commits of runs; return whether they came, and nothing else."""
    refspecs = source.exact(refs_there)
    answer = transport.fetch(light, source.route, refspecs, unattended=unattended, only="commits")
    return answer.code == 0 and _IGNORED not in answer.err
