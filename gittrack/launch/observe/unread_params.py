"""Params that are set for a command, and that it does not read: it used other values.

The usual case is a script that parses its arguments, and a command without ``{args}``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from gittrack.core import layout
from gittrack.core.fast_typing import TYPE_CHECKING
from gittrack.core.run import events, facts
from gittrack.launch import start_hook, template
from gittrack.launch.command_plan import EXPLICIT_FILE, AssignedParams

if TYPE_CHECKING:  # for one annotation
    from gittrack.record.journal import Journal

_BY_ENVIRONMENT = ("seed",)  # GITTRACK_SEED and the start hook pass it on
_MOST_NAMES = 5


def note(journal: Journal, assigned: AssignedParams, words: Sequence[str]) -> list[str]:
    """Note the params that a command did not read as a fact of its run; return a warning if there are some.

    See `names` for the parameters.
    """
    unread = names(journal, assigned, words)
    if unread or journal.state().facts.keys() & {facts.UNREAD, facts.ABSENT}:
        journal.append(events.FACTS, values={facts.UNREAD: unread or None, facts.ABSENT: None})
    return [sentence(unread)] if unread else []


def names(journal: Journal, assigned: AssignedParams, words: Sequence[str]) -> list[str]:
    """Return the params that were set for a command and that it did not read.

    Parameters
    ----------
    journal
        The journal of the run, whose command is a Python program that ended by itself.
    assigned
        The names of the params.
    words
        The words of the command, with their fields such as ``{args}``.

    Returns
    -------
    list of str
        The names.  Empty if the command has a field, or if it is not known what its Pythons read.

    Notes
    -----
    The start hook reports whether a file with the params was opened.  A script that joined the run knows
    the params without a file: `gittrack.record.active.join` notes which of them it had set otherwise, or
    had not at all, until it reads ``run.config``.
    """
    candidates = {*assigned.options, *assigned.defaults} - {*_BY_ENVIRONMENT}
    if not candidates or template.passes_params(words) or not _is_known(journal):
        return []
    opened = {*start_hook.opened_files(journal.folder)}
    opened |= {os.path.realpath(path) for path in opened}  # a folder may have two names
    if not opened.isdisjoint(assigned.files):
        candidates -= {*assigned.defaults}
    is_opened = not opened.isdisjoint(_files(journal))
    if (journal.folder / layout.JOINED).exists():
        stored = journal.state().facts
        absent = () if is_opened else stored.get(facts.ABSENT) or ()
        unread = [*(stored.get(facts.UNREAD) or ()), *absent]
        return sorted(name for name in candidates if any(_are_related(name, x) for x in unread))
    return [] if is_opened else sorted(candidates)


def sentence(names: Sequence[str]) -> str:
    """Return the warning about params that were not read."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return (
        "the command did not read its params, so it may have used other values than the run has: "
        f"{', '.join(names[:_MOST_NAMES])}{more}; write {{args}} into the command, or read run.config, "
        "gittrack.params() or the file $GITTRACK_PARAMS"
    )


def _is_known(journal: Journal) -> bool:
    """Return whether the Pythons of the command reported all files that they opened."""
    reports = start_hook.reports(journal.folder)
    return bool(reports) and all(map(start_hook.has_all_opened, reports))


def _files(journal: Journal) -> Iterator[str]:
    path = str(journal.folder / layout.PARAMS)
    for name in (path, template.json_path(path), str(journal.folder / EXPLICIT_FILE)):
        yield from (name, os.path.realpath(name))


def _are_related(name: str, other: str) -> bool:
    """Return whether two dotted names are the same, or one of them is a group with the other in it."""
    return name == other or name.startswith(f"{other}.") or other.startswith(f"{name}.")
