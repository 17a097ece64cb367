"""Params that are set for a command, and that it does not read: it used other values.

The usual case is a script that parses its arguments, and a command without ``{args}``.
"""

from __future__ import annotations

import os

from gittrack.core import layout, nested
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message, events, facts
from gittrack.core.standard.collections import Iterator, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any
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
    had not at all, until it reads ``run.config`` or calls `gittrack.params`.  A param counts as read if
    the command line itself has it with its value, or if the script logged it.
    """
    candidates = {*assigned.options, *assigned.defaults} - {*_BY_ENVIRONMENT}
    if not candidates or template.passes_params(words) or not _is_known(journal):
        return []
    opened = {*start_hook.opened_files(journal.folder)}
    opened |= {os.path.realpath(path) for path in opened}  # a folder may have two names
    if not opened.isdisjoint(assigned.files):
        candidates -= {*assigned.defaults}
    is_opened = start_hook.params_were_opened(journal.folder)
    is_opened = is_opened or not opened.isdisjoint(_files(journal))
    if (journal.folder / layout.JOINED).exists():
        stored = journal.state().facts
        absent = () if is_opened else stored.get(facts.ABSENT) or ()
        logged = _logged(journal) if absent else ()
        unread = [*(stored.get(facts.UNREAD) or ()), *(x for x in absent if x not in logged)]
        candidates = {x for x in candidates if any(_are_related(x, name) for name in unread)}
    elif is_opened:
        return []
    return sorted(name for name in candidates if not _is_passed(journal, name, words))


def sentence(names: Sequence[str]) -> str:
    """Return the warning about params that were not read."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return (
        "the command did not read its params, so it may have used other values than the run has: "
        f"{', '.join(names[:_MOST_NAMES])}{more}; write {{args}} (for Hydra {{overrides}}) into the "
        "command, or read run.config, gittrack.params() or the file $GITTRACK_PARAMS"
    )


def _is_known(journal: Journal) -> bool:
    """Return whether the Pythons of the command reported all files that they opened."""
    return start_hook.have_all_opened(start_hook.reports(journal.folder))


def _logged(journal: Journal) -> set[str]:
    """Return the params that a script logged itself; the first ones are those of the launcher."""
    operations = events.parse((journal.folder / layout.EVENTS).read_bytes())
    params = [operation["values"] for operation in operations if operation["op"] == events.PARAMS]
    paths = (path for values in params[1:] for path, _ in commit_message.flatten(values))
    return {commit_message.join_key(path) for path in paths}


def _is_passed(journal: Journal, name: str, words: Sequence[str]) -> bool:
    """Return whether a command line has a param with its value, such as ``--lr 0.1`` or ``lr=0.1``."""
    spellings = {spelling.replace("-", "_") for spelling in (name, name.rpartition(".")[2])}
    tokens = " ".join(words).replace("=", " ").split()
    texts = [
        text.strip("'\"")
        for token, text in zip(tokens, [*tokens[1:], ""], strict=True)
        if token.lstrip("-+").replace("-", "_") in spellings
    ]
    if not texts:
        return False
    value = nested.at_path(journal.state().params, commit_message.parts(name))
    return value is True or any(_is_text_of(text, value) for text in texts)


def _is_text_of(text: str, value: Any) -> bool:
    """Return whether a word of a command line is a value."""
    from gittrack.core import yaml_read  # noqa: PLC0415 - only a command that names its params needs it

    try:
        return text == str(value) or bool(yaml_read.load(text.encode(), "") == value)
    except TrackError:
        return False


def _files(journal: Journal) -> Iterator[str]:
    path = str(journal.folder / layout.PARAMS)
    for name in (path, template.json_path(path), str(journal.folder / EXPLICIT_FILE)):
        yield from (name, os.path.realpath(name))


def _are_related(name: str, other: str) -> bool:
    """Return whether two dotted names are the same, or one of them is a group with the other in it."""
    return name == other or name.startswith(f"{other}.") or other.startswith(f"{name}.")
