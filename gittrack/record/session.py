"""The beginning and the end of recording a run, for the launcher and the Python API alike."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, settings, values, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run import events, run_info
from gittrack.core.secrets import redact_command, redact_text
from gittrack.disk import folders, this_machine
from gittrack.git import refs, version
from gittrack.record import hooks, journal
from gittrack.record.code import capture
from gittrack.record.machine.author import author, user
from gittrack.record.publish import removed_journal, writer
from gittrack.version import __version__

Say = Callable[[str], None]
_log = logging.getLogger("gittrack")


class RequiredCode(NamedTuple):
    """The code that a run has to have: that of its sweep.  New files other than ``new`` are none of it."""

    tree: str | None
    new: frozenset[str] = frozenset()


class CodeMismatch(TrackError):
    """The code is not what the run was to have."""


class Request(NamedTuple):
    """What a run is asked to be called and to be about."""

    experiment: str | None = None
    experiment_name: str | None = None  # as given, if it is stored as another one
    name: str | None = None
    params: Mapping[str, Any] = {}
    tags: Sequence[str] = ()
    note: str | None = None
    group: str | None = None
    seed: int | None = None
    command: Sequence[str] = ()
    resumes: str | None = None
    run_id: str | None = None
    reproduces: str | None = None
    parent: str | None = None
    output_paths: Sequence[str] = ()
    inputs: Sequence[str] = ()
    digests: Mapping[str, str] = {}  # of the inputs, by path from the root
    verify: bool = True  # whether the pre-run hook is asked
    hooks_of: str | None = None  # the user's own tree, where this one may be somebody else's code
    sweep: Mapping[str, Any] | None = None  # see core/trials.py
    code: RequiredCode | None = None


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


def begin(repo: git.Repo, request: Request, made: Sequence[str] = ()) -> Session:
    """Claim an id, capture the code and write the first lines of the journal.

    ``made`` are paths that the run makes; where git does not know them they are not captured as code.
    Raises TrackError where nothing can be recorded here: a bare repository, no write permission.
    """
    started, clock = time.time(), time.monotonic()
    if repo.work_tree is None:
        raise TrackError(
            "runs cannot be recorded in a bare repository", "work in a clone of it that has files"
        )
    request = check_request(request)
    version.check(f"{layout.cache_dir(repo.common_dir)}/git-version")
    inspection, config_call = capture.start_inspection(repo), repo.config()
    config = git.parse_config(config_call.output())
    chosen = settings.from_config(config)
    experiment = layout.check_experiment(request.experiment or chosen.experiment)
    place = hooks.folder(repo, config, request.hooks_of)
    heard = _ask_hook(repo, place, request, experiment)
    post = place if hooks.is_installed(place, hooks.POST) else None
    book = journal.create(
        repo.common_dir,
        now=started,
        run_id=request.run_id,
        is_taken=lambda run_id: refs.exists(repo, layout.run_ref(experiment, run_id)),
    )
    known_new_files = None if request.code is None else request.code.new
    captured = capture.capture_code(repo, inspection, book.folder, chosen, made, known_new_files)
    if request.code is not None and captured.tree != request.code.tree:
        writer.remove(book)
        raise CodeMismatch("the code has changed since the sweep began", "")
    facts = {**_facts(repo, request, captured, started), "id": book.id, "experiment": experiment}
    order = {"format": layout.FORMAT, "id": book.id, "experiment": experiment}
    try:
        if captured.diff:
            (book.folder / layout.DIFF).write_bytes(yaml_write.dump(captured.diff))
            folders.share_file(book.folder / layout.DIFF)
        start = {**order, **facts}
        error = book.append(events.START, values=start, process=this_machine.process())
        if request.params:
            error = book.append(events.PARAMS, values=dict(request.params)) or error
    except OSError as caught:
        error = caught
    if error is not None:
        raise TrackError(
            f"the run cannot be recorded in {book.folder}: {error.strerror}",
            "make room on the disk and start again",
        )
    late = _late(captured.ignored_new_files) if captured.ignored_new_files else ()
    warnings = (*settings.unknown(config), *heard, *captured.warnings, *late)
    return Session(repo, book, chosen, author(config), started, clock, warnings, post)


def _late(names: Sequence[str]) -> tuple[str]:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    told = f"{', '.join(names[:3])}{more}"
    return (
        f"not taken for code, being new since the sweep began: {told} (.gitignore is for them)",
    )


def _ask_hook(repo: git.Repo, place: str, request: Request, experiment: str) -> tuple[str, ...]:
    """Ask the pre-run hook, if there is one; return what it said."""
    if not request.verify or not hooks.is_installed(place, hooks.PRE):
        return ()
    words = {
        "experiment": experiment,
        "name": request.name,
        "tags": list(request.tags),
        "group": request.group,
        "seed": request.seed,
        "inputs": list(request.inputs),
        "input_digests": dict(request.digests),
        "reproduces": request.reproduces,
    }
    told = hooks.variables(words, request.command, request.params)
    return tuple(hooks.run_pre(repo, place, told, request.params).splitlines())


def end(session: Session, facts: Mapping[str, Any]) -> writer.Published:
    """Write the facts of the end into the journal and commit it.

    One error of the disk does not change how the run ended: the line is tried again, and then written into
    room that was reserved for it.  Raises TrackError or OSError with the journal kept.
    """
    session.journal.ready()
    earlier = float(session.journal.state().facts.get("earlier_s", 0.0))
    duration = earlier + max(0.0, time.monotonic() - session.clock)
    full = {"ended": run_info.iso(time.time()), "duration_s": round(duration, 3), **facts}
    full.update(events.derived_facts(session.journal.state()))
    if session.journal.rewritten:
        full.update(removed_journal.restore(session.repo, session.journal))
    error = session.journal.append(events.FACTS, values=full)
    if error is not None:
        error = session.journal.events.write(b"")
    if error is not None:
        session.journal.write_end(full)
    error = error or session.journal.series.write(b"")
    if error is not None:
        raise error
    sign = session.settings.sign
    published = writer.publish(session.repo, session.journal, full, session.author, sign=sign)
    pack_refs_sometimes(session.repo, session.settings.pack_refs)
    return _tell_hook(session, published) if session.post else published


def _tell_hook(session: Session, published: writer.Published) -> writer.Published:
    """Tell the post-run hook; what it says becomes a note to the user."""
    info = published.info
    words = {
        "run": info.id,
        "experiment": info.experiment,
        "name": info.name,
        "status": info.status,
    }
    more = {"ref": published.ref, "commit": published.commit, "exit_code": info.exit_code}
    told = hooks.variables({**words, **more}, info.command, info.params)
    said = hooks.run_post(session.repo, session.post or "", told, info.params)
    return published._replace(notes=(*published.notes, *said.splitlines()))


def warn(warnings: Sequence[str]) -> None:
    """Tell the user, once each, on stderr unless the program's logging says otherwise."""
    for warning in warnings:
        _log.warning("%s", warning)


