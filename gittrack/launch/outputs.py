"""What a command wrote: what ``--output`` names is kept as artifacts, of other files only the digests."""

from __future__ import annotations

import os

from gittrack.core import layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import Any
from gittrack.disk.content_store import ContentStore
from gittrack.record import artifacts, session
from gittrack.record.code import made_files, redirects
from gittrack.record.evidence import neighbours, written


def keep(run_session: session.Session, paths: Sequence[str]) -> list[str]:
    """Copy the outputs of a command into its journal; return notes for the user."""
    notes: list[str] = []
    target = run_session.journal.folder / layout.ARTIFACTS
    settings = run_session.settings
    limit = settings.max_artifact_size
    store = ContentStore.of(run_session.repo.common_dir, settings.max_store_size)
    began = os.stat(run_session.journal.folder / layout.LOCK)
    for path in paths:
        unwritten = []
        try:
            for entry in artifacts.copy_in(
                path, artifacts.default_name(path), target, limit, store, began, strict=False
            ):
                run_session.journal.append(events.OUTPUT, values=entry)
                unwritten += [entry["path"]] if "unwritten" in entry else []
                notes += filter(None, (artifacts.warning(entry, "output"),))
            made_files.remember(run_session.repo.common_dir, run_session.journal.folder, path)
        except TrackError as error:
            notes.append(f"{error.message.replace('artifact', 'output', 1)}: not stored")
        except OSError as error:
            notes.append(f"the output {path} was not stored: {error.strerror}")
            lost = {"path": artifacts.default_name(path), "where": "left out"}
            with contextlib.suppress(OSError):  # a full disk; the note says it anyway
                reason = f"it could not be read: {error.strerror}"
                run_session.journal.append(events.OUTPUT, values={**lost, "reason": reason})
        notes += filter(None, (artifacts.unwritten_warning(unwritten),))
    return notes


def note_written(
    run_session: session.Session, excluded: Sequence[str], folders: Sequence[str]
) -> list[str]:
    """Write into the journal what a command wrote below the work tree; return notes for the user.

    Parameters
    ----------
    run_session
        The session, whose command has ended.
    excluded
        Paths from the root that are not looked at, such as outputs and inputs.
    folders
        The untracked folders that were there before the command; they are written down too.
    """
    repo, folder = run_session.repo, run_session.journal.folder
    root = repo.work_tree or ""
    try:
        began_ns = os.stat(folder / layout.LOCK).st_mtime_ns
        result = written.look(root, began_ns, frozenset(excluded).__contains__)
        runs = neighbours.other_runs(repo.common_dir, root, run_session.journal.id, began_ns)
        if runs and result.files:
            ids = ", ".join(run_id[16:] for run_id in runs[:3])
            reason = f"another run was going on in the same folder ({ids}): files that either"
            result = written.Written(problem=f"{reason} may have written are no evidence")
        console = redirects.files(root, [entry["path"] for entry in result.files])
        entries = [entry for entry in result.files if entry["path"] not in console]
        content: dict[str, Any] = {"files": entries, "folders": list(folders)}
        content.update({"problem": result.problem} if result.problem else {})
        (folder / layout.WRITTEN).write_bytes(yaml_write.dump(content))
    except OSError as error:
        return [f"what the command wrote is not known: {error.strerror}"]
    # Trials side by side are what the user asked for: written.yaml has the problem, no line is printed.
    is_expected = bool(runs) and bool(run_session.journal.state().facts.get("sweep"))
    return [result.problem] if result.problem and not is_expected else []
