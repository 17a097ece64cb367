"""One run: its facts, files and relatives, and how to reproduce it."""

from __future__ import annotations

import shlex
from typing import Any

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import DAMAGED, RunInfo
from gittrack.read.registry.models import Registry
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.show.data import jsonable
from gittrack.show.terminal.columns import short_id
from gittrack.web.params import Params
from gittrack.web.views import commands, previews, runs

_MOST_RELATIVES = 200


def record_of(repo: git.Repo, key: str) -> RunRecord:
    """Return the run with a key, or of an address.  Raises NoSuchRun."""
    return RunRecord(repo, resolve.resolve(repo, key, fetch=False), fetch=False)


def view(repo: git.Repo, params: Params) -> dict[str, Any]:
    """Return the document ``run``."""
    record = record_of(repo, params.required("run"))
    info = record.info
    damaged = info.status == DAMAGED
    return {
        "run": jsonable.run(info),
        "key": runs.key(info),
        "env": {} if damaged else record.env,
        "inputs": [] if damaged else record.inputs,
        "outputs": [] if damaged else previews.outputs(record),
        "files": [] if damaged else _changed_files(record),
        "related": _relatives(repo, info),
        "verdict": _verdict(info),
        "models": _models(repo, info),
        "log": {"size": 0 if damaged else record.files().get(layout.LOG, 0)},
        "commands": _commands(record),
    }


def _changed_files(record: RunRecord) -> list[dict[str, Any]]:
    """Return the files that had uncommitted changes when the run was started."""
    files = record.diff.get("files") or []
    return [file if isinstance(file, dict) else {"path": str(file)} for file in files]


def _relatives(repo: git.Repo, info: RunInfo) -> list[dict[str, Any]]:
    """Return the runs that belong to a run, and those that it belongs to."""
    source = source_of(repo)
    relatives = [
        *(("parent", raw) for raw in _with_id(repo, info.parent)),
        *(("reproduces", raw) for raw in _with_id(repo, info.reproduces)),
    ]
    for relation, fact in (("child", "parent"), ("reproduced by", "reproduces")):
        request = Request(facts=((fact, info.id),), limit=_MOST_RELATIVES)
        relatives += [(relation, raw) for raw in source.select(request).runs]
    return [_relative(repo, relation, raw) for relation, raw in relatives]


def _with_id(repo: git.Repo, run_id: str | None) -> list[Raw]:
    return source_of(repo).find(run_id) if run_id and layout.is_id(run_id) else []


def _relative(repo: git.Repo, relation: str, raw: Raw) -> dict[str, Any]:
    info = reader.decode(repo, raw)
    return {
        "key": runs.key(info),
        "relation": relation,
        "status": info.status,
        "name": info.name,
        "verdict": info.verdict.level if info.verdict else None,
    }


def _verdict(info: RunInfo) -> dict[str, Any] | None:
    if info.verdict is None:
        return None
    return {
        "level": info.verdict.level,
        "evidence": list(info.verdict.evidence),
        "rerun": info.verdict.rerun,
    }


def _models(repo: git.Repo, info: RunInfo) -> list[dict[str, Any]]:
    """Return the versions of models that are this run."""
    if info.commit is None:
        return []
    try:
        models = Registry(repo).every()
    except TrackError:  # the page of models shows what is wrong with the registry
        return []
    return [
        {"model": model.name, "version": version.plain, "stages": list(version.stages)}
        for model in models
        for version in model.versions
        if version.commit == info.commit
    ]


def _commands(record: RunRecord) -> list[dict[str, str]]:
    """Return the commands of a run; plain git has nothing of a run that goes on."""
    info = record.info
    short, files = short_id(info.id), {} if info.status == DAMAGED else record.files()
    name = info.name_in_git or ""
    ref = shlex.quote(name) if name else ""
    ways = [
        commands.command(
            "this run", f"git track show {short}", f"git log -1 --format=%B {ref}" if ref else ""
        ),
        commands.command(
            "its files", f"git track files {short}", f"git ls-tree -r {ref}" if ref else ""
        ),
    ]
    artifact = next((path for path in files if path.startswith(f"{layout.ARTIFACTS}/")), None)
    for what, path in (
        ("its log", layout.LOG),
        ("its points", layout.SERIES),
        ("an artifact", artifact),
    ):
        if path in files:
            file = f"{shlex.quote(f'{name}:{path}')}"
            track = f"git track cat {short} {shlex.quote(path)}"
            ways.append(commands.command(what, track, f"git show {file}" if ref else ""))
    if info.code.snapshot and info.code.commit and ref:
        by_hand = f"git diff {info.code.commit[:12]} {info.code.snapshot[:12]}"
        track = f"git track cat {short} {layout.DIFF}"
        ways.append(commands.command("its uncommitted changes", track, by_hand))
    if info.code.state and info.commit:
        by_hand = f"git worktree add ../again {info.code.state[:12]}"
        ways.append(commands.command("reproduce it", f"git track reproduce {short}", by_hand))
    return ways
