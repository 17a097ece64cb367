"""Runs whose process vanished: committed from their journals, with everything that they had logged."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.errors import Damaged, NewerFormat, OnAnotherHost
from gittrack.core.run import events, run_info
from gittrack.record import journal
from gittrack.record.machine.author import author
from gittrack.record.publish import writer


def recover(
    repo: git.Repo, *, force: bool = False
) -> list[writer.Published | tuple[Path, Exception]]:
    """Commit every journal whose owner is dead; return what became of each.

    A second call changes nothing.  What cannot be committed now stays where it is; so does the journal of
    another host that was written to lately, unless ``force``: its process may be alive.
    """
    results: list[writer.Published | tuple[Path, Exception]] = []
    folders = journal.list_dead(repo.common_dir)
    if not folders:
        return results
    config = git.parse_config(repo.config().output())
    who = author(config)
    for folder in folders:
        try:
            patience = settings.adopt_after(config)
            book = journal.adopt(folder, patience=patience, force=force)
            if book is not None:
                results.append(publish_dead(repo, book, who, settings.sign(config)))
        except Exception as error:  # noqa: BLE001 - one bad journal never stops the others
            results.append((folder, error))
    return results


def failures(results: Sequence[writer.Published | tuple[Path, Exception]]) -> list[str]:
    """Return a warning for each journal that `recover` could not commit."""
    failed = [result for result in results if not isinstance(result, writer.Published)]
    # A run that may be going on on another host is no fault.
    return [_kept(path, error) for path, error in failed if not isinstance(error, OnAnotherHost)]


def _kept(folder: Path, error: Exception) -> str:
    reason = str(error) or type(error).__name__
    if not isinstance(error, (Damaged, NewerFormat)):  # both name the journal
        reason += f"; it is kept in {folder}"
    return f"the earlier run {folder.name} cannot be committed: {reason}"


def publish_dead(
    repo: git.Repo,
    book: journal.Journal,
    author: str,
    sign: bool,
    more: Mapping[str, Any] | None = None,
) -> writer.Published:
    """Commit the journal of a dead process, ``more`` facts with it, and give it back.

    Raises TrackError or OSError with the journal kept.
    """
    try:
        facts = {**_end_of_crash(book), **(more or {})}
        # Told once and for all: whoever continues after our own death must make the same commit.
        error = book.append(events.FACTS, values=facts) if facts else None
        if error is not None:
            raise error
        return writer.publish(repo, book, facts, author, patience=0.0, sign=sign)
    finally:
        book.release()


def _end_of_crash(book: journal.Journal) -> dict[str, Any]:
    """Return the facts of the end of a run whose owner vanished, from what the journal shows."""
    state = book.state()
    if "ended" in state.facts:
        return {}
    end = book.end()
    if end:  # the run had ended, but the disk was full
        return {**end, **events.derived_facts(state)}
    files = [book.folder / name for name in os.listdir(book.folder) if name != layout.LOCK]
    last = max(path.stat().st_mtime for path in files)
    started = run_info.from_iso(state.facts["started"])
    return {
        "status": run_info.CRASHED,
        "ended": run_info.iso(max(last, started)),
        "duration_s": round(events.duration_at(state.facts, last), 3),
        **events.derived_facts(state),
    }
