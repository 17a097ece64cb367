"""Read and decode runs; `gittrack.read.runs.listing` lists them.

A committed run is a `Raw` with the body of its commit, which is not decoded: listings look up the few values
that they need in the body, and decode only the runs that they show.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import annotation_log, commit_message, run_info
from gittrack.core.standard.collections import Callable, Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple

_MISSING = f"its commit is missing, or larger than {commit_message.MAX_BYTES >> 20} MiB"
_CURRENT = f"\nformat: {layout.FORMAT}\n".encode()


class Raw(NamedTuple):
    """A run that is not decoded: ``body`` for a committed one, ``info`` for a live one.

    ``snapshot`` is the commit with the latest state of a live run of another machine.  A run that is
    ``folded`` has no ref: ``ref`` is the one that it had, and an archive keeps its commit.  ``metrics`` are
    those that the body leaves out, if a source has them elsewhere.
    """

    id: str
    experiment: str
    ref: str | None = None
    commit: str | None = None
    body: bytes | None = None
    info: run_info.RunInfo | None = None
    problem: str | None = None
    annotations: tuple[annotation_log.Operation, ...] = ()
    snapshot: str | None = None
    folded: bool = False
    metrics: Mapping[str, run_info.Metric] | None = None


def is_damaged(info: run_info.RunInfo) -> bool:
    """Return whether a run cannot be read for another reason than a newer format."""
    return info.status == run_info.DAMAGED and info.problem != run_info.NEWER


def bodies(repo: git.Repo, raws: Iterable[Raw]) -> list[Raw]:
    """Return the runs; the bodies of committed ones are read by one git process."""
    return begin_bodies(repo, raws)()


def begin_bodies(repo: git.Repo, raws: Iterable[Raw]) -> Callable[[], list[Raw]]:
    """Let git begin to read the bodies; the function that is returned waits for the runs of `bodies`."""
    raws = list(raws)
    commits = [raw.commit for raw in raws if raw.commit is not None]
    reading = git.begin_small_objects(repo, commits, commit_message.MAX_BYTES)

    def finished() -> list[Raw]:
        contents = iter(reading())
        return [raw if raw.commit is None else _of_commit(raw, next(contents)) for raw in raws]

    return finished


def _of_commit(raw: Raw, content: bytes | None) -> Raw:
    if content is None:
        return _with_body(raw, None, _MISSING)
    start, problem = body_of(content)
    return _with_body(raw, None if problem else content[start:], problem)


def with_message(raw: Raw, message: bytes) -> Raw:
    """Return the run with the body of the message of its commit."""
    start = message.find(b"\n\n") + 1
    problem = None if start else "its commit has no body"
    return _with_body(raw, message[start:] if start else None, problem)


def _with_body(raw: Raw, body: bytes | None, problem: str | None) -> Raw:
    """Return the run with a body; eight times as fast as `_replace`."""
    run_id, experiment, ref, oid, _, info, _, notes, snapshot, folded, metrics = raw
    values = (run_id, experiment, ref, oid, body, info, problem, notes, snapshot, folded, metrics)
    return tuple.__new__(Raw, values)


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
        info = run_info.from_facts(facts, params, metrics, commit=raw.commit, ref=ref_of(raw))
        info = info._replace(problem=info.problem or problem) if problem else info
        info = info if raw.metrics is None else info._replace(metrics=raw.metrics)
        return annotation_log.with_annotations(info, raw.annotations)
    except Exception as error:  # noqa: BLE001 - one bad run never hides the others
        newer = run_info.NEWER if is_newer(raw) else None
        return _damaged(raw, newer or str(error) or type(error).__name__)


def _complete(repo: git.Repo, raw: Raw, parts: dict[str, dict[str, Any]]) -> str | None:
    """Put values that are too long for the message into ``parts``; return why they are not here, or None."""
    truncated = parts["run"].pop(commit_message.TRUNCATED, [])
    names = {"run": layout.RUN, "params": layout.PARAMS, "metrics": layout.METRICS}
    try:
        for part, name in names.items():
            if part in truncated and (part != "metrics" or raw.metrics is None):
                parts[part] = load_yaml(repo, raw, name) or parts[part]
    except git.LeftOut as error:
        return error.message
    return None


def undecodable(raws: Sequence[Raw], infos: Sequence[run_info.RunInfo]) -> int:
    """Return how many runs are damaged, but only their decoded body shows that."""
    return sum(
        raw.body is not None and is_damaged(info) for raw, info in zip(raws, infos, strict=True)
    )


def newer(raws: Iterable[Raw]) -> list[str]:
    """Return the ids of the runs that a newer gittrack wrote."""
    return [raw.id for raw in raws if is_newer(raw)]


def is_newer(raw: Raw) -> bool:
    """Return whether a newer gittrack wrote a run."""
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
        raw.id,
        raw.experiment,
        run_info.DAMAGED,
        commit=raw.commit,
        ref=ref_of(raw),
        problem=problem,
    )


def ref_of(raw: Raw) -> str | None:
    """Return the ref of a run; None if it has none, so that no message names it."""
    return None if raw.folded else raw.ref


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
