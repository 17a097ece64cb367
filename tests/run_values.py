"""Runs from values: the body that a listing reads, or a run commit, without a run that is recorded."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.registry import model_state, names
from gittrack.core.registry.events import Event
from gittrack.core.registry.model_state import Model
from gittrack.core.registry.tag_message import Text
from gittrack.core.run import commit_message
from gittrack.core.run.annotation_log import Operation
from gittrack.core.run.run_info import Metric, RunInfo
from gittrack.git import refs
from gittrack.read.index.store import Index, Manifest
from gittrack.read.index.table import RunTable
from gittrack.read.index.writing import encoder
from gittrack.read.runs import blocks, reader
from gittrack.read.runs.reader import Raw
from gittrack.record.publish import writer
from gittrack.record.publish.tree import Artifact, RunContents

AUTHOR = "Ada Lovelace <ada@example.org>"
NO_REPO = git.Repo(
    "/nowhere", "/nowhere", "/nowhere", None, "", "sha1"
)  # for what must not start git


def run_id(number: int) -> str:
    """Return an id; a run of a higher number started later."""
    return f"20260301-000000-{number:08x}"


def facts_of(number: int, **more: Any) -> dict[str, Any]:
    """Return the facts of a finished run; those that are None are left out."""
    started = f"2026-03-01T00:{number % 60:02d}:00.000Z"
    ended = f"2026-03-01T00:{number % 60:02d}:02.000Z"
    facts = {
        **{"format": 1, "id": run_id(number), "experiment": "default", "status": "finished"},
        **{"started": started, "ended": ended, "duration_s": 2.0},
        **more,
    }
    return {key: value for key, value in facts.items() if value is not None}


def summary(value: float | Metric) -> Metric:
    """Return the summary of a metric with one point."""
    return value if isinstance(value, Metric) else Metric(value, value, value, 0, 1)


def raw(
    number: int = 1,
    *,
    params: Mapping[str, Any] = {},
    metrics: Mapping[str, float | Metric] = {},
    annotations: tuple[Operation, ...] = (),
    **facts: Any,
) -> Raw:
    """Return a committed run as listings read it; no repository has its commit."""
    stored = facts_of(number, **facts)
    summaries = {name: summary(value).to_dict() for name, value in metrics.items()}
    body = b"\n" + commit_message.encode(stored, params, summaries).encode()
    ref = f"refs/runs/{stored['experiment']}/{stored['id']}"
    commit = hashlib.sha1(body).hexdigest()
    return Raw(stored["id"], stored["experiment"], ref, commit, body, annotations=annotations)


def indexed(raws: Sequence[Raw]) -> blocks.LazyRuns:
    """Return runs as an index answers them, oldest first."""
    content, extent = encoder.encoded(raws, 0, with_bodies=True)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        index = Index(Manifest(extents=(extent,)), os.dup(file.fileno()))
    table = RunTable(index, (), [(0, len(raws))], {})
    positions = range(len(raws))[::-1]
    return blocks.LazyRuns(positions, lambda items: [table.raws(items)], table)


def info(number: int = 1, **values: Any) -> RunInfo:
    """Return a decoded run; the values are those of `raw`."""
    return reader.decode(NO_REPO, raw(number, **values))


def commit(
    repo: git.Repo,
    number: int = 1,
    *,
    params: Mapping[str, Any] = {},
    metrics: Mapping[str, float | Metric] = {},
    artifacts: Mapping[str, bytes] = {},
    contents: Mapping[str, Any] = {},
    **facts: Any,
) -> Raw:
    """Write a run commit and its ref, and return the run with its body.

    ``contents`` are further values of `RunContents`, such as ``log``.
    """
    outputs = [
        {
            **{"path": path, "where": "git", "size": len(data)},
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for path, data in artifacts.items()
    ]
    values = RunContents(
        facts_of(number, **facts),
        params=params,
        metrics={name: summary(value) for name, value in metrics.items()},
        outputs=outputs,
        artifacts={path: Artifact(data) for path, data in artifacts.items()},
    )._replace(**contents)
    oid = writer.write_run(repo, values, AUTHOR)[0].commit
    written = Raw(values.facts["id"], values.facts["experiment"], commit=oid)
    ref = f"refs/runs/{written.experiment}/{written.id}"
    return reader.bodies(repo, [written._replace(ref=ref)])[0]


def resume(repo: git.Repo, number: int = 1, experiment: str = "default", by: str = "Ada") -> str:
    """Move the ref of a run to a later attempt with the same content; return its commit."""
    ref = layout.run_ref(experiment, run_id(number))
    first, message = refs.below(repo, ref)[0].oid, repo.read("log", "-1", "--format=%B", ref)
    call = ("commit-tree", f"{first}^{{tree}}", "-p", first)
    later = repo.read("-c", f"user.name={by}", *call, feed=message).decode().strip()
    refs.update(repo, ref, later, first, "resume")
    return later


def event(tag: str, commit: str, **facts: Any) -> Event:
    """Return an event of a model as its tag says it; the id of the tag is its name."""
    mark = names.parse_tag(tag)
    assert mark is not None
    return Event(mark, tag, tag, Text(commit, AUTHOR, 0, facts, False, tag))


def model(*events: tuple[str, str] | Event) -> Model:
    """Return the model ``m`` after events: tags with the commit that they are on."""
    read = [item if isinstance(item, Event) else event(*item) for item in events]
    return model_state.fold("m", read)
