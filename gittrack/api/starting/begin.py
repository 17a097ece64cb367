"""Whether `gittrack.init` begins a run here; `recorder` begins it."""

from __future__ import annotations

import os
import sys

from gittrack import git
from gittrack.api import arguments, repository
from gittrack.api.starting import launched, workers
from gittrack.api.starting.options import BeginOptions
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.record.code import status_call
from gittrack.record.ending import process_end
from gittrack.record.request import RunRequest, check_request

if TYPE_CHECKING:
    from gittrack.record.run import Run

_RECORDER = "gittrack.api.starting.recorder"
MODES = ("online", "disabled")
REINITS = (None, "finish_previous", "create_new")


def begin(request: RunRequest, choice: BeginOptions) -> Run:
    """Begin a run; see `gittrack.init`."""
    if is_off(choice.mode):
        return _silent(request.params)
    reason = workers.silent_rank()
    if reason is not None:
        workers.print_silent_rank(reason)
        return _silent(request.params)
    request = check_request(request)
    folder = launched.journal_folder()
    _check(choice, folder)
    if folder is None:
        repo = repository.find(choice.repo)
        live = Path(layout.live_dir(repo.common_dir))
    else:
        repo, live = None, folder.parent
    if workers.parent() is not None and workers.is_silent(live):
        return _silent(request.params)
    if repo is not None and _RECORDER not in sys.modules:
        _look_ahead(repo)
    try:
        from gittrack.api.starting import recorder  # noqa: PLC0415 - git works during this import

        run = recorder.begin(folder, repo, request, choice)
    finally:
        git.drop_ahead()
    run.strict = choice.strict
    process_end.watch(run)
    if "IPython" in sys.modules:
        from gittrack.api.notebooks import shell  # noqa: PLC0415 - most programs are no notebooks

        shell.attach(run)
    return run


def _silent(params: Mapping[str, Any]) -> Run:
    from gittrack.api.starting import recorder  # noqa: PLC0415 - as in `begin`

    return recorder.silent(params)


def _look_ahead(repo: git.Repo) -> None:
    """Start what git is asked at the beginning of a run, before the recorder is imported."""
    git.keep_ahead(repo.start, git.CONFIG, repo.config())
    status_call.look_ahead(repo)


def _check(choice: BeginOptions, folder: Path | None) -> None:
    """Raise TrackError if the options are unknown or exclude each other or the run of the launcher."""
    if choice.reinit not in REINITS:
        raise TrackError(
            f"there is no reinit {choice.reinit!r:.40}", "it is 'finish_previous' or 'create_new'"
        )
    arguments.optional_text(choice.resume, "resume", "the id or name of a run, resume='a1b2c3'")
    if not isinstance(choice.strict, bool):
        raise TrackError(f"strict is {choice.strict!r:.40}", "pass True or False")
    if choice.resume and folder:
        raise TrackError(
            "a run that git track run has begun cannot resume another one",
            "resume without it: python train.py; or leave resume= out",
        )


def is_off(mode: str | None) -> bool:
    """Return whether recording is turned off.  Raises TrackError for an unknown mode."""
    chosen = mode or os.environ.get("GITTRACK_MODE") or MODES[0]
    if chosen not in MODES:
        raise TrackError(f"there is no mode {chosen!r:.40}", "it is 'online' or 'disabled'")
    return chosen == "disabled"


def command() -> list[str]:
    """Return the command line of this script, as a person would type it again."""
    argv = list(getattr(sys, "orig_argv", sys.argv)) or [""]
    return ["python", *argv[1:]] if os.path.basename(argv[0]).startswith("python") else argv
