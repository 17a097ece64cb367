"""A call of ``run.log`` in which not every value is a number: media and numbers are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gittrack.core import layout, metric_value
from gittrack.core.errors import NotANumber, TrackError
from gittrack.core.run import events
from gittrack.core.standard.collections import Mapping
from gittrack.record.media import media_log
from gittrack.record.media.medium import Medium

if TYPE_CHECKING:
    from gittrack.record.run_files import RunFiles


def log_mixed(run: RunFiles, metrics: Mapping[str, Any], step: Any) -> None:
    """Record the media and the numbers of a call, and count what is neither.

    Media without a step get the step of the numbers in the same call.

    Raises
    ------
    TrackError
        If the run is strict and a value is neither; nothing of the numbers is recorded then.
    """
    media, others = media_log.split(metrics)
    valid_step = _step(run, step)
    numbers = run._numbers(others)
    media_step = valid_step
    if media_step is None and numbers:
        media_step = max(run._points.next_step(name) for name in numbers)
    if numbers:
        run._points.log(numbers, valid_step)
    for name, items in media.items():
        _log_media(run, name, items, media_step)


def _step(run: RunFiles, step: Any) -> int | float | None:
    try:
        return None if step is None else metric_value.number(step, "step")
    except NotANumber as problem:
        if run.strict:
            raise
        run._warn("step", f"{problem.message}: the points get the next step of their metric")
        return None


def _log_media(run: RunFiles, name: str, items: list[Medium], step: float | None) -> None:
    for number, medium in enumerate(items):
        at = step if number == 0 or step is not None else _log_of(run).last_step(name)
        try:
            with run._lock:
                _log_of(run).log(name, medium, at)
        except Exception as error:
            # The code of Pillow, Matplotlib and of the user's objects may raise anything.
            is_ours = isinstance(error, TrackError)
            if run.strict:
                raise error if is_ours else TrackError(_sentence(name, error)) from error
            if run.status != "running":
                raise
            run._unrecorded.add(f"{medium.type} {name!r}", _sentence(name, error))


def _sentence(name: str, error: Exception) -> str:
    reason = error.message if isinstance(error, TrackError) else f"{type(error).__name__}: {error}"
    return f"the medium {name!r} cannot be recorded: {reason}"


def _log_of(run: RunFiles) -> media_log.MediaLog:
    if run._media is None:
        journal = run._journal
        run._media = media_log.MediaLog(
            journal.folder / layout.ARTIFACTS,
            run._limits(),
            journal.state().outputs,
            lambda entry: run._append(events.OUTPUT, values=entry),
        )
    return run._media
