"""Whatever three people do, and in whatever order they push and pull: all end with the same runs."""

from __future__ import annotations

import random

import pytest
from helpers import git as run_git

from gittrack.read.runs import reader
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import trash_of
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.tidy import trash

SLOW = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 40)]


@pytest.mark.slow  # tests/share/test_stories.py has more actions
@pytest.mark.parametrize("seed", [0, *SLOW])
def test_three_clones_end_with_the_same_runs(team, seed):
    dice = random.Random(seed)
    recorded: set[str] = set()
    for number in range(24):
        act(dice, dice.choice(team), number, recorded)
    settle(team, dice)
    states = [state(clone) for clone in team]
    assert states[0] == states[1] == states[2]
    for clone in team:  # a run that was removed and not restored is in the trash, or was never here
        here = {raw.id for raw in clone.raws()} | {raw.id for raw in trashed(clone)}
        assert {raw.id for raw in clone.raws()} <= recorded
        assert here <= recorded
    everywhere = {raw.id for clone in team for raw in (*clone.raws(), *trashed(clone))}
    assert everywhere == recorded  # nothing is lost


def act(dice, clone, number, recorded):
    """Let one person do one thing."""
    runs = clone.raws()
    action = dice.choice(("record", "tag", "note", "rename", "rm", "restore", "push", "pull"))
    if action == "record" or not runs:
        recorded.add(clone.record(f"r{number}"))
        return
    raw = dice.choice(runs)
    target = Target(raw.id, raw.commit)
    if action == "tag":
        annotate.tag(clone.repo, [target], [f"t{number}"], [])
    elif action == "note":
        annotate.note(clone.repo, target, f"note {number}")
    elif action == "rename":
        annotate.rename(clone.repo, target, f"new{number}", lambda name: [])
    elif action == "rm":
        trash.remove(clone.repo, [raw])
    elif action == "restore" and (removed := trashed(clone)):
        trash.restore(clone.repo, [dice.choice(removed)])
    elif action == "push":
        clone.push()
    else:
        clone.pull()


def settle(team, dice):
    """Let everybody pull and push until everything has reached everybody."""
    for _ in range(2):
        for clone in dice.sample(team, 3):
            clone.pull()
            clone.push()
    for clone in team:
        clone.pull()


def trashed(clone):
    return trash_of(clone.repo).select(Request()).runs


def state(clone):
    """Return everything that listings show of the runs, and the annotations themselves."""
    infos = [reader.decode(clone.repo, raw) for raw in clone.raws()]
    shown = sorted((info.id, info.name, info.tags, info.note) for info in infos)
    notes = run_git(clone.folder, "for-each-ref", "refs/notes/runs")
    listing = run_git(clone.folder, "ls-tree", "-r", "refs/notes/runs") if notes else ""
    return shown, listing
