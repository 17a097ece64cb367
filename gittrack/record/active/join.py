"""A script's first run in ``git track run`` is the launcher's run; what the launcher was given stands."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.record import journal
from gittrack.record.session import Request


def add_request(
    book: journal.Journal, request: Request, *, resolved: bool, names_experiment: bool
) -> list[tuple[str, ...]]:
    """Write what a script says about its run into the launcher's journal.

    Parameters
    ----------
    book : Journal
        The launcher's journal, joined.
    request : Request
        What the script says: params, name, tags and so on.
    resolved : bool
        Whether the params contain those of the launcher already; then they replace the launcher's.
    names_experiment : bool
        Whether the launcher was given an experiment, which overrides that of the script.

    Returns
    -------
    list of tuple of str
        The params that the launcher has with another value than the script; the launcher's stay.
    """
    state = book.state()
    if resolved:
        book.append(events.PARAMS, values=dict(request.params), fresh=True)
    elif missing := nested.absent(state.params, request.params):
        book.append(events.PARAMS, values=missing)
    facts = _new_facts(state.facts, request, resolved=resolved)
    if request.experiment and not names_experiment:
        facts["experiment"] = request.experiment
        if request.experiment_name:
            facts["experiment_name"] = request.experiment_name
    if facts:
        book.append(events.FACTS, values=facts)
    if request.tags:
        book.append(events.TAGS, add=list(request.tags))
    if request.note:
        book.append(events.NOTE, text=request.note)
    return [] if resolved else nested.conflicts(state.params, request.params)


def _new_facts(known: Mapping[str, Any], request: Request, *, resolved: bool) -> dict[str, Any]:
    said = {"name": request.name, "group": request.group, "seed": request.seed}
    facts = {
        key: value for key, value in said.items() if value is not None and known.get(key) is None
    }
    return {**facts, "seed": request.seed} if resolved else facts


def group_of(folder: Path) -> str | None:
    """Return the group of the launcher's run, for further runs of its command.

    A run without a group gets one that has its id as the name.  None if the run has just ended.
    """
    with contextlib.suppress(TrackError, OSError):
        group = journal.read_state(folder).facts.get("group")
        if group is None:
            book = journal.Journal(folder, None)
            book.append(events.FACTS, values={"group": folder.name})
            book.release()
        return group or folder.name
    return None
