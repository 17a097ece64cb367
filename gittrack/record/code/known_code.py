"""The code of a work tree that several runs use one after the other: it is captured once."""

from __future__ import annotations

from gittrack import git
from gittrack.core.settings import Settings
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.record.code import capture, conversions, tree_inspection
from gittrack.record.code.capture import Captured


class KnownCode:
    """What was captured of a work tree whose caller proves, before each run, that nothing changed in it.

    That means all files of the tree and of its git folder.  Code with uncommitted changes is not known,
    because their objects are in the journal of one run; nor is code with a warning.
    """

    def __init__(self) -> None:
        self.key: tuple[Any, ...] | None = None
        self.captured: Captured | None = None

    def note(self, key: tuple[Any, ...], captured: Captured) -> None:
        """Remember what was captured."""
        is_plain = captured.code.snapshot is None and not captured.diff and not captured.warnings
        self.key, self.captured = (key, captured) if is_plain else (None, None)


def start(repo: git.Repo, memory: KnownCode | None) -> tree_inspection.Inspection | None:
    """Start to inspect the work tree, unless its code is known."""
    is_known = memory is not None and memory.captured is not None
    return None if is_known else tree_inspection.start(repo)


def capture_code(
    repo: git.Repo,
    inspection: tree_inspection.Inspection | None,
    folder: Path,
    configuration: tuple[Mapping[str, str], Settings],
    outputs: Sequence[str],
    new_files: Collection[str] | None,
    memory: KnownCode | None,
) -> Captured:
    """Return the code state, as `capture.capture_code` and `conversions.check` do, or the known one.

    Parameters
    ----------
    repo
        The repository.
    inspection
        What `start` returned.
    folder
        The journal of the run.
    configuration
        Git's configuration, and the settings in it; known code holds for the same configuration only.
    outputs
        Paths from the root that the run writes.
    new_files
        If given, only these untracked files count as code.
    memory
        The known code of this work tree.
    """
    config, settings = configuration
    key = (repo.git_dir, dict(config), tuple(outputs), new_files)
    if memory is not None and memory.captured is not None and memory.key == key:
        return memory.captured
    inspection = inspection or tree_inspection.start(repo)
    captured = capture.capture_code(repo, inspection, folder, settings, outputs, new_files, config)
    captured = conversions.check(repo, str(folder / "objects"), config, captured)
    if memory is not None:
        memory.note(key, captured)
    return captured
