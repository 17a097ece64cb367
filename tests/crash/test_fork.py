"""Children of a training process: one run, recorded by the parent, and nobody waits for ever."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from helpers import python, repo

import gittrack

SILENT = r"(?m)^(gittrack: .*|a forked process) records? nothing.*\n"


@pytest.fixture
def place() -> Path:
    return repo()


def record(place: Path, code: str, **env: str) -> gittrack.RunRecord:
    """Run the code as a file, as `spawn` needs it, and return its only run."""
    (place / "train.py").write_text(code)
    quiet = {
        **env,
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
    }  # of forks beside threads, since 3.12
    done = python("import runpy; runpy.run_path('train.py', run_name='__main__')", place, quiet)
    assert (done.code, re.sub(SILENT, "", done.err)) == (0, "")
    (run,) = gittrack.runs(repo=place)
    assert run.status == "finished"
    return run


FORK = """
import os, sys
import gittrack
run = gittrack.init()
run.log({"loss": 1.0}, step=0)
child = os.fork()
if child == 0:
    run.log({"loss": 99.0}, step=99)
    run.log_params({"child": True})
    run.summary["child"] = 1
    %s
assert os.waitpid(child, 0)[1] == 0
run.log({"loss": 2.0}, step=1)
"""


@pytest.mark.parametrize(
    "end",
    ["sys.exit(0)", "os._exit(0)", "run.finish(); sys.exit(0)", "gittrack.finish(); sys.exit()"],
)
def test_a_forked_child_records_nothing(place, end):
    run = record(place, FORK % end)
    assert [point[2] for point in run.points()] == [1.0, 2.0]
    assert run.params == {}


def test_a_fork_while_another_thread_logs_does_not_lock_the_child(place):
    code = """
import os, sys, threading
import gittrack
run = gittrack.init()
inside, out = threading.Event(), threading.Event()

def hold():
    with run._lock, run._points._lock:
        inside.set()
        out.wait()

thread = threading.Thread(target=hold)
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    import signal
    signal.alarm(20)
    run.log({"loss": 1.0})
    run.log_params({"a": 1})
    run.finish()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
out.set()
thread.join()
run.log({"loss": 2.0})
"""
    assert record(place, code).metrics["loss"].count == 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_pool_records_nothing_of_its_own(place, method):
    code = f"""
import multiprocessing
import gittrack

def work(number):
    own = gittrack.init(config={{"worker": number}})
    own.log({{"loss": 50.0}})
    gittrack.log({{"loss": 60.0}})
    own.finish()
    return number

if __name__ == "__main__":
    run = gittrack.init(config={{"lr": 0.1}})
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        for number in pool.map(work, range(4)):
            run.log({{"loss": float(number)}})
    run.finish()
"""
    run = record(place, code)
    assert run.params == {"lr": 0.1}
    assert run.metrics["loss"].max == 3.0


def test_workers_that_load_data_in_the_middle_of_logging(place):
    code = """
import multiprocessing
import gittrack
run = gittrack.init()

def load(queue, seed):
    for index in range(20):
        run.log({"loss": -1.0})
        queue.put(seed + index)

context = multiprocessing.get_context("fork")
for epoch in range(3):
    queue = context.Queue()
    workers = [context.Process(target=load, args=(queue, 100 * n)) for n in range(3)]
    for worker in workers:
        worker.start()
    for _ in range(60):
        run.log({"loss": float(queue.get())})
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
"""
    run = record(place, code)
    assert (run.metrics["loss"].count, run.metrics["loss"].min) == (180, 0.0)


@pytest.mark.parametrize("name", ["RANK", "LOCAL_RANK", "SLURM_PROCID"])
def test_one_rank_records(place, name):
    code = """
import os, subprocess, sys
if len(sys.argv) == 1:
    for rank in range(4):
        child = subprocess.run([sys.executable, "train.py", str(rank)], env={**os.environ, "%s": str(rank)})
        assert child.returncode == 0
else:
    import gittrack
    run = gittrack.init(config={"rank": int(sys.argv[1])})
    run.log({"loss": 1.0})
    gittrack.log({"loss": 2.0})
    run.finish()
"""
    assert record(place, code % name).params == {"rank": 0}
