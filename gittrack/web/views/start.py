"""What the page shows first."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from gittrack import git
from gittrack.core.standard.collections import Iterable
from gittrack.version import __version__


def view(repo: git.Repo, experiments: Iterable[str]) -> dict[str, Any]:
    """Return the document ``start``, without what only a server knows.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    experiments : iterable of str
        The experiment of each run.
    """
    counts = Counter(experiments)
    return {
        "version": __version__,
        "title": title(repo),
        "experiments": [{"name": name, "runs": counts[name]} for name in sorted(counts)],
    }


def title(repo: git.Repo) -> str:
    """Return the name of a repository: that of its folder."""
    folder = os.path.dirname(repo.common_dir) if repo.work_tree is None else repo.work_tree
    return os.path.basename(str(folder).rstrip("/"))
