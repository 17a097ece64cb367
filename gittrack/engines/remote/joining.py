"""Find a sweep that meets on a git remote, join it as a worker, or ask it to stop."""

from __future__ import annotations

import sys
from typing import NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Sequence
from gittrack.engines import remote_repository, worker_folder
from gittrack.engines.links import ProcessLink
from gittrack.engines.remote import post as posts
from gittrack.engines.remote.carrier import Carrier, WorkerTerms
from gittrack.engines.task import Location
from gittrack.git import refs
from gittrack.share import remotes, transport
from gittrack.share.transport import Route
from gittrack.sweeping import find
from gittrack.sweeping.stored import Sweep


class MeetingRemote(NamedTuple):
    """A remote on which sweeps may meet: its name, its absolute URL, and how to reach it."""

    name: str
    url: str
    route: Route


class WorkerRequest(NamedTuple):
    """What the user asks of a worker.

    Attributes
    ----------
    places : int
        How many trials run at once.
    gpus : tuple of str
        The GPUs to assign to trials, one each.
    setup : str
        The content of the file of ``--setup``.
    """

    places: int
    gpus: tuple[str, ...] = ()
    setup: str = ""


def remote_of(repo: git.Repo, name: str | None) -> MeetingRemote:
    """Return the remote with a name, or the one of runs.  Raises TrackError if there is none."""
    choice, _ = remotes.chosen(repo, name)
    return MeetingRemote(
        choice, remote_repository.absolute_url(repo, choice), remotes.route(repo, choice)
    )


def bring_sweeps(repo: git.Repo, remote: MeetingRemote) -> None:
    """Fetch the sweeps of a remote with their code.  Raises TrackError if it cannot be reached."""
    theirs = transport.remote_refs(repo, remote.route, f"{layout.SWEEPS}*")
    here = {ref.name: ref.oid for ref in refs.now(repo, layout.SWEEPS)}
    new = [ref for ref in theirs if layout.parse_sweep_ref(ref) and here.get(ref) != theirs[ref]]
    transport.fetch(repo, remote.route, [f"{theirs[ref]}:{ref}" for ref in new])


def find_sweep(repo: git.Repo, address: str, remote: str | None) -> Sweep:
    """Return the sweep of an address: here, or else on the remote of runs; on ``remote`` if it is given.

    Raises TrackError as `find.find`.
    """
    if remote is None:
        try:
            return find.find(repo, address)
        except TrackError:
            if not remotes.names_of(repo):
                raise
    bring_sweeps(repo, remote_of(repo, remote))
    return find.find(repo, address)


def messages(repo: git.Repo, remote: MeetingRemote, sweep_id: str) -> list[str]:
    """Return the names of the messages of a sweep on a remote; [] if no process runs it there."""
    prefix = f"{posts.NAMESPACE}{sweep_id}/"
    theirs = transport.remote_refs(repo, remote.route, f"{prefix}*")
    return [ref.removeprefix(prefix) for ref in theirs]


def is_open(repo: git.Repo, remote: MeetingRemote, sweep_id: str) -> bool:
    """Return whether a process opened a sweep to workers on a remote, and did not end it."""
    return posts.latest(messages(repo, remote, sweep_id), posts.TO)[0] > 0


def join(
    repo: git.Repo,
    remote: MeetingRemote,
    sweep: Sweep,
    request: WorkerRequest,
    note: Callable[[str], None],
) -> int:
    """Work for a sweep until it ends; return the exit status.

    Raises
    ------
    TrackError
        If no process runs the sweep on the remote, or if a setup file is missing.
    """
    folder = worker_folder.make()
    try:
        post = posts.Post(repo, remote.route, remote.url, sweep.id, folder.path / "messages")
        _check(post, remote, sweep, request)
        location = Location(
            folder=repo.work_tree or "",
            common_dir=repo.common_dir,
            token="",
            url=remote.url,
            as_branches=remote.route.names.as_branches,
            data=repo.work_tree or "",
        )
        terms = WorkerTerms(sweep.id, sweep.commit, location, request.setup)
        words = ["__worker", str(request.places), *request.gpus]
        argv: Sequence[str] = [sys.executable, "-m", "gittrack", *words]
        link = ProcessLink(argv, "this machine", request.places)
        return Carrier(post, link, terms, note).serve()
    finally:
        worker_folder.remove(folder)


def _check(post: posts.Post, remote: MeetingRemote, sweep: Sweep, request: WorkerRequest) -> None:
    names = post.fetch(posts.TO)
    number, name = posts.latest(names, posts.TO)
    again = f"git track sweep resume {sweep.id[16:]} --engine workers --meet remote"
    if not number:
        raise TrackError(
            f"no process runs the sweep {sweep.id} on {remote.name}", f"start one: {again}"
        )
    (document,) = post.read([names[name]])
    if document.get("setup") and not request.setup:
        raise TrackError(
            "the sweep has a setup file, which its workers are not sent",
            "name the one of this machine: git track worker SWEEP --setup FILE",
        )


def ask_to_stop(repo: git.Repo, remote: MeetingRemote, sweep: Sweep, request: str) -> bool:
    """Ask the process of a sweep on a remote, and its workers, to stop; return whether there may be any.

    Raises TrackError if the remote cannot be reached or refuses.
    """
    if not is_open(repo, remote, sweep.id):
        return False
    ref = f"{posts.NAMESPACE}{sweep.id}/{posts.STOP}/{request}"
    update = transport.push_one(repo, remote.route, f"+{sweep.commit}:{ref}", unattended=True)
    if not update.accepted:
        raise TrackError(f"{remote.name} refused to pass this on: {update.reason}", "try it again")
    return True
