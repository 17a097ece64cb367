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

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import names
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.git import refs
from gittrack.read.index import ref_files
from gittrack.share.hosts.listing import RemoteRefs, list_refs
from gittrack.version import __version__

PUSH = "push"  # the call without options
PLACES = (*layout.SHARED, *names.PLACES)  # where the refs are that a push or a pull reads
_HERE = (*layout.SHARED, names.TAGS, names.STAGES)
# Below `layout.home`: what came from a remote, what waits for a push, and large files.
_FILES = ("pulled", "expected", layout.WAITING, "sent", layout.STORE)
_PROJECT = "HEAD:.lfsconfig"  # as committed on the branch of the main worktree
_MOST_LINES = 16  # remembered calls: with other options, or of other remotes


class Sides(NamedTuple):
    """Both sides of a push or a pull, before it begins.

    Parameters
    ----------
    listing : RemoteRefs
        What the remote has.
    here : tuple of str
        What counts of this side; empty if it is not known well enough to be remembered.
    digest : str
        A digest of both sides and of the call; empty if nothing is remembered of it.
    """

    listing: RemoteRefs
    here: tuple[str, ...]
    digest: str


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
    here = _here(repo) if call else ()  # a later change here must not count as looked at
    listing = list_refs(repo, remote, unattended=unattended)
    if not here:
        return Sides(listing, here, "")
    digest = blake2b(digest_size=16)
    words = (__version__, call, listing.name, *here)
    for part in (listing.config, listing.text, *map(os.fsencode, words)):
        digest.update(b"%d " % len(part))
        digest.update(part)
    return Sides(listing, here, digest.hexdigest())


def _here(repo: git.Repo) -> tuple[str, ...]:
    """Return what counts of this side as words; nothing if runs go on here, whose state is in no ref."""
    if _has_live_runs(repo):
        return ()
    files = list(_stamps(repo))
    project = _read_project(repo, files)
    refs_here = _refs_here(repo)
    answers = [os.fsdecode(reading.wait().out) for reading in project]
    return (*refs_here, *files, *answers) if refs_here else ()


def _refs_here(repo: git.Repo) -> tuple[str, ...]:
    """Return the state of the refs here; nothing if one is broken, or if git writes them just now.

    Git lists them only if its own files do not tell enough.
    """
    files = ref_files.look(repo.common_dir, *_HERE, *_tags_of_remotes(repo))
    if files is None:
        lines, broken = refs.listing(repo, *PLACES, fresh=True)
        return () if broken else ("listed", lines)
    loose = "\n".join(f"{oid} {name}" for name, oid in sorted(files.loose.items()))
    return (files.stamp, loose) if files.settled else ()


def _tags_of_remotes(repo: git.Repo) -> list[str]:
    """Return the folders of tags that plain git fetched for remotes, see `names.PLACES`."""
    try:
        remotes = os.listdir(f"{repo.common_dir}/{names.REMOTES}")
    except FileNotFoundError:
        return []
    return [f"{names.REMOTES}{remote}/tags/" for remote in remotes]


def recall(repo: git.Repo, sides: Sides) -> int | None:
    """Return the number that was remembered with this state of both sides; None if there is none."""
    lines = _lines(repo) if sides.digest else []
    numbers = (line.partition(" ")[2] for line in lines if line.startswith(f"{sides.digest} "))
    return next((int(number) for number in numbers if number.isdecimal()), None)


def remember(repo: git.Repo, sides: Sides | None, number: int) -> None:
    """Remember that there was nothing to do, with a ``number`` that is printed.

    If this side has changed since the look, what was worked out may be of a later state: it is forgotten.
    """
    if sides is not None and sides.digest and sides.here == _here(repo):
        from gittrack.disk import folders  # noqa: PLC0415 - only the first push of nothing writes

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
