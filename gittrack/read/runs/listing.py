"""List the runs of a repository: from its refs, from journals, and from the states of live runs elsewhere.

All readers use this module.
"""

from __future__ import annotations

import os
import re

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import annotation_log, run_info
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.folding import presence
from gittrack.git import notes, refs
from gittrack.read.runs import blocks
from gittrack.read.runs.reader import Raw, is_damaged

_ID_LENGTH = 24
_ID = re.compile(f"/{layout.ID}$", re.MULTILINE)


def list_runs(repo: git.Repo, experiment: str | None = None) -> list[Raw]:
    """Return all runs, newest first, committed ones without their bodies.  Live runs are decoded already.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    experiment : str or None
        Only the runs of this experiment and of those below it: ``cifar`` has ``cifar/resnet``.
    """
    before = live_ids(repo)
    listing = refs.listing(repo, *namespaces(experiment))
    committed = _committed(repo, listing, experiment)
    live = [*live_elsewhere(repo, snapshots(listing)), *live_runs(repo)]
    vanished = set(before).difference(raw.id for raw in live)
    if vanished.difference(raw.id for raw in committed):  # they may have been committed in between
        listing = refs.listing(repo, *namespaces(experiment), fresh=True)
        committed = _committed(repo, listing, experiment)
    return _with_live(committed, live, experiment)


def _committed(repo: git.Repo, listing: refs.Listing, experiment: str | None) -> list[Raw]:
    """Return the runs of a listing of refs, and those that are folded, with their annotations."""
    folded = [raw_of_line(line, folded=True) for line in folded_lines(repo, listing, experiment)]
    listed = split(listing)
    if listed is not None:
        lines, commit_of_notes = listed
        runs = [raw_of_line(line, folded=False) for line in lines]
        return annotated(folded + runs, annotation_lines(repo, commit_of_notes))
    runs, commit_of_notes = folded, None
    for ref, oid in refs.parse(listing):
        commit_of_notes = oid if ref == layout.NOTES else commit_of_notes
        parsed = layout.parse_run_ref(ref)
        if parsed is not None:
            problem = None if oid else "its ref has no value"
            runs.append(Raw(parsed[1], parsed[0], ref, oid or None, problem=problem))
    return annotated(runs, annotation_lines(repo, commit_of_notes))


def folded_lines(repo: git.Repo, listing: refs.Listing, experiment: str | None = None) -> list[str]:
    """Return a line for each folded run, as `split` does; with a warning if the archive cannot be read."""
    if not presence.may_exist(repo, listing):
        return []
    from gittrack.folding import visible  # noqa: PLC0415 - most repositories have no archive

    try:
        return visible.lines(repo, listing, experiment)
    except TrackError as error:
        _warn(f"folded runs are not listed: {error.message}", error.hint)
        return []


def list_runs_with_summaries(repo: git.Repo, experiment: str | None = None) -> list[Raw]:
    """Return the runs of `list_runs` with their bodies."""
    blocks_of_runs = blocks.with_bodies(repo, list_runs(repo, experiment))
    return [raw for block in blocks_of_runs for raw in block]


def annotated(raws: list[Raw], lines: Mapping[str, bytes]) -> list[Raw]:
    """Return the runs with their annotations, of which `annotation_lines` returns the lines."""

    def read(raw: Raw) -> Raw:
        note = lines.get(raw.commit or "")
        return raw if note is None else raw._replace(annotations=annotation_log.parse(note))

    return list(map(read, raws)) if lines else raws


def namespaces(experiment: str | None) -> tuple[str, ...]:
    """Return where the refs of the runs of an experiment, the notes, and the live runs elsewhere are."""
    inside = f"{layout.check_experiment(experiment)}/" if experiment else ""
    return layout.RUNS + inside, layout.NOTES, layout.TRACKING, layout.ARCHIVE


def _with_live(committed: list[Raw], live: list[Raw], experiment: str | None) -> list[Raw]:
    """Return the committed and the live runs, newest first.

    A run is identified by its experiment and its id: an interrupted push may leave an id in two experiments.
    """
    if not live:
        return sorted(committed, reverse=True)
    runs = {(raw.id, raw.experiment): raw for raw in committed}
    for raw in live:
        key = (raw.id, raw.experiment)
        inside = experiment is None or f"{raw.experiment}/".startswith(f"{experiment}/")
        is_live_here = raw.info is not None and raw.info.status == run_info.RUNNING
        resumed = key in runs and is_live_here and raw.snapshot is None
        if inside and (key not in runs or resumed):
            runs[key] = raw
    return [runs[key] for key in sorted(runs, reverse=True)]


