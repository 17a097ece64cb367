"""Choose the source of runs for a repository.  A new kind of source is added here."""

from __future__ import annotations

from gittrack import git
from gittrack.read.index.indexed import Indexed
from gittrack.read.runs.refs_and_journals import Trash
from gittrack.read.runs.source import Source


def source_of(repo: git.Repo) -> Source:
    """Return the source of all runs of a repository, live ones too."""
    return Indexed(repo)


def trash_of(repo: git.Repo) -> Source:
    """Return the source of the runs in the trash of a repository."""
    return Trash(repo)
