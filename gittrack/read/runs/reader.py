"""Read runs from the refs of the repository and from live journals; all readers use this module.

A committed run is a `Raw` with the body of its commit, which is not decoded: listings look up the few values
that they need in the body, and decode only the runs that they show.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.fast_typing import Any, NamedTuple
from gittrack.core.run import annotation_log, commit_message, run_info
from gittrack.git import notes, refs

_MISSING = f"its commit is missing, or larger than {commit_message.MAX_BYTES >> 20} MiB"
_CURRENT = f"\nformat: {layout.FORMAT}\n".encode()
_FEW = 32  # so many new bodies are read from git each time, before the cache is renewed


class Raw(NamedTuple):
    """A run that is not decoded: ``body`` for a committed one, ``info`` for a live one."""

    id: str
    experiment: str
    ref: str | None = None
    commit: str | None = None
    body: bytes | None = None
    info: run_info.RunInfo | None = None
    problem: str | None = None
    annotations: tuple[annotation_log.Operation, ...] = ()


def list_runs(
    repo: git.Repo, experiment: str | None = None, cached: Mapping[str, bytes] | None = None
) -> list[Raw]:
    """Return all runs, newest first.  Live runs are decoded already.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    experiment : str or None
        Only the runs of this experiment and of those below it: ``cifar`` has ``cifar/resnet``.
    cached : mapping or None
        {commit id: body}; other runs are returned without their body.
    """
    namespaces = (_prefix(experiment), layout.NOTES)
    before = _live_ids(repo)
    committed = _committed(repo, refs.below(repo, *namespaces), cached or {})
    live = _live(repo)
    vanished = set(before).difference(raw.id for raw in live)
    if vanished.difference(raw.id for raw in committed):  # they may have been committed in between
        committed = _committed(repo, refs.now(repo, *namespaces), cached or {})
    return _with_live(committed, live, experiment)


def _committed(
    repo: git.Repo, listing: Iterable[refs.Ref], cached: Mapping[str, bytes]
) -> list[Raw]:
    """Return the runs of a listing of refs, with their annotations."""
    runs, commit_of_notes = [], None
    for ref, oid in listing:
        commit_of_notes = oid if ref == layout.NOTES else commit_of_notes
        parsed = layout.parse_run_ref(ref)
        if parsed is not None:
            problem = None if oid else "its ref has no value"
            runs.append(Raw(parsed[1], parsed[0], ref, oid or None, cached.get(oid), None, problem))
    return annotated(repo, runs, commit_of_notes)


def list_runs_with_summaries(repo: git.Repo, experiment: str | None = None) -> list[Raw]:
    """Return the runs of `list_runs` with their bodies, from a cache that makes this fast.

    Bodies that are not in the cache are read from git.  If these are many, the cache is renewed.
    """
    from gittrack.read.runs import cache  # noqa: PLC0415 - only a reader of all bodies needs it

    cached = cache.load(repo.common_dir)
    runs = list_runs(repo, experiment, cached)
    unread = [raw for raw in runs if raw.body is None and raw.info is None]
    read = {raw.ref: raw for raw in bodies(repo, unread)} if unread else {}
    if read:
        runs = [read.get(raw.ref, raw) if raw.body is None else raw for raw in runs]
    new = sum(raw.body is not None for raw in read.values())
    _renew(repo, runs, cached, new, complete=experiment is None)
    return runs


def _renew(
    repo: git.Repo, runs: list[Raw], cached: Mapping[str, bytes], new: int, *, complete: bool
) -> None:
    """Renew the cache if many bodies are new, or if all runs were listed and cached ones do not exist."""
    count = sum(raw.body is not None for raw in runs)
    is_outdated = complete and count - new < len(cached)
    if is_outdated or new > max(_FEW, len(cached) // 16):
        from gittrack.read.runs import cache  # noqa: PLC0415 - most listings renew nothing

        bodies_now = {str(raw.commit): raw.body for raw in runs if raw.body is not None}
        cache.store(repo.common_dir, bodies_now if complete else {**cached, **bodies_now})


def annotated(repo: git.Repo, raws: list[Raw], commit: str | None) -> list[Raw]:
    """Return the runs with their annotations; ``commit`` has the notes."""
    if not commit:
        return raws
    lines, problem = notes.readable(repo, commit)
    if problem is not None:  # the runs are listed without these annotations
        import logging  # noqa: PLC0415 - only damage and partial clones need it

        remedy = problem.hint or "see: git track doctor"
        message = "warning: names, tags and notes of runs are not complete: %s; %s"
        logging.getLogger("gittrack").warning(message, problem.message, remedy)
    return [
        raw._replace(annotations=annotation_log.parse(lines[raw.commit]))
        if raw.commit in lines
        else raw
        for raw in raws
    ]


def _prefix(experiment: str | None) -> str:
    return layout.RUNS + (f"{layout.check_experiment(experiment)}/" if experiment else "")


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
        resumed = key in runs and raw.info is not None and raw.info.status == run_info.RUNNING
        if inside and (key not in runs or resumed):
            runs[key] = raw
    return [runs[key] for key in sorted(runs, reverse=True)]


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
    from gittrack.read.runs import live  # noqa: PLC0415 - most of the time no run is going on

    infos = live.read_each(repo, (f"{folder}/{run_id}" for run_id in ids))
    return [
        Raw(
            info.id,
            info.experiment,
            info=info,
            problem=info.problem if _is_damaged(info) else None,
        )
        for info in infos
        if info
    ]


def _is_damaged(info: run_info.RunInfo) -> bool:
    return info.status == run_info.DAMAGED and info.problem != run_info.NEWER


def bodies(repo: git.Repo, raws: Iterable[Raw]) -> list[Raw]:
    """Return the runs; the bodies of committed ones are read by one git process."""
    raws = list(raws)
    commits = [raw.commit for raw in raws if raw.commit is not None]
    contents = iter(git.read_small_objects(repo, commits, commit_message.MAX_BYTES))
    return [raw if raw.commit is None else _with_body(raw, next(contents)) for raw in raws]


def _with_body(raw: Raw, content: bytes | None) -> Raw:
    if content is None:
        return raw._replace(body=None, problem=_MISSING)
    start, problem = body_of(content)
    return raw._replace(body=None if problem else content[start:], problem=problem)


def body_of(commit: bytes) -> tuple[int, str | None]:
    """Return the index of the line break before the body of a commit, and what is wrong, if anything."""
    message = commit.find(b"\n\n") + 2
    start = commit.find(b"\n\n", message) + 1
    is_valid = commit.startswith(b"tree ") and message > 1 and start > 0
    return start, None if is_valid else "its commit has no body"


def decode(repo: git.Repo, raw: Raw) -> run_info.RunInfo:
    """Return the run; one that cannot be read has the status ``damaged`` and the reason in ``problem``."""
    if raw.info is not None:
        return raw.info
    if raw.body is None:
        return _damaged(raw, raw.problem or _MISSING)
    try:
        if len(raw.body) > commit_message.MAX_BYTES:
            raise ValueError(_MISSING)
        parts = commit_message.decode(raw.body.decode().strip("\n"))
        problem = _complete(repo, raw, parts)
        facts = {**parts["run"], "id": raw.id, "experiment": raw.experiment}
        facts.setdefault("status", run_info.DAMAGED)
        params, metrics = parts["params"], parts["metrics"]
        info = run_info.from_facts(facts, params, metrics, commit=raw.commit, ref=raw.ref)
        info = info._replace(problem=info.problem or problem) if problem else info
        return annotation_log.with_annotations(info, raw.annotations)
    except Exception as error:  # noqa: BLE001 - one bad run never hides the others
        newer = run_info.NEWER if _is_newer(raw) else None
        return _damaged(raw, newer or str(error) or type(error).__name__)


def _complete(repo: git.Repo, raw: Raw, parts: dict[str, dict[str, Any]]) -> str | None:
    """Put values that are too long for the message into ``parts``; return why they are not here, or None."""
    truncated = parts["run"].pop(commit_message.TRUNCATED, [])
    names = {"run": layout.RUN, "params": layout.PARAMS, "metrics": layout.METRICS}
    try:
        for part, name in names.items():
            if part in truncated:
                parts[part] = load_yaml(repo, raw, name) or parts[part]
    except git.LeftOut as error:
        return error.message
    return None


def undecodable(raws: Sequence[Raw], infos: Sequence[run_info.RunInfo]) -> int:
    """Return how many runs are damaged, but only their decoded body shows that."""
    return sum(
        raw.body is not None and _is_damaged(info) for raw, info in zip(raws, infos, strict=True)
    )


def newer(raws: Iterable[Raw]) -> list[str]:
    """Return the ids of the runs that a newer gittrack wrote."""
    return [raw.id for raw in raws if _is_newer(raw)]


def _is_newer(raw: Raw) -> bool:
    if raw.info is not None or raw.body is None:
        return raw.info is not None and raw.info.problem == run_info.NEWER
    if _CURRENT in raw.body:
        return False
    try:
        return run_info.is_newer({"format": commit_message.find(raw.body, "format")})
    except ValueError:
        return False


def _damaged(raw: Raw, problem: str) -> run_info.RunInfo:
    return run_info.RunInfo(
        raw.id, raw.experiment, run_info.DAMAGED, commit=raw.commit, ref=raw.ref, problem=problem
    )


def content(repo: git.Repo, raw: Raw, name: str) -> bytes | None:
    """Return a file of a committed run; None if the run does not have the file.

    Raises Damaged if the run has the file but its content is missing.
    """
    data, tree = git.read_objects(repo, [f"{raw.commit}:{name}", f"{raw.commit}^{{tree}}"])
    if data is None and (tree is None or f" {name}\0".encode() in tree):
        raise Damaged(f"{name} of the run {raw.id} is missing", "see: git track doctor")
    return data


def load_yaml(repo: git.Repo, raw: Raw, name: str) -> Any:
    """Return the content of a YAML file of a committed run; None if the run does not have the file.

    Raises Damaged if the file cannot be read.
    """
    from gittrack.core import yaml_read  # noqa: PLC0415 - a listing reads no YAML
    from gittrack.core.run import schemas  # noqa: PLC0415 - a listing reads no YAML

    data = content(repo, raw, name)
    if data is None:
        return None
    try:
        document = yaml_read.load_stored(data, f"{raw.id}:{name}")
    except TrackError as error:
        raise Damaged(error.message, "see: git track doctor") from error
    problem = None if document is None else schemas.problem(name, document)
    if problem:
        raise Damaged(f"the run {raw.id} is damaged: {problem}", "see: git track doctor")
    return document