def live_elsewhere(repo: git.Repo, snapshots: Sequence[refs.Ref]) -> list[Raw]:
    """Return the live runs of other machines, of which some refs have the latest states."""
    if not snapshots:
        return []
    from gittrack.read.runs import live_elsewhere  # noqa: PLC0415 - most repositories have none

    here = set(live_ids(repo))
    return [raw for raw in live_elsewhere.read(repo, list(snapshots)) if raw.id not in here]


def refs_before_runs(listing: refs.Listing) -> list[refs.Ref]:
    """Return the refs of a listing before those of the runs, which may be very many."""
    text = listing[0]
    first = text.find(f" {layout.RUNS}")
    return refs.parse((text[: text.rfind("\n", 0, first) + 1] if first >= 0 else text, []))


def snapshots(listing: refs.Listing) -> list[refs.Ref]:
    """Return the refs of live runs of other machines in a listing."""
    if f" {layout.TRACKING}" not in listing[0]:
        return []
    return [ref for ref in refs_before_runs(listing) if ref.name.startswith(layout.TRACKING)]


def live_ids(repo: git.Repo) -> list[str]:
    """Return the ids of the runs that have a live journal."""
    try:
        return list(filter(layout.is_id, os.listdir(layout.live_dir(repo.common_dir))))
    except FileNotFoundError:
        return []


def live_runs(repo: git.Repo) -> list[Raw]:
    """Return the runs that have a live journal, decoded."""
    ids = live_ids(repo)
    if not ids:
        return []
    folder = layout.live_dir(repo.common_dir)
    from gittrack.read.runs import live  # noqa: PLC0415 - most of the time no run is going on

    infos = live.read_each(repo, (f"{folder}/{run_id}" for run_id in ids))
    return [_live_raw(info) for info in infos if info]


def _live_raw(info: run_info.RunInfo) -> Raw:
    problem = info.problem if is_damaged(info) else None
    return Raw(info.id, info.experiment, info=info, problem=problem)


def split(listing: refs.Listing) -> tuple[list[str], str | None] | None:
    """Return the lines of the refs of runs, and the commit of the notes.

    The states of live runs of other machines are left out.  None if the listing has a broken ref, or one
    of another kind.
    """
    text, broken = listing
    first = text.find(f" {layout.RUNS}")  # in the order of names, the runs come last
    start = text.rfind("\n", 0, first) + 1 if first >= 0 else len(text)
    commit_of_notes = None
    for line in text[:start].split("\n")[:-1]:
        if line.endswith(f" {layout.NOTES}"):
            commit_of_notes = commit(line)
        elif f" {layout.TRACKING}" not in line and not line.endswith(f" {layout.ARCHIVE}"):
            return None
    lines = text[start:].split("\n")[:-1]  # not splitlines: a ref may hold U+2028
    if broken or len(_ID.findall(text, start)) != len(lines):
        return None
    without_experiment = len(f"{commit(lines[0])} {layout.RUNS}") + _ID_LENGTH if lines else 0
    is_plain = min(map(len, lines), default=1) > without_experiment
    return (lines, commit_of_notes) if is_plain else None


def commit(line: str) -> str:
    """Return the commit id of a line."""
    return line.partition(" ")[0]


def run_id(line: str) -> str:
    """Return the id of the run of a line."""
    return line[-_ID_LENGTH:]


def parts(line: str) -> tuple[str, str, str, str]:
    """Return (id, experiment, name of the ref, commit id) of a line."""
    oid, _, ref = line.partition(" ")
    return line[-_ID_LENGTH:], ref[len(layout.RUNS) : -_ID_LENGTH - 1], ref, oid


def raw_of_line(line: str, *, folded: bool) -> Raw:
    """Return the run of a line, without its body."""
    return Raw(*parts(line), folded=folded)


def annotation_lines(repo: git.Repo, commit: str | None) -> Mapping[str, bytes]:
    """Return {run commit: its note} at a commit of the notes; with a warning if some cannot be read."""
    if not commit:
        return {}
    lines, problem = notes.readable(repo, commit)
    if problem is not None:  # the runs are listed without these annotations
        _warn(f"names, tags and notes of runs are not complete: {problem.message}", problem.hint)
    return lines


def _warn(sentence: str, remedy: str | None) -> None:
    import logging  # noqa: PLC0415 - only damage and partial clones need it

    message = "warning: %s; %s"
    logging.getLogger("gittrack").warning(message, sentence, remedy or "see: git track doctor")
