"""A sweep as a commit on ``refs/sweeps/<id>``: its file, its plan, and its code.

    sweep.yaml      the sweep file, unchanged
    plan.yaml       id, command, code, folder, base params, and the plan in numbers

The parent of the commit is the code, uncommitted changes included, so that no garbage collection deletes
it.  To continue with other code, another commit is added on top: the ref only moves forward.
"""

from __future__ import annotations

import os
import re
import time

from gittrack import git
from gittrack.core import layout, settings, yaml_read, yaml_write
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import commit_message, run_info, schemas
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NamedTuple
from gittrack.git import refs

if TYPE_CHECKING:  # a listing of sweeps records nothing
    from pathlib import Path

    from gittrack.record.code import capture
    from gittrack.record.session import RequiredCode

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TRIES = 10
_MESSAGE_FACTS = (
    *("id", "name", "method", "metric", "goal", "created"),
    *("size", "experiment", "user", "host"),
)


class Sweep(NamedTuple):
    """One sweep: its id, its commit, the sweep file as text, and the content of plan.yaml."""

    id: str
    commit: str
    text: bytes
    facts: Mapping[str, Any]

    @property
    def name(self) -> str | None:
        """The name that the user gave the sweep."""
        return self.facts.get("name")

    @property
    def code(self) -> str | None:
        """The commit whose tree is the code of the sweep."""
        code = self.facts.get("code") or {}
        return code.get("snapshot") or code.get("commit")

    @property
    def required_code(self) -> RequiredCode:
        """The code that each of its runs must have."""
        from gittrack.record import session  # noqa: PLC0415 - a listing of sweeps records nothing

        code = self.facts.get("code") or {}
        return session.RequiredCode(code.get("tree"), frozenset(self.facts.get("new") or ()))


class CurrentCode(NamedTuple):
    """The code as it is now; its new git objects are in ``folder``, not in the repository yet."""

    captured: capture.Captured
    config: Mapping[str, str]
    folder: Path


def capture_code(repo: git.Repo, folder: Path, required: RequiredCode | None = None) -> CurrentCode:
    """Capture the code as it is now.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    folder : Path
        The working directory of the sweep; it gets the new git objects.
    required : session.RequiredCode, optional
        The code of the sweep.  If given, files that are new since the sweep began are not code.

    Returns
    -------
    CurrentCode

    Raises
    ------
    TrackError
        If the repository is bare.

    Notes
    -----
    A new file that this process prints to is never code, as in ``nohup git track sweep FILE > log``.
    """
    from gittrack.record.code import capture, tree_inspection  # noqa: PLC0415 - not for a listing

    if repo.work_tree is None:
        raise TrackError("a sweep cannot be run in a bare repository", "work in a clone of it")
    inspection, config_call = tree_inspection.start(repo), repo.config()
    config = git.parse_config(config_call.output())
    chosen = settings.from_config(config)
    only = None if required is None else required.new
    return CurrentCode(
        capture.capture_code(repo, inspection, folder, chosen, (), only), config, folder
    )


def changed_files(repo: git.Repo, sweep: Sweep, code: CurrentCode) -> list[str]:
    """Return the files that changed since the sweep began; [] if that is unknown."""
    before, after = sweep.required_code.tree, code.captured.tree
    if before is None or after is None:
        return []
    env = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(code.folder / layout.OBJECTS)}
    args = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after)
    diff = repo.call(*args, env=env).wait()
    return os.fsdecode(diff.out).split("\0")[:-1] if diff.code == 0 else []


def create(
    repo: git.Repo, sweep_id: str, code: CurrentCode, text: bytes, facts: Mapping[str, Any]
) -> Sweep:
    """Commit a sweep.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    sweep_id : str
        The new id.
    code : CurrentCode
        The code of the sweep.
    text : bytes
        The sweep file.
    facts : mapping
        The content of plan.yaml, without the id and the code: see `prepare.plan_facts`.

    Returns
    -------
    Sweep

    Raises
    ------
    TrackError or OSError
        If there is no code, or if nothing can be written.
    """
    return _commit(repo, code, text, {"format": layout.FORMAT, "id": sweep_id, **facts}, None)


def accept_code(repo: git.Repo, sweep: Sweep, code: CurrentCode) -> Sweep:
    """Commit that a sweep continues with the code as it is now; return the changed sweep."""
    return _commit(repo, code, sweep.text, sweep.facts, sweep.commit)


