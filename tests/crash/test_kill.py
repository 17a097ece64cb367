"""SIGKILL at every step: what was acknowledged is recovered, once."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from countdown import CODE, FOREVER, at_every_step
from helpers import Done, git, python, recover, repo, run_cli, start

import gittrack

# Ends itself with SIGKILL just before its N-th look at, or change of, anything in the repository,
# and says what was acknowledged until then.
COUNTDOWN = (
    CODE
    + """
import gittrack, gittrack.api, gittrack.record.session, gittrack.record.recovery
from gittrack.git import objects
objects.MANY = int(os.environ.get("MANY", objects.MANY))
WATCHED = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link")
WATCHED += ("os.truncate", "os.utime", "os.listdir")
STARTS = ("subprocess.Popen", "os.posix_spawn")

def step(event, args):
    if event == "open":
        there = isinstance(args[0], (str, bytes, os.PathLike)) and "/.git/" in os.fsdecode(args[0])
    else:
        there = event in WATCHED or (event in STARTS and args[0] == "git")
    if there:
        take_step()

def ack(word):
    os.write(1, f"{word}\\n".encode())

sys.addaudithook(step)
"""
)
LIFE = (
    COUNTDOWN
    + """
run = gittrack.init(name="first", config={"lr": 0.1})
ack("init")
for number in range(3):
    run.log({"loss": float(number)}, step=number)
    ack(f"point-{number}")
run.log_params({"late": 7})
ack("late")
run.log_artifact("train.py")
ack("artifact")
run.finish()
ack("finish")
ack(f"left {left}")
"""
)
RECOVERY = (
    COUNTDOWN
    + """
from gittrack import git
gittrack.record.recovery.recover(git.find())
ack(f"left {left}")
"""
)


@pytest.fixture
def place() -> Path:
    """A repository with an uncommitted change, so that a snapshot has to be kept too."""
    return repo("echo '# changed' >> train.py")


def refs(place: Path) -> str:
    return git(place, "for-each-ref", "refs/runs/")


def assert_sound(place: Path) -> None:
    """Assert that a second recovery changes nothing and git finds nothing wrong."""
    before = refs(place)
    assert recover(cwd=place) == Done(0, "nothing to recover\n", "")
    assert refs(place) == before
    assert git(place, "fsck", "--no-dangling", "--strict") == ""
    assert list((place / ".git/gittrack/live").glob("*")) == []


def assert_has(place: Path, acknowledged: list[str]) -> None:
    """Assert that the one run of the repository has all that was acknowledged."""
    runs = gittrack.runs(repo=place)
    if "init" in acknowledged:
        assert len(runs) == 1
    for run in runs:
        assert run.params["lr"] == 0.1
        assert (place / ".git" / run.ref).exists()
        steps = [step for step, _, _, _ in run.points()]
        assert steps == list(range(len(steps)))
        assert len(steps) >= sum(word.startswith("point") for word in acknowledged)
        if "late" in acknowledged:
            assert run.params["late"] == 7
        if "artifact" in acknowledged:
            assert run.artifact("train.py").read_bytes() == (place / "train.py").read_bytes()
        if "finish" in acknowledged:
            assert run.status == "finished"
        assert git(place, "show", f"{run.code.snapshot}:train.py").endswith("# changed")


@functools.cache
def steps_of_life(many: int) -> int:
    """Return how many steps a run takes when nothing stops it."""
    return steps_of(LIFE, repo("echo '# changed' >> train.py", f"measured{many}"), many)


def steps_of(code: str, place: Path, many: int = 1_000) -> int:
    done = python(code, place, {"STEPS": str(FOREVER), "MANY": str(many)})
    assert done.code == 0, done.err
    return FOREVER - int(done.out.split()[-1])


def kill_at(step: int, place: Path, many: int = 1_000) -> bool:
    """Kill a run at a step, and check what is there; return whether there was such a step.

    A run with ``many`` artifacts writes a pack.
    """
    done = python(LIFE, place, {"STEPS": str(step), "MANY": str(many)})
    assert done.code in (0, -signal.SIGKILL), done
    acknowledged = done.out.split()
    assert ("finish" in acknowledged) or done.code != 0
    # A folder that is so young that it may be one just being made is left alone for a minute.
    for folder in (place / ".git/gittrack/live").glob("*"):
        os.utime(folder, (1, 1))
    assert recover(cwd=place).code == 0
    assert_has(place, acknowledged)
    assert_sound(place)
    assert run_cli("run", "--", "true", cwd=place).code == 0
    return done.code != 0


@pytest.mark.parametrize(("part", "many"), [*((part, 1_000) for part in range(6)), (4, 1)])
def test_a_kill_at_a_step_of_a_run(place, part, many):
    # The number of steps varies a little.
    assert kill_at(1 + (steps_of_life(many) - 8) * part // 5, place, many)


@pytest.mark.slow
@pytest.mark.parametrize("many", [1_000, 1])
def test_a_kill_at_every_step_of_a_run(many):
    def kill(step: int) -> bool:
        return kill_at(step, repo("echo '# changed' >> train.py", f"repo{step}"), many)

    assert at_every_step(kill) > 100


@pytest.fixture(autouse=True)
def _state():
    """The user's list of trusted runs is there already, so that every life takes the same steps."""
    Path(os.environ["XDG_STATE_HOME"], "gittrack").mkdir(parents=True)


