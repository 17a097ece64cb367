"""Join the launcher's run: it is the first run of a script below ``git track run``.

Values of the command line override those of the script.
"""

from __future__ import annotations

from pathlib import Path

from gittrack.core import nested
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message, events, facts
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.record import journal
from gittrack.record.session import RunRequest


def add_request(
    book: journal.Journal, request: RunRequest, *, resolved: bool, names_experiment: bool
) -> list[tuple[str, ...]]:
    """Add a script's description of its run to the launcher's journal.

    Parameters
    ----------
    book : Journal
        The launcher's journal, joined.
    request : RunRequest
        The script's values: params, name, tags and so on.
    resolved : bool
        Whether the params contain the launcher's params already; then they replace the launcher's.
    names_experiment : bool
        Whether the command line names an experiment, which overrides the script's experiment.

    Returns
    -------
    list of tuple of str
        The params that have different values in launcher and script; the launcher's values stay.
    """
    state = book.state()
    if resolved:
        book.append(events.PARAMS, values=dict(request.params), fresh=True)
    elif missing := nested.absent(state.params, request.params):
        book.append(events.PARAMS, values=missing)
    new = _new_facts(state.facts, request, resolved=resolved)
    if request.experiment and not names_experiment:
        new["experiment"] = request.experiment
        if request.experiment_name:
            new["experiment_name"] = request.experiment_name
    conflicts = [] if resolved else nested.conflicts(state.params, request.params)
    if not resolved:
        new.update(_unread(state.params, request.params, conflicts))
    if new:
        book.append(events.FACTS, values=new)
    if request.tags:
        book.append(events.TAGS, add=list(request.tags))
    if request.note:
        book.append(events.NOTE, text=request.note)
    return conflicts


def _unread(
    launcher: Mapping[str, Any], script: Mapping[str, Any], conflicts: Sequence[tuple[str, ...]]
) -> dict[str, list[str]]:
    """Return the facts about params of the launcher that the script does not have as they are.

    They hold until the script reads its config: see `note_config_read`.
    """
    absent = [path for path, _ in commit_message.flatten(nested.absent(script, launcher))]
    names = {
        facts.UNREAD: [*map(commit_message.join_key, conflicts)],
        facts.ABSENT: [*map(commit_message.join_key, absent)],
    }
    return {fact: paths for fact, paths in names.items() if paths}


def note_config_read(folder: Path) -> None:
    """Note in a journal that its script reads ``run.config``, which has the params of the launcher."""
    with contextlib.suppress(TrackError, OSError):
        book = journal.open_live(folder)
        if book is None:
            return
        stored = book.state().facts
        if stored.get(facts.UNREAD) or stored.get(facts.ABSENT):
            book.append(events.FACTS, values={facts.UNREAD: None, facts.ABSENT: None})
        book.release()


def _new_facts(facts: Mapping[str, Any], request: RunRequest, *, resolved: bool) -> dict[str, Any]:
    """Return the facts of the request that the launcher does not know."""
    requested = {"name": request.name, "group": request.group, "seed": request.seed}
    new = {
        key: value
        for key, value in requested.items()
        if value is not None and facts.get(key) is None
    }
    return {**new, "seed": request.seed} if resolved else new


def group_of(folder: Path) -> str | None:
    """Return the group of the launcher's run, for further runs of the same command.

    If the run has no group, its id becomes the group.  Returns None if the run has just ended.
    """
    with contextlib.suppress(TrackError, OSError):
        group = journal.read_state(folder).facts.get("group")
        if group is None:
            book = journal.Journal(folder, None)
            book.append(events.FACTS, values={"group": folder.name})
            book.release()
        return group or folder.name
    return None
