"""What the command reads about the run of ``git track run``, from environment variables."""

from __future__ import annotations

import os

from gittrack.core import layout, values
from gittrack.core.errors import TrackError
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.disk import lock

JOURNAL = "GITTRACK_JOURNAL"


def journal_folder() -> Path | None:
    """Return the journal of the run of ``git track run`` around this process, or None."""
    folder = os.environ.get(JOURNAL) if os.environ.get("GITTRACK_RUN") else None
    return Path(folder) if folder else None


def is_going_on(folder: Path | None) -> bool:
    """Return whether the launcher's run has not ended yet."""
    return folder is not None and lock.is_held(folder / layout.LOCK)


def work_tree() -> str:
    """Return the root of the work tree that the launcher records, else the current folder."""
    return os.environ.get("GITTRACK_ROOT") or os.getcwd()


def names_experiment() -> bool:
    """Return whether the launcher has an experiment, which overrides that of the script."""
    return bool(os.environ.get("GITTRACK_EXPERIMENT"))


def seed() -> int | None:
    """Return the seed of the launcher."""
    text = os.environ.get("GITTRACK_SEED", "")
    return int(text) if text.isdecimal() else None


def given_params() -> dict[str, Any]:
    """Return the configuration of the launcher: command line, sweep and files."""
    path = os.environ.get("GITTRACK_PARAMS")
    return load_params(path) if path and os.path.exists(path) else {}


def params() -> dict[str, Any]:
    """Return the resolved configuration inside ``git track run``, else that of ``params.yaml`` here.

    Raises TrackError if there is neither, or the file is broken.
    """
    return load_params(os.environ.get("GITTRACK_PARAMS") or layout.PARAMS)


def note_params_read() -> None:
    """Note that the script reads the params, if it joined the run of the launcher with other values."""
    folder = journal_folder()
    if folder is not None and (folder / layout.JOINED).exists():
        from gittrack.record.active import join  # noqa: PLC0415 - only a script that was launched joins

        join.note_config_read(folder)


def load_params(path: str) -> dict[str, Any]:
    """Return the configuration in a file.  Raises TrackError if it is missing or broken."""
    from gittrack.core import yaml_read  # noqa: PLC0415 - only a launched script reads a configuration

    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise TrackError(
            f"there is no {path} here", "make one, or start with: git track run -p FILE -- COMMAND"
        ) from None
    ours = path == os.environ.get("GITTRACK_PARAMS")
    config = yaml_read.load_stored(data, path) if ours else yaml_read.load(data, path)
    if config is not None and not isinstance(config, dict):
        raise TrackError(f"{path} is not a mapping of names to values", "write 'name: value' lines")
    return values.config_dict(config or {})
