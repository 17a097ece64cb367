"""A sweep as a commit on ``refs/sweeps/<id>``: what was asked for, and the code that it is about.

    sweep.yaml      the sweep file, as it was given
    plan.yaml       what it came to: id, command, code, folder, base params, and the plan in numbers

Its parent is the code, uncommitted changes included, so that no garbage collection takes it.  Going on with
other code is another commit on top: the ref only ever moves forward.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, settings, yaml_read, yaml_write
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import commit_message, run_info, schemas
from gittrack.disk import trust
from gittrack.git import objects, refs
from gittrack.record import session
from gittrack.record.code import capture
from gittrack.record.machine.author import author
from gittrack.record.publish import writer

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TRIES = 10


class Sweep(NamedTuple):
    """One sweep: its id, its commit, the sweep file as text, and the content of plan.yaml."""

    id: str
    commit: str
    text: bytes
    facts: Mapping[str, Any]

    @property
    def name(self) -> str | None:
        """What it is called."""
        return self.facts.get("name")

    @property
    def code(self) -> str | None:
        """The commit whose tree is the code of the sweep."""
        found = self.facts.get("code") or {}
        return found.get("snapshot") or found.get("commit")

    @property
    def demanded(self) -> session.RequiredCode:
        """The code that each of its runs has to have."""
        found = self.facts.get("code") or {}
        return session.RequiredCode(found.get("tree"), frozenset(self.facts.get("new") or ()))


class Looked(NamedTuple):
    """The code as it is now, its new objects still apart in ``folder``."""

    captured: capture.Captured
    config: Mapping[str, str]
    folder: Path


def look(repo: git.Repo, folder: Path, known: session.RequiredCode | None = None) -> Looked:
    """Capture the code; where ``known`` is given, new files other than its own are no code.

    Nor is a new file that our own output goes into, as of ``nohup git track sweep FILE > log``.
    """
    if repo.work_tree is None:
        raise TrackError("a sweep cannot be run in a bare repository", "work in a clone of it")
    inspection, config_call = capture.start_inspection(repo), repo.config()
    config = git.parse_config(config_call.output())
    chosen = settings.from_config(config)
    only = None if known is None else known.new
    return Looked(capture.capture_code(repo, inspection, folder, chosen, (), only), config, folder)


def changed(repo: git.Repo, sweep: Sweep, looked: Looked) -> list[str]:
    """Return the files that are not what they were when the sweep began; none where that is unknown."""
    before, after = sweep.demanded.tree, looked.captured.tree
    if before is None or after is None:
        return []
    apart = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(looked.folder / layout.OBJECTS)}
    args = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after)
    found = repo.call(*args, env=apart).wait()
    return os.fsdecode(found.out).split("\0")[:-1] if found.code == 0 else []


def create(
    repo: git.Repo, sweep_id: str, looked: Looked, text: bytes, facts: Mapping[str, Any]
) -> Sweep:
    """Commit a sweep.  Raises TrackError or OSError where nothing can be written."""
    return _commit(repo, looked, text, {"format": layout.FORMAT, "id": sweep_id, **facts}, None)


def accept(repo: git.Repo, sweep: Sweep, looked: Looked) -> Sweep:
    """Let a sweep go on with the code as it is now."""
    return _commit(repo, looked, sweep.text, sweep.facts, sweep.commit)


def _commit(
    repo: git.Repo, looked: Looked, text: bytes, facts: Mapping[str, Any], before: str | None
) -> Sweep:
    captured = looked.captured
    if captured.tree is None:
        raise TrackError(
            "there is no code to begin a sweep with",
            " ".join(captured.warnings) or "make a first commit",
        )
    code = {k: v for k, v in captured.code._asdict().items() if v is not None}
    full = {**facts, "code": {**code, "tree": captured.tree}, "new": sorted(captured.new_files)}
    full = {key: value for key, value in full.items() if value not in (None, [], {}, "")}
    parents = [parent for parent in (captured.code.state, before) if parent]
    store = objects.Store(git.object_store_path(repo), repo.hash_name)
    who, now = author(looked.config), time.time()
    ref = layout.sweep_ref(str(full["id"]))

    def write() -> str:
        store.written.clear()
        store.adopt(str(looked.folder / layout.OBJECTS))
        files = {layout.SWEEP: text, layout.PLAN: yaml_write.dump(full)}
        entries = [objects.Entry("100644", name, store.blob(data)) for name, data in files.items()]
        return store.commit(store.tree(entries), parents, who, now, _message(full))

    for left in reversed(range(_TRIES)):
        commit = write()
        try:
            refs.update(repo, ref, commit, before, "gittrack: sweep")
            break
        except git.GitError:  # it may be that a prune was quicker than we
            if not left or not store.missing():
                raise
    writer.settle(repo, store, write, writer.PATIENCE_SECONDS)
    trust_here(commit)
    return Sweep(str(full["id"]), commit, text, full)


def trust_here(commit: str) -> None:
    """Remember that this machine may run what the commit of a sweep says."""
    try:
        trust.remember(commit)
    except OSError:  # without a home, `git track sweep resume` asks first
        return


_TOLD = ("id", "name", "method", "metric", "goal", "created", "size", "experiment", "user", "host")


def _message(facts: Mapping[str, Any]) -> str:
    words = ["sweep", str(facts["id"]), str(facts.get("method", "")), str(facts.get("name") or "")]
    told = {key: facts[key] for key in _TOLD if key in facts}
    return f"{' '.join(filter(None, words))}\n\n{commit_message.encode(told, {}, {})}"


def read(repo: git.Repo, ref: refs.Ref) -> Sweep:
    """Return the sweep of a ref.  Raises Damaged where its files are not what they should be."""
    sweep_id = layout.parse_sweep_ref(ref.name) or ref.name
    names = [f"{ref.oid}:{name}" for name in (layout.SWEEP, layout.PLAN)]
    text, plan = git.read_objects(repo, names) if ref.oid else (None, None)
    try:
        if text is None or plan is None:
            raise ValueError("its files are missing")
        facts = yaml_read.load_stored(plan, layout.PLAN)
        wrong = schemas.problem(layout.PLAN, facts) or _wrong(facts)
        if wrong:
            raise ValueError(wrong)
        run_info.from_iso(facts["created"])
    except (ValueError, TrackError) as error:
        raise Damaged(f"the sweep {sweep_id} is damaged: {error}", "fetch it again") from error
    return Sweep(sweep_id, ref.oid, text, {**facts, "id": sweep_id})


def _wrong(facts: Mapping[str, Any]) -> str | None:
    """Say what could lead out of the repository, or be taken for an option: it may be somebody else's."""
    code = facts.get("code") or {}
    for key in ("commit", "snapshot", "tree"):
        if code.get(key) is not None and not _OID.fullmatch(code[key]):
            return f"{layout.PLAN}: code.{key} is {code[key]!r:.40}"
    folder = facts.get("cwd") or "."
    if os.path.isabs(folder) or ".." in folder.split("/"):
        return f"{layout.PLAN}: cwd is {folder!r:.40}"
    return None


def list_refs(repo: git.Repo) -> list[refs.Ref]:
    """Return the refs of all sweeps, newest first."""
    found = [ref for ref in refs.below(repo, layout.SWEEPS) if layout.parse_sweep_ref(ref.name)]
    return sorted(found, key=lambda ref: ref.name, reverse=True)
