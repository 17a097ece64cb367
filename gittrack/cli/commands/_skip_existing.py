"""``git track run --skip-existing``: an earlier run that did the same."""

from __future__ import annotations

from gittrack import git
from gittrack.launch.command_plan import Controller
from gittrack.read.runs import query, reader
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of


class SkipExisting(Controller):
    """Do not run the command if a finished run has the same recipe."""

    def __init__(self, repo: git.Repo) -> None:
        self.repo = repo

    def existing_run(self, recipe: str) -> str | None:
        """Return the id of the latest finished run with this recipe."""
        condition = f'status == "finished" and asked == "{recipe}" and not changed'
        repo = self.repo
        runs = (
            query.listing(repo, query=condition, archived=True).runs
            if _has_committed_run(repo)
            else []
        )
        # Read from git, not from the cache: a run that is damaged by now does not count.
        intact = (raw.id for raw in runs if reader.bodies(repo, [raw])[0].body is not None)
        return next(intact, None)


def _has_committed_run(repo: git.Repo) -> bool:
    """Return whether the repository has a run, without reading any."""
    runs = source_of(repo).select(Request(summaries=False)).runs
    return any(raw.commit for raw in runs)
