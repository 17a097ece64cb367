"""The lines that a person sees on stderr when a script begins and ends a run."""

from __future__ import annotations

import sys

from gittrack.core.run import commit_message
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import TYPE_CHECKING
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id, summary_line

if TYPE_CHECKING:
    from gittrack.record.run import Run

_MOST_NAMES = 3
_WARNING = 30  # `logging.WARNING`


def show(line: str) -> None:
    """Print a line on stderr, unless the program has turned off the logger ``gittrack``."""
    # A program that did not import it, or imports it in a thread just now, has turned nothing off.
    get_logger = getattr(sys.modules.get("logging"), "getLogger", None)
    is_off = get_logger is not None and not get_logger("gittrack").isEnabledFor(_WARNING)
    if sys.stderr is not None and not is_off:
        with contextlib.suppress(OSError, ValueError):  # a closed or broken stderr ends no training
            sys.stderr.write(f"gittrack: {line}\n")
            sys.stderr.flush()


def overridden(paths: Sequence[tuple[str, ...]]) -> str:
    """Return the line about values of the script that the launcher's values override."""
    names = [commit_message.join_key(path) for path in paths[:_MOST_NAMES]]
    more = f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else ""
    return (
        f"git track run sets {', '.join(names)}{more}, which overrides init(config=...): "
        "its options, a sweep or params.yaml; run.config has the values that count"
    )


def print_begin(run: Run) -> None:
    """Print that a run has begun, and the command that shows it."""
    name = f" {text.escape(run.name)}" if run.name else ""
    key = short_id(run.id)
    show(f"recording run {key}{name} of {run.experiment}; see it with: git track show {key}")


def print_end(run: Run) -> None:
    """Print how a run ended, unless a warning that it could not be committed was printed."""
    if run.published is None:
        return
    info = run.published.info
    show(summary_line(info))
    if not info.params and not info.metrics and run._media is None:
        show("it has neither params nor metrics: init(config={...}) and run.log({...}) record them")
