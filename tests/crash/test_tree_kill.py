"""A rerun or a trial that is killed: its worktree is found, and removed, and nobody else's is."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from helpers import git, masked, python, repo, run_cli, start

from gittrack import git as git_layer
from gittrack.disk import lock
from gittrack.git import temporary_worktree

RECORDS = Path(".git/gittrack/trees")
WAITS = """
import os, sys, time
import gittrack
with gittrack.init() as run:
    run.log({"m": 1})
    if os.environ.get("GITTRACK_REPRODUCES"):
        print("begun", os.getpid(), os.getcwd(), file=sys.stderr, flush=True)
        time.sleep(60)
"""
# Ends itself with SIGKILL just before its N-th step.
COUNTDOWN = """
import os, signal, sys, tempfile
from gittrack import git
from gittrack.reproduce import rerun_worktree
left = int(os.environ["STEPS"])

def step(event, args):
    global left
    there = event in ("os.mkdir", "os.rmdir", "os.remove", "os.posix_spawn", "shutil.rmtree")
    if there or (event == "open" and "/.git/gittrack/trees/" in os.fsdecode(args[0])):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

found, commit = git.find(), git.resolve(git.find(), "HEAD")
tempfile.gettempdir()  # tries it out, with a file of its own
sys.addaudithook(step)
with rerun_worktree.new_worktree(found, commit, []):
    pass
