"""Results of trials that ran elsewhere: delivered once per trial, then ordered by the process of the sweep.

A worker delivers the run of a trial that counts by making ``refs/sweeps/results/<sweep>/<trial>``.  A ref is
made once, so that of several attempts exactly one is the result.  The process of the sweep decides the order
when it learns of a result: it writes the run again with its order, below ``refs/runs/``, where a resume and
other clones find it.  So the state of a sweep is still its runs and nothing else.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, settings, yaml_read, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run.run_info import RunInfo
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.disk import trust
from gittrack.git import objects, refs, signing
from gittrack.read.runs import reader
from gittrack.record.machine.author import author
from gittrack.record.publish import writer
from gittrack.sweeping.delivery import new_runs
from gittrack.sweeping.delivery.new_runs import RunParts

_REASON = "gittrack: result of a trial"


class Delivery(NamedTuple):
    """The result of a trial: the key of the trial, and the commit of its run, which has no order yet."""

    key: str
    commit: str


def deliver(repo: git.Repo, sweep_id: str, key: str, commit: str) -> bool:
    """Make a run the result of its trial; return False if the trial has another result.

    Parameters
    ----------
    repo : git.Repo
        The repository in which the runs of the sweep meet.
    sweep_id, key : str
        The sweep, and the key of the trial.
    commit : str
        The commit of the run.
    """
    ref = layout.result_ref(sweep_id, key)
    if new_runs.refs_now(repo, [ref], ask=False) == {ref: commit}:  # made together with the run
        return True
    try:
        refs.update(repo, ref, commit, None, _REASON)
    except git.GitError:
        current = [entry.oid for entry in refs.now(repo, ref) if entry.name == ref]
        if not current:  # another reason than an earlier result
            raise
        return current == [commit]
    return True


def delivered(repo: git.Repo, sweep_id: str) -> dict[str, Delivery]:
    """Return the results of a sweep that are in the repository: {key of the trial: result}."""
    prefix = layout.result_ref(sweep_id, "")
    below = [ref for ref in refs.now(repo, prefix) if ref.oid]
    keys = ((ref.name.removeprefix(prefix), ref.oid) for ref in below)
    return {key: Delivery(key, oid) for key, oid in keys}


def forget(repo: git.Repo, sweep_id: str) -> None:
    """Delete the refs of the results of a sweep that is done: its runs have them all.

    If git cannot delete them now, such as while another process packs refs, they stay and do no harm.
    """
    prefix = layout.result_ref(sweep_id, "")
    commands = [f"delete {ref.name}\0{ref.oid}" for ref in refs.now(repo, prefix) if ref.oid]
    with contextlib.suppress(git.GitError):
        refs.transact(repo, commands, _REASON)


def take(
    repo: git.Repo,
    sweep_id: str,
    experiment: str,
    deliveries: Sequence[Delivery],
    first: int,
    config: Mapping[str, str] | None = None,
) -> list[RunInfo]:
    """Give results their order, and make them runs of the sweep; return the runs.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    sweep_id, experiment : str
        The sweep, and the experiment of its runs.
    deliveries : sequence of Delivery
        The results, in their order.
    first : int
        The order of the first one.
    config : mapping, optional
        Git's configuration, for a caller that takes many times; else git is asked.

    Raises
    ------
    TrackError
        If a commit is not a run of its trial, or if git cannot write.  A second call completes the first.
    """
    if not deliveries:
        return []
    if config is None:
        config = git.parse_config(repo.config().output())
    contents = new_runs.parts(repo, [delivery.commit for delivery in deliveries])
    store = objects.Store(git.object_store_path(repo), repo.hash_name)

    def write() -> list[reader.Raw]:
        store.written.clear()
        raws = []
        with store.batch():
            for number, delivery in enumerate(deliveries):
                parts = contents[number]
                facts = _facts(delivery, sweep_id, experiment, parts.run_yaml)
                data = _with_order(store, parts, facts, first + number)
                ref = layout.run_ref(experiment, facts["id"])
                raws.append(_raw(facts["id"], experiment, ref, store.keep(b"commit", data), data))
        return raws

    raws = write()
    commits = [raw.commit or "" for raw in raws]
    if settings.sign(config):
        commits = [_signed(repo, commit, author(config)) for commit in commits]
        raws = [raw._replace(commit=oid) for raw, oid in zip(raws, commits, strict=True)]
    pairs = zip(raws, deliveries, commits, strict=True)
    _move(repo, [(raw.ref or "", delivery.commit, commit) for raw, delivery, commit in pairs])
    writer.settle(repo, store, write, writer.PATIENCE_SECONDS)
    for commit in commits:
        try:
            trust.remember(commit)
        except OSError:  # without a home folder, `git track reproduce` asks first
            break
    return [reader.decode(repo, raw) for raw in raws]


def _facts(
    delivery: Delivery, sweep_id: str, experiment: str, text: bytes | None
) -> dict[str, Any]:
    """Return the content of run.yaml of a result.  It may come from anywhere, so it is checked."""
    facts: Any = yaml_read.load_stored(text, layout.RUN) if text is not None else None
    trial = facts.get("sweep") if isinstance(facts, dict) else None
    is_right = (
        isinstance(trial, dict)
        and (trial.get("id"), trial.get("trial")) == (sweep_id, delivery.key)
        and facts.get("experiment") == experiment
        and layout.is_id(str(facts.get("id")))
    )
    if not is_right:
        ref = layout.result_ref(sweep_id, delivery.key)
        raise TrackError(
            f"{ref} is not a run of the trial {delivery.key}",
            f"look at it: git show {ref}; delete it, and the trial runs again: git update-ref -d {ref}",
        )
    return dict(facts)


def _with_order(
    store: objects.Store,
    parts: RunParts,
    facts: Mapping[str, Any],
    order: int,
) -> bytes:
    """Write the tree of a run with its order; return the commit, with no signature."""
    commit, tree, _ = parts
    assert commit is not None
    assert tree is not None
    full = {**facts, "sweep": {**facts["sweep"], "order": order}}
    run_yaml = store.blob(yaml_write.dump(full))
    size = hashlib.new(store.hash_name, usedforsecurity=False).digest_size
    entries = [
        entry if entry.name != layout.RUN else entry._replace(oid=run_yaml)
        for entry in objects.parse_tree(tree, size)
    ]
    head, _, message = commit.partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if line.partition(b" ")[0] in _PLAIN]
    lines[0] = f"tree {store.tree(entries)}".encode()
    subject, _, body = message.partition(b"\n\n")
    body_lines = [line for line in body.split(b"\n") if not line.startswith(b"sweep.order: ")]
    body_lines = sorted([*filter(None, body_lines), b"sweep.order: %d" % order])
    return b"\n".join([*lines, b"", subject, b"", *body_lines, b""])


_PLAIN = (b"tree", b"parent", b"author", b"committer")


def _raw(run_id: str, experiment: str, ref: str, commit: str, data: bytes) -> reader.Raw:
    start, problem = reader.body_of(data)
    return reader.Raw(run_id, experiment, ref, commit, data[start:], problem=problem)


def _signed(repo: git.Repo, commit: str, who: str) -> str:
    """Return a commit with the same content and the signature of this user."""
    content = next(git.read_objects(repo, [commit])) or b""
    head, _, message = content.decode(errors="surrogateescape").partition("\n\n")
    lines = [line.split(" ", 1) for line in head.split("\n")]
    parents = [value for key, value in lines if key == "parent"]
    seconds = float(head.rpartition("> ")[2].split(" ")[0])
    tree = lines[0][1]
    data = signing.commit(repo, tree, parents, who, seconds, message)
    store = objects.Store(git.object_store_path(repo), repo.hash_name)
    return store.keep(b"commit", data)


def _move(repo: git.Repo, moves: Sequence[tuple[str, str, str]]) -> None:
    """Set the refs of runs, all of them or none, from the commits without an order, or from nothing."""
    here = new_runs.refs_now(repo, [ref for ref, _, _ in moves])
    commands = []
    for ref, old, new in moves:
        current = here.get(ref)
        if current == new:
            continue
        expected = "0" * len(new) if current is None else old
        commands.append(f"update {ref}\0{new}\0{expected}")
    refs.transact(repo, commands, _REASON)


def take_waiting(
    repo: git.Repo, sweep_id: str, experiment: str, counting: Collection[str], first: int
) -> list[RunInfo]:
    """Take the results that nobody took yet, as `take` does, because no process ran the sweep.

    ``counting`` are the keys of the trials that have an outcome.
    """
    deliveries = delivered(repo, sweep_id).values()
    waiting = [delivery for delivery in deliveries if delivery.key not in counting]
    return take(repo, sweep_id, experiment, waiting, first)
