"""A sweep that is killed at any moment and resumed: the same trials, none twice, none lost."""

import json
import random
import sys
from pathlib import Path

import pytest
from helpers import git, run_cli, start

TRIAL = 'sleep ${PAUSE:-0}; echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"'
SWEEP = """\
method: random
run_cap: 8
metric: {name: loss, goal: minimize}
parameters:
  x: {min: 0.0, max: 1.0}
"""


@pytest.mark.parametrize("seed", range(3))
def test_killed_and_resumed(project, seed):
    _killed(seed, kills=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 23))
def test_killed_often_and_resumed(project, seed):
    _killed(seed, kills=5)


def _killed(seed, kills):
    Path("empty.yaml").write_text("{}\n")
    Path("sweep.yaml").write_text(SWEEP)
    command = ("--", "sh", "-c", TRIAL, "sh", "{args}")
    begin = ("sweep", "-p", "empty.yaml", "sweep.yaml", "-j", "2", *command)
    chance = random.Random(seed)
    _until(chance.randrange(1, 4), begin, chance)
    for _ in range(kills - 1):
        _until(chance.randrange(1, 4), ("sweep", "resume", "@", "-j", "2"), chance)
    done = run_cli("sweep", "resume", "@", "-j", "2")
    assert done.code == 0, done.err
    disturbed = _trials()
    run_cli(*begin)
    assert disturbed == _trials()
    assert git(".", "fsck", "--no-dangling") == ""
    assert git(".", "for-each-ref", "refs/runs").count("\n") >= 15


def _until(lines, argv, chance):
    """Run a command until it has told so many lines, and a moment longer; then kill it."""
    process = start(sys.executable, "-m", "gittrack", *argv, env={"PAUSE": "0.3"})
    for _ in range(lines):
        process.stderr.readline()
    for _ in range(chance.randrange(200_000)):
        pass
    process.kill()
    process.communicate()


def _trials():
    """Every trial of the latest sweep, as often as it counts, with what it was given and came to."""
    found = json.loads(run_cli("sweep", "show", "@", "--json").out)
    runs = json.loads(
        run_cli("ls", "-n", "1000", "-w", f'sweep.id == "{found["id"]}"', "--json").out
    )
    counted = [run for run in runs if run["sweep"]["order"] is not None]
    orders = sorted(run["sweep"]["order"] for run in counted)
    assert len(set(orders)) == len(orders)
    return sorted(
        (run["sweep"]["trial"], run["params"]["x"], run["metrics"]["loss"]["last"])
        for run in counted
    )
