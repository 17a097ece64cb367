"""SIGKILL at every step of a fold, and 64 writers while others fold: no run is lost, and none is doubled."""

from __future__ import annotations

import signal
import sys

import pytest
import run_values
from countdown import CODE, FOREVER, at_every_step
from helpers import git as run_git
from helpers import python, start

import gittrack
from gittrack import git
from gittrack.core import layout

FOLD = (
    CODE
    + """
import time
from gittrack import git
from gittrack.tidy import fold, fold_plan
WATCHED = ("os.mkdir", "os.rename", "os.remove", "os.utime", "subprocess.Popen", "os.posix_spawn")

def step(event, args):
    if event in WATCHED or (event == "open" and "/.git/" in str(args[0])):
        take_step()

repo = git.find()
plan = fold_plan.plan(repo, 0, time.time())
sys.addaudithook(step)
fold.fold(repo, plan.members)
print(left)
"""
)


def repository(path) -> git.Repo:
    path.mkdir()
    run_git(path, "init", "-q")
    repo = git.find(path)
    for number in range(3):
        run_values.commit(repo, number, metrics={"acc": number})
    return repo


def kill_at(step: int, repo: git.Repo) -> bool:
    """Kill a fold at a step, and fold again; return whether there was such a step."""
    code = python(FOLD, repo.start, {"STEPS": str(step)}).code
    assert code in (0, -signal.SIGKILL)
    assert_complete(repo)
    done = python(FOLD, repo.start, {"STEPS": str(FOREVER)})
    assert done.code == 0, done.err
    assert_complete(repo)
    assert run_git(repo.start, "for-each-ref", layout.RUNS) == ""
    return code != 0


def assert_complete(repo: git.Repo) -> None:
    runs = gittrack.runs(repo=repo.start)
    assert [run.metrics["acc"].last for run in runs] == [2, 1, 0]
    assert run_git(repo.start, "fsck", "--no-dangling") == ""


@pytest.mark.slow
def test_a_kill_at_every_step_of_a_fold(tmp_path):
    assert at_every_step(lambda step: kill_at(step, repository(tmp_path / str(step)))) > 20


def test_a_kill_between_the_archive_and_the_refs(tmp_path):
    # The last steps are the listing of live runs and of refs, and the deletion.
    repo = repository(tmp_path / "repo")
    code = FOLD.replace(
        "fold.fold(repo,", "fold._delete = lambda *_: os.kill(os.getpid(), 9)\nfold.fold(repo,"
    )
    assert python(code, repo.start, {"STEPS": str(FOREVER)}).code == -signal.SIGKILL
    assert len(run_git(repo.start, "for-each-ref").splitlines()) == 4
    assert_complete(repo)
    done = python(FOLD, repo.start, {"STEPS": str(FOREVER)})
    assert done.code == 0, done.err
    assert_complete(repo)
    assert run_git(repo.start, "for-each-ref", "--format=%(refname)") == layout.ARCHIVE


WRITER = """
import sys, gittrack
for number in range(int(sys.argv[1])):
    with gittrack.init(config={"number": number}) as run:
        run.log({"acc": number})
    print(run.id, flush=True)
"""
FOLDER = """
import sys, time
from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.read.runs import listing
from gittrack.tidy import fold, fold_plan
repo, seen = git.find(), set()
while True:
    done = sys.stdin.readline() == "end\\n"
    try:
        fold.fold(repo, fold_plan.plan(repo, 0, time.time() + 1).members)
    except TrackError as error:
        assert "another process folds" in str(error), error
    now = {run.id for run in listing.list_runs(repo) if run.commit}
    assert seen <= now, seen - now
    seen = now
    print(len(now), flush=True)
    if done:
        break
"""


def fold_while_writing(writers: int, runs_each: int, folders: int) -> None:
    run_git(".", "init", "-q")
    writing = [start(sys.executable, "-c", WRITER, str(runs_each)) for _ in range(writers)]
    folding = [start(sys.executable, "-c", FOLDER) for _ in range(folders)]
    ids: list[str] = []
    for process in writing:
        for folder in folding:  # each folds once more while the others write
            folder.stdin.write("again\n")
            folder.stdin.flush()
            assert folder.stdout.readline(), folder.stderr.read()
        out, err = process.communicate()
        assert process.returncode == 0, err
        ids += out.split()
    for folder in folding:
        _, err = folder.communicate("end\n")
        assert folder.returncode == 0, err
    runs = gittrack.runs()
    assert sorted(run.id for run in runs) == sorted(ids)
    assert len(ids) == writers * runs_each
    assert all(run.metrics["acc"].last == run.params["number"] for run in runs)
    assert run_git(".", "fsck", "--no-dangling", "--connectivity-only") == ""


def test_writers_while_others_fold(tmp_path):
    fold_while_writing(3, 2, 1)
    assert run_git(".", "for-each-ref", layout.RUNS) == ""


@pytest.mark.slow
def test_64_writers_while_others_fold(tmp_path):
    fold_while_writing(64, 5, 2)
