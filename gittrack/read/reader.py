"""The one place that every reader gets its runs from: refs of the repository and live journals.

A committed run arrives as `Raw`, the body of its commit still unparsed: listings look up the few
values they need in it and decode only what they show.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

from gittrack import git, refs
from gittrack.core import body, layout, model
from gittrack.core.errors import Damaged, TrackError

OWN_LIMIT = 256 << 20


class Raw(NamedTuple):
    """A run that is not decoded: ``body`` for a committed one, ``info`` for a live one."""

    id: str
    experiment: str
    ref: str | None = None
    commit: str | None = None
    body: bytes | None = None
    info: model.RunInfo | None = None
    problem: str | None = None


def names(repo: git.Repo, experiment: str | None = None) -> list[Raw]:
    """Return all runs, newest first, without their bodies; live ones are decoded already.

    ``experiment`` also takes in the ones below it: ``cifar`` has ``cifar/resnet``.
    """
    prefix = layout.RUNS + (f"{layout.check_experiment(experiment)}/" if experiment else "")
    found: dict[str, Raw] = {}
    for ref, oid in refs.below(repo, prefix):
        parsed = layout.parse_run_ref(ref)
        if parsed is not None:
            problem = None if oid else "its ref has no value"
            found[parsed[1]] = Raw(parsed[1], parsed[0], ref, oid or None, problem=problem)
    for raw in _live(repo):
        inside = experiment is None or f"{raw.experiment}/".startswith(f"{experiment}/")
        resumed = raw.id in found and raw.info is not None and raw.info.status == model.RUNNING
        if inside and (raw.id not in found or resumed):
            found[raw.id] = raw
    return [found[key] for key in sorted(found, reverse=True)]


def _live(repo: git.Repo) -> list[Raw]:
    folder = layout.live_dir(repo.common_dir)
    try:
        ids = [name for name in os.listdir(folder) if layout.is_id(name)]
    except FileNotFoundError:
        return []
    if not ids:
        return []
    from gittrack.read import live  # noqa: PLC0415 - most of the time nothing is going on

    found = (live.read(f"{folder}/{run_id}") for run_id in ids)
    return [
        Raw(info.id, info.experiment, info=info, problem=info.problem) for info in found if info
    ]


def bodies(repo: git.Repo, raws: Iterable[Raw]) -> list[Raw]:
    """Return the runs with the bodies of the committed ones, in one git process."""
    raws = list(raws)
    wanted = [raw.commit for raw in raws if raw.commit is not None]
    contents = iter(list(git.objects(repo, wanted)))
    return [raw if raw.commit is None else _with_body(raw, next(contents)) for raw in raws]


def _with_body(raw: Raw, content: bytes | None) -> Raw:
    if content is None:
        return raw._replace(problem="its commit is missing")
    head, _, message = content.partition(b"\n\n")
    found = message[message.find(b"\n\n") + 1 :]  # keeps a line break in front, for body.find
    if not found.startswith(b"\n") or not head.startswith(b"tree "):
        return raw._replace(problem="its commit has no body")
    return raw._replace(body=found)


def decode(repo: git.Repo, raw: Raw) -> model.RunInfo:
    """Return the run; one that cannot be read has the status ``damaged`` and says why."""
    if raw.info is not None:
        return raw.info
    if raw.body is None:
        return _damaged(raw, raw.problem or "its commit is missing")
    try:
        parts = body.decode(raw.body.decode().strip("\n"))
        facts, params, metrics = parts["run"], parts["params"], parts["metrics"]
        left_out = facts.pop(body.TRUNCATED, [])
        if "run" in left_out:
            facts = load_yaml(repo, raw, layout.RUN) or facts
        if "params" in left_out:
            params = load_yaml(repo, raw, layout.PARAMS) or params
        if "metrics" in left_out:
            metrics = load_yaml(repo, raw, layout.METRICS) or metrics
        facts = {**facts, "id": raw.id, "experiment": raw.experiment}
        facts.setdefault("status", model.DAMAGED)
        return model.run_info(facts, params, metrics, commit=raw.commit, ref=raw.ref)
    except (ValueError, TypeError, AttributeError, IndexError, TrackError) as error:
        return _damaged(raw, str(error))


def _damaged(raw: Raw, problem: str) -> model.RunInfo:
    return model.RunInfo(
        raw.id, raw.experiment, model.DAMAGED, commit=raw.commit, ref=raw.ref, problem=problem
    )


def load_yaml(repo: git.Repo, raw: Raw, name: str) -> Any:
    """Return the content of a YAML file of a committed run; None where it has none.

    Raises Damaged where it cannot be read.
    """
    from gittrack.core import yaml_read  # noqa: PLC0415 - a listing reads no YAML

    data = next(git.objects(repo, [f"{raw.commit}:{name}"]))
    if data is None:
        return None
    try:
        return yaml_read.load(data, f"{raw.id}:{name}", limit=OWN_LIMIT)
    except TrackError as error:
        raise Damaged(error.message, "see: git track doctor") from error


def value(repo: git.Repo, raw: Raw, key: str) -> Any:
    """Return what a run has under ``key``, or body.MISSING.

    ``key`` is ``metrics.x`` (its last value), ``metrics.x.max``, ``params.x``, a fact such as ``status``,
    or a bare name: a metric, a param or a fact, in this order.
    """
    kind, _, rest = key.partition(".")
    if kind == "metrics" and rest:
        return _metric(repo, raw, rest)
    if kind == "params" and rest:
        return _param(repo, raw, rest)
    for look in (_metric, _param, _fact):
        found = look(repo, raw, key)
        if not isinstance(found, body.Missing):
            return found
    return body.MISSING


_PARTS = ("last", "min", "max", "step", "count")


def _metric(repo: git.Repo, raw: Raw, name: str) -> Any:
    summary = _stored(repo, raw, f"metrics.{body.key_text(name)}")
    stem, _, part = name.rpartition(".")
    if isinstance(summary, body.Missing) and part in _PARTS:
        summary = _stored(repo, raw, f"metrics.{body.key_text(stem)}")
    else:
        part = "last"
    return summary.get(part, body.MISSING) if isinstance(summary, dict) else summary


def _param(repo: git.Repo, raw: Raw, name: str) -> Any:
    found = _stored(repo, raw, f"params.{name}")
    if isinstance(found, body.Missing):
        found = _stored(repo, raw, f"params.{body.key_text(name)}")
    return found


def _fact(repo: git.Repo, raw: Raw, name: str) -> Any:
    return _stored(repo, raw, "duration_s" if name == "duration" else name)


def _stored(repo: git.Repo, raw: Raw, key: str) -> Any:
    """Return the value of one line of the body, or what would stand there for a live run."""
    if raw.body is not None and b"\ntruncated: " not in raw.body:
        try:
            return body.find(raw.body, key)
        except ValueError:
            return body.MISSING
    info = decode(repo, raw)
    if key.startswith("metrics."):
        by_key = {f"metrics.{body.key_text(n)}": m.to_dict() for n, m in info.metrics.items()}
        return by_key.get(key, body.MISSING)
    if key.startswith("params."):
        return body.dotted(info.params).get(key[7:], body.MISSING)
    found = getattr(info, "duration" if key == "duration_s" else key, None)
    return body.MISSING if found is None or callable(found) else found
