"""Record a run: `gittrack.init`, `log`, `finish`, `params` and `fingerprint`."""

from __future__ import annotations

import os

from gittrack.api import arguments
from gittrack.api.starting import begin, launched, workers
from gittrack.api.starting.options import BeginOptions
from gittrack.core import values
from gittrack.core.errors import TrackError
from gittrack.core.run.fingerprint import fingerprint as _fingerprint
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.record.active import params as run_params
from gittrack.record.ending import process_end
from gittrack.record.request import RunRequest

if TYPE_CHECKING:
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
    **unknown: Any,
) -> Run:
    """Start to record a run.  The run ends with ``finish()``, with its ``with`` block, or with the process.

    Inside ``git track run`` the first call joins the run of the launcher: values from the command line, a
    sweep or a file override the values of the script.  Later calls, in other processes too, begin runs of
    their own in the same group, whose parent is the launcher's run.  A run in the ``with`` block of another
    run is the child of that run.  Ranks other than zero record nothing, and neither do worker processes of a
    process that records.

    Parameters
    ----------
    experiment : str, optional
        The experiment.  Default: that of ``git track run``, else the setting ``track.experiment``, else
        ``default``.
    name : str, optional
        A name for the run, which is also an address of the run.
    config : mapping, namespace, dataclass or object with ``.to_dict()``, optional
        The params.  ``run.config`` has the values that count.
    tags : sequence of str, or mapping, optional
        The tags; the items of a mapping become tags ``key=value``.
    note : str, optional
        A remark about the run.
    group : str, optional
        The group that the run belongs to.
    seed : int, optional
        The seed, as a record; `seed_everything` sets seeds.  Default: the param ``seed``.
    repo : str or path, optional
        A folder in the repository.  Default: the repository of the script, else of the current folder.
    mode : {'online', 'disabled'}, optional
        ``disabled`` records nothing.  Default: the variable ``GITTRACK_MODE``, else ``online``.
    resume : str, optional
        The id or name of a run to continue, which crashed, failed or was killed.
    reinit : {'finish_previous', 'create_new'}, optional
        Whether a run of this thread or asyncio task, begun outside of a ``with`` block, ends now.  Default:
        it ends.
    strict : bool, default False
        Whether a value of `log` that cannot be recorded is an error.  By default it is left out with a
        warning.
    **unknown : object
        A keyword of another tracker is an error that names the one to use.

    Returns
    -------
    Run

    Raises
    ------
    TrackError
        If nothing can be recorded, or a value cannot be stored: before any training.
    """
    for word in unknown:
        from gittrack.core.run import habits  # noqa: PLC0415 - only a mistake needs it

        raise habits.unknown_keyword("gittrack.init", word, init.__annotations__)
    as_text: list[str] = []
    params = {} if config is None else values.config_dict(config, as_text)
    request = RunRequest(
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
    return begin.begin(request, BeginOptions(repo, mode, resume, reinit, strict))


def log(metrics: Mapping[str, Any], step: float | None = None) -> None:
    """Record a point of each metric of the active run.

    Parameters
    ----------
    metrics : mapping of str to number
        The values; see `Run.log`.
    step : float, optional
        The step of the points.  Default: each metric counts its own points from 0.

    Raises
    ------
    TrackError
        If no run is active, or as `Run.log`.
    """
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
    """End the active run; without an active run, nothing happens.

    Parameters
    ----------
    status : str, int or mapping, optional
        How the run ended, or its final metrics; see `Run.finish`.
    exit_code : int, optional
        The exit status of the program.
    signal : str, optional
        The name of the signal that ended the program, such as ``SIGTERM``.

    Raises
    ------
    TrackError
        As `Run.finish`.
    """
    run = process_end.latest()
    if run is not None:
        run.finish(status, exit_code=exit_code, signal=signal)


def params() -> dict[str, Any]:
    """Return the resolved configuration inside ``git track run``, else the content of ``params.yaml``.

    Returns
    -------
    dict
        The params, nested, as plain values.

    Raises
    ------
    TrackError
        If there is neither of the two, or the file cannot be read.
    """
    result = launched.params()
    launched.note_params_read()
    return result


def fingerprint(config: Any) -> str:
    """Return a text that is equal for equal configurations.

    Parameters
    ----------
    config : mapping, namespace, dataclass or object with ``.to_dict()``
        The configuration.

    Returns
    -------
    str
        12 hexadecimal digits.

    Raises
    ------
    TrackError
        If ``config`` is something else, or has a value that cannot be stored.

    Notes
    -----
    ``sha256(json.dumps(config, sort_keys=True)).hexdigest()[:12]`` of the plain values.
    """
    return _fingerprint(values.config_dict(config))
