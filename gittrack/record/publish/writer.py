"""Write a run commit and its ref, and make sure that no garbage collection removes its objects."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders, trust
from gittrack.git import objects, refs
from gittrack.record.journal import Journal
from gittrack.record.publish import collect, running_gc, tree

PATIENCE_SECONDS = 2.0
_TRIES = 10


class Published(NamedTuple):
    """A committed run; ``notes`` are messages for the user."""

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
    more_refs: Sequence[str] = (),
) -> Published:
    """Commit a journal and remove it.  The call may be repeated after a death at any point.

    Parameters
    ----------
    repo : Repo
        The repository.
    journal : Journal
        The journal, owned by this process.
    end : mapping
        The facts of the end: status, ended, duration_s and so on.
    author : str
        The author of the commit, as ``Name <address>``.
    patience : float, default 2
        How many seconds to wait for garbage collections; see `settle`.
    sign : bool, default False
        Whether git signs the commit.
    more_refs : sequence of str, optional
        Further refs to make, together with that of the run; if one of them exists, none is made.

    Raises
    ------
    TrackError, OSError
        If the run cannot be committed now; the journal is unchanged.

    Notes
    -----
    Objects are written and flushed, the ref is made with an expected old value, all objects are checked, and
    then the journal is removed.  If a garbage collection that may not have seen the ref still runs, the
    journal stays for the next `recover`.
    """
    state = journal.state()
    facts = {k: v for k, v in {**state.facts, **end}.items() if v not in (None, [], "")}
    resumes = facts.pop("resumes", None)
    contents, notes = collect.collect(journal.folder, facts, state)
    snapshot = str(journal.folder / layout.OBJECTS)
    published, settled = write_run(
        repo,
        contents,
        author,
        resumes=resumes,
        objects_of=snapshot,
        patience=patience,
        sign=sign,
        more_refs=more_refs,
    )
    with contextlib.suppress(OSError):  # without a home folder, `git track reproduce` asks the user
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
    more_refs: Sequence[str] = (),
) -> tuple[Published, bool]:
    """Write the commit of a run from values, and make its ref; the parameters are those of `publish`.

    Parameters
    ----------
    resumes : str, optional
        The earlier commit of the same run, which this commit continues.
    objects_of : str, optional
        A folder of loose git objects that the run needs, such as the objects of its snapshot.

    Returns
    -------
    published : Published
    is_settled : bool
        Whether no garbage collection can remove its objects.  If False, repeat the call later.

    Raises
    ------
    TrackError, OSError
        If the run cannot be committed, or if its ref exists and is another run.
    """
    facts = dict(contents.facts)
    store = _store(repo, contents)
    ref = layout.run_ref(facts["experiment"], facts["id"])
    parents, lost = _parents(repo, store, facts.get("code") or {}, resumes)
    if lost:
        facts["parents_lost"] = lost
    contents = contents._replace(facts=facts)
    message = tree.message(facts, contents.params, contents.metrics)
    commits = tree.CommitWriter(repo, store, author, sign)
    plain_refs = None if resumes or more_refs else repo.plain_refs

    def write() -> tuple[str, git.Repo]:
        """Write all objects, and flush them together with the file of the ref."""
        store.written.clear()
        moment = run_info.from_iso(facts["ended"])
        with store.batch():
            if objects_of:
                store.adopt(objects_of)
            top = tree.write(store, contents)
            if not sign:
                commit = commits.write(top, parents, moment, message)
                if plain_refs is None:
                    return commit, repo
                store.flush_too(plain_refs.draft_path)
                return commit, repo._replace(plain_refs=plain_refs.draft(commit))
        return commits.write(
            top, parents, moment, message
        ), repo  # git signs a tree that it can read

    for tries_left in reversed(range(_TRIES)):
        commit, drafted = write()
        try:
            commit = _make_ref(drafted, ref, commit, resumes, more_refs)
            break
        except git.GitError:  # a concurrent prune may have removed new objects
            if not tries_left or not _lost(repo, store.missing(), store):
                raise
    settled = settle(repo, store, write, patience)
    summaries = {name: metric.to_dict() for name, metric in contents.metrics.items()}
    info = run_info.from_facts(facts, contents.params, summaries, commit=commit, ref=ref)
    return Published(ref, commit, info, commits.notes), settled


def _store(repo: git.Repo, contents: tree.RunContents) -> objects.Store:
    """Return the store for the objects of a run: packs if it has very many files, else loose objects."""
    if len(contents.artifacts) < objects.MANY:
        return objects.Store(git.object_store_path(repo), repo.hash_name)
    from gittrack.git.files import pack  # noqa: PLC0415 - few runs have so many files

    return pack.PackStore(repo)


def _parents(
    repo: git.Repo, store: objects.Store, code: Mapping[str, Any], resumes: str | None
) -> tuple[list[str], list[str]]:
    """Return the parents of the commit (the code and the resumed commit), and the parents that are lost."""
    parents = [p for p in (code.get("snapshot") or code.get("commit"), resumes) if p]
    lost = _lost(repo, [p for p in parents if p != code.get("snapshot")], store)
    return [p for p in parents if p not in lost], lost


def remove(journal: Journal) -> None:
    """Remove a published journal.  It is renamed first, so that no process sees an incomplete one."""
    removed = journal.folder.with_name(f"{layout.REMOVING}{journal.id}-{os.getpid()}")
    journal.folder.rename(removed)
    journal.release()
    folders.remove(removed)


def _make_ref(
    repo: git.Repo, ref: str, commit: str, resumes: str | None, more_refs: Sequence[str] = ()
) -> str:
    """Make the ref, and further refs if none of them exists; return the commit of the ref."""
    if more_refs and resumes is None:
        new = "0" * len(commit)
        commands = [f"update {name}\0{commit}\0{new}" for name in (ref, *more_refs)]
        with contextlib.suppress(git.GitError):  # one exists: the ref alone is made
            refs.transact(repo, commands, "gittrack: publish")
            return commit
    try:
        refs.update(repo, ref, commit, resumes, "gittrack: publish")
    except git.GitError:
        current = [entry.oid for entry in refs.below(repo, ref) if entry.name == ref]
        if current and current[0] and _is_same_run(repo, current[0], commit):
            return current[0]  # an earlier process died after this step
        if current and current != [""] and current != [resumes]:
            raise TrackError(
                f"{ref} exists and is another commit than the journal's",
                f"compare them with: git show {ref}",
            )
        from gittrack.folding import visible  # noqa: PLC0415 - only a run that is resumed needs it

        if not current and resumes and visible.commits_of(repo, [ref]).get(ref) == resumes:
            refs.update(repo, ref, commit, None, "gittrack: publish")  # its ref has precedence
            return commit
        if current != [""]:
            raise
        refs.repair(repo, ref, commit)  # the ref file is empty after a power failure
    return commit


def _is_same_run(repo: git.Repo, current: str, commit: str) -> bool:
    """Return whether two commits have the same tree and parents; authors of a recovery may differ."""
    first, second = (
        (content or b"").partition(b"\nauthor ")[0]
        for content in git.read_objects(repo, [current, commit])
    )
    return first == second != b""


def settle(
    repo: git.Repo, store: objects.Store, write: Callable[[], object], patience: float
) -> bool:
    """Check that all written objects exist, and write again what a concurrent prune removed.

    Parameters
    ----------
    repo : Repo
        The repository.
    store : Store
        The store that wrote the objects.
    write : callable
        Writes all objects again.
    patience : float
        How many seconds to wait for the garbage collections that run now; later ones have seen the ref.

    Returns
    -------
    bool
        False if a garbage collection still runs after ``patience`` seconds and may remove objects later.

    Raises
    ------
    TrackError
        If objects are removed again and again.
    """
    deadline = time.monotonic() + patience
    collectors = running_gc.processes(repo.common_dir)
    while True:
        is_last_check = not collectors
        for _ in range(_TRIES):
            if not _lost(repo, store.missing(), store):
                break
            write()
        else:
            raise TrackError(
                "the objects of the run are removed again and again",
                "stop the garbage collection; then: git track recover",
            )
        if is_last_check:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
        collectors &= running_gc.processes(repo.common_dir)


def _lost(repo: git.Repo, oids: list[str], store: objects.Store) -> list[str]:
    """Return the ids that are neither loose nor in a pack."""
    oids = [oid for oid in oids if not os.path.exists(store.path(oid))]
    return git.missing_objects(repo, oids) if oids else []
