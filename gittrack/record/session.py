"""Begin and end the recording of a run, for the launcher and for the Python API."""

from __future__ import annotations

import os
import time

from gittrack import git
from gittrack.core import layout, settings, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.core.secrets import redact_command, redact_text
from gittrack.core.standard.collections import Callable, Iterator, Mapping, Sequence
from gittrack.core.standard.contextlib import contextmanager, suppress
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.disk import folders, this_machine
from gittrack.git import refs, version
from gittrack.git.files import new_ref
from gittrack.record import hooks, journal
from gittrack.record.code import capture, known_code
from gittrack.record.code.known_code import KnownCode
from gittrack.record.code.known_config import ConfigReading
from gittrack.record.evidence import changes, neighbours
from gittrack.record.machine import lock_files
from gittrack.record.machine.author import author, user
from gittrack.record.publish import background, upkeep, writer
from gittrack.record.request import RequiredCode, RunRequest, check_request
from gittrack.version import __version__

__all__ = ["RequiredCode", "RunRequest", "check_request"]

Say = Callable[[str], None]


class CodeMismatch(TrackError):
    """The code is not the one that the run requires."""


class Session(NamedTuple):
    """A run that is being recorded by this process."""

    repo: git.Repo
    journal: journal.Journal
    settings: settings.Settings
    author: str
    started: float
    clock: float
    warnings: tuple[str, ...]
    post: str | None = None  # the folder of the post-run hook, if there is one
    code: changes.CodeFiles = changes.CodeFiles(None)
    diff: Mapping[str, Any] = {}  # the content of diff.yaml
    comparison: changes.TreeComparison | None = None  # of `look_ahead`


def begin(
    repo: git.Repo, request: RunRequest, outputs: Sequence[str] = (), code: KnownCode | None = None
) -> Session:
    """Claim an id, capture the code and write the first lines of the journal.

    The pre-run hook is called before the id is claimed, so that a refused run leaves nothing behind.

    Parameters
    ----------
    repo : Repo
        The repository.
    request : RunRequest
        What the caller specifies about the run.
    outputs : sequence of str
        Paths that the run writes.  They are not captured as code if git does not track them.
    code : KnownCode, optional
        The code of an earlier run in this work tree, in which nothing changed since.

    Raises
    ------
    TrackError
        If runs cannot be recorded here, such as in a bare repository or without permission to write; or if
        the hook refuses the run.
    CodeMismatch
        If the code is not the one that ``request.code`` requires.
    """
    started, clock = time.time(), time.monotonic()
    if repo.work_tree is None:
        raise TrackError(
            "runs cannot be recorded in a bare repository", "work in a clone that has a worktree"
        )
    request = check_request(request)
    version.check(f"{layout.cache_dir(repo.common_dir)}/git-version")
    inspection, reading = known_code.start(repo, code), ConfigReading(repo)
    config = reading.result()
    options = settings.from_config(config)
    live = options.live if request.live is None else request.live
    options = options._replace(push=options.push or request.push, live=live)
    experiment = layout.check_experiment(request.experiment or options.experiment)
    hooks_folder = hooks.folder(repo, config, request.hooks_of)
    messages = hooks.ask_pre(repo, hooks_folder, request, experiment)
    if request.verify and hooks.is_installed(hooks_folder, hooks.PRE):
        inspection = code = None  # they are of the time before the hook, which may change the code
    post = hooks_folder if hooks.is_installed(hooks_folder, hooks.POST) else None
    book = journal.create(
        repo.common_dir,
        now=started,
        run_id=request.run_id,
        is_taken=lambda run_id: refs.exists(repo, layout.run_ref(experiment, run_id)),
    )
    new_files = None if request.code is None else request.code.new
    with _removed_on_error(book):
        captured = known_code.capture_code(
            repo, inspection, book.folder, (config, options), outputs, new_files, code
        )
        if request.code is not None and captured.tree != request.code.tree:
            raise CodeMismatch("the code has changed since the sweep began", "")
        first = {"format": layout.FORMAT, "id": book.id, "experiment": experiment}
        start = {**first, **_facts(repo, request, captured, started)}
        _write_start(repo, book, request, captured, start)
    ignored = capture.about_ignored_files(captured)
    warnings = (*settings.unknown(config), *messages, *captured.warnings, *ignored)
    if options.push:
        background.list_waiting(repo, layout.run_ref(experiment, book.id))
    if options.live is not None:
        background.show_live(repo, book.folder, options.live)
    files = changes.CodeFiles(
        captured.tree, captured.tracked, captured.new_files, outputs, captured.ids
    )
    plain_refs = new_ref.plain_refs(repo.common_dir, config, str(book.folder), reading.stamp)
    repo = repo._replace(plain_refs=plain_refs)
    return Session(
        *(repo, book, options, author(config), started, clock, warnings, post), files, captured.diff
    )


@contextmanager
def _removed_on_error(book: journal.Journal) -> Iterator[None]:
    """Remove a new journal if the run cannot begin, so that nothing looks like a run that is going on."""
    try:
        yield
    except BaseException:
        with suppress(OSError):  # the error that stopped the run is the one to report
            writer.remove(book)
        raise


