"""Try what a remote takes: push one hidden ref, see that the remote lists it, and delete it again."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import layout
from gittrack.core.fast_typing import NamedTuple
from gittrack.share import remotes, transport

_LIMITS = (  # what hosts document; the first name that is part of the URL counts
    ("github.com", "100 MB a file, 2 GB a push; up to 5,000 refs are recommended"),
    ("gitlab", "large numbers of refs are slow"),
    ("bitbucket", "its hooks run on every ref"),
    ("dev.azure.com", "100 MB a file, 5 GB a push"),
    ("codeup", "heads and tags only"),
)


class ProbeResult(NamedTuple):
    """What a remote takes.

    Parameters
    ----------
    remote, url : str
        The remote.
    accepts : bool
        Whether it accepts and lists refs outside of branches and tags.
    reason : str
        Why it does not accept them, in its words.
    limits : str
        What the host documents; empty if it is not known.
    """

    remote: str
    url: str
    accepts: bool
    reason: str = ""
    limits: str = ""


def probe(repo: git.Repo, name: str | None = None) -> ProbeResult:
    """Try one ref on a remote.

    Parameters
    ----------
    repo : git.Repo
        The repository.  An empty commit is pushed, nothing of the user's.
    name : str, optional
        The remote.  Default: see `remotes.chosen`.

    Raises
    ------
    TrackError
        If there is no such remote, or if it cannot be reached.
    """
    remote, url = remotes.chosen(repo, name)
    ref = f"{layout.RUNS}gittrack-probe/{os.urandom(4).hex()}"
    source = _empty_commit(repo)
    update = transport.push_one(repo, remote, f"{source}:{ref}")
    limits = limits_of(url)
    if not update.accepted:
        return ProbeResult(remote, url, accepts=False, reason=update.reason, limits=limits)
    listed = ref in transport.remote_refs(repo, remote, ref)
    transport.push(repo, remote, [f":{ref}"])
    reason = "" if listed else "it accepts such a ref but does not list it"
    return ProbeResult(remote, url, accepts=listed, reason=reason, limits=limits)


def _empty_commit(repo: git.Repo) -> str:
    """Make a commit without files and parents, by nobody: hosts keep what was pushed once."""
    tree = repo.read("mktree", feed=b"").decode().strip()
    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    env = {f"GIT_{name}": "gittrack" for name in names}
    call = repo.call("commit-tree", tree, "-m", "gittrack: a probe", env=env, shared=True)
    return call.output().decode().strip()


def limits_of(url: str) -> str:
    """Return the documented limits of the host of a URL; empty if they are not known."""
    return next((text for host, text in _LIMITS if host in url.lower()), "")
