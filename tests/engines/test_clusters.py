"""Sweeps on Slurm, ssh and Dask: stand-ins for the first two, a cluster on this machine for the last."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import git, listed, look, run_cli, start

from gittrack import git as track_git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.engines.backends import slurm as slurm_engine
from gittrack.engines.backends import slurm_commands, slurm_orphans
from gittrack.engines.channel import Files
from gittrack.engines.executor import Context, EngineOptions, Withdrawn
from gittrack.engines.task import Location, Task
from gittrack.search.plan import Trial
from gittrack.tidy import stale_workdirs

HERE = Path(__file__).parent
TRIAL = 'echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS"'
LOG = 'echo "{\\"loss\\": 1}" >> "$GITTRACK_METRICS"'
TRACK = (sys.executable, "-m", "gittrack")
SWEEP = ("sweep", "-p", "empty.yaml", "-S", "x=3,1,2", "-m", "loss", "--min")
COMMAND = ("--", "sh", "-c", TRIAL, "sh", "{args}")
FAKE_SSH = """#!/bin/sh
echo "$@" >> "$SSH_CALLS"
while [ "$1" != -- ]; do shift; done
[ "$2" != down ] || { echo "ssh: connect to host down port 22: No route to host" >&2; exit 255; }
echo "Welcome to $2"
exec sh -c "$3"
"""


def program(path, text):
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def tools(project, scratch, monkeypatch):
    """A folder on PATH for stand-ins; `git-track` is this one."""
    Path("empty.yaml").write_text("{}\n")
    folder = scratch / "bin"
    folder.mkdir()
    root = HERE.parent.parent
    program(
        folder / "git-track",
        f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m gittrack "$@"\n',
    )
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(root))
    return folder


@pytest.fixture
def slurm(tools, scratch, monkeypatch):
    state = scratch / "slurm"
    state.mkdir()
    monkeypatch.setenv("FAKE_SLURM", str(state))
    text = (HERE / "fake_slurm.py").read_text()
    for name in ("sbatch", "squeue", "scancel", "scontrol"):
        program(tools / name, f"#!{sys.executable} -S\n{text}")
    return state


def calls(state, name):
    return [line for line in (state / "calls").read_text().splitlines() if line.startswith(name)]


def check(done):
    assert done.code == 0, done.out + done.err
    shown = json.loads(look("sweep", "show", "@", "--json").out)
    assert (shown["state"], shown["best"]) == ("done", "1")
    assert sorted(trial["order"] for trial in shown["trials"]) == [0, 1, 2]
    assert git(".", "status", "--porcelain") == "?? empty.yaml"


def test_trials_that_start_together_are_one_job_array(slurm):
    check(
        run_cli(*SWEEP, "--engine", "slurm", "--sbatch", "--partition=gpu --gres=gpu:1", *COMMAND)
    )
    _, call = calls(slurm, "sbatch")  # the first one only tries the options
    for word in ("--array=0-2", "--partition=gpu", "--gres=gpu:1", "--output=", "/.git/gittrack/"):
        assert word in call
    assert calls(slurm, "scancel") == []


def test_what_slurm_refuses_is_shown(slurm):
    done = run_cli(*SWEEP, "--engine", "slurm", "--sbatch", "--partition=drained", *COMMAND)
    assert done.code == 1
    assert "Required partition not available" in done.err
    assert done.err.rstrip().endswith(" --engine slurm --sbatch --partition=drained")
    assert "correct the options of --sbatch; then go on: git track sweep resume " in done.err


def test_wrong_options_are_refused_before_the_sweep_begins(slurm, tools, monkeypatch):
    def refused(*words):
        done = run_cli(*SWEEP, *words, *COMMAND)
        assert done.code in (1, 2)
        assert "begins" not in done.err
        assert git(".", "for-each-ref", "refs/sweeps") == ""
        return done.err

    assert "invalid partition specified: cpu" in refused(
        "--engine", "slurm", "--sbatch", "--partition=cpu"
    )
    assert "unrecognized option '--gpu=1'" in refused("--engine", "slurm", "--sbatch", "--gpu=1")
    assert "the engine ssh needs hosts" in refused("--engine", "ssh")
    (tools / "squeue").unlink()
    assert "there is no squeue here" in refused("--engine", "slurm")


@pytest.fixture
def engine(slurm, scratch):
    """The engine; its jobs end at once, and run nothing."""
    values = {"program": "/bin/true"}
    context = Context(
        EngineOptions("slurm", values=values), "20260101-000000-aaaa1111", str(scratch / "engine")
    )
    os.mkdir(context.folder)
    return slurm_engine.make(context)


def task(key):
    return Task("s", "c", Location("/p", "/p/.git", "token"), Trial(key, 0, {}), 1, 0, True)


def test_many_trials_are_several_arrays_because_a_cluster_limits_their_size(
    slurm, engine, monkeypatch
):
    monkeypatch.setattr(slurm_engine, "_MOST_ELEMENTS", 2)
    for key in "012":
        engine.submit(task(key))
    engine.wait(0)
    arrays = [call.partition("--array=")[2].split()[0] for call in calls(slurm, "sbatch")]
    assert arrays == ["0-1", "0-0"]


@pytest.mark.parametrize(
    ("due", "lost"),
    [
        ("TO TIME LIMIT", "job 7_0 on gpu3 reached its time limit"),
        ("TO PREEMPTION", ""),  # it runs again, however often
    ],
)
def test_a_job_that_slurm_ended_is_not_put_into_the_queue_again(slurm, engine, due, lost):
    """Its trial is submitted again as its next attempt."""
    future = engine.submit(task("0"))
    engine.wait(0)
    element = engine.elements["7_0"]
    element.output.write_text(
        f"slurmstepd: error: *** JOB 7 ON gpu3 CANCELLED AT 10:00 DUE {due} ***\n"
    )
    worker = Files(element.folder, at_worker=True)
    worker.send({"hello": {"host": "gpu3", "places": 1}})
    worker.send({"report": {"mark": "0 1", "run": {"sweep": {"interrupted": True}}}})
    engine.wait(0)
    assert future.result()["lost"] == lost
    assert calls(slurm, "scancel") == ["scancel 7_0"]
    worker.close()


def test_a_full_disk_is_a_plain_error(engine, monkeypatch):
    def fail(self, message):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Files, "send", fail)
    engine.submit(task("0"))
    with pytest.raises(TrackError, match=r"jobs cannot be prepared in .*: No space left on device"):
        engine.wait(0)


def test_jobs_that_did_not_begin_are_taken_out_of_the_queue(slurm, engine, scratch, monkeypatch):
    monkeypatch.setenv("FAKE_SLURM_NODES", "1")
    held = os.open(slurm / "node-0", os.O_CREAT | os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)  # no node is free
    for key in "01":
        engine.submit(task(key))
    engine.wait(0)
    folder = engine.folder.parent
    assert slurm_orphans.cancel_waiting(folder) == 2
    assert elements(slurm) == []
    assert slurm_orphans.cancel_waiting(folder) == 0, "they are known to have left"
    engine.close()
    assert list(folder.glob(layout.SWEEP_JOBS)) == []
    os.close(held)


def test_no_trial_runs_twice_because_squeue_does_not_answer(tools, engine, scratch):
    engine.submit(task("0"))
    engine.wait(0)
    context = Context(EngineOptions("slurm"), "20260101-000000-aaaa1111", str(engine.folder))
    program(tools / "squeue", "#!/bin/sh\nexit 1\n")
    with pytest.raises(TrackError, match="squeue does not answer"):
        slurm_engine.make(context)
    engine.close()


def test_a_stop_takes_back_the_jobs_that_did_not_begin(slurm, engine, monkeypatch):
    monkeypatch.setenv("FAKE_SLURM_NODES", "2")
    held = os.open(slurm / "node-1", os.O_CREAT | os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)  # one node is free
    engine.program = str(slurm / "wait")
    program(slurm / "wait", "#!/bin/sh\nexec sleep 60\n")
    begins, waits = engine.submit(task("0")), engine.submit(task("1"))
    engine.wait(0)
    while slurm_commands.states() != {"7_0": "RUNNING", "7_1": "PENDING"}:
        os.sched_yield()
    late = engine.submit(task("2"))
    engine.withdraw()
    assert not begins.done()
    assert isinstance(waits.exception(), Withdrawn)
    assert isinstance(late.exception(), Withdrawn)
    assert slurm_commands.states() == {"7_0": "RUNNING"}
    engine.close()
    os.close(held)


@pytest.mark.slow  # squeue is asked every five seconds
def test_jobs_that_a_killed_sweep_left_in_the_queue_are_kept_stopped_and_run_again(
    slurm, scratch, monkeypatch
):
    monkeypatch.setenv("FAKE_SLURM_NODES", "1")
    script = f'test -e "$1" || {{ touch "$1"; sleep 60; }}; shift; {TRIAL}'
    begun = scratch / "begun"
    words = (*SWEEP, "--engine", "slurm", "--", "sh", "-c", script, "sh", str(begun), "{args}")
    process = start(*TRACK, *words)
    while not begun.exists():
        assert process.poll() is None, process.stderr.read()
        os.sched_yield()
    process.kill()
    process.communicate()
    (folder,) = Path(".git/gittrack/sweeps").iterdir()
    run_cli("gc", "--yes")
    assert (folder / "token").exists(), "jobs wait, and one runs"
    stopped = look("sweep", "stop", "@", "--now")
    assert "asked the workers of sweep" in stopped.out
    assert "took 2 of its jobs out of the queue\n" in stopped.out
    while elements(slurm):  # the running one ends, too
        os.sched_yield()
    assert list(stale_workdirs.idle(track_git.find())) == [folder.resolve()]
    check(run_cli("sweep", "resume", "@", "--engine", "slurm"))
    assert list(stale_workdirs.idle(track_git.find())) == [folder.resolve()]


def elements(state):
    return list(state.glob("job-*/*.state"))


WAITS_ONCE = f'if test -e "$1"; then {LOG}; else touch "$1"; exec sleep 60; fi'


@pytest.mark.slow  # a job ends, and another one begins
@pytest.mark.parametrize("why", ["requeue", "time limit", "scancel"])
def test_a_trial_whose_job_was_ended_runs_again(slurm, scratch, monkeypatch, why):
    if why == "time limit":
        monkeypatch.setenv("FAKE_SLURM_SECONDS", "15")
    begun = scratch / "begun"
    words = (
        "-S",
        "x=1",
        "-p",
        "empty.yaml",
        "-m",
        "loss",
        "--min",
        "--engine",
        "slurm",
        "--sbatch",
        "--requeue",
    )
    process = start(*TRACK, "sweep", *words, "--", "sh", "-c", WAITS_ONCE, "sh", str(begun))
    while not begun.exists():
        assert process.poll() is None, process.stderr.read()
        os.sched_yield()
    if why != "time limit":
        program, *more = {"requeue": ("scontrol", "requeue"), "scancel": ("scancel",)}[why]
        subprocess.run([program, *more, "7_0"], check=True)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert "trial 0 runs again" in err
    runs = {run["sweep"]["attempt"]: run["status"] for run in listed()}
    assert runs == {1: "killed", 2: "finished"}
    assert (
        subprocess.run(["squeue", "--format=%i %T"], capture_output=True, check=True).stdout == b""
    )


@pytest.mark.slow  # squeue is asked every five seconds
def test_a_run_that_is_put_into_the_queue_again_is_waited_for(slurm, scratch):
    begun = scratch / "begun"
    words = ("run", "--engine", "slurm", "--sbatch", "--requeue")
    process = start(*TRACK, *words, "--", "sh", "-c", WAITS_ONCE, "sh", str(begun))
    while not begun.exists():
        assert process.poll() is None
        os.sched_yield()
    subprocess.run(["scontrol", "requeue", "7"], check=True)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert sorted(run["status"] for run in listed()) == ["finished", "killed"]


@pytest.mark.slow  # squeue is asked every five seconds
def test_a_job_that_ends_before_its_trial_shows_its_output(slurm, tools):
    program(tools / "broken", "#!/bin/sh\necho module cuda was not found\nexit 1\n")
    done = run_cli(*SWEEP, "--engine", "slurm", "--program", str(tools / "broken"), *COMMAND)
    assert done.code == 1
    assert "ended before its trial began: module cuda was not found" in done.err


def test_one_run_is_a_job_with_the_code_as_it_was(slurm):
    Path("train.py").write_text("print('changed, not committed')\n")
    words = ("run", "-S", "lr=0.5", "--engine", "slurm", "--sbatch", "--gres=gpu:1")
    done = run_cli(*words, "--", sys.executable, "train.py")
    assert done.code == 0, done.out + done.err
    assert "submitted job 7; its output: " in done.err
    assert "changed, not committed" in done.out
    (run,) = json.loads(look("ls", "--json").out)
    assert (run["status"], run["params"]["lr"]) == ("finished", 0.5)
    assert (
        git(".", "show", f"{run['code']['commit']}:train.py") == "print('changed, not committed')"
    )
    assert git(".", "for-each-ref", "refs/gittrack") == ""
    assert "--gres=gpu:1" in calls(slurm, "sbatch")[0]


def test_hosts_run_trials_by_ssh(tools, scratch, monkeypatch):
    monkeypatch.setenv("SSH_CALLS", str(scratch / "calls"))
    program(tools / "ssh", FAKE_SSH)
    hosts = ("--hosts", "a,b", "--program", str(tools / "git-track"))
    check(run_cli(*SWEEP, "--engine", "ssh", *hosts, "-j", "3", *COMMAND))
    words = sorted(line.split(" -- ")[1] for line in (scratch / "calls").read_text().splitlines())
    assert [word.split()[0] for word in words] == ["a", "b"]
    assert "__worker 2" in words[0]
    assert "__worker 1" in words[1]


def test_a_host_that_is_down_is_named(tools, scratch, monkeypatch):
    monkeypatch.setenv("SSH_CALLS", str(scratch / "calls"))
    program(tools / "ssh", FAKE_SSH)
    done = run_cli(*SWEEP, "--engine", "ssh", "--hosts", "down", *COMMAND)
    assert done.code == 1
    assert "No route to host" in done.err


@pytest.mark.slow  # each place starts an interpreter
def test_the_engine_in_the_documentation(tools, scratch, monkeypatch):
    text = (HERE.parent.parent / "docs/engines.md").read_text()
    (scratch / "mine").mkdir()
    (scratch / "mine/threads.py").write_text(text.rpartition("```python\n")[2].partition("```")[0])
    monkeypatch.setenv("PYTHONPATH", f"{scratch}:{HERE.parent.parent}")
    check(run_cli(*SWEEP, "--engine", "mine.threads", *COMMAND))


@pytest.mark.slow  # Dask takes seconds to begin
def test_a_dask_cluster_on_this_machine(tools):
    pytest.importorskip("distributed")
    check(run_cli(*SWEEP, "--engine", "dask", "-j", "2", *COMMAND))


@pytest.mark.slow  # Dask takes seconds to be imported
@pytest.mark.parametrize("address", ["tls://127.0.0.1:9", "tcp://127.0.0.1:9", "strange://x"])
def test_a_scheduler_that_cannot_be_reached_is_named(tools, address):
    pytest.importorskip("distributed")
    done = run_cli(*SWEEP, "--engine", "dask", "--scheduler", address, *COMMAND)
    assert (done.code, f"the Dask scheduler {address} cannot be reached" in done.err) == (1, True)


LEARNS = """
program: learn.sh
method: asha
metric: {name: loss, goal: minimize}
run_cap: 6
resource: {name: epochs, min: 1, max: 9, eta: 3}
parameters:
  x: {min: 0.0, max: 1.0}
