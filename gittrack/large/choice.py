"""Which store large content goes to and comes from.

This is ``track.store`` if it is set, else Git LFS at the remote.  Files of a run, such as its ``.lfsconfig``,
do not count; of the user's own project, only the URL of the server does.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_url
from gittrack.core.standard.collections import Mapping
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import transfer
from gittrack.large.folder_store import FolderStore
from gittrack.large.fsspec_store import FsspecStore
from gittrack.large.lfs_store import LfsStore
from gittrack.large.receiving import Progress
from gittrack.large.transfer import Failures

_EXAMPLE = "choose a store: git config track.store /mnt/team/artifacts"


class RemoteStore(Protocol):
    """A store for large content, outside of this repository: its ``name`` for people, and its ``address``."""

    name: str
    address: str

    def send(self, files: Mapping[Pointer, Path], progress: Progress) -> Failures:
        """Send files that it lacks; return the reason for each that was not sent."""

    def bring(self, contents: list[Pointer], here: ContentStore, progress: Progress) -> Failures:
        """Bring contents into the store of this repository; return the reasons of those that did not come."""


class _OfFiles:
    """A store of single files."""

    def __init__(self, files: transfer.FileStore, address: str) -> None:
        self.files, self.name, self.address = files, files.name, address

    def send(self, files: Mapping[Pointer, Path], progress: Progress) -> Failures:
        return transfer.send(self.files, files, progress)

    def bring(self, contents: list[Pointer], here: ContentStore, progress: Progress) -> Failures:
        return transfer.bring(self.files, contents, here, progress)


def of_repo(
    repo: git.Repo, remote: str | None = None, *, pushing: bool = False, unattended: bool = False
) -> RemoteStore:
    """Return the store for the large content of a repository.

    Parameters
    ----------
    repo : Repo
        The repository.
    remote : str, optional
        The remote that the runs go to or come from.  Default: ``track.remote``, else ``origin``, else the
        only one.
    pushing : bool, default False
        Whether content is sent.  A remote may have another URL for it.
    unattended : bool, default False
        Whether nobody can answer a prompt.

    Raises
    ------
    TrackError
        If ``track.store`` cannot be used, or if there is neither a store nor a remote.
    """
    config = git.parse_config(repo.config().output())
    if location := config.get("track.store"):
        return _at(location)
    name = remote or _default_remote(config)
    if name is None:
        raise TrackError(
            "this repository has neither a remote nor a store for large files", _EXAMPLE
        )
    option = ("--push",) if pushing else ()
    url = os.fsdecode(repo.read("remote", "get-url", *option, "--", name)).split("\n")[0]
    server = _lfs_server(config, name, pushing=pushing)
    local = None if server else _local_repository(repo, url)
    if local is not None:
        folder = local / "lfs" / "objects"
        return _OfFiles(FolderStore(folder, name, local), str(folder))
    of_project = None if server else _server_of_project(repo, name, pushing=pushing)
    address = redact_url(server or of_project or url)
    return LfsStore(repo, name, address, unattended=unattended, server=of_project)


def _default_remote(config: Mapping[str, str]) -> str | None:
    names = [
        key[len("remote.") : -len(".url")]
        for key in config
        if key.startswith("remote.") and key.endswith(".url")
    ]
    chosen = config.get("track.remote") or ("origin" if "origin" in names else None)
    return chosen or (names[0] if len(names) == 1 else None)


def _lfs_server(config: Mapping[str, str], remote: str, *, pushing: bool) -> str | None:
    """Return the URL of a Git LFS server that the user configured; None for the one of the remote."""
    names = ("lfspushurl", "lfsurl") if pushing else ("lfsurl",)
    keys = [f"remote.{remote}.{name}" for name in names]
    keys += ["lfs.pushurl", "lfs.url"] if pushing else ["lfs.url"]
    return next((config[key] for key in keys if config.get(key)), None)


def _server_of_project(repo: git.Repo, remote: str, *, pushing: bool) -> str | None:
    """Return the URL of a Git LFS server in the ``.lfsconfig`` of the project; None if there is none.

    Only the one that is committed on the branch of the main worktree counts, which the user has checked out.
    The code of a run is in a worktree of its own, or has no branch.
    """
    git_dir = ("--git-dir", repo.common_dir)
    if git.Call([*git_dir, "symbolic-ref", "--quiet", "HEAD"]).wait().code != 0:
        return None
    answer = git.Call([*git_dir, "config", "--blob", "HEAD:.lfsconfig", "--list", "-z"]).wait()
    config = git.parse_config(answer.out) if answer.code == 0 else {}
    server = _lfs_server(config, remote, pushing=pushing)
    return server if server and _SERVER.fullmatch(server) else None


_SERVER = re.compile(r"(https?|ssh)://[A-Za-z0-9_\[][!-~]*")


def _at(location: str) -> RemoteStore:
    """Return the store at the value of ``track.store``."""
    if "://" in location and not location.startswith("file://"):
        files = FsspecStore(location)
        return _OfFiles(files, files.name)
    if location.startswith("file://"):
        parts = urlsplit(location)
        if parts.netloc not in ("", "localhost"):
            raise TrackError(f"the store {location!r} is on another machine", _EXAMPLE)
        location = unquote(parts.path)
    folder = Path(location).expanduser()
    if not folder.is_absolute():
        raise TrackError(f"the setting track.store is {location!r}, not an absolute path", _EXAMPLE)
    return _OfFiles(FolderStore(folder, str(folder), folder), str(folder))


def _local_repository(repo: git.Repo, url: str) -> Path | None:
    """Return the git directory of a remote on this machine; None for another remote."""
    path = unquote(urlsplit(url).path) if url.startswith("file:///") else url
    if "://" in path or ":" in path.partition("/")[0]:
        return None
    location = Path(repo.work_tree or repo.common_dir, path)
    candidates = (location / ".git", location, location.with_name(f"{location.name}.git"))
    for folder in candidates:
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
            return folder
    return None
