"""Runs meet on a git remote, for machines that share no file system.

A worker works in a clone of its own, below the cache folder of the user.  It fetches the ref of the sweep,
which has the code, and pushes a result by making its ref: the push says that the ref must not exist, so that
of several attempts one is accepted.  The process of the sweep fetches results and pushes the runs with their
order.  Each such push also moves ``refs/sweeps/order/<sweep>`` from the commit that this process put there.
So a second process takes over, and the first one stops.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TypeVar

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard.collections import Callable, Collection, Mapping
from gittrack.disk import lock
from gittrack.engines.remote import clones
from gittrack.engines.remote.grouped_push import GroupedPush
from gittrack.engines.task import Location
from gittrack.git import objects, refs, temporary_worktree
from gittrack.record.machine.author import author
from gittrack.share import remotes, transport
from gittrack.share.background import automatic
from gittrack.share.hosts import limits
from gittrack.share.hosts.ref_names import RefNames
from gittrack.share.transport import Route
from gittrack.sweeping.delivery import attempts, results
from gittrack.sweeping.delivery.results import Delivery

_PATIENCE_SECONDS = 1800.0  # for a remote that cannot be reached
_LONGEST_PAUSE = 30.0
T = TypeVar("T")


def absolute_url(repo: git.Repo, remote: str) -> str:
    """Return where a remote is, as any folder of this machine can use it."""
    url = os.fsdecode(repo.read("remote", "get-url", "--", remote)).removesuffix("\n")
    if "://" not in url and (url.startswith((".", "/")) or ":" not in url):
        return os.path.abspath(os.path.join(repo.work_tree or repo.common_dir, url))
    return url


def patiently(action: Callable[[], T], warn: Callable[[str], None] = lambda text: None) -> T:
    """Do something with a remote; while git fails, such as without a network, try again for half an hour."""
    deadline, pause = time.monotonic() + _PATIENCE_SECONDS, 0.5
    while True:
        try:
            return action()
        except git.GitError as error:
            if time.monotonic() > deadline:
                raise
            warn(f"the git remote cannot be reached, and is tried again: {error.message}")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def clone(location: Location, sweep_id: str, commit: str) -> git.Repo:
    """Return a clone of a remote on this machine that has the code of a sweep.

    Raises TrackError if the remote cannot be reached, or does not have this commit of the sweep.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    name = hashlib.sha256(location.url.encode()).hexdigest()[:16]
    folder = os.path.join(cache, "gittrack", "clones", name)
    clones.remove_unused(os.path.dirname(folder))
    with lock.holding(f"{folder}.lock"):
        clones.note_use(folder)
        if not os.path.exists(os.path.join(folder, "HEAD")):
            git.Call(["init", "--quiet", "--bare", folder]).output()
        repo = git.find(folder)
        temporary_worktree.clear_all(repo)  # of trials that were killed; nothing else looks here
        ref = layout.sweep_ref(sweep_id)
        route = Route(location.url, RefNames(location.as_branches))
        if git.missing_objects(repo, [commit]):
            answer = transport.fetch(repo, route, [f"+{ref}:{ref}"], unattended=True)
            if git.missing_objects(repo, [commit]):
                text = answer.err.decode(errors="replace").strip().partition("\n")[0]
                raise TrackError(
                    f"the host {os.uname().nodename} cannot fetch the sweep: {text or 'it is not there'}",
                    f"try it there: git ls-remote {location.url}",
                )
    return repo


class RemoteWorker:
    """What a worker does with the runs of its trials.

    Parameters
    ----------
    repo : git.Repo
        A clone.
    location : Location
        Where runs meet.
    sweep_id : str
        The sweep.
    """

    def __init__(self, repo: git.Repo, location: Location, sweep_id: str) -> None:
        self.repo, self.sweep_id = repo, sweep_id
        self.results = ""  # they are made on the remote
        self.route = Route(location.url, RefNames(location.as_branches))
        self.outgoing = GroupedPush(repo, self.route, limits.seconds_between_pushes(location.url))

    def is_ending(self) -> bool:
        """Return False: the engine says when trials must end."""
        return False

    def deliver(self, info: RunInfo, *, counts: bool) -> bool:
        """Push a run; return False if its trial has another result.  Tries again while the remote is down."""
        assert info.sweep is not None
        assert info.commit is not None
        assert info.ref is not None
        if counts:
            commits = {layout.result_ref(self.sweep_id, info.sweep.trial): info.commit}
        else:
            commits = {info.ref: info.commit}
            if attempts.is_interrupted(info):
                attempt = layout.attempt_ref(self.sweep_id, info.sweep.trial, info.id)
                commits[attempt] = info.commit
        with clones.undelivered(self.repo.common_dir, info.id):
            return patiently(lambda: self.outgoing.push(commits))

    def bring(self, ref: str, commit: str) -> None:
        """Fetch an earlier run, from which a trial continues.  Raises TrackError if the remote lacks it."""
        if git.missing_objects(self.repo, [commit]):
            transport.fetch(self.repo, self.route, [f"+{ref}:{ref}"], unattended=True)
        if git.missing_objects(self.repo, [commit]):
            raise TrackError(
                f"the earlier run {ref} is not on the remote", "push it: git track push"
            )


