"""A run commit: its tree, its ref, and the proof that both are there to stay."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.disk import trust
from gittrack.git import objects, refs, signing
from gittrack.record.journal import Journal
from gittrack.record.publish import collect, running_gc, tree

PATIENCE_SECONDS = 2.0
_TRIES = 10


class Published(NamedTuple):
    """A run that is safe in git; ``notes`` are things that its user should know."""

    ref: str
    commit: str
    info: run_info.RunInfo
    notes: tuple[str, ...] = ()


def publish(
    repo: git.Repo,
    journal: Journal,
    end: Mapping[str, Any],
    author: str,
    patience: float = PATIENCE_SECONDS,
    *,
    sign: bool = False,
) -> Published:
    """Commit a journal and remove it; safe to repeat after a death at any point.

    ``end`` holds the facts of the end (status, ended, duration_s, ...).  Objects are written and
    flushed, the ref is made with an expected old value, the closure is checked, and only then does
    the journal go: not while a garbage collection is under way that may not have seen the ref, for
    the end of which we wait ``patience`` seconds.  ``sign`` has git sign the commit.

    Raises TrackError or OSError with the journal untouched.
    """
    state = journal.state()
    facts = {k: v for k, v in {**state.facts, **end}.items() if v not in (None, [], "")}
    resumes = facts.pop("resumes", None)
    contents, notes = collect.collect(journal.folder, facts, state)
    snapshot = str(journal.folder / layout.OBJECTS)
    published, settled = write_run(
        repo, contents, author, resumes=resumes, objects_of=snapshot, patience=patience, sign=sign
    )
    with contextlib.suppress(OSError):  # without a home, `git track reproduce` asks first
        trust.remember(published.commit)
    if settled:
        remove(journal)
    return published._replace(notes=(*notes, *published.notes))


def write_run(
    repo: git.Repo,
    contents: tree.RunContents,
    author: str,
    *,
    resumes: str | None = None,
    objects_of: str | None = None,
    patience: float = PATIENCE_SECONDS,
    sign: bool = False,
) -> tuple[Published, bool]:
    """Commit a run that is given as values, whoever recorded it, and make its ref.

    ``resumes`` is the commit of the same run that this one continues, ``objects_of`` a folder of loose git
    objects that the run needs, such as those of its snapshot.  Returns also whether all objects are there to
    stay: False if a garbage collection was still at work after ``patience`` seconds, so that the same call
    must be made again later.

    Raises TrackError or OSError, also if the ref exists and is another run.
    """
    facts = dict(contents.facts)
    store = objects.Store(git.object_store_path(repo), repo.hash_name)
    ref = layout.run_ref(facts["experiment"], facts["id"])
    parents, lost = _parents(repo, store, facts.get("code") or {}, resumes)
    if lost:
        facts["parents_lost"] = lost
    contents = contents._replace(facts=facts)
    message = tree.message(facts, contents.params, contents.metrics)
    signed = _Signing(repo, store, author, sign)

    def write() -> str:
        store.written.clear()
        if objects_of:
            store.adopt(objects_of)
        moment = run_info.from_iso(facts["ended"])
        return signed.commit(tree.write(store, contents), parents, moment, message)

    for left in reversed(range(_TRIES)):
        commit = write()
        try:
            commit = _point(repo, ref, commit, resumes)
            break
        except git.GitError:  # it may be that a prune was quicker than we
            if not left or not _lost(repo, store.missing(), store):
                raise
    settled = settle(repo, store, write, patience)
    summaries = {name: metric.to_dict() for name, metric in contents.metrics.items()}
    info = run_info.from_facts(facts, contents.params, summaries, commit=commit, ref=ref)
    return Published(ref, commit, info, signed.notes), settled


def _parents(
    repo: git.Repo, store: objects.Store, code: Mapping[str, Any], resumes: str | None
) -> tuple[list[str], list[str]]:
    """Return the parents of the commit: the code, and the commit that is resumed; and those that are lost."""
    parents = [p for p in (code.get("snapshot") or code.get("commit"), resumes) if p]
    lost = _lost(repo, [p for p in parents if p != code.get("snapshot")], store)
    return [p for p in parents if p not in lost], lost


class _Signing:
    """Writes run commits, signed where that is wanted; a key that fails costs the signature, not the run.

    One content is signed once: a signature made anew would be another commit.
    """

    def __init__(self, repo: git.Repo, store: objects.Store, author: str, wanted: bool) -> None:
        self.repo, self.store, self.author, self.wanted = repo, store, author, wanted
        self.made: dict[tuple[object, ...], bytes] = {}
        self.notes: tuple[str, ...] = ()

    def commit(self, tree: str, parents: list[str], seconds: float, message: str) -> str:
        key = (tree, *parents, message)
        if self.wanted and not self.notes and key not in self.made:
            try:
                made = signing.commit(self.repo, tree, parents, self.author, seconds, message)
                self.made[key] = made
            except TrackError as error:
                self.notes = (f"the run is not signed: {error}",)
        if key in self.made:
            return self.store.keep(b"commit", self.made[key])
        return self.store.commit(tree, parents, self.author, seconds, message)


def remove(journal: Journal) -> None:
    """Remove a published journal: out of sight first, so that no half of one is ever seen."""
    gone = journal.folder.with_name(f"{layout.REMOVING}{journal.id}-{os.getpid()}")
    journal.folder.rename(gone)
    journal.release()
    shutil.rmtree(gone, ignore_errors=True)


def _point(repo: git.Repo, ref: str, commit: str, resumes: str | None) -> str:
    """Make the ref and return the commit that it has."""
    try:
        refs.update(repo, ref, commit, resumes, "gittrack: publish")
    except git.GitError:
        there = [found.oid for found in refs.below(repo, ref) if found.name == ref]
        if there and there[0] and _same_run(repo, there[0], commit):
            return there[0]  # killed after this very step, an earlier time
        if there and there != [""] and there != [resumes]:
            raise TrackError(
                f"{ref} exists and is another commit than the journal's",
                f"compare them with: git show {ref}",
            )
        if there != [""]:
            raise
        refs.repair(repo, ref, commit)  # a zero-length ref file of a machine that lost power
    return commit


def _same_run(repo: git.Repo, there: str, commit: str) -> bool:
    """Say whether two commits have one tree and one code; who recovers a run may have another name."""
    one, other = (
        (content or b"").partition(b"\nauthor ")[0]
        for content in git.read_objects(repo, [there, commit])
    )
    return one == other != b""


def settle(
    repo: git.Repo, store: objects.Store, write: Callable[[], object], patience: float
) -> bool:
    """Check that every object is there; write again what a concurrent prune took.

    Returns False where a garbage collection goes on for longer than ``patience`` seconds: then the
    journal stays until the next `recover` has looked again.
    """
    deadline = time.monotonic() + patience
    collectors = running_gc.processes(repo.common_dir)  # later ones have seen the ref
    while True:
        over = not collectors
        for _ in range(_TRIES):
            if not _lost(repo, store.missing(), store):
                break
            write()
        else:
            raise TrackError("the run's objects keep vanishing", "stop the pruning, then recover")
        if over:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
        collectors &= running_gc.processes(repo.common_dir)


def _lost(repo: git.Repo, oids: list[str], store: objects.Store) -> list[str]:
    """Return the ids that are neither loose nor in a pack."""
    oids = [oid for oid in oids if not os.path.exists(store.path(oid))]
    return git.missing(repo, oids) if oids else []
