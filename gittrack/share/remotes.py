"""Which remote runs go to, and what it has."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import layout
from gittrack.core.secrets import redact_url
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.disk import folders
from gittrack.git import refs
from gittrack.share import transport
from gittrack.share.hosts.listing import (
    LAYOUTS,
    RemoteRefs,
    choose,
    default,
    list_refs,
    names_in,
    ref_names,
)
from gittrack.share.hosts.ref_names import RefNames, detect, listed


class Remote(NamedTuple):
    """What a remote has.

    Parameters
    ----------
    name : str
        Its name in git's configuration.
    url : str
        Where a push to it goes.
    refs : dict of str to str
        {ref: id} of its runs, sweeps, live runs, annotations, archive, tags and stages.
    names : RefNames
        How refs are named there.
    config : mapping of str to str
        Git's configuration here.
    """

    name: str
    url: str
    refs: dict[str, str]
    names: RefNames = RefNames()
    config: Mapping[str, str] = {}

    @property
    def is_default(self) -> bool:
        """Whether runs go to it if nobody names another one."""
        return self.name == default(self.config)

    @property
    def route(self) -> transport.Route:
        """How to reach it."""
        return transport.Route(self.name, self.names)

    def below(self, prefix: str) -> dict[str, str]:
        """Return {ref: id} of the refs below a prefix."""
        return {ref: oid for ref, oid in self.refs.items() if ref.startswith(prefix)}

    def exact(self, names: Iterable[str], runs: str = layout.RUNS) -> list[str]:
        """Return refspecs that fetch refs with the ids that were seen; runs go below ``runs``.

        Git looks for a name among all refs of a remote, which takes 30 s for 10,000 names; not for an id.
        """
        return [f"{self.refs[ref]}:{ref.replace(layout.RUNS, runs, 1)}" for ref in names]


def chosen(repo: git.Repo, name: str | None = None) -> tuple[str, str]:
    """Return the name and the URL of the remote that runs go to.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    name : str, optional
        The name that the user gave.  Default: ``track.remote``, else ``origin``, else the only remote.

    Raises
    ------
    TrackError
        If there is no such remote, or if several could be meant.
    """
    config = git.parse_config(repo.config().output())
    choice = choose(config, name)
    return choice, _push_url(repo, choice)


def _push_url(repo: git.Repo, remote: str) -> str:
    """Return where a push to a remote goes: ``pushurl`` and ``insteadOf`` count, several URLs are a list."""
    call = ("remote", "get-url", "--push", "--all", "--", remote)
    return ", ".join(os.fsdecode(repo.read(*call)).split("\n")[:-1])


def look(
    repo: git.Repo,
    name: str | None = None,
    *,
    unattended: bool = False,
    listing: RemoteRefs | None = None,
) -> Remote:
    """Return what the chosen remote has, by a listing of it or a new one.

    Raises
    ------
    TrackError
        If there is no such remote, or if it cannot be reached.
    """
    listing = listing or list_refs(repo, name, unattended=unattended)
    remote, names = listing.name, listing.names
    on_host = listed(os.fsdecode(listing.text))
    if names is None and (detected := detect(on_host)).as_branches:
        remember_ref_names(repo, remote, detected)
        names = detected
    here = (names or RefNames()).here
    refs = {here(ref): oid for ref, oid in on_host.items()}
    config = git.parse_config(listing.config)
    return Remote(remote, _push_url(repo, remote), refs, names or RefNames(), config)


def route(repo: git.Repo, remote: str) -> transport.Route:
    """Return how to reach a remote, without asking it."""
    config = git.parse_config(repo.config().output())
    return transport.Route(remote, ref_names(config, remote) or RefNames())


def remember_ref_names(repo: git.Repo, remote: str, names: RefNames) -> None:
    """Record how refs are named on a remote, in the configuration of this repository."""
    value = LAYOUTS[names.as_branches]
    repo.read("config", "--local", f"remote.{remote}.gittrackRefs", value)


def has_consent(repo: git.Repo, remote: str, url: str) -> bool:
    """Return whether the user agreed that runs go to this URL."""
    config = git.parse_config(repo.config().output())
    return config.get(_consent_key(remote)) in (redact_url(url), url)  # url: an earlier version


def remember_consent(repo: git.Repo, remote: str, url: str) -> None:
    """Record in the configuration of this repository that runs may go to this URL, without its password."""
    repo.read("config", "--local", _consent_key(remote), redact_url(url))


def _consent_key(remote: str) -> str:
    return f"remote.{remote}.gittrackpush"


def names_of(repo: git.Repo) -> frozenset[str]:
    """Return the names of the remotes."""
    return names_in(git.parse_config(repo.config().output()))


def refs_here(repo: git.Repo, *prefixes: str) -> dict[str, str]:
    """Return {ref: id} of the refs of this repository below prefixes, as they are now."""
    return {ref.name: ref.oid for ref in refs.now(repo, *prefixes)}


def pulled(repo: git.Repo) -> set[str]:
    """Return the run commits that came from a remote: a push does not send them again."""
    try:
        with open(_pulled_path(repo), encoding="ascii", errors="replace") as file:
            return set(file.read().split())
    except FileNotFoundError:
        return set()


def list_pulled(repo: git.Repo, commits: Sequence[str]) -> None:
    """Add run commits to those that came from a remote."""
    before = pulled(repo) if commits else set()
    new = [oid for oid in commits if oid not in before]
    if new:
        path = _pulled_path(repo)
        folders.make(os.path.dirname(path))
        with open(path, "a", encoding="ascii") as file:
            file.write("".join(f"{oid}\n" for oid in new))


def _pulled_path(repo: git.Repo) -> str:
    return layout.pulled_path(repo.common_dir)