def _write_start(
    repo: git.Repo,
    book: journal.Journal,
    request: RunRequest,
    captured: capture.Captured,
    start: Mapping[str, Any],
) -> None:
    """Write the lock files, patches and first lines of a journal.  Raises TrackError if the disk is full."""
    root = repo.work_tree or ""
    try:
        lock_files.keep(root, repo.prefix, book.folder)
        if captured.diff:
            (book.folder / layout.DIFF).write_bytes(yaml_write.dump(captured.diff))
            folders.share_file(book.folder / layout.DIFF)
        error = book.append(
            events.START,
            values=dict(start),
            process={**this_machine.process(), neighbours.TREE: os.path.realpath(root)},
        )
        if request.params:
            error = book.append(events.PARAMS, values=dict(request.params)) or error
    except OSError as caught:
        error = caught
    if error is not None:
        raise TrackError(
            f"the run cannot be recorded in {book.folder}: {error.strerror}",
            "make room on the disk and start again",
        )


def look_ahead(session: Session) -> Session:
    """Return the session for `end`, while git begins to compare the work tree with the code of the run."""
    with suppress(TrackError, OSError):  # `end` tries again, and reports it
        comparison = changes.start(session.repo, session.journal.folder, session.code)
        session = session._replace(comparison=comparison)
    return session


def end(
    session: Session, facts: Mapping[str, Any], refs_of_end: Sequence[str] = ()
) -> writer.Published:
    """Write the facts of the end into the journal and commit the run.

    An error of the disk does not change how the run ended: the line is tried again, and then written into
    the reserved room.

    Parameters
    ----------
    session : Session
        The session that `begin` returned.
    facts : mapping
        The facts of the end: status, exit code and so on.
    refs_of_end : sequence of str, optional
        Further refs to make for the commit, together with its own; if one of them exists, none is made.

    Returns
    -------
    Published
        The committed run.

    Raises
    ------
    TrackError, OSError
        If the run cannot be committed now; its journal stays.
    """
    session.journal.ensure_open()
    earlier = float(session.journal.state().facts.get("earlier_s", 0.0))
    duration = earlier + max(0.0, time.monotonic() - session.clock)
    full = {"ended": run_info.iso(time.time()), "duration_s": round(duration, 3), **facts}
    full.update(events.derived_facts(session.journal.state()))
    full, notes = _with_changes(session, full)
    if session.journal.rewritten:
        from gittrack.record.publish import removed_journal  # noqa: PLC0415 - rare

        full.update(removed_journal.restore(session.repo, session.journal))
    error = session.journal.append(events.FACTS, values=full)
    if error is not None:
        error = session.journal.events.write(b"")
    if error is not None:
        session.journal.write_end(full)
    error = error or session.journal.series.write(b"")
    if error is not None:
        raise error
    # Before the journal is removed: at each moment, one of the two shows this run to its neighbours.
    run = neighbours.Neighbour(session.journal.id, session.journal.state().facts.get("parent"))
    root = session.repo.work_tree or ""
    neighbours.remember(session.repo.common_dir, root, run, time.time_ns())
    sign = session.settings.sign
    published = writer.publish(
        session.repo, session.journal, full, session.author, sign=sign, more_refs=refs_of_end
    )
    upkeep.pack_refs_sometimes(session.repo, session.settings.pack_refs)
    upkeep.fold_sometimes(session.repo)
    if session.settings.push:
        background.push_waiting(session.repo)
    published = published._replace(notes=(*notes, *published.notes))
    return hooks.call_post(session.repo, session.post, published) if session.post else published


def _with_changes(
    session: Session, facts: dict[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the facts with what changed while the run was going on, and notes about that."""
    book = session.journal
    state = book.state()
    try:
        began_ns = os.stat(book.folder / layout.LOCK).st_mtime_ns
        changed = changes.look(
            session.repo, book.folder, session.code, state.inputs, began_ns, session.comparison
        )
    except (TrackError, OSError) as error:
        return facts, (f"what changed while the run was going on is not known: {error}",)
    if not changed.names:
        return facts, ()
    commit = (state.facts.get("code") or {}).get("commit")
    changes.add_to_patches(book.folder, session.diff, commit, changed.sentences)
    return {**facts, "changed": list(changed.names)}, changed.sentences


def _facts(
    repo: git.Repo, request: RunRequest, captured: capture.Captured, started: float
) -> dict[str, Any]:
    """Return the facts of the start of a run, as far as they are known."""
    code = {k: v for k, v in captured.code._asdict().items() if v is not None}
    if captured.tree:
        code["tree"] = captured.tree
    facts: dict[str, Any] = {
        "experiment_name": request.experiment_name,
        "name": request.name,
        "status": run_info.RUNNING,
        "started": run_info.iso(started),
        "command": redact_command(request.command),
        "cwd": repo.prefix.rstrip("/") or ".",
        "user": user(),
        "host": os.uname().nodename,
        "seed": request.seed,
        "tags": list(dict.fromkeys(request.tags)),
        "note": redact_text(request.note) if request.note else None,
        "group": request.group,
        "code": code,
        "resumes": request.resumes,
        "reproduces": request.reproduces,
        "evidence_rules": _evidence_rules() if request.reproduces else None,
        "parent": request.parent,
        "sweep": dict(request.sweep) if request.sweep else None,
        "output_paths": list(request.output_paths),
        "verified": None if request.verify else False,
        "gittrack": __version__,
    }
    return {key: value for key, value in facts.items() if value not in (None, [], {})}


def _evidence_rules() -> int:
    from gittrack.core.run import judgement  # noqa: PLC0415 - only a rerun needs it

    return judgement.RULES
