"""Many processes record at once while git tidies up under them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import git, python, recover, repo, run_cli, start, without_begin_and_end

import gittrack

# Waits for the word to start, so that all record at the same time.
WORKER = """
import sys
import gittrack
print("ready", flush=True)
sys.stdin.readline()
number = int(sys.argv[1])
run = gittrack.init(config={"worker": number})
for step in range(20):
    run.log({"loss": float(number), "only-%d" % number: step}, step=step)
run.log_artifact("train.py")
run.finish()
"""
TIDY = {
    "gc": ["git gc -q --prune=now"],
    "repack": ["git repack -adq", "git pack-refs --all"],
    "prune": ["git prune --expire=now", "git pack-refs --all --prune"],
    "all": [
        "git gc -q --prune=now",
        "git repack -adq",
        "git pack-refs --all",
        "git prune --expire=now",
    ],
}


def record_at_once(place: Path, count: int, tidy: list[str]) -> None:
    workers = [
        start(sys.executable, "-c", WORKER, str(number), cwd=place) for number in range(count)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    loop = (
        "trap 'exit 0' TERM; while :; do " + "; ".join(f"{t} 2>/dev/null" for t in tidy) + "; done"
    )
    tidier = subprocess.Popen(["sh", "-c", loop], cwd=place) if tidy else None
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate() for worker in workers]
    if tidier:
        tidier.terminate()
        tidier.wait()
    assert [worker.returncode for worker in workers] == [0] * count, said
    assert {without_begin_and_end(err) for _, err in said} == {""}


def assert_all_there(place: Path, count: int) -> None:
    assert recover(cwd=place).code == 0  # what stood back from a long gc
    git(place, "gc", "--quiet", "--prune=now")
    assert git(place, "fsck", "--strict", "--no-dangling") == ""
    runs = gittrack.runs(repo=place)
    assert sorted(run.params["worker"] for run in runs) == list(range(count))
    for run in runs:
        worker = run.params["worker"]
        points = [(step, name, value) for step, name, value, _ in run.points()]
        expected = [
            point
            for step in range(20)
            for point in ((step, "loss", float(worker)), (step, f"only-{worker}", step))
        ]
        assert points == expected
        assert run.artifact("train.py").read_bytes() == (place / "train.py").read_bytes()
        assert git(place, "show", f"{run.code.snapshot}:train.py").endswith("# changed")
    assert not any((place / ".git/gittrack/live").iterdir())


@pytest.mark.parametrize("tidy", ["gc", "all"])
def test_processes_record_while_git_tidies_up(tidy):
    place = repo("echo '# changed' >> train.py")
    record_at_once(place, 12, TIDY[tidy])
    assert_all_there(place, 12)


@pytest.mark.slow
@pytest.mark.parametrize("again", range(5))
@pytest.mark.parametrize("tidy", ["gc", "repack", "prune", "all"])
def test_64_processes_record_while_git_tidies_up(tidy, again):
    place = repo("echo '# changed' >> train.py")
    record_at_once(place, 64, TIDY[tidy])
    assert_all_there(place, 64)


@pytest.mark.slow
def test_64_launchers_record_at_once():
    place = repo()
    argv = [sys.executable, "-m", "gittrack", "run", "--", "echo", "hello"]
    launchers = [start(*argv, cwd=place) for _ in range(64)]
    for launcher in launchers:
        out, err = launcher.communicate()
        assert (launcher.returncode, out) == (0, "hello\n"), err
    assert [run.status for run in gittrack.runs(repo=place)] == ["finished"] * 64


def test_two_processes_that_claim_one_id_get_two():
    place = repo()
    code = (
        """
import sys
from gittrack.core import layout
real, taken = layout.new_id, iter(["20260101-000000-00000000"])
layout.new_id = lambda now: next(taken, None) or real(now)
"""
        # The id is claimed as long as its run goes on, so the two have to overlap.
        + WORKER.replace("for step", "print('begun', flush=True); sys.stdin.readline()\nfor step")
    )
    workers = [start(sys.executable, "-c", code, str(n), cwd=place) for n in range(2)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        assert worker.stdout.readline() == "begun\n"
    for worker in workers:
        worker.communicate("finish\n")
        assert worker.returncode == 0
    runs = gittrack.runs(repo=place)
    assert sorted(run.params["worker"] for run in runs) == [0, 1]


def test_an_id_is_claimed_once():
    from gittrack.record import journal

    place = repo()
    first = journal.create(str(place / ".git"), now=0.0)
    ids = iter([first.id, first.id, "19700101-000000-11111111"])
    second = _with_ids(ids, lambda: journal.create(str(place / ".git"), now=0.0))
    assert second.id == "19700101-000000-11111111"
    first.release()
    second.release()


def _with_ids(ids, act: Callable):
    from gittrack.core import layout

    real = layout.new_id
    layout.new_id = lambda now: next(ids)
    try:
        return act()
    finally:
        layout.new_id = real


@pytest.mark.parametrize(
    "name", ["packed-refs.lock", "HEAD.lock", "index.lock", "config.lock", "shallow.lock"]
)
def test_a_lock_of_a_dead_git_does_not_stop_recording(name):
    place = repo("echo '# changed' >> train.py")
    lock = place / ".git" / name
    lock.touch()
    os.utime(lock, (1e9, 1e9))
    done = run_cli("run", "--", "true", cwd=place)
    assert done.code == 0, done.err
    assert python("import gittrack; gittrack.init().finish()", place) == (0, "", "")
    assert len(gittrack.runs(repo=place)) == 2
    assert lock.exists()


def test_the_doctor_explains_a_lock_of_a_dead_git():
    place = repo()
    lock = place / ".git" / "packed-refs.lock"
    lock.touch()
    os.utime(lock, (1e9, 1e9))
    done = run_cli("doctor", cwd=place)
    assert done.code == 1
    assert str(lock) in done.out
    assert "delete the file" in done.out


def test_a_stale_gc_pid_does_not_keep_runs_in_the_journal():
    place = repo()
    (place / ".git/gc.pid").write_text(f"999999999 {os.uname().nodename}\n")
    assert python("import gittrack; gittrack.init().finish()", place).code == 0
    assert recover(cwd=place).code == 0
    (run,) = gittrack.runs(repo=place)
    assert run.status == "finished"
    assert not any((place / ".git/gittrack/live").iterdir())


def test_a_garbage_collection_elsewhere_is_not_waited_for(tmp_path):
    other = repo(path="other")
    place = repo()
    # A process like `git gc`: its program and its command line have these names.
    program = shutil.copy(str(shutil.which("bash")), tmp_path / "git")
    (other / "gc").write_text("echo ready; read end\n")
    process = start(program, "gc", cwd=other)
    assert process.stdout.readline() == "ready\n"
    code = "from gittrack.record.publish import running_gc; print(len(running_gc.processes({!r})))"
    here, there = (
        python(code.format(str(path / ".git")), path).out.strip() for path in (place, other)
    )
    process.communicate()
    assert (here, there) == ("0", "1")