def pack_refs_sometimes(repo: git.Repo, threshold: int) -> None:
    """Pack the refs, in the background, when about ``threshold`` runs lie about as loose files.

    Counting costs one `listdir` an experiment.  What fails here fails for a process that packs
    already, and the next run tries again.
    """
    if threshold <= 0:
        return
    loose = 0
    for _, _, names in os.walk(os.path.join(repo.common_dir, layout.RUNS)):
        loose += len(names)
        if loose >= threshold:
            refs.pack_in_background(repo)
            return


def check_request(request: Request) -> Request:
    """Return the request, with an empty experiment, note or group as not given.

    Raises TrackError for words of another type or that cannot be stored.
    """
    if request.name is not None:
        values.check_run_name(request.name)
    if isinstance(request.tags, str) or not isinstance(request.tags, Iterable):
        raise TrackError(f"tags is {request.tags!r:.40}", "pass a list: tags=['good']")
    for tag in request.tags:
        values.check_name(tag, "tag")
    name = request.experiment or None
    experiment = None if name is None else layout.experiment_slug(name)
    given = request.experiment_name if name == experiment else name
    note, group = (
        None if text is None else values.check_text(text, what) or None
        for what, text in (("note", request.note), ("group", request.group))
    )
    return request._replace(
        experiment=experiment,
        experiment_name=given,
        note=note,
        group=group,
        tags=list(request.tags),
    )


def _facts(
    repo: git.Repo, request: Request, captured: capture.Captured, started: float
) -> dict[str, Any]:
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
        "parent": request.parent,
        "sweep": dict(request.sweep) if request.sweep else None,
        "output_paths": list(request.output_paths),
        "verified": None if request.verify else False,
        "gittrack": __version__,
    }
    return {key: value for key, value in facts.items() if value not in (None, [], {})}