@pytest.fixture
def crashed(place) -> Path:
    """A repository whose only run vanished, with points of both kinds and an artifact."""
    start_of_finish = LIFE.replace("run.finish()", "os.kill(os.getpid(), signal.SIGKILL)")
    assert python(start_of_finish, place, {"STEPS": str(FOREVER)}).code == -signal.SIGKILL
    (journal,) = (place / ".git/gittrack/live").iterdir()
    (journal / "metrics.jsonl").write_text('{"step": 0, "accuracy": 0.5}\n')
    return place


@pytest.mark.parametrize("part", range(4))
def test_a_kill_at_a_step_of_recovery(crashed, part):
    shutil.copytree(crashed, "copy", symlinks=True)
    steps = steps_of(RECOVERY, Path("copy"))
    assert kill_recovery(crashed, 1 + (steps - 8) * part // 3)


@pytest.mark.slow
def test_a_kill_at_every_step_of_recovery(crashed):
    def kill(step: int) -> bool:
        copy = Path(shutil.copytree(crashed, f"repo{step}", symlinks=True))
        return kill_recovery(copy, step)

    assert at_every_step(kill) > 50


def kill_recovery(crashed: Path, step: int) -> bool:
    """Kill a recovery at a step, and recover again; return whether there was such a step."""
    code = python(RECOVERY, crashed, {"STEPS": str(step)}).code
    assert code in (0, -signal.SIGKILL)
    before = refs(crashed)
    assert recover(cwd=crashed).code == 0
    assert before in ("", refs(crashed))
    (run,) = gittrack.runs(repo=crashed)
    assert run.status == "crashed"
    assert [point[1:3] for point in run.points()] == [
        ("loss", 0.0), ("loss", 1.0), ("loss", 2.0), ("accuracy", 0.5),
    ]  # fmt: skip
    assert_sound(crashed)
    return code != 0


LOOP = """
import sys, gittrack
run = gittrack.init()
step = 0
while True:
    run.log({"loss": float(step)}, step=step)
    sys.stdout.write(f"{step}\\n")
    sys.stdout.flush()
    step += 1
"""


@pytest.mark.parametrize("acknowledged", [1, 50, 3000])
def test_a_kill_in_a_hot_loop_loses_no_point(place, acknowledged):
    process = start(sys.executable, "-c", LOOP, cwd=place)
    for _ in range(acknowledged):
        process.stdout.readline()
    process.kill()
    rest = [line for line in process.stdout.read().splitlines(keepends=True) if line[-1] == "\n"]
    process.communicate()
    assert recover(cwd=place).code == 0
    (run,) = gittrack.runs(repo=place)
    steps = [step for step, _, _, _ in run.points()]
    assert steps == list(range(len(steps)))
    assert acknowledged + len(rest) <= len(steps) <= acknowledged + len(rest) + 1
    assert run.status == "crashed"
    assert_sound(place)


BETWEEN = """
import os, gittrack
from gittrack.git import refs
from gittrack.record.publish import writer
run = gittrack.init()
run.log({"loss": 1.0})
%s = lambda *args, **words: os._exit(7)
run.finish()
"""


@pytest.mark.parametrize("step", ["refs.update", "writer.settle", "writer.remove"])
def test_a_death_between_objects_ref_and_journal(place, step):
    assert python(BETWEEN % step, place).code == 7
    before = refs(place)
    assert bool(before) == (step != "refs.update")
    assert recover(cwd=place).code == 0
    assert before in ("", refs(place))
    (run,) = gittrack.runs(repo=place)
    assert (run.status, run.metrics["loss"].count) == ("finished", 1)
    assert_sound(place)


def test_a_new_identity_does_not_part_a_run_from_its_ref(place):
    assert python(BETWEEN % "writer.remove", place).code == 7
    git(place, "config", "user.name", "Grace Hopper")
    before = refs(place)
    assert recover(cwd=place).code == 0
    assert refs(place) == before
    assert_sound(place)


def test_what_a_killed_removal_leaves_is_cleared_away(place):
    code = BETWEEN.replace("%s", "writer.folders.remove")
    assert python(code, place).code == 7
    assert len(os.listdir(place / ".git/gittrack/live")) == 1
    assert_sound(place)


@pytest.mark.parametrize("damage", ["{}\n[]\n", '{"op":"start","values":{"id":"x"}}\n', "\0\0\0\n"])
def test_a_damaged_journal_blocks_no_other_run(place, damage):
    assert python(LIFE.replace("run.finish()", "os._exit(0)"), place, {"STEPS": "-1"}).code == 0
    (journal,) = (place / ".git/gittrack/live").iterdir()
    (journal / "events.jsonl").write_text(damage)
    done = run_cli("run", "--", "true", cwd=place)
    assert done.code == 0
    assert f"the earlier run {journal.name} cannot be committed" in done.err
    assert journal.is_dir()
