"""Runs with an object that is larger than the host takes: found before anything is sent.

The host would refuse them in the end, after all of it was uploaded, and with it the whole push.
"""

from __future__ import annotations

from itertools import pairwise

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.settings import parse_size
from gittrack.core.standard.collections import Collection, Sequence
from gittrack.read.runs.reader import Raw
from gittrack.share.hosts.limits import limits_of
from gittrack.share.remotes import Remote

_MOST_OBJECTS = 50  # each costs two processes
_MB = 1024**2


def oversized(repo: git.Repo, remote: Remote, runs: Sequence[Raw]) -> dict[str, str]:
    """Return {id of a run: why the remote would not take it}.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    remote : Remote
        The remote.  Its limit is ``remote.<name>.gittrackMaxObject``, else what its host documents.
    runs : sequence of Raw
        Runs that would be sent.

    Raises
    ------
    TrackError
        If the setting is not a size, or if very many objects are too large.
    """
    limit = max_object(repo, remote)
    commits = {str(raw.commit): raw.id for raw in runs}
    if limit is None or not commits:
        return {}
    objects = _objects_above(repo, remote, commits, limit)
    if len(objects) > _MOST_OBJECTS:
        problem = f"{len(objects)} files are larger than {remote.name} takes ({_megabytes(limit)})"
        raise TrackError(problem, WAY_OUT)
    reasons: dict[str, str] = {}
    uses = [(*_first_use(repo, oid, commits), size) for oid, size in objects.items()]
    # The code before the files of the run: the diff that a run holds is large because a file is.
    for commit, path, size in sorted(uses, key=lambda use: use[0] in commits):
        reason = f"{path} has {_megabytes(size)}, and {remote.name} takes {_megabytes(limit)}"
        for holder in _holders(repo, commit):
            if holder in commits:
                reasons.setdefault(commits[holder], reason)
    return reasons


WAY_OUT = (
    "send these runs to another remote (git track push RUN --remote NAME), or record them with "
    "large files in the store: git config track.maxArtifactSize 50m"
)


def max_object(repo: git.Repo, remote: Remote) -> int | None:
    """Return the size in bytes of the largest object that a remote takes; None if it is not known."""
    key = f"remote.{remote.name}.gittrackmaxobject"
    text = remote.config.get(key)
    return limits_of(remote.url).max_object if text is None else parse_size(key, text)


def _objects_above(
    repo: git.Repo, remote: Remote, commits: Collection[str], limit: int
) -> dict[str, int]:
    """Return {id: size} of the files above a limit that commits need and the remote lacks."""
    sides = (*commits, *(f"^{oid}" for oid in set(remote.refs.values())))
    feed = "".join(f"{oid}\n" for oid in sides)
    call = ("rev-list", "--objects", "--no-object-names", "--quiet", "--ignore-missing")
    options: tuple[str, ...] = (
        f"--filter=blob:limit={limit + 1}",
        "--filter-print-omitted",
        "--missing=allow-any",
    )
    options += ("--stdin", "--not", f"--remotes={remote.name}")
    lines = repo.read(*call, *options, feed=feed.encode()).decode().split("\n")
    large = [line[1:] for line in lines if line.startswith("~")]
    feed = "".join(f"{oid}\n" for oid in large)
    form = "--batch-check=%(objectname) %(objectsize)"
    sizes = (
        repo.read("cat-file", form, feed=feed.encode()).decode().split("\n")[:-1] if large else []
    )
    return {oid: int(size) for oid, _, size in (line.partition(" ") for line in sizes)}


def _first_use(repo: git.Repo, oid: str, commits: Collection[str]) -> tuple[str, str]:
    """Return the commit that brought a file, and the path of the file."""
    call = (
        "log",
        f"--find-object={oid}",
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        "-m",
        "--root",
    )
    options = ("--format=%x00commit %H", "--diff-filter=d", "--reverse", "--stdin")
    feed = "".join(f"{commit}\n" for commit in commits).encode()
    words = repo.read(*call, *options, feed=feed).decode(errors="replace").split("\0")
    commit = ""
    for word, path in pairwise(words):
        if word.strip().startswith("commit "):
            commit = word.strip().removeprefix("commit ")
        elif f" {oid} " in word:  # `:mode mode old new A`
            return commit, path
    return commit, oid


def _holders(repo: git.Repo, commit: str) -> list[str]:
    """Return the commits of runs from which a commit is reached."""
    call = ("for-each-ref", "--format=%(objectname)", f"--contains={commit}", "refs/runs/")
    return repo.read(*call).decode().split("\n") if commit else []


def _megabytes(size: int) -> str:
    return f"{size / _MB:.0f} MB" if size >= _MB else f"{size} bytes"
