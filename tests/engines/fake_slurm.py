"""Stand-ins for sbatch, squeue and scancel, which behave like those of a cluster of FAKE_SLURM_NODES.

Elements of arrays are processes in sessions of their own.  They wait until a node is free, are listed by
squeue as 7_0, 7_1, ... until they end, and are ended by SIGTERM and, a second later, SIGKILL.
"""

import contextlib
import fcntl
import os
import re
import signal
import sys
import time
from pathlib import Path

STATE = Path(os.environ["FAKE_SLURM"])


def main():
    program, words = Path(sys.argv[0]).name, sys.argv[1:]
    with open(STATE / "calls", "a") as file:
        file.write(f"{program} {' '.join(words)}\n")
    options = dict(
        re.fullmatch(r"--([a-z-]+)=?(.*)", word).groups() for word in words if word[:2] == "--"
    )
    rest = [word for word in words if word[:2] != "--"]
    return {"sbatch": sbatch, "squeue": squeue, "scancel": scancel}[program](options, rest)


def sbatch(options, rest):
    if "partition" in options and options["partition"] != "gpu":
        print(
            f"sbatch: error: invalid partition specified: {options['partition']}", file=sys.stderr
        )
        return 1
    if not Path(rest[0]).read_text().startswith("#!"):
        return 1
    number = len(list(STATE.glob("job-*"))) + 7
    job = STATE / f"job-{number}"
    job.mkdir()
    first, last = map(int, options.get("array", "0-0").split("-"))
    if "array" not in options:
        (job / "single").touch()
    for index in range(first, last + 1):
        (job / f"{index}.state").write_text("PENDING")
        if os.fork() == 0:
            os.setsid()
            output = os.open(options["output"].replace("%a", str(index)), os.O_CREAT | os.O_WRONLY)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(output, 1)
            os.dup2(output, 2)
            run(job, number, index, rest[0])
    print(number)
    return 0


def run(job, number, index, script):
    """Wait for a node, be the job, and leave the queue."""
    (job / f"{index}.pid").write_text(str(os.getpid()))
    node = index % int(os.environ.get("FAKE_SLURM_NODES", "64"))
    handle = os.open(STATE / f"node-{node}", os.O_CREAT | os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    (job / f"{index}.state").write_text("RUNNING")
    child = os.fork()
    if child == 0:
        env = {**os.environ, "SLURM_JOB_ID": str(number + index), "SLURM_ARRAY_TASK_ID": str(index)}
        os.execve("/bin/sh", ["sh", script], env)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.waitpid(child, 0)
    (job / f"{index}.state").unlink()
    os._exit(0)


def elements():
    """Yield (id, state, process) of the elements that are in the queue."""
    for path in sorted(STATE.glob("job-*/*.state")):
        index, number = path.name.partition(".")[0], path.parent.name.partition("-")[2]
        pid = path.with_name(f"{index}.pid")
        with contextlib.suppress(FileNotFoundError):
            name = number if path.with_name("single").exists() else f"{number}_{index}"
            yield name, path.read_text(), int(pid.read_text() or 0), path


def squeue(options, rest):
    assert options["format"] == "%i %T"
    for name, state, _, _ in elements():
        print(name, state)
    return 0


def scancel(options, rest):
    for name, state, pid, path in elements():
        wanted = name in rest or name.partition("_")[0] in rest or (not rest and "name" in options)
        if wanted and state == options.get("state", state):
            os.killpg(pid, signal.SIGTERM)
            if os.fork() == 0:
                time.sleep(1)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                path.unlink(missing_ok=True)
                os._exit(0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
