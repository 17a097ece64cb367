"""Continue an earlier run: the one case in which recording reads runs."""

from __future__ import annotations

from gittrack import git
from gittrack.api.runs import RunRecord
from gittrack.core.run.run_info import Metric
from gittrack.read.runs import resolve
from gittrack.record import resume, session


def resumed(
    repo: git.Repo, address: str, request: session.RunRequest
) -> tuple[session.Session, dict[str, Metric], float]:
    """Begin to record the run at an address again; see `gittrack.record.resume.begin`."""
    record = RunRecord(repo, resolve.resolve(repo, address))
    return resume.begin(repo, record.info, request)
