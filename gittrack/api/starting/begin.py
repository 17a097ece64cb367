"""How `gittrack.init` begins a run: join the launcher's, continue an earlier one, or begin a new one."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gittrack import git
from gittrack.api import arguments, messages, repository
from gittrack.api.starting import launched, workers
from gittrack.core import layout, nested
from gittrack.core.errors import TrackError
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import events
from gittrack.disk import lock
from gittrack.record import journal, recovery, session
from gittrack.record.active import join
from gittrack.record.active.disabled import DisabledRun
from gittrack.record.ending import process_end
from gittrack.record.machine import environment, usage
from gittrack.record.run import Run

MODES = ("online", "disabled")
REINITS = (None, "finish_previous", "create_new")


class BeginOptions(NamedTuple):
    """How a run begins: the options of `gittrack.init` that are not facts of the run."""

    repo: str | os.PathLike[str] | None = None
    mode: str | None = None
    resume: str | None = None
    reinit: str | None = None
    strict: bool = False
    resolved: bool = False  # the params contain the params of the launcher already
    joins: bool = True  # whether the first run of a command may be the launcher's run


def begin(request: session.RunRequest, choice: BeginOptions) -> Run:
    """Begin a run; see `gittrack.init`."""
    if is_off(choice.mode):
        return _silent(request.params)
    reason = workers.silent_rank()
    if reason is not None:
        workers.print_silent_rank(reason)
        return _silent(request.params)
    request = session.check_request(request)
    _check(choice)
    folder = launched.journal_folder()
    if choice.resume and folder:
        raise TrackError(
            "a run that git track run has begun cannot resume another one",
            "resume without it: python train.py; or leave resume= out",
        )
    if workers.parent() is not None and workers.is_silent(_live(folder, choice)):
        return _silent(request.params)
    run = _joined(folder, request, choice) or _own(folder, request, choice)
    run.strict = choice.strict
    process_end.watch(run)
    if "IPython" in sys.modules:
        from gittrack.api.notebooks import shell  # noqa: PLC0415 - most programs are no notebooks

        shell.attach(run)
    return run


def _check(choice: BeginOptions) -> None:
    """Raise TrackError if the options exclude each other or are unknown."""
    if choice.reinit not in REINITS:
        raise TrackError(
            f"there is no reinit {choice.reinit!r:.40}", "it is 'finish_previous' or 'create_new'"
        )
    arguments.optional_text(choice.resume, "resume", "the id or name of a run, resume='a1b2c3'")
    if not isinstance(choice.strict, bool):
        raise TrackError(f"strict is {choice.strict!r:.40}", "pass True or False")


def is_off(mode: str | None) -> bool:
    """Return whether recording is turned off.  Raises TrackError for an unknown mode."""
    chosen = mode or os.environ.get("GITTRACK_MODE") or MODES[0]
    if chosen not in MODES:
        raise TrackError(f"there is no mode {chosen!r:.40}", "it is 'online' or 'disabled'")
    return chosen == "disabled"


def _live(folder: Path | None, choice: BeginOptions) -> Path:
    """Return the folder of the runs that go on, where the parent of a worker process may record one."""
    if folder is not None:
        return folder.parent
    return Path(layout.live_dir(repository.find(choice.repo).common_dir))


def command() -> list[str]:
    """Return the command line of this script, as a person would type it again."""
    argv = list(getattr(sys, "orig_argv", sys.argv)) or [""]
    return ["python", *argv[1:]] if os.path.basename(argv[0]).startswith("python") else argv


def _silent(params: Mapping[str, Any]) -> Run:
    run = DisabledRun(params)
    process_end.watch(run)
    return run


def _joined(folder: Path | None, request: session.RunRequest, choice: BeginOptions) -> Run | None:
    """Return the launcher's run, if no run of the command has joined it before."""
    if folder is None or not choice.joins or not _same_repository(folder, choice.repo):
        return None
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


def _own(folder: Path | None, request: session.RunRequest, choice: BeginOptions) -> Run:
    """Begin a run that this process commits, as a child of the enclosing run if there is one."""
    repo = repository.find(choice.repo)
    if launched.is_going_on(folder) and folder is not None:
        request = _further(folder, request, choice)
    if choice.reinit != "create_new":
        _end_previous()
    request = request._replace(parent=_parent(folder))
    session.warn(recovery.failures(recovery.recover(repo)))
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


def _further(folder: Path, request: session.RunRequest, choice: BeginOptions) -> session.RunRequest:
    """Return the request for a further run of the launcher's command: same group, same given values."""
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


def _new(repo: git.Repo, request: session.RunRequest) -> Run:
    return _started(repo, session.begin(repo, request))


def _started(repo: git.Repo, opened: session.Session, offset: float = 0.0) -> Run:
    # Libraries for arithmetic are asked at the end, when they are loaded and nobody waits.
    opened.journal.append(events.ENV, values=environment.capture(opened.settings.env))
    session.warn(opened.warnings)
    run = Run(opened.journal, opened, repo.work_tree or "", offset)
    if opened.settings.system and usage.is_possible():
        from gittrack.record.machine.usage.periodic import SamplingThread  # noqa: PLC0415 - only with psutil

        run.at_end(SamplingThread(run.log, opened.settings.system).stop)
    return run


def _resumed(repo: git.Repo, address: str, request: session.RunRequest) -> Run:
    from gittrack.api.starting import resuming  # noqa: PLC0415 - only this reads runs, and few runs resume another

    opened, logged, offset = resuming.resumed(repo, address, request)
    run = _started(repo, opened, offset)
    run.continue_from(logged)
    return run
