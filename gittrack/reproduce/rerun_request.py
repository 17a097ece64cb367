"""What to change in a rerun, and how the rerun ended."""

from __future__ import annotations

from typing import Any, NamedTuple

from gittrack.core.standard.collections import Mapping, Sequence


class OtherFiles(NamedTuple):
    """Paths from the root, and the commit whose content they get; a path that it lacks is deleted."""

    commit: str
    paths: tuple[str, ...]


class RerunRequest(NamedTuple):
    """How to run a run again.

    Attributes
    ----------
    changed
        Params that replace the recorded ones; None for the recorded ones.
    seed
        Another seed.
    keep
        Whether the worktree stays; after a failure it always does.
    in_place
        Whether to run in the user's own tree.
    verify
        Whether the hook `pre-run` may refuse.
    links
        More paths to link into the worktree.
    variables
        Variables of the command, in addition to the recorded ones; None removes a variable.
    imports
        Folders from which Python imports before its own.
    command
        Another command; None for the recorded one.
    files
        Files to replace in the worktree by those of another commit; None for no file.
    rebuild
        Whether the environment is made again from the lock file that the run kept.
    discard
        Whether the worktree goes even after a failure.

    Notes
    -----
    With another seed, another command or other files the new run does not count as a reproduction.
    """

    changed: Mapping[str, Any] | None = None
    seed: int | None = None
    keep: bool = False
    in_place: bool = False
    verify: bool = True
    links: Sequence[str] = ()
    variables: Mapping[str, str | None] = {}
    imports: Sequence[str] = ()
    command: Sequence[str] | None = None
    files: OtherFiles | None = None
    discard: bool = False
    rebuild: bool = False

    @property
    def is_reproduction(self) -> bool:
        """Whether the new run is the same run again."""
        return self.seed is None and self.command is None and self.files is None


class Result(NamedTuple):
    """How a rerun ended.

    Attributes
    ----------
    id
        The id of the new run.
    exit_code
        The exit status of its command.
    worktree
        The folder of the worktree, if it stays.
    stopped
        Whether a signal ended the rerun.
    """

    id: str
    exit_code: int
    worktree: str | None = None
    stopped: bool = False
