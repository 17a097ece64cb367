"""Verbs for programs.

``__complete`` is for shells, ``__manpage`` and ``__facts`` are for the documentation, ``__push``
and ``__live`` share runs in the background, ``__fold`` folds old ones, and ``__worker`` and ``__job`` run the
trials of an engine.
"""

from __future__ import annotations

from gittrack.cli import main, manual, reference
from gittrack.core import settings
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Sequence
from gittrack.disk.files import bundled
from gittrack.version import __version__


def complete(words: Sequence[str]) -> int:
    """Print the completions of a command line; nothing if there is an error."""
    from gittrack.cli import completing  # noqa: PLC0415 - it imports the modules of all verbs

    try:
        candidates = completing.candidates(words[1:] if words[:1] == ["--"] else words)
    except (TrackError, OSError):
        return 0
    for word, meaning in candidates:
        print(f"{word}\t{meaning}" if meaning else word)
    return 0


def manpage(words: Sequence[str]) -> int:
    """Print the manual page, for templates/share/man/man1."""
    groups = {
        task: [name for verb in verbs for name in (verb, *_below(verb))]
        for task, verbs in main.GROUPS.items()
    }
    verbs = {name: main.parser(name) for names in groups.values() for name in names}
    sections = bundled("templates", "manual.txt").read_text(encoding="utf-8")
    print(manual.page(verbs, groups, settings.DESCRIPTIONS, sections, __version__), end="")
    return 0


def facts(words: Sequence[str]) -> int:
    """Print the table of facts, for docs/reference/facts.md."""
    print(reference.facts_table(), end="")
    return 0


def push(words: Sequence[str]) -> int:
    """Push the runs that wait in a repository, given by its folder; nobody sees this process."""
    from gittrack.cli.commands import _background  # noqa: PLC0415 - it imports all that shares runs

    return _background.push(words[0])


def live(words: Sequence[str]) -> int:
    """Show a run while it goes on; the words are its repository, its journal and an interval in seconds."""
    from gittrack.cli.commands import _background  # noqa: PLC0415 - it imports all that shares runs

    return _background.live(words[0], words[1], float(words[2]))


def fold(words: Sequence[str]) -> int:
    """Fold old runs of a repository, given by its folder; nobody sees this process."""
    from gittrack.cli.commands import _background  # noqa: PLC0415 - it imports all that shares runs

    return _background.fold(words[0])


def worker(words: Sequence[str]) -> int:
    """Run the tasks that come on stdin, so many at once, on these GPUs, for a process of the same user."""
    from gittrack.cli.commands import _agent  # noqa: PLC0415 - it imports all that runs trials

    return _agent.serve(int(words[0]), words[1:])


def job(words: Sequence[str]) -> int:
    """Run the one task of a folder, in a job of a cluster."""
    from gittrack.cli.commands import _agent  # noqa: PLC0415 - it imports all that runs trials

    return _agent.job(words[0])


def run_job(words: Sequence[str]) -> int:
    """Run what ``git track run --engine`` submitted, in a job of a cluster."""
    from gittrack.cli.commands import _agent  # noqa: PLC0415 - it imports the verb `run`

    return _agent.run_job(words[0])


def _below(verb: str) -> list[str]:
    return [f"{verb} {word}" for word in main.inner_verbs(verb)] if verb in main.NESTED else []
