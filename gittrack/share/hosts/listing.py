"""Which remote runs go to, and what git lists of it; with few imports, because mostly nothing is new."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError, did_you_mean
from gittrack.core.registry import names as registry
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import NamedTuple
from gittrack.share import transport
from gittrack.share.hosts.ref_names import RefNames

_PATTERNS = (
    f"{layout.RUNS}*",
    f"{layout.SWEEPS}*",
    f"{layout.LIVE_RUNS}*",
    layout.NOTES,
    layout.ARCHIVE,
    f"{registry.TAGS}*",
    f"{registry.STAGES}*",
)
LAYOUTS = ("direct", "branches")
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


def choose(config: Mapping[str, str], name: str | None) -> str:
    """Return the name of the chosen remote; raise TrackError as `remotes.chosen`."""
    existing = names_in(config)
    chosen = name or config.get("track.remote")
    if chosen and chosen not in existing:
        raise TrackError(
            f"there is no remote {chosen!r}", did_you_mean(chosen, existing, _existing(existing))
        )
    if not existing:
        raise TrackError("this repository has no remote", _ADD)
    chosen = chosen or default(config)
    if chosen is None:
        hint = f"choose it for good: git config track.remote NAME; {_existing(existing)}"
        raise TrackError("there are several remotes and none is named origin", hint)
    return chosen


def default(config: Mapping[str, str]) -> str | None:
    """Return the name of the remote that runs go to if nobody names one; None if several could be meant."""
    existing = names_in(config)
    alone = next(iter(existing)) if len(existing) == 1 else None
    return config.get("track.remote") or ("origin" if "origin" in existing else alone)


def list_refs(repo: git.Repo, name: str | None = None, *, unattended: bool = False) -> RemoteRefs:
    """Ask the chosen remote for its refs.

    Raises
    ------
    TrackError
        If there is no such remote, or if it cannot be reached.
    """
    settings = repo.config().output()
    config = git.parse_config(settings)
    remote = choose(config, name)
    names = ref_names(config, remote)
    both = [RefNames(is_branch).on_host(ref) for ref in _PATTERNS for is_branch in (False, True)]
    patterns = dict.fromkeys(both) if names is None else _PATTERNS
    route = transport.Route(remote, names or RefNames())
    text = transport.list_refs(repo, route, *patterns, unattended=unattended)
    return RemoteRefs(remote, text, names, settings)


def ref_names(config: Mapping[str, str], remote: str) -> RefNames | None:
    """Return how refs are named on a remote by the setting ``remote.<name>.gittrackRefs``, if there is one.

    Raises
    ------
    TrackError
        If the setting has another value than ``branches`` or ``direct``.
    """
    key = f"remote.{remote}.gittrackrefs"
    value = config.get(key)
    if value not in (None, *LAYOUTS):
        raise TrackError(f"{key} is {value!r}", f"it is one of {', '.join(LAYOUTS)}")
    return None if value is None else RefNames(as_branches=value == "branches")


def _existing(existing: frozenset[str]) -> str:
    return f"there are: {', '.join(sorted(existing))}" if existing else _ADD


def names_in(config: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the remotes in a configuration: as `git remote`, each that has a setting."""
    sections = (key.rpartition(".")[0] for key in config if key.startswith("remote."))
    return frozenset(filter(None, (section[len("remote.") :] for section in sections)))
