"""Clocks jump; durations, order and dates hold."""

from __future__ import annotations

import pytest
from helpers import git, python, recover, repo, run_cli

import gittrack

SCRIPT = """
import time
offset = 0.0
real = time.time
time.time = lambda: real() + offset
import gittrack
offset = {before}
run = gittrack.init()
run.log({{"loss": 2.0}}, step=0)
offset = {after}
run.log({{"loss": 1.0}}, step=1)
{end}
"""
BEFORE_1970 = -4e9
JUMPS = [
    (0.0, -86400.0),
    (0.0, 86400.0),
    (BEFORE_1970, BEFORE_1970),
    (0.0, BEFORE_1970),
    (1e9, 0.0),
]


@pytest.mark.parametrize(("before", "after"), JUMPS)
@pytest.mark.parametrize("end", ["run.finish()", "import os; os._exit(0)"])
def test_a_jump_of_the_clock(before, after, end):
    place = repo()
    assert python(SCRIPT.format(before=before, after=after, end=end), place).code == 0
    assert recover(cwd=place).code == 0
    assert run_cli("ls", cwd=place).code == 0
    (run,) = gittrack.runs(repo=place)
    assert run_cli("show", "@", cwd=place).code == 0
    assert run.duration >= 0
    points = list(run.points())
    assert [point[2] for point in points] == [2.0, 1.0]
    assert 0 <= points[0][3] <= points[1][3] < 60
    assert run.metrics["loss"].last == 1.0
    assert git(place, "fsck", "--strict", "--no-dangling") == ""
    assert int(git(place, "log", "-1", "--format=%ct", run.ref)) >= 0


def test_ids_are_unique_when_the_clock_stands():
    place = repo()
    code = """
import time
time.time = lambda: 1e9
import gittrack
for number in range(20):
    with gittrack.init() as run:
        run.log({"n": number})
"""
    assert python(code, place).code == 0
    runs = gittrack.runs(repo=place)
    assert sorted(run.metrics["n"].last for run in runs) == list(range(20))


@pytest.mark.parametrize("packed", [False, True])
def test_an_id_that_a_committed_run_has_is_drawn_again(packed):
    place = repo()
    code = """
import os, subprocess, time
time.time = lambda: 1e9
import gittrack
from gittrack.core import layout
real, drawn = layout.new_id, iter(["20010909-014640-00000000"] * 2)
layout.new_id = lambda now: next(drawn, None) or real(now)
for number in range(2):
    with gittrack.init() as run:
        run.log({"n": number})
    if %r:
        subprocess.run(["git", "pack-refs", "--all"], check=True)
"""
    done = python(code % packed, place)
    assert (done.code, done.err) == (0, "")
    first, second = sorted(gittrack.runs(repo=place), key=lambda run: run.metrics["n"].last)
    assert first.id == "20010909-014640-00000000"
    assert second.id != first.id
