"""Stand-ins for the programs of Slurm, which behave as those of 22.05 did in by_hand/slurm_faults.py.

Elements of arrays wait until one of FAKE_SLURM_NODES is free, and are listed by squeue as 7_0, 7_1, ... until
they end.  When a job is ended, Slurm writes why into its output, sends SIGTERM to each of its processes, also
to those in sessions of their own, and SIGKILL a second later.  FAKE_SLURM_SECONDS is the time limit.
"""

import contextlib
import fcntl
import math
import os
import re
import signal
import sys
import time
from pathlib import Path

STATE = Path(os.environ["FAKE_SLURM"])
SECONDS = float(os.environ.get("FAKE_SLURM_SECONDS", "inf"))
MAX_ARRAY_SIZE = 1001  # the highest index is one less
OPTIONS = {
    *("parsable", "no-requeue", "requeue", "array", "job-name", "output", "input", "partition"),
    *("test-only", "wrap", "gres", "time", "noheader", "user", "format", "state", "name"),
}


def main():
    program, words = Path(sys.argv[0]).name, sys.argv[1:]
    with open(STATE / "calls", "a") as file:
        file.write(f"{program} {' '.join(words)}\n")
    options = dict(
        re.fullmatch(r"--([a-z-]+)=?(.*)", word).groups() for word in words if word[:2] == "--"
    )
    unknown = next(
        (word for word in words if word[:2] == "--" and word[2:].partition("=")[0] not in OPTIONS),
        "",
    )
    if unknown:
        return refuse(
            f"{program}: unrecognized option '{unknown}'",
            f'Try "{program} --help" for more information',
        )
    rest = [word for word in words if word[:2] != "--"]
    programs = {"sbatch": sbatch, "squeue": squeue, "scancel": scancel, "scontrol": scontrol}
    return programs[program](options, rest)


def refuse(*lines):
    print(*lines, sep="\n", file=sys.stderr)
    return 1


def sbatch(options, rest):
    failed = "sbatch: error: Batch job submission failed:"
    partition = options.get("partition", "gpu")
    if partition == "drained":
        reason = "Required partition not available (inactive or drain)"
        return refuse(
            f"allocation failure: {reason}" if "test-only" in options else f"{failed} {reason}"
        )
    if partition != "gpu":
        first = f"sbatch: error: invalid partition specified: {partition}"
        return refuse(first, f"{failed} Invalid partition name specified")
    if "test-only" in options:
        print("sbatch: Job 7 to start at 2026-01-01T00:00:00", file=sys.stderr)
        return 0
    if not Path(rest[0]).read_text().startswith("#!"):
        return refuse("sbatch: error: This does not look like a batch script.")
    first, last = map(int, options.get("array", "0-0").split("-"))
    if last >= MAX_ARRAY_SIZE:
        return refuse(f"{failed} Invalid job array specification")
    number = len(list(STATE.glob("job-*"))) + 7
    job = STATE / f"job-{number}"
    job.mkdir()
    for name in {"requeue", "no-requeue"} & set(options):
        (job / name).touch()
    if "array" not in options:
        (job / "single").touch()
    for index in range(first, last + 1):
        (job / f"{index}.state").write_text("PENDING")
        output = options["output"].replace("%a", str(index))
        (job / f"{index}.output").write_text(output)
        if os.fork() == 0:
            os.setsid()
            handle = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            run(job, number, index, rest[0])
    print(number)
    return 0


def run(job, number, index, script):
    """Wait for a node, be the job, again if it is put back into the queue, and leave the queue."""
    state, requeued = job / f"{index}.state", job / f"{index}.requeued"
    (job / f"{index}.pid").write_text(str(os.getpid()))
    restarts = -1
    while restarts < 0 or requeued.exists():
        restarts += 1
        requeued.unlink(missing_ok=True)
        state.write_text("PENDING")
        node = index % int(os.environ.get("FAKE_SLURM_NODES", "64"))
        handle = os.open(STATE / f"node-{node}", os.O_CREAT | os.O_RDWR)
        fcntl.flock(handle, fcntl.LOCK_EX)
        state.write_text("RUNNING")
        job_id = {"SLURM_JOB_ID": str(number + index), "SLURM_ARRAY_TASK_ID": str(index)}
        restart = {"SLURM_RESTART_COUNT": str(restarts)} if restarts else {}
        child = os.fork()
        if child == 0:
            os.execve("/bin/sh", ["sh", script], {**os.environ, **job_id, **restart})
        await_end(job, index, child)
        os.close(handle)
    state.unlink(missing_ok=True)
    os._exit(0)


def await_end(job, index, child):
    deadline = time.monotonic() + SECONDS
    while os.waitpid(child, os.WNOHANG if math.isfinite(SECONDS) else 0)[0] == 0:
        time.sleep(0.05)
        if time.monotonic() > deadline:
            deadline = float("inf")
            end(job / f"{index}.state", "TIME LIMIT")


def end(state, why=""):
    """End the processes of an element, and write why into its output."""
    element = int(state.with_suffix(".pid").read_text())
    due = f" DUE TO {why}" if why else ""
    with open(state.with_suffix(".output").read_text(), "a") as file:
        file.write(f"slurmstepd: error: *** JOB 7 ON a CANCELLED AT 2026-01-01T00:00:00{due} ***\n")
    state.write_text("COMPLETING")
    pids = descendants(element)
    send(pids, signal.SIGTERM)
    if os.fork() == 0:
        time.sleep(1)
        send(descendants(element) & pids, signal.SIGKILL)
        os._exit(0)


def send(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def descendants(top):
    """Return the processes below a process, as proctrack/linuxproc finds them."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    pids = {top}
    while below := {pid for pid, parent in parents.items() if parent in pids} - pids:
        pids |= below
    return pids - {top}


def elements():
    """Yield (id, state, file of the state) of the elements that are in the queue."""
    for path in sorted(STATE.glob("job-*/*.state")):
        index, number = path.name.partition(".")[0], path.parent.name.partition("-")[2]
        with contextlib.suppress(FileNotFoundError):
            name = number if path.with_name("single").exists() else f"{number}_{index}"
            yield name, path.read_text(), path


def squeue(options, rest):
    assert options["format"] == "%i %T"
    for name, state, _ in elements():
        print(name, state)
    return 0


def scancel(options, rest):
    for name, state, path in elements():
        named = name in rest or name.partition("_")[0] in rest or (not rest and "name" in options)
        if not named or state != options.get("state", state):
            continue
        path.with_suffix(".requeued").unlink(missing_ok=True)
        if state == "RUNNING":
            end(path)
        elif state == "PENDING":
            path.unlink(missing_ok=True)
            send([int(path.with_suffix(".pid").read_text())], signal.SIGKILL)
    return 0


def scontrol(options, rest):
    for name, _, path in elements():
        if name == rest[1]:
            if path.with_name("no-requeue").exists() and not path.with_name("requeue").exists():
                return refuse(f"{name}: Requested operation is presently disabled")
            path.with_suffix(".requeued").touch()
            end(path, "JOB REQUEUE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
