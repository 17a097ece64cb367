"""Journal -> commit: the tree of a run, its ref, and the proof that both are there to stay."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gittrack import git, objects, refs
from gittrack.core import layout, model
from gittrack.core.errors import TrackError
from gittrack.record import tree
from gittrack.record.journal import Journal

_PATIENCE_SECONDS = 2.0


class Published(NamedTuple):
    """A run that is safe in git; ``notes`` are things that its user should know."""

    ref: str
    commit: str
    info: model.RunInfo
    notes: tuple[str, ...] = ()


def publish(repo: git.Repo, journal: Journal, end: Mapping[str, Any], author: str) -> Published:
    """Commit a journal and remove it; safe to repeat after a death at any point.

    ``end`` holds the facts of the end (status, ended, duration_s, ...).  Objects are written and
    flushed, the ref is made with an expected old value, the closure is checked, and only then does
    the journal go.  Raises TrackError or OSError with the journal untouched.
    """
    state = journal.state()
    facts = {**state.facts, **end}
    resumes = facts.pop("resumes", None)
    store = objects.Store(git.open_object_store(repo), repo.hash_name)
    ref = layout.run_ref(facts["experiment"], facts["id"])
    code = facts.get("code") or {}
    parents = [p for p in (code.get("snapshot") or code.get("commit"), resumes) if p]
    lost = _lost(repo, [p for p in parents if p != code.get("snapshot")], store)
    if lost:
        facts["parents_lost"] = lost
        parents = [p for p in parents if p not in lost]

    def write() -> tuple[str, tree.Contents]:
        store.adopt(str(journal.folder / layout.OBJECTS))
        found = tree.write(store, journal.folder, facts, state)
        message = tree.message(facts, state.params, found.metrics)
        moment = model.from_iso(facts["ended"])
        return store.commit(found.tree, parents, author, moment, message), found

    commit, found = write()
    _point(repo, ref, commit, resumes)
    settled = _settle(repo, store, write)
    if settled:
        remove(journal)
    summaries = {name: metric.to_dict() for name, metric in found.metrics.items()}
    info = model.run_info(facts, state.params, summaries, commit=commit, ref=ref)
    return Published(ref, commit, info, found.notes)


def remove(journal: Journal) -> None:
    """Remove a published journal: out of sight first, so that no half of one is ever seen."""
    gone = journal.folder.with_name(f".gone-{journal.id}-{os.getpid()}")
    journal.folder.rename(gone)
    journal.release()
    shutil.rmtree(gone, ignore_errors=True)


def _point(repo: git.Repo, ref: str, commit: str, resumes: str | None) -> None:
    try:
        refs.update(repo, ref, commit, resumes, "gittrack: publish")
    except git.GitError:
        there = [found.oid for found in refs.below(repo, ref) if found.name == ref]
        if there == [commit]:
            return  # killed after this very step, an earlier time
        if there and there != [""] and there != [resumes]:
            raise TrackError(
                f"{ref} exists and is another commit than the journal's",
                f"compare them with: git show {ref}",
            )
        if there == [""]:  # a zero-length ref file of a machine that lost power
            refs.repair(repo, ref, commit)
            return
        raise


def _settle(repo: git.Repo, store: objects.Store, write: Callable[[], object]) -> bool:
    """Check that every object is there; write again what a concurrent prune took.

    Returns False where a garbage collection goes on for longer than we wait: then the journal stays
    until the next `recover` has looked again.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    pid_file = os.path.join(repo.common_dir, "gc.pid")
    while True:
        collecting = os.path.exists(pid_file)
        for _ in range(10):
            if not _lost(repo, store.missing(), store):
                break
            write()
        else:
            raise TrackError("the run's objects keep vanishing", "stop the pruning, then recover")
        if not collecting:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)


def _lost(repo: git.Repo, oids: list[str], store: objects.Store) -> list[str]:
    """Return the ids that are neither loose nor in a pack."""
    oids = [oid for oid in oids if not os.path.exists(store.path(oid))]
    return git.missing(repo, oids) if oids else []
