"""Commit runs whose process died, from their journals, with everything that was logged."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout, settings
from gittrack.core.errors import Damaged, NewerFormat, OnAnotherHost
from gittrack.core.run import events, run_info
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.record import dead_journals, journal
from gittrack.record.evidence import neighbours
from gittrack.record.machine.author import author
from gittrack.record.publish import writer


def recover(
    repo: git.Repo, *, force: bool = False
) -> list[writer.Published | tuple[Path, Exception]]:
    """Commit every journal whose owner is dead.

    A second call changes nothing.  A journal that cannot be committed now stays where it is.

    Parameters
    ----------
    repo : Repo
        The repository.
    force : bool, default False
        Commit also recently written journals of other hosts, whose processes may be alive.

    Returns
    -------
    list
        For each journal the published run, or a pair of its folder and the error.
    """
    results: list[writer.Published | tuple[Path, Exception]] = []
    folders = dead_journals.list_dead(repo.common_dir)
    if not folders:
        return results
    config = git.parse_config(repo.config().output())
    committer = author(config)
    for folder in folders:
        try:
            patience = settings.adopt_after(config)
            book = dead_journals.adopt(folder, patience=patience, force=force)
            if book is not None:
                results.append(publish_dead(repo, book, committer, settings.sign(config)))
        except Exception as error:  # noqa: BLE001 - one bad journal never stops the others
            results.append((folder, error))
    return results


def failures(results: Sequence[writer.Published | tuple[Path, Exception]]) -> list[str]:
    """Return a warning for each journal that `recover` could not commit."""
    failed = [result for result in results if not isinstance(result, writer.Published)]
    # A run that may be live on another host is not a failure.
    return [_warning(path, error) for path, error in failed if not isinstance(error, OnAnotherHost)]


def _warning(folder: Path, error: Exception) -> str:
    reason = str(error) or type(error).__name__
    if not isinstance(error, (Damaged, NewerFormat)):  # these two name the journal
        reason += f"; its journal stays in {folder}"
    return f"the earlier run {folder.name} cannot be committed: {reason}"


def publish_dead(
    repo: git.Repo,
    book: journal.Journal,
    author: str,
    sign: bool,
    more: Mapping[str, Any] | None = None,
) -> writer.Published:
    """Commit the journal of a dead process and release it; ``more`` facts are added to those of the end.

    Raises TrackError or OSError; the journal then stays.
    """
    try:
        last = neighbours.last_write(book.folder)
        facts = {**_end_of_crash(book, last / 1e9), **(more or {})}
        # Appended before the commit: if this process dies, the next one must make the same commit.
        error = book.append(events.FACTS, values=facts) if facts else None
        if error is not None:
            raise error
        _tell_neighbours(repo, book, last)
        return writer.publish(repo, book, facts, author, patience=0.0, sign=sign)
    finally:
        book.release()


def _tell_neighbours(repo: git.Repo, book: journal.Journal, last_ns: int) -> None:
    """List a dead run, which a run that was live beside it may not have seen."""
    process = events.process_of((book.folder / layout.EVENTS).read_bytes())
    tree = process.get(neighbours.TREE) if isinstance(process, dict) else None
    if isinstance(tree, str):
        run = neighbours.Neighbour(book.id, book.state().facts.get("parent"))
        neighbours.remember(repo.common_dir, tree, run, last_ns)


def _end_of_crash(book: journal.Journal, last: float) -> dict[str, Any]:
    """Return the facts of the end of a run whose owner died, as far as the journal shows them.

    ``last`` is when the run last wrote into its journal, in seconds.
    """
    from gittrack.disk import journal_owner  # noqa: PLC0415 - only after a crash

    state = book.state()
    if "ended" in state.facts:
        return {}
    end = journal_owner.stored_end(book.folder, state.facts)
    if end:  # the run had ended, but the disk was full
        return {**end, **events.derived_facts(state)}
    started = run_info.from_iso(state.facts["started"])
    return {
        "status": run_info.CRASHED,
        "ended": run_info.iso(max(last, started)),
        "duration_s": round(events.duration_at(state.facts, last), 3),
        **events.derived_facts(state),
    }
