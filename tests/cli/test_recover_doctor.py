"""git track recover and doctor: what vanished processes and failing disks leave behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import git, listed, masked, record, run_cli, start

import gittrack

pytestmark = pytest.mark.usefixtures("project")
REF = "refs/runs/x/20260101-000000-00000000"


def crash():
    """A run whose process vanishes after two points."""
    script = """
import os, gittrack
run = gittrack.init(name="lost", config={"lr": 1})
run.log({"a": 1}); run.log({"a": 2})
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)


def test_there_is_nothing_to_recover():
    assert run_cli("recover") == (0, "nothing to recover\n", "")


def test_a_crashed_run_is_committed_with_all_it_had_logged():
    crash()
    done = run_cli("recover")
    assert (done.code, masked(done.out), done.err) == (
        0,
        "recovered ID of default (crashed)\n",
        "",
    )
    run = gittrack.get("lost")
    assert (run.status, run.metrics["a"].count, run.params) == ("crashed", 2, {"lr": 1})
    assert run_cli("recover").out == "nothing to recover\n"  # a second time changes nothing


def test_the_next_run_recovers_too():
    crash()
    done = run_cli("run", "--", "true")
    assert masked(done.err).splitlines()[0] == (
        "recovered ID (crashed) of an earlier, vanished process"
    )
    assert [run["status"] for run in listed()] == ["finished", "crashed"]


def test_a_run_that_is_going_on_is_left_alone():
    with gittrack.init() as run:
        assert run_cli("recover").out == "nothing to recover\n"
        assert run_cli("doctor") == (0, "1 run, 1 going on\nall is well\n", "")
        run.log({"a": 1})
    assert gittrack.get("@").metrics["a"].count == 1


def test_all_is_well():
    record("a")
    assert run_cli("doctor") == (0, "1 run, 0 going on\nall is well\n", "")


def test_a_crashed_run_is_a_finding():
    crash()
    done = run_cli("doctor")
    assert (done.code, masked(done.out)) == (
        1,
        "1 run, 0 going on\n"
        "the run ID is only in its journal, and its process has ended\n"
        "  commit it: git track recover\n",
    )


def test_a_damaged_run_is_set_aside_so_that_gc_works_again():
    record("good")
    path = f".git/{REF}"
    os.makedirs(os.path.dirname(path))
    with open(path, "w"):
        pass  # a zero-length ref, as a power loss leaves it
    done = run_cli("doctor")
    assert (done.code, done.out) == (
        1,
        "2 runs, 0 going on\n"
        f"{REF}: its ref has no value\n"
        "  fetch it again from the remote that has it, or set it aside: git track doctor --fix\n",
    )
    assert run_cli("doctor", "--fix").out.endswith(f"moved aside: {REF}\n")
    git(".", "gc", "-q")
    assert run_cli("doctor").code == 0
    assert [run["name"] for run in listed()] == ["good"]
    with open(".git/gittrack/damaged-refs") as file:
        assert file.read() == f"- {REF}\n"


def test_a_message_that_differs_from_the_files_is_a_finding():
    run_id = record("a", {"m": 1})
    ref = gittrack.get(run_id).ref
    message = git(".", "log", "-1", "--format=%B", ref).replace('"last": 1', '"last": 2')
    forged = git(".", "commit-tree", f"{ref}^{{tree}}", "-m", message)
    git(".", "update-ref", ref, forged)
    done = run_cli("doctor")
    assert done.code == 1
    assert f"{ref}: its message and its metrics.yaml differ\n" in done.out


def test_a_missing_file_of_a_run_is_a_finding():
    record("a", {"m": 1})
    blob = git(".", "rev-parse", f"{gittrack.get('a').ref}:metrics.csv")
    os.unlink(f".git/objects/{blob[:2]}/{blob[2:]}")
    done = run_cli("doctor")
    assert done.code == 1
    assert f"missing blob {blob}\n" in done.out


def test_a_stale_lock_is_explained_and_does_not_stop_a_run():
    with open(".git/packed-refs.lock", "w"):
        pass
    os.utime(".git/packed-refs.lock", (1e9, 1e9))
    assert run_cli("run", "--", "true").code == 0
    done = run_cli("doctor")
    assert done.code == 1
    assert "a git process that was killed probably left it" in done.out


def test_a_journal_that_is_damaged_is_kept_and_named():
    crash()
    (name,) = os.listdir(".git/gittrack/live")
    with open(f".git/gittrack/live/{name}/events.jsonl", "w") as file:
        file.write("not json\n")
    done = run_cli("recover")
    assert done.code == 1
    assert done.err.startswith(f"error: {name} could not be committed: ")
    assert f"hint: the journal is kept in {os.getcwd()}/.git/gittrack/live/{name}; " in done.err
    ls = run_cli("ls", "--json")
    assert (ls.code, [run["status"] for run in json.loads(ls.out)]) == (1, ["damaged"])


def test_stale_locks_of_refs_and_notes_are_named_and_other_runs_go_on():
    begin = "import gittrack, sys; run = gittrack.init(); print(1, flush=True); sys.stdin.read()"
    processes = [start(sys.executable, "-c", begin) for _ in range(2)]
    assert [process.stdout.readline() for process in processes] == ["1\n", "1\n"]
    for process in processes:
        process.kill()
        process.communicate()
    stuck, free = sorted(os.listdir(".git/gittrack/live"))
    names = (f"refs/runs/default/{stuck}.lock", "refs/notes/runs.lock", "packed-refs.lock")
    for name in names:
        path = Path(".git", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        os.utime(path, (1, 1))
    done = run_cli("recover")
    assert done.code == 1
    assert os.listdir(".git/gittrack/live") == [stuck]
    assert gittrack.get(free).status == "crashed"
    out = run_cli("doctor").out
    for name in names:
        assert f"{name} is " in out
        assert f"{name}\n" in out  # as the end of the command that deletes it
    assert out.count("a git process that was killed probably left it") == 3
    assert "no run can be tagged, renamed or removed until it is deleted" in out
    with open(".git/packed-refs.lock"):
        assert f"the process {os.getpid()} has it open" in run_cli("doctor").out
    for name in names:
        Path(".git", name).unlink()
    assert run_cli("recover").code == 0
    assert run_cli("doctor").out.endswith("all is well\n")
