"""Remember that a push or a pull had nothing to do: as long as nothing changes, it is not worked out again.

What is remembered is a digest of all that decides what a push or a pull does: the refs that the remote
lists, the refs and gittrack's own files here, git's configuration, and the server of large files that the
project names.  Whatever changes, the digest is another one, and everything is looked at again.  So the file
can be deleted at any time, and hides nothing.
"""

from __future__ import annotations

import os
from _blake2 import (
    blake2b,
)  # `hashlib` loads OpenSSL, which takes longer than git takes to list the refs
from collections.abc import Iterator, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry import names
from gittrack.disk import folders
from gittrack.git import refs
from gittrack.share import remotes
from gittrack.version import __version__

PUSH = "push"  # the call without options
PLACES = (*layout.SHARED, *names.PLACES)  # where the refs are that a push or a pull reads
# Below `layout.home`: what came from a remote, what waits for a push, and large files.
_FILES = ("pulled", "expected", layout.WAITING, "sent", layout.STORE)
_PROJECT = "HEAD:.lfsconfig"  # as committed on the branch of the main worktree
_MOST_LINES = 16  # remembered calls: with other options, or of other remotes


class Sides(NamedTuple):
    """Both sides of a push or a pull, before it begins.

    Parameters
    ----------
    listing : remotes.RemoteRefs
        What the remote has.
    before : refs.Listing
        The refs here.
    digest : str
        A digest of both sides and of the call; empty if runs go on here, whose state is in no ref.
    """

    listing: remotes.RemoteRefs
    before: refs.Listing
    digest: str

    def here(self) -> dict[str, str]:
        """Return {ref: id} of the refs here below `PLACES`, as they were at first."""
        return {ref.name: ref.oid for ref in refs.parse(self.before)}


def look(repo: git.Repo, remote: str | None, call: str, *, unattended: bool = False) -> Sides:
    """Return both sides of a push or a pull.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    remote : str or None
        The name of the remote.  None: see `remotes.chosen`.
    call : str
        What is done, with all options that decide the outcome.  Empty: nothing is remembered of it.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Raises
    ------
    TrackError
        If there is no such remote, or if it cannot be reached.
    """
    before = refs.listing(repo, *PLACES)  # a later change here must not count as looked at
    files = list(_stamps(repo))
    project = _read_project(repo, files) if call else []
    listing = remotes.list_refs(repo, remote, unattended=unattended)
    answers = [answer.out for answer in (reading.wait() for reading in project)]
    if not call or before[1] or _has_live_runs(repo):
        return Sides(listing, before, "")
    digest = blake2b(digest_size=16)
    words = (__version__, call, listing.name, before[0], *files)
    for part in (listing.config, listing.text, *answers, *map(os.fsencode, words)):
        digest.update(b"%d " % len(part))
        digest.update(part)
    return Sides(listing, before, digest.hexdigest())


def recall(repo: git.Repo, sides: Sides) -> int | None:
    """Return the number that was remembered with this state of both sides; None if there is none."""
    lines = _lines(repo) if sides.digest else []
    numbers = (line.partition(" ")[2] for line in lines if line.startswith(f"{sides.digest} "))
    return next((int(number) for number in numbers if number.isdecimal()), None)


def remember(repo: git.Repo, sides: Sides | None, number: int) -> None:
    """Remember that there was nothing to do, with a ``number`` that is printed."""
    if sides is not None and sides.digest:
        lines = [f"{sides.digest} {number}", *_lines(repo)][:_MOST_LINES]
        folders.keep(_path(repo), "".join(f"{line}\n" for line in lines).encode())


def _stamps(repo: git.Repo) -> Iterator[str]:
    """Yield the path, size and time of each file that counts."""
    home = layout.home(repo.common_dir)
    paths = [f"{home}/{name}" for name in _FILES]
    while paths:
        path = paths.pop()
        try:
            paths += [f"{path}/{name}" for name in sorted(os.listdir(path))]
        except NotADirectoryError:
            status = os.stat(path)
            yield f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ino}"
        except FileNotFoundError:
            continue


def _read_project(repo: git.Repo, files: Sequence[str]) -> list[git.Call]:
    """Begin to read which server of large files the project names, see `large.choice`; if there are any."""
    store = f"{layout.home(repo.common_dir)}/{layout.STORE}/"
    if not any(stamp.startswith(store) for stamp in files):
        return []
    calls = (("symbolic-ref", "--quiet", "HEAD"), ("rev-parse", "--quiet", "--verify", _PROJECT))
    return [git.Call(["--git-dir", repo.common_dir, *call]) for call in calls]


def _has_live_runs(repo: git.Repo) -> bool:
    try:
        return any(map(layout.is_id, os.listdir(layout.live_dir(repo.common_dir))))
    except FileNotFoundError:
        return False


def _lines(repo: git.Repo) -> list[str]:
    try:
        with open(_path(repo), encoding="ascii", errors="replace") as file:
            return file.read(1 << 16).split("\n")[:-1]
    except OSError:
        return []


def _path(repo: git.Repo) -> str:
    return f"{layout.cache_dir(repo.common_dir)}/nothing-new"
