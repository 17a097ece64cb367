"""Stories of a team: models promoted offline on both sides, leaks, sweeps that go on elsewhere."""

from __future__ import annotations

import random
import sys
from contextlib import suppress

import pytest
from helpers import ROOT, look
from helpers import git as run_git

from gittrack.core.errors import TrackError
from gittrack.models import promote, register, repair
from gittrack.read.registry.models import Registry
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import trash_of
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.share import everywhere, remotes
from gittrack.tidy import trash

SLOW = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 25)]
ACTIONS = (
    *("record", "rename", "tag", "rm", "restore", "everywhere"),
    *("register", "promote", "demote", "push", "pull", "push", "pull"),
)


@pytest.mark.parametrize("seed", [0, *SLOW])
def test_in_every_order_all_end_with_the_same_runs_models_and_notes(team, seed):
    dice = random.Random(seed)
    recorded = {team[0].record("first")}
    team[0].push()
    for number in range(26):
        act(dice, dice.choice(team), number, recorded)
    for _ in range(3):
        for clone in dice.sample(team, 3):
            pull(clone)
            clone.push()
    for clone in team:
        pull(clone)
    states = [state(clone) for clone in team]
    assert states[0] == states[1]
    assert states[1] == states[2]
    everything = {raw.id for clone in team for raw in (*clone.raws(), *trashed(clone))}
    assert everything == recorded  # nothing is lost


def act(dice, clone, number, recorded):
    """Let one person do one thing; what is refused changes nothing."""
    runs, action = clone.raws(), dice.choice(ACTIONS)
    if action == "record" or not runs:
        recorded.add(clone.record(f"r{number}"))
        return
    raw = dice.choice(runs)
    target = Target(raw.id, raw.commit)
    models = Registry(clone.repo).every()
    clone.enter()
    with suppress(TrackError):
        if action == "rename":
            annotate.rename(clone.repo, target, f"new{number}", lambda name: [])
        elif action == "tag":
            annotate.tag(clone.repo, [target], [f"t{number}"], [])
        elif action == "rm":
            trash.remove(clone.repo, [raw])
        elif action == "restore" and (removed := trashed(clone)):
            trash.restore(clone.repo, [dice.choice(removed)])
        elif action == "everywhere" and number % 3 == 0:
            remote = remotes.look(clone.repo)
            everywhere.remove(clone.repo, [resolve.resolve(clone.repo, raw.id)], remote)
        elif action == "register":
            register.register(clone.repo, "net", resolve.resolve(clone.repo, raw.id))
        elif action in ("promote", "demote") and models and models[0].versions:
            version = f"net@{dice.choice(models[0].versions).plain}"
            change = promote.promote if action == "promote" else promote.demote
            change(clone.repo, version, "prod")
        elif action == "push":
            clone.push()
        elif action == "pull":
            pull(clone)


def pull(clone):
    """Pull; after promotions on both sides, take those of the remote, as the page says."""
    done = clone.pull()
    if any(name.startswith("net") for name, _ in done.conflicts):
        theirs = remotes.look(clone.repo).refs
        for ref, oid in remotes.refs_here(clone.repo, "refs/tags/").items():
            if theirs.get(ref) != oid:
                run_git(clone.folder, "update-ref", "-d", ref)
        repair.repair(clone.repo)
        clone.pull()
        repair.repair(clone.repo)  # what git track doctor does


def trashed(clone):
    return trash_of(clone.repo).select(Request()).runs


def state(clone):
    """Return what ``ls`` and ``model ls`` list, and the annotations."""
    infos = [reader.decode(clone.repo, raw) for raw in clone.raws()]
    runs = sorted((info.id, info.name, info.tags, info.note) for info in infos)
    models = [
        (model.name, [(v.plain, v.commit, v.stages) for v in model.versions], run_refs(clone))
        for model in Registry(clone.repo).every()
    ]
    notes = run_git(clone.folder, "for-each-ref", "refs/notes/runs")
    listing = run_git(clone.folder, "ls-tree", "-r", "refs/notes/runs") if notes else ""
    return runs, models, listing


def run_refs(clone):
    return run_git(clone.folder, "for-each-ref", "refs/models/", "refs/tags/net*")


def test_a_sweep_stopped_here_goes_on_there(team, monkeypatch):
    ann, bob, _ = team
    ann.enter()
    (ann.folder / "s.yaml").write_text("method: grid\nparameters:\n  lr: {values: [1, 2, 3]}\n")
    run_git(ann.folder, "add", "s.yaml")
    run_git(ann.folder, "commit", "-qm", "sweep")
    stop = f'test -z "$STOP" || PYTHONPATH={ROOT} {sys.executable} -m gittrack sweep stop @'
    monkeypatch.setenv("STOP", "1")
    look("sweep", "s.yaml", "--name", "s", "--", "sh", "-c", stop)
    monkeypatch.delenv("STOP")
    assert len(ann.raws()) < 3
    run_git(ann.folder, "push", "-q", "origin", "HEAD")
    ann.push()
    run_git(bob.folder, "pull", "-q")
    bob.pull()
    bob.enter()
    commit = run_git(bob.folder, "for-each-ref", "--format=%(objectname)", "refs/sweeps")
    done = look("sweep", "resume", "s", "--trust", commit)
    assert done.code == 0, done.err
    bob.push()
    assert len([ann.pull(), *ann.raws()]) == 4
    ann.enter()
    shown = [look("sweep", "show", "s").out]
    bob.enter()
    assert [look("sweep", "show", "s").out] == shown