print(left)
"""


@pytest.fixture
def signals(tmp_path_factory):
    """A folder for what processes tell each other."""
    return tmp_path_factory.mktemp("signals")


@pytest.fixture
def module(project, tmp_path_factory):
    """The project, with a submodule and a script whose rerun waits."""
    inner = repo("touch inner; git add .; git commit -qm inner", tmp_path_factory.mktemp("inner"))
    git(".", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "lib")
    Path("train.py").write_text(WAITS)
    git(".", "add", ".")
    git(".", "commit", "-qm", "train")
    assert run_cli("run", "-n", "first", "--", sys.executable, "train.py").code == 0
    return project


def begun():
    """A rerun whose command runs; its process, that of the command, and its folder."""
    process = start(sys.executable, "-m", "gittrack", "reproduce", "first")
    word, pid, folder = process.stderr.readline().split()
    assert word == "begun"
    return process, int(pid), folder


def killed():
    """A rerun that is killed, with all that was at work in it; returns the folder that it has left."""
    process, _, folder = begun()
    process.kill()
    process.communicate()
    quiet()
    return str(Path(folder).parents[3])


def quiet():
    """Wait until nothing is at work in what killed processes have left."""
    for record in RECORDS.iterdir():
        os.close(lock.take(record))


def worktrees(of="."):
    return git(of, "worktree", "list").count("\n")


def test_it_is_told_of_and_removed(module, scratch):
    home = killed()
    assert os.path.exists(f"{home}/up/up/up/tree/lib/inner")
    done = run_cli("doctor")
    assert done.code == 1
    assert (
        f"a worktree is left in {home}, and the process that created it has ended\n"
        "  remove it: git track gc\n" in done.out
    )
    done = run_cli("gc", "--dry-run")
    assert "worktrees that killed processes left: 1, " in done.out
    assert f"  {home}\nnothing was removed: --dry-run\n" in done.out
    assert (worktrees(), worktrees("lib")) == (1, 1)
    run_cli("gc")
    assert (worktrees(), worktrees("lib")) == (0, 0)
    assert (os.listdir(scratch), os.listdir(RECORDS)) == ([], [])
    assert run_cli("doctor").code == 0
    assert run_cli("gc").out == "nothing to remove\n"


def test_the_next_rerun_removes_it_too(module, scratch):
    home = killed()
    process = start(sys.executable, "-m", "gittrack", "reproduce", "first")
    told = f"warning: removed the worktree that an earlier, killed process left in {home}\n"
    assert process.stderr.readline() == told
    while not (line := process.stderr.readline()).startswith("begun"):
        assert line, "it ended before its time"
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert (worktrees(), os.listdir(scratch)) == (0, [])


def test_one_that_is_alive_stays(module):
    process, pid, folder = begun()
    assert "worktree" not in run_cli("doctor").out
    assert run_cli("gc").out == "nothing to remove\n"
    # Its owner is killed while the command goes on: the watcher, held up here, would end that now.
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    (watcher,) = (child for child in map(int, children) if os.getsid(child) == child)
    os.kill(watcher, signal.SIGSTOP)
    process.kill()
    process.communicate()
    assert "worktrees that" not in run_cli("gc").out
    assert os.path.exists(f"/proc/{pid}/cwd/train.py")
    os.kill(watcher, signal.SIGCONT)
    quiet()
    assert "worktrees that killed processes left: 1, " in run_cli("gc").out
    assert not os.path.exists(folder)


def test_those_of_the_user_stay(module, tmp_path_factory):
    """Checked out, and kept: on purpose or because it failed."""
    mine = tmp_path_factory.mktemp("mine") / "look"
    assert run_cli("checkout", "first", str(mine)).code == 0
    Path("train.py").write_text(
        "raise SystemExit('GITTRACK_REPRODUCES' in __import__('os').environ)\n"
    )
    run_cli("run", "-n", "fails", "--", sys.executable, "train.py")
    run_cli("run", "-n", "works", "--", "true")
    done = [run_cli("reproduce", "fails"), run_cli("reproduce", "works", "--keep")]
    kept = [one.err.rpartition("the worktree is kept in ")[2].split()[0] for one in done]
    git(
        ".",
        "worktree",
        "add",
        "-q",
        f"{tempfile.gettempdir()}/gittrack-0123456789abcdef/up/up/up/tree",
    )
    assert run_cli("doctor").code == 0
    assert run_cli("gc").out == "nothing to remove\n"
    assert worktrees() == 4
    assert all(os.path.exists(f"{path}/train.py") for path in (*kept, mine))


def test_what_the_system_has_removed_is_forgotten(module, scratch):
    """As at a restart, which empties /tmp."""
    home = killed()
    subprocess.run(["rm", "-r", home], check=True)
    run_cli("gc")
    assert (worktrees(), worktrees("lib"), os.listdir(RECORDS)) == (0, 0, [])


def test_what_cannot_be_removed_is_told_of(module, scratch):
    home = Path(killed())
    (home / "up/up/up/tree/closed").mkdir()
    (home / "up/up/up/tree/closed/file").touch()
    (home / "up/up/up/tree/closed").chmod(0o555)
    if os.access(home / "up/up/up/tree/closed", os.W_OK):
        pytest.skip("to this user no folder is closed")
    done = run_cli("gc")
    assert (done.code, f"error: {home} could not be removed\n" in done.err) == (1, True)
    assert f"a worktree is left in {home}" in run_cli("doctor").out
    (home / "up/up/up/tree/closed").chmod(0o755)
    run_cli("gc")
    assert (worktrees(), os.listdir(scratch)) == (0, [])


@pytest.mark.parametrize("how", ["another name", "a link", "not JSON", "nothing", "a way out"])
def test_a_record_that_is_not_of_our_making_removes_nothing(module, tmp_path_factory, how):
    place = tmp_path_factory.mktemp("place")
    precious = place / "precious"
    (precious / "tree").mkdir(parents=True)
    record = RECORDS / "gittrack-0123456789abcdef"
    RECORDS.mkdir(parents=True, exist_ok=True)
    name = f"{place}/{record.name}"
    lines = {
        "another name": [str(precious)],
        "a link": [name],
        "nothing": [],
        "a way out": [
            name,
            [f"{os.getcwd()}/.git", f"{name}/up/up/up/tree/../../../../../precious/tree"],
        ],
    }
    if how == "a link":
        os.symlink(precious, name)
    if how == "a way out":
        git(".", "worktree", "add", "-q", "--detach", str(precious / "tree"))
    text = "".join(f"{json.dumps(line)}\n" for line in lines.get(how, [])) or "{ not JSON\n"
    record.write_text(text if how != "nothing" else "")
    before = worktrees()
    run_cli("gc")
    assert not record.exists()
    assert (precious / "tree").is_dir()
    assert worktrees() == before


def test_killed_at_every_step(project, scratch):
    """Whenever it was: after a cleaning there is no worktree, no folder and no record."""
    for steps in range(1, 100):
        done = python(COUNTDOWN, env={"STEPS": str(steps)})
        quiet() if RECORDS.is_dir() else None
        temporary_worktree.clear_all(git_layer.find())
        assert worktrees() == 0, steps
        assert os.listdir(scratch) == [], steps
        assert not RECORDS.is_dir() or os.listdir(RECORDS) == [], steps
        if done.code == 0:
            break
        assert done.code == -signal.SIGKILL, done.err
    assert steps > 8, "it takes more steps than that"
    assert masked(git(".", "fsck")) == ""


def test_a_sweep_that_is_killed_with_its_trials(project, scratch, signals):
    script = f"echo $PPID $PWD >> {signals}/begun; sleep 60"
    argv = ("sweep", "-S", "lr=1,2", "-m", "loss", "-j", "2", "--isolate", "--", "sh", "-c", script)
    process = start(sys.executable, "-m", "gittrack", *argv)
    told = signals / "begun"
    while not told.exists() or told.read_text().count("\n") < 2:
        assert process.poll() is None
    launchers, folders = zip(*map(str.split, told.read_text().splitlines()), strict=True)
    for pid in (process.pid, *map(int, launchers)):
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    quiet()
    assert worktrees() == 2
    assert "worktrees that killed processes left: 2, " in run_cli("gc").out
    assert (worktrees(), os.listdir(scratch)) == (0, [])
    assert not any(map(os.path.exists, folders))


def test_one_that_git_is_filling_still_stays(project, scratch, signals):
    """Git outlives a rerun that is killed: what it writes then would be nobody's."""
    assert run_cli("run", "-n", "first", "--", "true").code == 0
    begun, go = signals / "begun", signals / "go"
    slow = f"touch {begun}; while ! test -e {go}; do sleep 0.01; done; cat"
    git(".", "config", "filter.slow.smudge", slow)
    Path(".git/info/attributes").write_text("train.py filter=slow\n")
    process = start(sys.executable, "-m", "gittrack", "reproduce", "first")
    while not begun.exists():
        assert process.poll() is None
    process.kill()
    process.wait()
    assert run_cli("gc").out == "nothing to remove\n"
    go.touch()
    quiet()
    assert "worktrees that killed processes left: 1, " in run_cli("gc").out
    assert (worktrees(), os.listdir(scratch)) == (0, [])
