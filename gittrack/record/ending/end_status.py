"""The end of a run (status, exit code and signal) from the arguments of `finish` or an exception."""

from __future__ import annotations

from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.core.values import check_text
from gittrack.record.ending.exit_functions import exit_status


class EndStatus(NamedTuple):
    """The facts of the end of a run."""

    status: str
    exit_code: int | None = None
    signal: str | None = None


def from_arguments(status: Any, exit_code: Any, signal: Any) -> EndStatus:
    """Return the end of a run from the arguments of `finish`.

    Parameters
    ----------
    status : str or int or None
        ``finished``, ``failed``, ``killed`` or ``crashed``; or an exit code.
    exit_code : int or None
        The exit code; without a status, 0 means finished and every other code failed.
    signal : str or None
        The name of the signal; without a status it means killed.

    Raises
    ------
    TrackError
        If the values do not describe the end of a run.
    """
    if isinstance(status, int) and exit_code is None:
        status, exit_code = None, status
    if exit_code is not None and not _is_code(exit_code):
        raise TrackError(
            f"the exit code is {exit_code!r:.40}", "pass a whole number such as 0 or 1"
        )
    if signal is not None:
        check_text(signal, "signal")
    if status is None:
        status = run_info.FAILED if exit_code else run_info.FINISHED
        status = run_info.KILLED if signal else status
    if not isinstance(status, str) or status not in run_info.ENDS:
        raise TrackError(
            f"a run cannot end as {status!r:.40}",
            f"pass {', '.join(run_info.ENDS[:-1])} or {run_info.ENDS[-1]}, an exit code, or final metrics",
        )
    code = 0 if exit_code is None and status == run_info.FINISHED else exit_code
    return EndStatus(str.__str__(status), code, signal or None)


def from_exception(error: BaseException) -> EndStatus:
    """Return the end of a run that is ended by an exception."""
    if isinstance(error, SystemExit):
        code = exit_status(error.code)
        return EndStatus(run_info.FINISHED if code == 0 else run_info.FAILED, code)
    if isinstance(error, KeyboardInterrupt):
        return EndStatus(run_info.KILLED, None, "SIGINT")
    return EndStatus(run_info.FAILED, 1)


def _is_code(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**32
