"""The outputs of a command: what ``--output`` names is kept as artifacts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.disk.content_store import ContentStore
from gittrack.record import artifacts, session
from gittrack.record.code import made_files


def keep(run_session: session.Session, paths: Sequence[str]) -> list[str]:
    """Copy the outputs of a command into its journal; return notes for the user."""
    notes: list[str] = []
    target = run_session.journal.folder / layout.ARTIFACTS
    settings = run_session.settings
    limit = settings.max_artifact_size
    store = ContentStore(
        Path(layout.store_dir(run_session.repo.common_dir)), settings.max_store_size
    )
    began = os.stat(run_session.journal.folder / layout.LOCK)
    for path in paths:
        unwritten = []
        try:
            for entry in artifacts.copy_in(
                path, artifacts.default_name(path), target, limit, store, began
            ):
                run_session.journal.append(events.OUTPUT, values=entry)
                unwritten += [entry["path"]] if "unwritten" in entry else []
                notes += filter(None, (artifacts.warning(entry, "output"),))
            made_files.remember(run_session.repo.common_dir, run_session.journal.folder, path)
        except TrackError as error:
            notes.append(f"{error.message.replace('artifact', 'output', 1)}: not stored")
        except OSError as error:
            notes.append(f"the output {path} was not stored: {error.strerror}")
        notes += filter(None, (artifacts.unwritten_warning(unwritten),))
    return notes