def _commit(
    repo: git.Repo, current: CurrentCode, text: bytes, facts: Mapping[str, Any], before: str | None
) -> Sweep:
    from gittrack.git import objects  # noqa: PLC0415 - not for a listing
    from gittrack.record.machine.author import author  # noqa: PLC0415 - not for a listing
    from gittrack.record.publish import writer  # noqa: PLC0415 - not for a listing

    captured = current.captured
    if captured.tree is None:
        raise TrackError(
            "there is no code to start a sweep with",
            " ".join(captured.warnings) or "make a first commit",
        )
    code = {k: v for k, v in captured.code._asdict().items() if v is not None}
    full = {**facts, "code": {**code, "tree": captured.tree}, "new": sorted(captured.new_files)}
    full = {key: value for key, value in full.items() if value not in (None, [], {}, "")}
    parents = [parent for parent in (captured.code.state, before) if parent]
    store = objects.Store(git.object_store_path(repo), repo.hash_name)
    who, now = author(current.config), time.time()
    ref = layout.sweep_ref(str(full["id"]))

    def write() -> str:
        store.written.clear()
        store.adopt(str(current.folder / layout.OBJECTS))
        files = {layout.SWEEP: text, layout.PLAN: yaml_write.dump(full)}
        entries = [objects.Entry("100644", name, store.blob(data)) for name, data in files.items()]
        return store.commit(store.tree(entries), parents, who, now, _message(full))

    for tries_left in reversed(range(_TRIES)):
        commit = write()
        try:
            refs.update(repo, ref, commit, before, "gittrack: sweep")
            break
        except git.GitError:  # perhaps a prune deleted the new objects
            if not tries_left or not store.missing():
                raise
    writer.settle(repo, store, write, writer.PATIENCE_SECONDS)
    trust_here(commit)
    return Sweep(str(full["id"]), commit, text, full)


def trust_here(commit: str) -> None:
    """Remember that this machine may run the command of this sweep commit."""
    from gittrack.disk import trust  # noqa: PLC0415 - not for a listing

    try:
        trust.remember(commit)
    except OSError:  # without a home folder, `git track sweep resume` asks first
        return


def _message(facts: Mapping[str, Any]) -> str:
    words = ["sweep", str(facts["id"]), str(facts.get("method", "")), str(facts.get("name") or "")]
    listed = {key: facts[key] for key in _MESSAGE_FACTS if key in facts}
    return f"{' '.join(filter(None, words))}\n\n{commit_message.encode(listed, {}, {})}"


def read(repo: git.Repo, ref: refs.Ref) -> Sweep:
    """Return the sweep of a ref.  Raises Damaged if a file is missing or has wrong content."""
    ((text, plan),) = _files(repo, [ref])
    return _sweep(ref, text, plan)


def readable(repo: git.Repo, sweep_refs: Sequence[refs.Ref]) -> list[Sweep]:
    """Return the sweeps of some refs, without those that are damaged; one git process reads all."""
    sweeps = []
    for ref, (text, plan) in zip(sweep_refs, _files(repo, sweep_refs), strict=True):
        try:
            sweeps.append(_sweep(ref, text, plan))
        except Damaged:
            continue
    return sweeps


def _files(
    repo: git.Repo, sweep_refs: Sequence[refs.Ref]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Yield the sweep file and the plan of each sweep; None for a file that is missing."""
    files = (layout.SWEEP, layout.PLAN)
    names = [f"{ref.oid}:{file}" for ref in sweep_refs if ref.oid for file in files]
    contents = git.read_objects(repo.fetching(), names)
    for ref in sweep_refs:
        yield (next(contents), next(contents)) if ref.oid else (None, None)


def _sweep(ref: refs.Ref, text: bytes | None, plan: bytes | None) -> Sweep:
    """Return the sweep that two files describe.  Raises Damaged."""
    sweep_id = layout.parse_sweep_ref(ref.name) or ref.name
    try:
        if text is None or plan is None:
            raise ValueError("its files are missing")
        facts = yaml_read.load_stored(plan, layout.PLAN)
        problem = schemas.problem(layout.PLAN, facts) or _unsafe_fact(facts)
        if problem:
            raise ValueError(problem)
        run_info.from_iso(facts["created"])
    except (ValueError, TrackError) as error:
        raise Damaged(f"the sweep {sweep_id} is damaged: {error}", "fetch it again") from error
    return Sweep(sweep_id, ref.oid, text, {**facts, "id": sweep_id})


def _unsafe_fact(facts: Mapping[str, Any]) -> str | None:
    """Return what points out of the repository or looks like an option: the sweep may come from anywhere."""
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
    below = refs.below(repo, layout.SWEEPS)
    sweep_refs = [ref for ref in below if layout.parse_sweep_ref(ref.name)]
    return sorted(sweep_refs, key=lambda ref: ref.name, reverse=True)
