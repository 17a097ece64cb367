"""The one place that every reader gets its runs from: refs of the repository and live journals.

A committed run arrives as `Raw`, the body of its commit still unparsed: listings look up the few
values they need in it and decode only what they show.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import annotation_log, commit_message, run_info
from gittrack.git import bounded, notes, refs
from gittrack.read.runs import cache

_GONE = f"its commit is missing, or larger than {commit_message.MAX_BYTES >> 20} MiB"
_FEW = 32  # bodies that git is asked for every time rather than renewing the cache


class Raw(NamedTuple):
    """A run that is not decoded: ``body`` for a committed one, ``info`` for a live one."""

    id: str
    experiment: str
    ref: str | None = None
    commit: str | None = None
    body: bytes | None = None
    info: run_info.RunInfo | None = None
    problem: str | None = None
    annotations: tuple[annotation_log.Operation, ...] = ()  # what was said about it afterwards


def list_runs(
    repo: git.Repo, experiment: str | None = None, known: Mapping[str, bytes] | None = None
) -> list[Raw]:
    """Return all runs, newest first, with the bodies that are ``known``; live ones are decoded already.

    ``experiment`` also takes in the ones below it: ``cifar`` has ``cifar/resnet``.
    """
    places = (_prefix(experiment), layout.NOTES)
    before = _live_ids(repo)
    committed = _committed(repo, refs.below(repo, *places), known or {})
    live = _live(repo)
    vanished = set(before).difference(raw.id for raw in live)
    if vanished.difference(raw.id for raw in committed):  # maybe committed between the two looks
        committed = _committed(repo, refs.now(repo, *places), known or {})
    return _with_live(committed, live, experiment)


def _committed(
    repo: git.Repo, listing: Iterable[refs.Ref], known: Mapping[str, bytes]
) -> list[Raw]:
    """Return the runs of a listing of refs, with their annotations."""
    runs, commit_of_notes = [], None
    for ref, oid in listing:
        commit_of_notes = oid if ref == layout.NOTES else commit_of_notes
        parsed = layout.parse_run_ref(ref)
        if parsed is not None:
            problem = None if oid else "its ref has no value"
            runs.append(Raw(parsed[1], parsed[0], ref, oid or None, known.get(oid), None, problem))
    return _annotated(repo, runs, commit_of_notes)


def list_runs_with_summaries(repo: git.Repo, experiment: str | None = None) -> list[Raw]:
    """Return what `list_runs` returns, with the bodies: the fast way to look at every run.

    Git is asked for the bodies that the cache does not have; once these are many, the cache is renewed.
    """
    known = cache.load(repo.common_dir)
    found = list_runs(repo, experiment, known)
    unread = [raw for raw in found if raw.body is None and raw.info is None]
    read = {raw.ref: raw for raw in bodies(repo, unread)} if unread else {}
    if read:
        found = [read.get(raw.ref, raw) if raw.body is None else raw for raw in found]
    new = sum(raw.body is not None for raw in read.values())
    _renew(repo, found, known, new, whole=experiment is None)
    return found


def _renew(
    repo: git.Repo, found: list[Raw], known: Mapping[str, bytes], new: int, *, whole: bool
) -> None:
    """Keep the bodies that were found, where many are new or, in a look at all runs, kept ones are gone."""
    there = sum(raw.body is not None for raw in found)
    gone = whole and there - new < len(known)
    if gone or new > max(_FEW, len(known) // 16):
        kept = {str(raw.commit): raw.body for raw in found if raw.body is not None}
        cache.store(repo.common_dir, kept if whole else {**known, **kept})


def trashed(repo: git.Repo) -> list[Raw]:
    """Return the runs in the trash, with their bodies, newest first."""
    found = [
        Raw(parsed[1], parsed[0], ref, oid or None)
        for ref, oid in refs.below(repo, layout.TRASH)
        if (parsed := layout.parse_run_ref(ref, layout.TRASH)) is not None
    ]
    commit = next((oid for ref, oid in refs.below(repo, layout.NOTES) if ref == layout.NOTES), None)
    ordered = sorted(found, key=lambda raw: raw.id, reverse=True)
    return bodies(repo, _annotated(repo, ordered, commit))


def _annotated(repo: git.Repo, raws: list[Raw], commit: str | None) -> list[Raw]:
    """Return the runs with what was said about them afterwards; ``commit`` is where the notes are."""
    if not commit:
        return raws
    try:
        said = notes.read(repo, commit)
    except git.GitError:  # `doctor` tells; the runs are there without their remarks
        return raws
    return [
        raw._replace(annotations=annotation_log.parse(said[raw.commit]))
        if raw.commit in said
        else raw
        for raw in raws
    ]


def _prefix(experiment: str | None) -> str:
    return layout.RUNS + (f"{layout.check_experiment(experiment)}/" if experiment else "")


def _with_live(committed: list[Raw], live: list[Raw], experiment: str | None) -> list[Raw]:
    """Return the runs newest first, with those that are going on or crashed among them.

    A run is its experiment and its id: a broken push may bring one id under two experiments.
    """
    if not live:
        return sorted(committed, reverse=True)
    found = {(raw.id, raw.experiment): raw for raw in committed}
    for raw in live:
        key = (raw.id, raw.experiment)
        inside = experiment is None or f"{raw.experiment}/".startswith(f"{experiment}/")
        resumed = key in found and raw.info is not None and raw.info.status == run_info.RUNNING
        if inside and (key not in found or resumed):
            found[key] = raw
    return [found[key] for key in sorted(found, reverse=True)]


def _live_ids(repo: git.Repo) -> list[str]:
    try:
        return list(filter(layout.is_id, os.listdir(layout.live_dir(repo.common_dir))))
    except FileNotFoundError:
        return []


def _live(repo: git.Repo) -> list[Raw]:
    ids = _live_ids(repo)
    if not ids:
        return []
    folder = layout.live_dir(repo.common_dir)
    from gittrack.read.runs import live  # noqa: PLC0415 - most of the time nothing is going on

    found = (live.read(f"{folder}/{run_id}") for run_id in ids)
    return [
        Raw(
            info.id,
            info.experiment,
            info=info,
            problem=info.problem if info.status == run_info.DAMAGED else None,
        )
        for info in found
        if info
    ]


def bodies(repo: git.Repo, raws: Iterable[Raw]) -> list[Raw]:
    """Return the runs with the bodies of the committed ones, in one git process."""
    raws = list(raws)
    wanted = [raw.commit for raw in raws if raw.commit is not None]
    contents = iter(bounded.objects(repo, wanted, commit_message.MAX_BYTES))
    return [raw if raw.commit is None else _with_body(raw, next(contents)) for raw in raws]


def of_commit(oid: str, content: bytes) -> Raw | None:
    """Return the run that a commit is, without its ref; None for a commit of anything else."""
    start, problem = _body_of(content)
    if problem:
        return None
    raw = Raw("", "", None, oid, content[start:])
    try:
        found = [
            commit_message.find(content[start:], key) for key in ("id", "experiment", "started")
        ]
    except ValueError:
        return None
    if not all(isinstance(word, str) for word in found) or not layout.is_id(found[0]):
        return None
    return raw._replace(id=found[0], experiment=found[1])


def _with_body(raw: Raw, content: bytes | None) -> Raw:
    if content is None:
        return raw._replace(body=None, problem=_GONE)
    start, problem = _body_of(content)
    return raw._replace(body=None if problem else content[start:], problem=problem)


def _body_of(commit: bytes) -> tuple[int, str | None]:
    """Return where the body begins in a commit, a line break in front of it; or what is wrong."""
    message = commit.find(b"\n\n") + 2
    found = commit.find(b"\n\n", message) + 1
    sound = commit.startswith(b"tree ") and message > 1 and found > 0
    return found, None if sound else "its commit has no body"


def decode(repo: git.Repo, raw: Raw) -> run_info.RunInfo:
    """Return the run; one that cannot be read has the status ``damaged`` and says why."""
    if raw.info is not None:
        return raw.info
    if raw.body is None:
        return _damaged(raw, raw.problem or _GONE)
    try:
        if len(raw.body) > commit_message.MAX_BYTES:
            raise ValueError(_GONE)
        parts = commit_message.decode(raw.body.decode().strip("\n"))
        facts, params, metrics = parts["run"], parts["params"], parts["metrics"]
        left_out = facts.pop(commit_message.TRUNCATED, [])
        if "run" in left_out:
            facts = load_yaml(repo, raw, layout.RUN) or facts
        if "params" in left_out:
            params = load_yaml(repo, raw, layout.PARAMS) or params
        if "metrics" in left_out:
            metrics = load_yaml(repo, raw, layout.METRICS) or metrics
        facts = {**facts, "id": raw.id, "experiment": raw.experiment}
        facts.setdefault("status", run_info.DAMAGED)
        info = run_info.from_facts(facts, params, metrics, commit=raw.commit, ref=raw.ref)
        return annotation_log.applied(info, raw.annotations)
    except Exception as error:  # noqa: BLE001 - one bad run never hides the others
        return _damaged(raw, str(error) or type(error).__name__)


def undecodable(raws: Sequence[Raw], infos: Sequence[run_info.RunInfo]) -> int:
    """Return how many runs turned out to be damaged only when their bodies were decoded."""
    pairs = zip(raws, infos, strict=True)
    return sum(raw.body is not None and info.status == run_info.DAMAGED for raw, info in pairs)


def _damaged(raw: Raw, problem: str) -> run_info.RunInfo:
    return run_info.RunInfo(
        raw.id, raw.experiment, run_info.DAMAGED, commit=raw.commit, ref=raw.ref, problem=problem
    )


def content(repo: git.Repo, raw: Raw, name: str) -> bytes | None:
    """Return a file of a committed run; None where it has none.

    Raises Damaged where it has one that is not here: nobody is to take that for a run without it.
    """
    data, tree = git.read_objects(repo, [f"{raw.commit}:{name}", f"{raw.commit}^{{tree}}"])
    if data is None and (tree is None or f" {name}\0".encode() in tree):
        raise Damaged(f"{name} of the run {raw.id} is missing", "see: git track doctor")
    return data


def load_yaml(repo: git.Repo, raw: Raw, name: str) -> Any:
    """Return the content of a YAML file of a committed run; None where it has none.

    Raises Damaged where it cannot be read.
    """
    from gittrack.core import yaml_read  # noqa: PLC0415 - a listing reads no YAML
    from gittrack.core.run import schemas  # noqa: PLC0415 - a listing reads no YAML

    data = content(repo, raw, name)
    if data is None:
        return None
    try:
        found = yaml_read.load_stored(data, f"{raw.id}:{name}")
    except TrackError as error:
        raise Damaged(error.message, "see: git track doctor") from error
    wrong = None if found is None else schemas.problem(name, found)
    if wrong:
        raise Damaged(f"the run {raw.id} is damaged: {wrong}", "see: git track doctor")
    return found
