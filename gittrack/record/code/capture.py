"""The code that runs, as a commit: HEAD, or a snapshot of the uncommitted changes on top of it.

The user's index, files and branches stay as they are: the snapshot is made in a private copy of the
index.  Its objects are in the run's journal until the run is published, because no garbage collection
looks there.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import Code
from gittrack.core.secrets import redact_text
from gittrack.core.settings import Settings
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.record.code import made_files, redirects, scope, tree_inspection
from gittrack.record.code.index import PrivateIndex
from gittrack.record.code.status import Status


class Captured(NamedTuple):
    """The code at the start of a run.

    Parameters
    ----------
    code
        The commit, the branch and, for uncommitted changes, the snapshot commit.
    tree
        The id of the tree that ran; None if it is not known.
    diff
        What diff.yaml will hold; empty if nothing differs from the commit.
    warnings
        What the user should know.
    new_files
        The untracked files that count as code.
    ignored_new_files
        The untracked files that do not count as code, because they are new since the sweep began.
    output_files
        The untracked files that stdout and stderr go to; they do not count as code.
    tracked
        The output of ``git ls-files -v -z``.
    ids
        The ids of changed files that are in the tree byte for byte, by path.
    """

    code: Code
    tree: str | None
    diff: dict[str, Any]
    warnings: tuple[str, ...] = ()
    new_files: frozenset[str] = frozenset()
    ignored_new_files: tuple[str, ...] = ()
    output_files: tuple[str, ...] = ()
    tracked: bytes = b""
    ids: Mapping[str, str] = {}


def capture_code(
    repo: git.Repo,
    inspection: tree_inspection.Inspection,
    folder: Path,
    settings: Settings,
    run_outputs: Sequence[str] = (),
    known_new_files: Collection[str] | None = None,
    config: Mapping[str, str] | None = None,
) -> Captured:
    """Return the code state; write the objects of a snapshot below ``folder``/objects.

    An untracked file does not count as code if stdout or stderr go to it, or if an earlier run made
    it and logged it as an artifact.

    Parameters
    ----------
    repo
        The repository.
    inspection
        What `tree_inspection.start` returned for this repository.
    folder
        A folder for the private index and the objects, usually the journal of the run.
    settings
        The limits of a snapshot, and the remote to record.
    run_outputs
        Paths from the root.  Untracked files at or below them are what the run makes, not its code.
    known_new_files
        If given, only these untracked files count as code.
    config
        Git's configuration; with it, most snapshots are made without a copy of the index.

    Notes
    -----
    If git cannot compare or store the changes, for example because a clean filter fails, the result
    names the commit, and ``warnings`` and ``diff["inexact"]`` say what is missing.
    """
    index = PrivateIndex(repo, folder)
    remote = redact_text(settings.remote) if settings.remote else None
    try:
        try:
            status = tree_inspection.read_status(repo, inspection, index)
        except (git.GitError, OSError) as error:
            first = tree_inspection.head(inspection)
            commit = first.oid if first else None
            code = Code(commit=commit, branch=tree_inspection.branch(repo), remote=remote)
            return _incomplete(Captured(code, None, {}), "code", error)
        code = Code(commit=status.commit, branch=status.branch, remote=remote)
        head = tree_inspection.commit_of_status(repo, inspection, status)
        status, clean = _without_other_files(repo, status, settings, run_outputs, known_new_files)
        clean = clean._replace(code=code, tree=head.tree if head else None, tracked=index.listing)
        if not status.changes:
            return clean
        date = head.date if head else 0
        return _with_changes(clean, index, status, date, settings, config)
    finally:
        index.remove()


def about_ignored_files(captured: Captured) -> tuple[str, ...]:
    """Return a warning about the new files that were not captured as code, if there are any."""
    names = captured.ignored_new_files
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    files = f"{', '.join(names[:3])}{more} (add them to .gitignore)"
    return (f"ignored new files, created since the sweep began: {files}",) if names else ()


def _with_changes(
    clean: Captured,
    index: PrivateIndex,
    status: Status,
    date: int,
    settings: Settings,
    config: Mapping[str, str] | None,
) -> Captured:
    """Return the code state with the uncommitted changes as a snapshot."""
    try:
        from gittrack.record.code import snapshot  # noqa: PLC0415 - only uncommitted changes need it

        result = snapshot.take(index, status, clean.code, date, clean.tree or "", settings, config)
    except (TrackError, OSError) as error:
        return _incomplete(clean, "uncommitted changes", error)
    warnings = (*clean.warnings, *result.warnings)
    return clean._replace(
        code=result.code, tree=result.tree, diff=result.diff, warnings=warnings, ids=result.ids
    )


def _without_other_files(
    repo: git.Repo,
    status: Status,
    settings: Settings,
    run_outputs: Sequence[str],
    known_new_files: Collection[str] | None,
) -> tuple[Status, Captured]:
    """Return the status without untracked files that are not code, and which files those are."""
    if not status.new_files():
        return status, Captured(Code(), None, {})
    root = repo.work_tree or ""
    status, warnings = scope.within(repo, status.without(run_outputs), settings)
    output_files = tuple(redirects.files(root, status.new_files()))
    artifacts = made_files.among(repo.common_dir, root, status.new_files())
    status = status.without([*output_files, *artifacts])
    ignored: list[str] = []
    if known_new_files is not None:
        ignored = sorted(status.new_files().difference(known_new_files))
    status = status.without(ignored)
    new_files = status.new_files()
    return status, Captured(Code(), None, {}, warnings, new_files, tuple(ignored), output_files)


def _incomplete(captured: Captured, part: str, error: TrackError | OSError) -> Captured:
    """Return the code state without the changes that could not be captured, and say why."""
    problem = f"the {part} could not be captured completely: {error}"
    return captured._replace(
        code=captured.code._replace(dirty=True),
        tree=None,
        diff={"base": captured.code.commit, "inexact": [problem]},
        warnings=(*captured.warnings, problem),
    )