class RemoteSweep:
    """What the process of a sweep does with the results of its workers.

    Parameters
    ----------
    repo : git.Repo
        The repository of this process.
    sweep_id, experiment : str
        The sweep, and the experiment of its runs.
    warn : callable
        Prints a warning.

    Raises
    ------
    TrackError
        If there is no remote, if nobody agreed yet that runs go there, or if it cannot be reached.
    """

    def __init__(
        self, repo: git.Repo, sweep_id: str, experiment: str, warn: Callable[[str], None]
    ) -> None:
        self.repo, self.sweep_id, self.warn = repo, sweep_id, warn
        self.experiment = experiment
        self.remote = automatic.check_consent(repo)
        self.route = remotes.route(repo, self.remote)
        self.order_ref = f"{layout.SWEEPS}order/{sweep_id}"
        self.author = author(git.parse_config(repo.config().output()))
        theirs = transport.remote_refs(repo, self.route, self.order_ref)
        self.last = theirs.get(self.order_ref, "")
        self.continues = bool(self.last)  # an earlier process began the sweep
        if self.last:
            transport.fetch(repo, self.route, [f"+{self.last}:{self.order_ref}"])
        update = transport.push_one(repo, self.route, layout.sweep_ref(sweep_id))
        if not update.accepted:
            raise TrackError(
                f"{self.remote} refused the sweep: {update.reason}", "see: git track push"
            )
        self._push([])

    def location(self, base: Location) -> Location:
        """Return where workers find the remote, which do not see this file system."""
        url = absolute_url(self.repo, self.remote)
        return base._replace(token="", url=url, as_branches=self.route.names.as_branches)

    def fetch(self, keys: Collection[str]) -> Mapping[str, Delivery]:
        """Return the results of trials, as far as they were delivered: {key: result}."""
        names = {layout.result_ref(self.sweep_id, key): key for key in keys}
        return patiently(lambda: self._fetch(names), self.warn) if names else {}

    def _fetch(self, names: Mapping[str, str]) -> dict[str, Delivery]:
        theirs = transport.remote_refs(self.repo, self.route, *names, unattended=True)
        theirs = {ref: oid for ref, oid in theirs.items() if ref in names}
        refspecs = [f"+{oid}:{ref}" for ref, oid in theirs.items()]
        answer = transport.fetch(self.repo, self.route, refspecs, unattended=True)
        if answer.code != 0:
            raise git.GitError(answer.err.decode(errors="replace").strip().partition("\n")[0], "")
        return {names[ref]: Delivery(names[ref], oid) for ref, oid in theirs.items()}

    def interrupted(self, key: str) -> list[RunInfo]:
        """Bring the attempts of a trial that were ended from outside, as far as they were delivered."""
        patiently(lambda: self._fetch_attempts(key), self.warn)
        return attempts.interrupted(self.repo, self.sweep_id, key)

    def _fetch_attempts(self, key: str) -> None:
        prefix = layout.attempt_ref(self.sweep_id, key, "")
        theirs = transport.remote_refs(self.repo, self.route, f"{prefix}*", unattended=True)
        pairs = [(ref.removeprefix(prefix), oid) for ref, oid in theirs.items()]
        refspecs = [
            f"{oid}:{layout.run_ref(self.experiment, run_id)}"
            for run_id, oid in pairs
            if layout.is_id(run_id)
        ]
        transport.fetch(self.repo, self.route, refspecs, unattended=True)

    def publish(self, runs: Collection[RunInfo]) -> None:
        """Push the runs that have an order now.

        Raises TrackError if another process runs the sweep: it has moved the ref of the order.
        """
        if runs:
            self._push([f"{run.commit}:{run.ref}" for run in runs])

    def _push(self, refspecs: list[str]) -> None:
        store = objects.Store(git.object_store_path(self.repo), self.repo.hash_name)
        host = f"{os.uname().nodename} {os.getpid()} {time.time_ns()}"
        parents = [self.last] if self.last else []
        tree = store.tree([])
        commit = store.commit(tree, parents, self.author, time.time(), f"sweep order\n\n{host}\n")
        patiently(lambda: self._try(commit, refspecs), self.warn)
        refs.transact(self.repo, [f"update {self.order_ref}\0{commit}\0"], "gittrack: order")
        self.last = commit

    def _try(self, commit: str, refspecs: list[str]) -> None:
        updates = transport.push(
            self.repo,
            self.route,
            [*refspecs, f"{commit}:{self.order_ref}"],
            atomic=True,
            leases={self.order_ref: self.last},
            unattended=True,
        )
        refused = [update for update in updates if not update.accepted]
        if not refused:
            return
        current = transport.remote_refs(self.repo, self.route, self.order_ref, unattended=True)
        if current.get(self.order_ref, "") == commit:  # an earlier try arrived, but not its answer
            return
        if current.get(self.order_ref, "") != self.last:
            raise TrackError(
                f"another process runs the sweep {self.sweep_id} now: it took over on {self.remote}",
                "look at it: git track sweep show; only one process can run it",
            )
        raise TrackError(
            f"{self.remote} refused {refused[0].ref}: {refused[0].reason}", "see: git track push"
        )

    def close(self, *, done: bool) -> None:
        """Delete the refs of the results if the sweep is done: its runs have them all."""
        if not done:
            return
        prefixes = layout.result_ref(self.sweep_id, ""), layout.attempts_prefix(self.sweep_id)
        patterns = [f"{prefix}*" for prefix in prefixes]
        theirs = transport.remote_refs(self.repo, self.route, *patterns, unattended=True)
        if theirs:
            transport.push(self.repo, self.route, [f":{ref}" for ref in theirs], unattended=True)
        results.forget(self.repo, self.sweep_id)
