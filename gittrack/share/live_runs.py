"""The live runs of a remote: fetch their latest states, and remove those of runs that have ended.

A state only repeats what a journal has, so it is overwritten and deleted without asking.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.git import refs
from gittrack.share import remotes, transport
from gittrack.share.remotes import Remote

_MOST = 200  # runs; the newest are fetched


def going_on(remote: Remote) -> dict[str, str]:
    """Return {ref: id} of the runs that go on and that the remote does not have as ended ones."""
    runs = {}
    for ref, oid in remote.below(layout.LIVE_RUNS).items():
        parsed = layout.parse_run_ref(ref, layout.LIVE_RUNS)
        if parsed is not None and layout.run_ref(*parsed) not in remote.refs:
            runs[ref] = oid
    return dict(sorted(runs.items(), key=lambda pair: pair[0][-24:], reverse=True)[:_MOST])


def receive(
    repo: git.Repo,
    remote: Remote,
    here: Mapping[str, str] | None = None,
    *,
    unattended: bool = False,
) -> int:
    """Fetch the states of the runs that go on, forget those of other runs, and return how many go on.

    The states that are here are among ``here``, {ref: id}, if they were listed already.

    Raises
    ------
    GitError
        If the refs here cannot be changed.  A state that cannot be fetched is left out.
    """
    theirs = {layout.tracking_ref(remote.name, ref): oid for ref, oid in going_on(remote).items()}
    folder = f"{layout.TRACKING}{remote.name}/live/"
    listed = remotes.refs_here(repo, folder) if here is None else here
    states = {ref: oid for ref, oid in listed.items() if ref.startswith(folder)}
    refspecs = [
        f"+{ref}:{layout.tracking_ref(remote.name, ref)}"
        for ref, oid in going_on(remote).items()
        if states.get(layout.tracking_ref(remote.name, ref)) != oid
    ]
    if (
        not states.keys() <= theirs.keys()
    ):  # another process may have changed them since the listing
        now = remotes.refs_here(repo, folder)
        ended = [f"delete {ref}\0{oid}" for ref, oid in now.items() if ref not in theirs]
        refs.transact(repo, ended, "gittrack: a live run ended")
    transport.fetch(repo, remote.route, refspecs, unattended=unattended)
    return len(theirs)


def remove(
    repo: git.Repo, remote: Remote, run_refs: Iterable[str], *, unattended: bool = False
) -> None:
    """Delete the states of runs on a remote that it has as ended runs now."""
    states = [f"{layout.LIVE_RUNS}{ref.removeprefix(layout.RUNS)}" for ref in run_refs]
    existing = [f":{ref}" for ref in states if ref in remote.refs]
    if existing:
        transport.push(repo, remote.route, existing, unattended=unattended)
