"""Verbs for programs: ``__complete`` for shells; ``__manpage`` and ``__facts`` for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack.cli import main, manual, reference
from gittrack.core.errors import TrackError
from gittrack.disk.files import bundled
from gittrack.version import __version__


def complete(words: Sequence[str]) -> int:
    """Print what can come next; a shell that asks wants no errors."""
    from gittrack.cli import completing  # noqa: PLC0415 - it needs the parsers' own modules

    try:
        found = completing.candidates(words[1:] if words[:1] == ["--"] else words)
    except (TrackError, OSError):
        return 0
    print("".join(f"{word}\t{told}\n" if told else f"{word}\n" for word, told in found), end="")
    return 0


def manpage(words: Sequence[str]) -> int:
    """Print the manual page, as it is kept in templates/share/man/man1."""
    groups = {
        task: [name for verb in verbs for name in (verb, *_below(verb))]
        for task, verbs in main.GROUPS.items()
    }
    verbs = {name: main.parser(name) for names in groups.values() for name in names}
    sections = bundled("templates", "manual.txt").read_text(encoding="utf-8")
    print(manual.page(verbs, groups, sections, __version__), end="")
    return 0


def facts(words: Sequence[str]) -> int:
    """Print the table of facts, as docs/reference/facts.md has it."""
    print(reference.facts_table(), end="")
    return 0


def _below(verb: str) -> list[str]:
    return [f"{verb} {word}" for word in main.inner(verb)] if verb in main.NESTED else []
