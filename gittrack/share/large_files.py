"""The large files of runs: sent before the runs, and brought after them."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.errors import TrackError
from gittrack.core.registry import names
from gittrack.core.standard.collections import Callable, Collection, Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple
from gittrack.disk import content_store, folders
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.git import refs
from gittrack.large import needs, pointers, sent
from gittrack.large.receiving import Progress
from gittrack.read.runs.reader import Raw
from gittrack.share import remotes
from gittrack.share.remotes import Remote

if TYPE_CHECKING:  # see `_store`
    from gittrack.large.choice import RemoteStore

UNSENT = "its large file"  # how the reason begins why a run was not sent
Watch = Callable[[int], Progress]  # called with the total size in bytes; returns what counts them


def unwatched(size: int) -> Progress:
    """Count nothing."""
    return lambda count: None


class Shipment(NamedTuple):
    """The large content that goes with a push.

    Parameters
    ----------
    store : str
        What people call the place it goes to.
    contents : mapping of Pointer to tuple of str
        The run commits that need each content that is sent.  A file of the code under Git LFS has all new
        ones.
    absent : int
        How many contents of runs are neither here nor known to be there.
    problem : str
        Why there is no place for the content; empty if there is one.
    """

    store: str = ""
    contents: Mapping[Pointer, tuple[str, ...]] = MappingProxyType({})
    absent: int = 0
    problem: str = ""

    @property
    def size(self) -> int:
        """The size of all contents in bytes."""
        return sum(content.size for content in self.contents)


class Departed(NamedTuple):
    """How many large files were sent, and {run commit: reason} of the runs of which one was not."""

    number: int
    unsent: dict[str, str]


class Arrived(NamedTuple):
    """How many large files came, and (SHA-256, reason) of those that did not."""

    number: int = 0
    failed: tuple[tuple[str, str], ...] = ()


def plan(
    repo: git.Repo,
    commits: Callable[[], Collection[str]],
    remote: str,
    *,
    new: Sequence[str],
    unattended: bool = False,
) -> Shipment:
    """Return the content that run commits need and that the store of a remote did not take yet.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    commits : callable
        Returns the run commits, also those that the remote has.  Not called if there is nothing to send.
    remote : str
        The remote.
    new : sequence of str
        The run commits that it lacks.  Files of their code under Git LFS go with them, but for those that
        are in the branches of the remote.
    unattended : bool, default False
        Whether nobody can answer a prompt.
    """
    files = pointers.local(repo) if new else dict(_stored(repo))
    if not files:
        return Shipment()
    name, earlier, problem = "", set[str](), ""
    try:
        store = _store(repo, remote, pushing=True, unattended=unattended)
        name, earlier = store.name, sent.digests(repo.common_dir, store.address)
    except TrackError as error:
        problem = f"{error.message}; {error.hint}"
    unsent = {content for content in files if content.digest not in earlier}
    if not new and not unsent:
        return Shipment()
    needed: dict[Pointer, tuple[str, ...]] = {}
    for commit, contents in needs.of_commits(repo, list(commits())).items():
        for content in contents:
            if content.digest not in earlier:
                needed[content] = (*needed.get(content, ()), commit)
    of_code = (
        pointers.among(repo, unsent - needed.keys(), [*new, "--not", f"--remotes={remote}"])
        if new
        else ()
    )
    local = {content: by for content, by in needed.items() if content in files}
    absent = len(needed) - len(local)
    return Shipment(name, local | dict.fromkeys(of_code, tuple(new)), absent, problem)


def _store(
    repo: git.Repo, remote: str, *, pushing: bool = False, unattended: bool = False
) -> RemoteStore:
    from gittrack.large import choice  # noqa: PLC0415 - 20 ms that only large files need

    return choice.of_repo(repo, remote, pushing=pushing, unattended=unattended)


def _stored(repo: git.Repo) -> list[tuple[Pointer, Path]]:
    entries = ContentStore.of(repo.common_dir).listing()
    return [(Pointer(entry.name, entry.stat().st_size), Path(entry.path)) for entry in entries]


def of_push(
    repo: git.Repo,
    target: Remote,
    runs: Sequence[Raw],
    models: Collection[str] | None,
    unattended: bool,
) -> Shipment:
    """Return the large files of runs and of versions: also of those that the remote has without them."""

    def commits() -> dict[str, None]:
        versions = version_commits(repo, models) if models is None or models else []
        return dict.fromkeys([*(str(raw.commit) for raw in runs), *versions])

    new = [str(raw.commit) for raw in runs if target.refs.get(str(raw.ref)) != raw.commit]
    return plan(repo, commits, target.name, new=new, unattended=unattended)


def send(
    repo: git.Repo,
    shipment: Shipment,
    remote: str,
    watch: Watch,
    *,
    unattended: bool = False,
) -> Departed:
    """Send large content."""
    if not shipment.contents:
        return Departed(0, {})
    local = pointers.local(repo)
    files = {content: local[content] for content in shipment.contents if content in local}
    try:
        if shipment.problem:
            raise TrackError(shipment.problem, "")
        store = _store(repo, remote, pushing=True, unattended=unattended)
        failures = store.send(files, watch(shipment.size))
        failures |= {c: "it is not here any more" for c in shipment.contents if c not in files}
        sent.add(repo.common_dir, store.address, (c.digest for c in files if c not in failures))
    except TrackError as error:
        failures = dict.fromkeys(
            shipment.contents, "; ".join(filter(None, (error.message, error.hint)))
        )
    unsent = {
        commit: f"{UNSENT} {content.digest[:12]} was not sent: {reason}"
        for content, reason in failures.items()
        for commit in shipment.contents[content]
        if _needs(repo, commit, content)
    }
    return Departed(len(shipment.contents) - len(failures), unsent)


def refusals(repo: git.Repo, unsent: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (id of the run, reason), also for runs that the remote has already without the content."""
    here = remotes.refs_here(repo, layout.RUNS) if unsent else {}
    ids = {oid: ref.rpartition("/")[2] for ref, oid in here.items()}
    return [(ids.get(commit, commit[:12]), reason) for commit, reason in unsent.items()]


