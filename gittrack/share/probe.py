"""Try what a remote takes: push one hidden ref, see that the remote lists it, and delete it again."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.typing import NamedTuple
from gittrack.share import remotes, transport
from gittrack.share.hosts.limits import limits_of
from gittrack.share.hosts.ref_names import RefNames


class ProbeResult(NamedTuple):
    """What a remote takes.

    Parameters
    ----------
    remote, url : str
        The remote.
    direct : str
        Why it does not accept or list refs outside of branches and tags; empty if it does.
    branches : str or None
        Why it does not accept or list branches; empty if it does, None if they were not needed.
    limits : str
        What the host documents; empty if it is not known.
    """

    remote: str
    url: str
    direct: str = ""
    branches: str | None = None
    limits: str = ""

    @property
    def accepts(self) -> bool:
        """Whether runs can go there."""
        return not self.direct or self.branches == ""


def probe(repo: git.Repo, name: str | None = None) -> ProbeResult:
    """Try one ref on a remote, and a branch if it is refused; if that works, runs go there as branches.

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
    direct = _refusal(repo, transport.Route(remote))
    branches = None
    if direct:
        as_branches = RefNames(as_branches=True)
        branches = _refusal(repo, transport.Route(remote, as_branches))
        if not branches:
            remotes.remember_ref_names(repo, remote, as_branches)
    return ProbeResult(remote, url, direct, branches, limits_of(url).words)


def _refusal(repo: git.Repo, route: transport.Route) -> str:
    """Return why a remote does not accept or list a ref of an empty commit; empty if it does."""
    ref = f"{layout.RUNS}gittrack-probe/{os.urandom(4).hex()}"
    update = transport.push_one(repo, route, f"{_empty_commit(repo)}:{ref}")
    if not update.accepted:
        return update.reason
    is_listed = ref in transport.remote_refs(repo, route, ref)
    transport.push(repo, route, [f":{ref}"])
    return "" if is_listed else "it accepts such a ref but does not list it"


def _empty_commit(repo: git.Repo) -> str:
    """Make a commit without files and parents, by nobody: hosts keep what was pushed once."""
    tree = repo.read("mktree", feed=b"").decode().strip()
    names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    env = {f"GIT_{name}": "gittrack" for name in names}
    call = repo.call("commit-tree", tree, "-m", "gittrack: a probe", env=env, shared=True)
    return call.output().decode().strip()
