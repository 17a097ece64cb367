"""Record a run: `gittrack.init`, `log`, `finish`, `params` and `fingerprint`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.api import arguments, begin, launched, workers
from gittrack.core import values
from gittrack.core.errors import TrackError
from gittrack.core.run.fingerprint import fingerprint as _fingerprint
from gittrack.record import session
from gittrack.record.active import params as run_params
from gittrack.record.ending import process_end
from gittrack.record.run import Run


def init(
    experiment: str | None = None,
    *,
    name: str | None = None,
    config: Any = None,
    tags: Sequence[str] | Mapping[str, Any] = (),
    note: str | None = None,
    group: str | None = None,
    seed: int | None = None,
    repo: str | os.PathLike[str] | None = None,
    mode: str | None = None,
    resume: str | None = None,
    reinit: str | None = None,
    strict: bool = False,
) -> Run:
    """Start recording a run and return it; it ends with ``finish()``, a ``with`` block, or the process.

    Inside ``git track run`` the first call joins the run that the launcher has begun: values from the command
    line, a sweep or a file override those of the script, which fill the rest.  Later calls, in other
    processes too, begin runs of their own in the same group, whose parent is the launcher's run.  A run in
    the ``with`` block of another one is that run's child.  Ranks other than zero, and workers of a process
    that records, record nothing.

    Parameters
    ----------
    experiment : str, default that of ``git track run``, else ``track.experiment``, else ``default``
    name : str, a name to address the run by
    config : mapping, namespace, dataclass or object with ``.to_dict()``: the params
        ``run.config`` has the values that count.
    tags : sequence of str, or mapping, whose items become tags ``key=value``
    note : str, a remark
    group : str, the group that the run belongs to
    seed : int, default the param ``seed``
    repo : path, default the repository of the script, else that of the current folder
    mode : {'online', 'disabled'}, default the variable ``GITTRACK_MODE``, else ``online``
    resume : str, the id or name of a run that crashed, failed or was killed, to be continued
    reinit : {'finish_previous', 'create_new'}, default 'finish_previous'
        Whether a run of this thread or asyncio task, begun outside of a ``with`` block, ends now.
    strict : bool, whether to raise for a metric that is not a number; else it is left out with a warning

    Raises
    ------
    TrackError
        If nothing can be recorded, or a value cannot be stored: before any training.
    """
    as_text: list[str] = []
    params = {} if config is None else values.config_dict(config, as_text)
    request = session.Request(
        experiment=experiment,
        name=name,
        params=params,
        tags=arguments.tag_list(tags),
        note=note,
        group=group,
        seed=arguments.seed_of(seed, params),
        command=begin.command(),
    )
    run_params.warn_stored_as_text(as_text)
    return begin.begin(request, begin.Choice(repo, mode, resume, reinit, strict))


def log(metrics: Mapping[str, Any], step: float | None = None) -> None:
    """Record a point of each metric on the active run; see `Run.log`."""
    run = process_end.latest()
    if run is not None:
        run.log(metrics, step)
    elif not records_nothing():
        raise TrackError("no run is active", "start one: gittrack.init()")


def records_nothing() -> bool:
    """Return whether this process records no run: tracking is off, or another process records."""
    off = os.environ.get("GITTRACK_MODE") == "disabled"
    silent = off or workers.silent_rank() is not None or process_end.in_forked_child()
    return silent or workers.without_run()


def finish(
    status: str | int | Mapping[str, Any] | None = None,
    *,
    exit_code: int | None = None,
    signal: str | None = None,
) -> None:
    """End the active run; without one, nothing happens.  For the parameters see `Run.finish`."""
    run = process_end.latest()
    if run is not None:
        run.finish(status, exit_code=exit_code, signal=signal)


def params() -> dict[str, Any]:
    """Return the resolved configuration inside ``git track run``, else that of ``params.yaml`` here.

    Raises TrackError if there is neither, or the file is broken.
    """
    return launched.params()


def fingerprint(config: Any) -> str:
    """Return 12 hex digits that are equal for equal configurations.

    They are ``sha256(json.dumps(config, sort_keys=True)).hexdigest()[:12]`` of the plain values.
    """
    return _fingerprint(values.config_dict(config))