def _needs(repo: git.Repo, commit: str, content: Pointer) -> bool:
    """Return whether a run needs content: as an artifact, or in its code."""
    if content in needs.of_commits(repo, [commit]).get(commit, ()):
        return True
    code = git.resolve(repo, f"{commit}^1")
    return code is not None and bool(pointers.among(repo, [content], [f"{code}^{{tree}}"]))


def version_commits(repo: git.Repo, models: Collection[str] | None) -> list[str]:
    """Return the run commits of the events of models; None: of all models."""
    return [oid for model, oid in _events(repo) if models is None or model in models]


def sendable_models(
    repo: git.Repo, models: Collection[str] | None, unsent: Collection[str]
) -> Collection[str] | None:
    """Return the models without an event on one of the runs that are not sent; None for all models."""
    if not unsent or (models is not None and not models):
        return models
    events = _events(repo)
    blocked = {model for model, oid in events if oid in unsent}
    return {model for model, _ in events if models is None or model in models} - blocked


def _events(repo: git.Repo) -> list[tuple[str, str]]:
    pairs = (
        (names.parse_tag(ref.removeprefix(names.TAGS)), oid)
        for ref, oid in refs.peeled(repo)
        if ref.startswith(names.TAGS)
    )
    return [(mark.model, oid) for mark, oid in pairs if mark is not None]


def expect(repo: git.Repo, commits: Sequence[str]) -> None:
    """Write down run commits that are about to come, so that `bring` brings their content, now or later."""
    if commits:
        path = _pending_path(repo)
        folders.make(os.path.dirname(path))
        with open(path, "a", encoding="ascii") as file:
            file.write("".join(f"{commit}\n" for commit in commits))


def bring(repo: git.Repo, remote: str, watch: Watch, *, unattended: bool = False) -> Arrived:
    """Bring the large content of the run commits that are wanted, also by a pull that was interrupted.

    What does not come is not tried again by the next pull: `get` brings it.
    """
    pending = _pending(repo)
    if not pending:
        return Arrived()
    here = ContentStore.of(repo.common_dir)
    every = needs.of_runs(repo.fetching(), pending)  # plain git may have left files of them out
    missing = [content for content in every if here.content(content.digest) is None]
    failures: dict[Pointer, str] = {}
    try:
        fitting = _fitting(repo, here, missing)
        failures = dict.fromkeys((c for c in missing if c not in fitting), content_store.FULL)
        if fitting:
            store = _store(repo, remote, unattended=unattended)
            count = watch(sum(content.size for content in fitting))
            failures |= store.bring(fitting, here, count)
    except TrackError as error:
        failures |= dict.fromkeys(missing, error.message)
    os.unlink(_pending_path(repo))
    reasons = tuple((content.digest, reason) for content, reason in failures.items())
    return Arrived(len(missing) - len(failures), reasons)


def _fitting(repo: git.Repo, here: ContentStore, contents: Sequence[Pointer]) -> list[Pointer]:
    """Return the contents for which the store has room.  Raises TrackError for a wrong setting."""
    if not contents:
        return []
    limit = settings.from_config(git.parse_config(repo.config().output())).max_store_size
    used = sum(entry.stat().st_size for entry in here.listing())
    fitting = []
    for content in contents:
        if used + content.size <= limit:
            used += content.size
            fitting.append(content)
    return fitting


def _pending(repo: git.Repo) -> list[str]:
    try:
        with open(_pending_path(repo), encoding="ascii", errors="replace") as file:
            return list(dict.fromkeys(file.read().split()))
    except FileNotFoundError:
        return []


def _pending_path(repo: git.Repo) -> str:
    return os.path.join(layout.home(repo.common_dir), "expected")
