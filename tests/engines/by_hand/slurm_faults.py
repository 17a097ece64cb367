"""Sweeps and runs on a real Slurm, with its faults: started by slurm_node.sh.

    PYTHON=.venv/bin/python tests/engines/by_hand/slurm_node.sh
    PYTHON=.venv/bin/python tests/engines/by_hand/slurm_node.sh .venv/bin/python .../slurm_faults.py NAME ...

Each fault gets a repository of its own.  Results with slurm-wlm 22.05.8: none of the 23 failed.  What a job
that is ended prints, and which of its processes get a signal, is what ../fake_slurm.py does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
TRIAL = """
import json, os, signal, sys, time
from pathlib import Path
marks, x = Path("{marks}"), sys.argv[-1].rpartition("=")[2]
attempt = len(list(marks.glob(f"{{x}}.*")))
(marks / f"{{x}}.{{attempt}}").write_text(os.environ.get("GITTRACK_RESUME", ""))
print("trial", x, "attempt", attempt, flush=True)
{body}
with open(os.environ["GITTRACK_METRICS"], "a") as file:
    file.write(json.dumps({{"loss": float(x)}}) + "\\n")
"""
FAULTS: dict[str, Callable[[], str]] = {}


class Project:
    """A repository with a program, and `git track` in it."""

    def __init__(self, body: str) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="gittrack-slurm-project-"))
        self.folder, self.marks = self.top / "project", self.top / "marks"
        self.processes: list[subprocess.Popen[str]] = []
        self.folder.mkdir()
        self.marks.mkdir()
        (self.folder / "train.py").write_text(TRIAL.format(marks=self.marks, body=body))
        for words in ("init -q", "add .", "commit -qm first"):
            self.call(["git", *words.split()])

    def call(self, argv: list[str], timeout: float = 400) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository."""
        return subprocess.run(
            argv, cwd=self.folder, capture_output=True, text=True, check=False, timeout=timeout
        )

    def track(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `git track`."""
        return self.call([sys.executable, "-m", "gittrack", *words])

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Run `git track` in the background; its output is in the file `output`."""
        with open(self.top / "output", "w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "gittrack", *words],
                **{"cwd": self.folder, "stdout": file, "stderr": file, "text": True},
            )
        self.processes.append(process)
        return process

    @property
    def output(self) -> str:
        """What the command in the background printed."""
        return (self.top / "output").read_text()

    def sweep(self, trials: int, *words: str) -> subprocess.Popen[str]:
        """Begin a sweep."""
        command = ("--", sys.executable, "train.py", "{args}")
        given = ("sweep", "-S", f"x=range({trials})", "-m", "loss", "--min", "--engine", "slurm")
        return self.begin(*given, *words, *command)

    def shown(self) -> dict[str, object]:
        """Return the sweep as `sweep show` prints it."""
        shown: dict[str, object] = json.loads(self.track("sweep", "show", "@", "--json").stdout)
        return shown

    def check(self, trials: int) -> None:
        """Check that each trial has one result."""
        shown = self.shown()
        orders = sorted(trial["order"] for trial in shown["trials"] if trial["order"] is not None)
        assert shown["state"] == "done", self.output
        assert orders == list(range(trials)), orders
        assert queue() == [], queue()
        assert self.call(["git", "status", "--porcelain"]).stdout == ""

    def attempts(self, x: int) -> int:
        """Return how often a trial began."""
        return len(list(self.marks.glob(f"{x}.*")))

    def runs(self) -> list[dict[str, object]]:
        """Return the runs as `git track ls` prints them."""
        runs: list[dict[str, object]] = json.loads(self.track("ls", "--json").stdout)
        return runs


def slurm(*words: str) -> str:
    """Run a program of Slurm, and return what it prints."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def queue() -> list[list[str]]:
    """Return the jobs that are not over: [id, state]."""
    return [line.split() for line in slurm("squeue", "-h", "-r", "-o", "%i %T").splitlines()]


def until(condition: Callable[[], object], seconds: float = 120) -> float:
    """Wait until a condition holds; return after how many seconds it did."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "this did not happen in time"
        time.sleep(0.2)
    return time.monotonic() - began


def running() -> list[str]:
    """Return the ids of the jobs that run."""
    return [job for job, state in queue() if state == "RUNNING"]


def fault(body: str) -> Callable[[Callable[[Project], str]], None]:
    """Mark a function as a fault; its trials run the code `body`."""

    def register(function: Callable[[Project], str]) -> None:
        def run() -> str:
            project = Project(body)
            try:
                return function(project)
            finally:
                for process in project.processes:
                    process.kill()
                slurm("scancel", "-u", "root")
                until(lambda: not queue())
                shutil.rmtree(project.top, ignore_errors=True)

        FAULTS[function.__name__] = run

    return register


QUICK = "time.sleep(1)"
FIRST_IS_LONG = "time.sleep(600 if attempt == 0 and x == '0' else 1)"
LONG = "time.sleep(600)"


@fault(QUICK)
def arrays(project: Project) -> str:
    sweep, seen = project.sweep(6), set()
    until(lambda: seen.update(job for job, _ in queue()) or sweep.poll() is not None)
    assert sweep.returncode == 0, project.output
    project.check(6)
    arrays = {job.partition("_")[0] for job in seen}
    return f"6 results, jobs {sorted(seen)}: {len(arrays)} call of sbatch"


@fault(QUICK)
def many(project: Project) -> str:
    sweep = project.sweep(120, "-j", "120")
    until(lambda: len(queue()) > 100 or sweep.poll() is not None, 30)
    jobs = len(queue())
    assert jobs > 100, project.output
    assert project.track("sweep", "stop", "--now", "@").returncode == 0
    sweep.wait(60)
    return f"{jobs} jobs at once, where an array may have 101 elements"


@fault("time.sleep(1); sys.exit(3 if x == '3' else 0)")
def run_waits(project: Project) -> str:
    words = ("run", "--engine", "slurm", "--", sys.executable, "train.py")
    done = project.track(*words, "3")
    assert done.returncode == 3, done
    assert "trial 3 attempt 0" in done.stdout
    assert project.track(*words, "4").returncode == 0
    assert [run["status"] for run in project.runs()] == ["finished", "failed"]
    return "exit codes 3 and 0, the output of the job is shown"


@fault(QUICK)
def run_detached(project: Project) -> str:
    words = ("run", "--engine", "slurm", "--detach", "--", sys.executable, "train.py", "1")
    began = time.monotonic()
    done = project.track(*words)
    took = time.monotonic() - began
    assert done.returncode == 0, done
    until(lambda: [run["status"] for run in project.runs()] == ["finished"])
    until(lambda: not queue())
    return f"returns after {took:.1f} s; the run appears and finishes"


@fault(LONG)
def run_time_limit(project: Project) -> str:
    words = ("run", "--engine", "slurm", "--sbatch", "--time=1", "--", sys.executable, "train.py")
    done = project.track(*words, "1")
    assert done.returncode not in (0, 1), done
    (run,) = project.runs()
    return f"exit code {done.returncode}, {run['status']}"


@fault(FIRST_IS_LONG)
def run_requeued(project: Project) -> str:
    options = ("--sbatch", "--requeue")
    words = ("run", "--engine", "slurm", *options, "--", sys.executable, "train.py", "0")
    job = project.begin(*words)
    until(lambda: project.attempts(0) == 1)
    (number,) = running()
    refused = slurm("scontrol", "requeue", number)
    assert not refused, refused
    slurm("scontrol", "update", f"JobId={number}", "StartTime=now")
    assert job.wait(240) == 0, project.output
    assert project.attempts(0) == 2
    return f"the job runs again: {sorted(run['status'] for run in project.runs())}"


@fault(LONG)
def run_cancelled(project: Project) -> str:
    job = project.begin("run", "--engine", "slurm", "--", sys.executable, "train.py", "1")
    until(lambda: project.attempts(1) == 1)
    slurm("scancel", *running())
    code = job.wait(120)
    (run,) = project.runs()
    return f"exit code {code}, {run['status']}"


@fault(LONG)
def stop_now(project: Project) -> str:
    sweep = project.sweep(6)
    until(lambda: len(running()) == 4 and project.attempts(0))
    assert project.track("sweep", "stop", "--now", "@").returncode == 0
    took = until(lambda: not queue())
    sweep.wait(30)
    until(lambda: not list(project.folder.glob(".git/gittrack/live/2*")))
    counting = [trial for trial in project.shown()["trials"] if trial["order"] is not None]
    assert not counting
    return f"the queue is empty after {took:.1f} s, nothing counts"


@fault("time.sleep(12)")
def stop(project: Project) -> str:
    sweep = project.sweep(6)
    until(lambda: len(running()) == 4 and project.attempts(0))
    assert project.track("sweep", "stop", "@").returncode == 0
    took = until(lambda: sweep.poll() is not None)
    counting = [trial for trial in project.shown()["trials"] if trial["order"] is not None]
    assert not queue()
    resumed = project.track("sweep", "resume", "@", "--engine", "slurm")
    assert resumed.returncode == 0, resumed
    project.check(6)
    return f"over after {took:.1f} s with {len(counting)} results; resumed: 6"


@fault("time.sleep(15)")
def coordinator_killed(project: Project) -> str:
    sweep = project.sweep(6)
    until(lambda: len(running()) == 4 and project.attempts(0))
    sweep.kill()
    sweep.wait()
    resumed = project.track("sweep", "resume", "@", "--engine", "slurm")
    assert resumed.returncode == 0, resumed
    project.check(6)
    began = sum(project.attempts(x) for x in range(6))
    assert began == 6, began
    return f"6 results, each trial began once: {began}"


@fault("time.sleep(10)")
def coordinator_killed_and_jobs_end(project: Project) -> str:
    sweep = project.sweep(4)
    until(lambda: project.attempts(3))
    sweep.kill()
    sweep.wait()
    until(lambda: not queue())
    resumed = project.track("sweep", "resume", "@", "--engine", "slurm")
    assert resumed.returncode == 0, resumed
    project.check(4)
    began = sum(project.attempts(x) for x in range(4))
    return f"4 results that were delivered to nobody, trials began: {began}"


@fault("time.sleep(6)")
def slurmctld_killed(project: Project) -> str:
    sweep = project.sweep(6)
    until(lambda: len(running()) == 4 and project.attempts(0))
    slurm("pkill", "-9", "-x", "slurmctld")
    time.sleep(25)
    slurm("slurmctld")
    assert sweep.wait(180) == 0, project.output
    project.check(6)
    warned = [line for line in project.output.splitlines() if "squeue" in line]
    return f"6 results; {len(warned)} warning: {warned[:1]}"


@fault(QUICK)
def slurmctld_down_at_start(project: Project) -> str:
    slurm("pkill", "-9", "-x", "slurmctld")
    try:
        sweep = project.sweep(2)
        code = sweep.wait(180)
    finally:
        slurm("slurmctld")
    assert code == 1, code
    until(lambda: "idle" in slurm("sinfo", "-h", "-o", "%T"))
    return project.output.splitlines()[-2]


@fault(FIRST_IS_LONG)
def requeued(project: Project) -> str:
    sweep = project.sweep(3, "--sbatch", "--requeue")
    until(lambda: project.attempts(0) == 1)
    until(lambda: len(running()) == 1)
    said = slurm("scontrol", "requeue", *running())
    assert sweep.wait(240) == 0, project.output
    project.check(3)
    assert project.attempts(0) == 2
    lines = [line for line in project.output.splitlines() if "runs again" in line]
    return f"3 results, {lines} {said}"


@fault(FIRST_IS_LONG)
def preempted(project: Project) -> str:
    sweep = project.sweep(3)
    until(lambda: project.attempts(0) == 1)
    until(lambda: len(running()) == 1)
    slurm("scancel", *running())
    assert sweep.wait(240) == 0, project.output
    project.check(3)
    assert project.attempts(0) == 2
    lines = [line for line in project.output.splitlines() if "runs again" in line]
    return f"3 results, {lines}"


SAVES = """
import gittrack
params, before = gittrack.params(), os.environ.get("GITTRACK_RESUME")
x = str(params["x"])
done = int(Path(before, "state.txt").read_text()) if before else 0
run = gittrack.init(config=params)
for epoch in range(done, params["epochs"]):
    run.log({{"loss": float(x), "begins": done}}, step=epoch)
    Path("state.txt").write_text(str(epoch + 1))
    run.log_artifact("state.txt")
    if not (marks / "begun").exists():
        (marks / "begun").touch()
        time.sleep(600)
run.finish()
sys.exit()
"""


@fault(SAVES.replace("{{", "{").replace("}}", "}"))
def requeued_with_a_checkpoint(project: Project) -> str:
    (project.folder / "sweep.yaml").write_text(
        "program: train.py\nmethod: halving\nmetric: {name: loss, goal: minimize}\nconfigs: 2\n"
        "resource: {name: epochs, min: 2, max: 4, eta: 2, mode: resume}\n"
        "parameters:\n  x: {min: 0.0, max: 1.0}\n"
    )
    project.call(["git", "add", "sweep.yaml"])
    project.call(["git", "commit", "-qm", "A sweep"])
    sweep = project.begin("sweep", "sweep.yaml", "--engine", "slurm", "--sbatch", "--requeue")
    until(lambda: (project.marks / "begun").exists())
    until(lambda: len(running()) == 1)
    slurm("scontrol", "requeue", *running())
    assert sweep.wait(240) == 0, project.output
    project.check(3)
    (again,) = (run for run in project.runs() if run["sweep"].get("attempt") == 2)
    assert again["metrics"]["begins"]["last"] == 1, again
    return "3 results, attempt 2 began with epoch 1 of its own checkpoint"


@fault(FIRST_IS_LONG)
def time_limit(project: Project) -> str:
    sweep = project.sweep(3, "--sbatch", "--time=1")
    assert sweep.wait(300) == 0, project.output
    project.check(3)
    assert project.attempts(0) == 2
    lines = [line for line in project.output.splitlines() if "runs again" in line]
    return f"3 results, {lines}"


@fault(LONG)
def pending_cancelled(project: Project) -> str:
    sweep = project.sweep(5)
    until(lambda: len(running()) == 4 and project.attempts(0))
    (pending,) = [job for job, state in queue() if state == "PENDING"]
    slurm("scancel", pending)
    until(lambda: "runs again" in project.output, 60)
    project.track("sweep", "stop", "--now", "@")
    sweep.wait(60)
    return next(line for line in project.output.splitlines() if "runs again" in line)


@fault(FIRST_IS_LONG)
def node_died(project: Project) -> str:
    sweep = project.sweep(3)
    until(lambda: project.attempts(0) == 1)
    until(lambda: len(running()) == 1)
    for name in ("slurmd", "slurmstepd"):
        slurm("pkill", "-9", "-x", name)
    slurm("pkill", "-9", "-f", "gittrack __job")
    slurm("pkill", "-9", "-f", "train.py --x=0")
    time.sleep(30)
    slurm("slurmd")
    assert sweep.wait(240) == 0, project.output
    project.check(3)
    lines = [line for line in project.output.splitlines() if "runs again" in line]
    return f"3 results, {lines}"


def stops_with(project: Project, *words: str) -> str:
    sweep = project.sweep(3, *words)
    assert sweep.wait(120) in (1, 2), project.output
    until(lambda: not queue(), 10)
    assert not project.attempts(0)
    return "\n    ".join(["", *project.output.splitlines()])


@fault(QUICK)
def setup_fails(project: Project) -> str:
    (project.top / "env.sh").write_text("echo module cuda was not found\nexit 7\n")
    return stops_with(project, "--setup", str(project.top / "env.sh"))


@fault(QUICK)
def option_unknown(project: Project) -> str:
    return stops_with(project, "--sbatch", "--partitoin=gpu")


@fault(QUICK)
def partition_unknown(project: Project) -> str:
    return stops_with(project, "--sbatch", "--partition=gpu")


@fault(QUICK)
def dies_before_its_trial(project: Project) -> str:
    (project.top / "program").write_text("#!/bin/sh\necho libcuda.so was not found >&2\nexit 1\n")
    (project.top / "program").chmod(0o755)
    return stops_with(project, "--program", str(project.top / "program"))


def main(names: list[str]) -> int:
    """Run faults; return how many failed."""
    os.environ.update(PYTHONPATH=str(ROOT), HOME=tempfile.mkdtemp(prefix="gittrack-slurm-home-"))
    os.environ.pop("VIRTUAL_ENV", None)
    subprocess.run(["git", "config", "--global", "user.name", "Ada"], check=True)
    subprocess.run(["git", "config", "--global", "user.email", "ada@example.org"], check=True)
    print(slurm("sinfo", "--version"), flush=True)
    failed = 0
    for name in names or FAULTS:
        began = time.monotonic()
        try:
            result = FAULTS[name]()
        except Exception:  # noqa: BLE001 - each fault is tried
            failed += 1
            result = "FAILED\n" + traceback.format_exc()
        print(f"{name} ({time.monotonic() - began:.0f} s): {result}", flush=True)
    shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
