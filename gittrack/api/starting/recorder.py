"""How a run begins: join the launcher's, continue an earlier one, or begin a new one."""

from __future__ import annotations

import os

from gittrack import git
from gittrack.api import messages, repository
from gittrack.api.starting import launched
from gittrack.api.starting.options import BeginOptions
from gittrack.core import layout, nested
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.standard import contextlib, functools
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.disk import lock
from gittrack.record import journal, recovery, session
from gittrack.record.active import turns, warning
from gittrack.record.code import status_call
from gittrack.record.ending import process_end
from gittrack.record.machine import environment, usage
from gittrack.record.request import RunRequest
from gittrack.record.run import Run


def begin(
    folder: Path | None, repo: git.Repo | None, request: RunRequest, choice: BeginOptions
) -> Run:
    """Begin a run.

    Parameters
    ----------
    folder
        The journal of the run of ``git track run`` around this process.
    repo
        The repository, if it was located already.
    request, choice
        What is recorded of the run, and how it begins.
    """
    with status_call.shared(), turns.turn():
        return _joined(folder, request, choice) or _own(folder, repo, request, choice)


def silent(params: Mapping[str, Any]) -> Run:
    """Return a run that takes every call and records nothing."""
    from gittrack.record.active.disabled import DisabledRun  # noqa: PLC0415 - most programs record

    run = DisabledRun(params)
    process_end.watch(run)
    return run


def _joined(folder: Path | None, request: RunRequest, choice: BeginOptions) -> Run | None:
    """Return the launcher's run, if no run of the command has joined it before."""
    if folder is None or not choice.joins or not _same_repository(folder, choice.repo):
        return None
    from gittrack.record.active import join  # noqa: PLC0415 - only a script that was launched joins

    book = journal.join(folder)
    if book is None:
        return None
    overridden = join.add_request(
        book,
        request,
        resolved=choice.resolved,
        names_experiment=launched.names_experiment(),
    )
    if overridden:
        messages.show(messages.overridden(overridden))
    run = Run(book, None, launched.work_tree())
    run.config = run.config.watched(functools.partial(join.note_config_read, book.folder))
    return run


def _same_repository(folder: Path, repo: str | os.PathLike[str] | None) -> bool:
    if repo is None:
        return True
    return os.path.realpath(layout.live_dir(repository.find(repo).common_dir)) == os.path.realpath(
        folder.parent
    )


def _own(
    folder: Path | None, repo: git.Repo | None, request: RunRequest, choice: BeginOptions
) -> Run:
    """Begin a run that this process commits, as a child of the enclosing run if there is one."""
    repo = repo or repository.find(choice.repo)
    if launched.is_going_on(folder) and folder is not None:
        request = _further(folder, request, choice)
    if choice.reinit != "create_new":
        _end_previous()
    request = request._replace(parent=_parent(folder))
    warning.warn(recovery.failures(recovery.recover(repo)))
    run = _resumed(repo, choice.resume, request) if choice.resume else _new(repo, request)
    messages.print_begin(run)
    run.at_end(functools.partial(messages.print_end, run))
    if run.sharing != (False, None):
        _print_sharing(repo, run)
    return run


def _print_sharing(repo: git.Repo, run: Run) -> None:
    """Print who can see a live run, and at its end what becomes of it."""
    from gittrack.share.background import automatic, live  # noqa: PLC0415 - most runs are not shared

    pushes, interval = run.sharing

    def show(sentence: Callable[[], str]) -> None:
        with contextlib.suppress(
            TrackError, OSError
        ):  # the run is recorded; sharing never fails it
            messages.show(sentence())

    if interval is not None:
        show(functools.partial(live.sentence, repo, interval))
    if pushes:
        run.at_end(functools.partial(show, functools.partial(automatic.sentence, repo)))


def _further(folder: Path, request: RunRequest, choice: BeginOptions) -> RunRequest:
    """Return the request for a further run of the launcher's command: same group, same given values."""
    from gittrack.record.active import join  # noqa: PLC0415 - only a script that was launched joins

    group = request.group or join.group_of(folder)
    seed = launched.seed() if request.seed is None else request.seed
    if choice.resolved:
        return request._replace(group=group, seed=seed)
    launcher_params = launched.given_params()
    overridden = nested.conflicts(launcher_params, request.params)
    if overridden:
        messages.show(messages.overridden(overridden))
    return request._replace(
        group=group, seed=seed, params=nested.merge(request.params, launcher_params)
    )


def _parent(folder: Path | None) -> str | None:
    """Return the id of the enclosing run: of a with block, of a parent process or of the launcher."""
    around = process_end.enclosing()
    if around is not None:
        return around.id
    above = process_end.recording_above()
    if above and lock.is_held(Path(above)):
        return Path(above).parent.name
    return folder.name if launched.is_going_on(folder) and folder is not None else None


def _end_previous() -> None:
    """End the runs that this thread or task has begun and not ended, as the next one begins."""
    for run in process_end.without_block():
        messages.show(
            f"run {run.id[-8:]} has ended, because the next one begins; "
            "init(reinit='create_new') keeps both, and a with block makes the next one its child"
        )
        run.finish()


def _new(repo: git.Repo, request: RunRequest) -> Run:
    return _started(repo, session.begin(repo, request))


def _started(repo: git.Repo, opened: session.Session, offset: float = 0.0) -> Run:
    # Libraries for arithmetic are asked at the end, when they are loaded and nobody waits.
    opened.journal.append(events.ENV, values=environment.capture(opened.settings.env))
    warning.warn(opened.warnings)
    run = Run(opened.journal, opened, repo.work_tree or "", offset)
    if opened.settings.system and usage.is_possible():
        from gittrack.record.machine.usage.periodic import SamplingThread  # noqa: PLC0415 - only with psutil

        run.at_end(SamplingThread(run.log, opened.settings.system).stop)
    return run


def _resumed(repo: git.Repo, address: str, request: RunRequest) -> Run:
    from gittrack.api.starting import resuming  # noqa: PLC0415 - only this reads runs, and few runs resume another

    opened, logged, offset = resuming.resumed(repo, address, request)
    run = _started(repo, opened, offset)
    run.continue_from(logged)
    return run