command: [sh, learn.sh, "{overrides}"]
"""


@pytest.mark.slow  # five sweeps
def test_one_sweep_tries_the_same_trials_on_every_engine(slurm):
    """One at a time, so that the outcomes have the same order."""
    Path("learn.sh").write_text(
        'for word; do case $word in x=*) echo "{\\"loss\\": ${word#x=}}" >> "$GITTRACK_METRICS";; esac; done'
    )
    Path("learn.yaml").write_text(LEARNS)
    git(".", "add", ".")
    git(".", "commit", "-qm", "learn")

    def trials():
        runs = sorted(listed(), key=lambda run: run["sweep"]["order"])
        newest = max(run["sweep"]["id"] for run in runs)
        runs = [run for run in runs if run["sweep"]["id"] == newest]
        return [(run["sweep"]["trial"], run["sweep"]["known"], run["params"]) for run in runs]

    assert run_cli("sweep", "learn.yaml").code == 0
    expected = trials()
    assert len(expected) >= 5  # three in the first rung, and what comes of them
    for name in ("local-processes", "slurm", "dask"):
        done = run_cli("sweep", "learn.yaml", "--engine", name, "-j", "1")
        assert done.code == 0, done.out + done.err
        assert trials() == expected, name
    process = start(*TRACK, "sweep", "learn.yaml", "--engine", "workers")
    while "waits for workers" not in process.stderr.readline():
        assert process.poll() is None
    assert run_cli("worker", "@", "-j", "1").code == 0
    process.communicate()
    assert trials() == expected
