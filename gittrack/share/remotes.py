"""Which remote runs go to, and what it has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.fast_typing import NamedTuple
from gittrack.core.registry import names
from gittrack.disk import folders
from gittrack.git import refs
from gittrack.share import transport
from gittrack.share.hosts.ref_names import RefNames, detect, listed

_PATTERNS = (
    f"{layout.RUNS}*",
    f"{layout.SWEEPS}*",
    f"{layout.LIVE_RUNS}*",
    layout.NOTES,
    layout.ARCHIVE,
    f"{names.TAGS}*",
    f"{names.STAGES}*",
)
_LAYOUTS = ("direct", "branches")
_ADD = "add one: git remote add origin URL"


class RemoteRefs(NamedTuple):
    """What git lists of a remote, before anything of it is read.

    Parameters
    ----------
    name : str
        The name of the remote.
    text : bytes
        Lines of ids and names of its refs.
    names : RefNames or None
        How refs are named there; None if it is not known yet.
    config : bytes
        Git's configuration here, as git lists it.
    """

    name: str
    text: bytes
    names: RefNames | None
    config: bytes


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
        return self.name == _default(self.config)

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
    choice = _choice(config, name)
    return choice, _push_url(repo, choice)


def _choice(config: Mapping[str, str], name: str | None) -> str:
    """Return the name of the chosen remote; raise TrackError as `chosen`."""
    existing = names_in(config)
    choice = name or config.get("track.remote")
    if choice and choice not in existing:
        raise TrackError(
            f"there is no remote {choice!r}", did_you_mean(choice, existing, _listing(existing))
        )
    if not existing:
        raise TrackError("this repository has no remote", _ADD)
    choice = choice or _default(config)
    if choice is None:
        hint = f"choose it for good: git config track.remote NAME; {_listing(existing)}"
        raise TrackError("there are several remotes and none is named origin", hint)
    return choice


def _default(config: Mapping[str, str]) -> str | None:
    """Return the name of the remote that runs go to if nobody names one; None if several could be meant."""
    existing = names_in(config)
    alone = next(iter(existing)) if len(existing) == 1 else None
    return config.get("track.remote") or ("origin" if "origin" in existing else alone)


def _push_url(repo: git.Repo, remote: str) -> str:
    """Return where a push to a remote goes: ``pushurl`` and ``insteadOf`` count, several URLs are a list."""
    call = ("remote", "get-url", "--push", "--all", "--", remote)
    return ", ".join(os.fsdecode(repo.read(*call)).split("\n")[:-1])


def list_refs(repo: git.Repo, name: str | None = None, *, unattended: bool = False) -> RemoteRefs:
    """Ask the chosen remote for its refs.

    Raises
    ------
    TrackError
        If there is no such remote, or if it cannot be reached.
    """
    settings = repo.config().output()
    config = git.parse_config(settings)
    remote = _choice(config, name)
    names = _ref_names(config, remote)
    both = [RefNames(is_branch).on_host(ref) for ref in _PATTERNS for is_branch in (False, True)]
    patterns = dict.fromkeys(both) if names is None else _PATTERNS
    route = transport.Route(remote, names or RefNames())
    text = transport.list_refs(repo, route, *patterns, unattended=unattended)
    return RemoteRefs(remote, text, names, settings)


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
    return transport.Route(remote, _ref_names(config, remote) or RefNames())


def _ref_names(config: Mapping[str, str], remote: str) -> RefNames | None:
    """Return how refs are named on a remote by the setting ``remote.<name>.gittrackRefs``, if there is one.

    Raises
    ------
    TrackError
        If the setting has another value than ``branches`` or ``direct``.
    """
    key = f"remote.{remote}.gittrackrefs"
    value = config.get(key)
    if value not in (None, *_LAYOUTS):
        raise TrackError(f"{key} is {value!r}", f"it is one of {', '.join(_LAYOUTS)}")
    return None if value is None else RefNames(as_branches=value == "branches")


def remember_ref_names(repo: git.Repo, remote: str, names: RefNames) -> None:
    """Record how refs are named on a remote, in the configuration of this repository."""
    value = _LAYOUTS[names.as_branches]
    repo.read("config", "--local", f"remote.{remote}.gittrackRefs", value)


def _listing(existing: frozenset[str]) -> str:
    return f"there are: {', '.join(sorted(existing))}" if existing else _ADD


def has_consent(repo: git.Repo, remote: str, url: str) -> bool:
    """Return whether the user agreed that runs go to this URL."""
    config = git.parse_config(repo.config().output())
    return config.get(_consent_key(remote)) == url


def remember_consent(repo: git.Repo, remote: str, url: str) -> None:
    """Record that runs may go to this URL, in the configuration of this repository."""
    repo.read("config", "--local", _consent_key(remote), url)


def _consent_key(remote: str) -> str:
    return f"remote.{remote}.gittrackpush"


def names_of(repo: git.Repo) -> frozenset[str]:
    """Return the names of the remotes."""
    return names_in(git.parse_config(repo.config().output()))


def names_in(config: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the remotes in a configuration: as `git remote`, each that has a setting."""
    sections = (key.rpartition(".")[0] for key in config if key.startswith("remote."))
    return frozenset(filter(None, (section[len("remote.") :] for section in sections)))


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
