"""What the page shows first."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from gittrack import git
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.version import __version__


def view(repo: git.Repo) -> dict[str, Any]:
    """Return the document ``start``, without what only the server knows."""
    raws = source_of(repo).select(Request(summaries=False)).runs
    counts = Counter(raw.experiment for raw in raws)
    folder = os.path.dirname(repo.common_dir) if repo.work_tree is None else repo.work_tree
    return {
        "version": __version__,
        "title": os.path.basename(str(folder).rstrip("/")),
        "experiments": [{"name": name, "runs": counts[name]} for name in sorted(counts)],
    }
