"""The artifacts that a trial of a sweep continues from: of the previous rung, or of an earlier attempt."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from gittrack import git
from gittrack.core.run.trials import TrialFacts
from gittrack.core.standard.collections import Iterator
from gittrack.core.standard.contextlib import contextmanager
from gittrack.disk import restore
from gittrack.read.runs import reader
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.reproduce.rerun_worktree import Impossible

RESUME = "GITTRACK_RESUME"


def bring(repo: git.Repo, earlier: reader.Raw, folder: Path) -> bool:
    """Bring the artifacts of a run into a new folder; return whether it has any.

    Raises Impossible, with nothing written, if the content of one is not in this repository.
    """
    run = RunRecord(repo, reader.bodies(repo, [earlier])[0])
    run.bring(run.missing)
    for absent in run.missing.values():
        artifact = f"the artifact {absent.path} of the run {run.id}"
        raise Impossible(
            f"it continues from {artifact}, which is not here: {absent.why}", absent.remedy
        )
    items = run.outputs
    for item in items:  # all are checked before the first is written
        restore.check(folder, item["path"], item)
    if items:
        folder.mkdir(mode=0o700)
    for item in items:
        restore.write(folder, item["path"], run.content(f"artifacts/{item['path']}"), item)
    return bool(items)


@contextmanager
def for_rerun(
    repo: git.Repo, run: RunRecord, beside: str | None
) -> Iterator[dict[str, str | None]]:
    """Give a rerun of a trial the artifacts that the trial continued from, as variables for the command.

    Other runs get no variables.  ``beside`` is a folder that is removed with the rerun's worktree, if there
    is one.  Raises Impossible if the earlier run is not in this repository.
    """
    trial = run.info.sweep
    if trial is None or (trial.after is None and trial.continues is None):
        yield {}
        return
    earlier = _earlier(repo, trial)
    if earlier is None:
        raise Impossible(
            f"it continued from {_name_of_earlier(trial)}, which is not here",
            "fetch the runs of the sweep, or bring it back: git track restore",
        )
    scratch = tempfile.mkdtemp(prefix="gittrack-", dir=beside)
    try:
        folder = Path(scratch, "resume")
        yield {RESUME: str(folder)} if bring(repo, earlier, folder) else {}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _earlier(repo: git.Repo, trial: TrialFacts) -> reader.Raw | None:
    """Return the run that a trial continued from; else the one that counts for the previous rung."""
    same_trial = () if trial.continues else (("sweep.trial", trial.after),)
    for raw in source_of(repo).select(Request(facts=(("sweep.id", trial.id), *same_trial))).runs:
        sweep = reader.decode(repo, raw).sweep
        counts = sweep is not None and sweep.order is not None
        if raw.commit and (raw.id == trial.continues if trial.continues else counts):
            return raw
    return None


def _name_of_earlier(trial: TrialFacts) -> str:
    if trial.continues:
        return f"the run {trial.continues[16:]}"
    return f"the trial {trial.after} of its sweep"
