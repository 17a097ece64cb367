"""Which of several processes record: workers, ranks, and processes that torch started."""

import sys
from pathlib import Path

import pytest
from helpers import python, repo, run_cli

import gittrack


@pytest.fixture(autouse=True)
def _project(sealed):
    repo(path=".")


def script(code, **env):
    """Run a script as a file, as the start method ``spawn`` needs it; return its stderr."""
    Path("train.py").write_text(code)
    run = "import runpy; runpy.run_path('train.py', run_name='__main__')"
    done = python(run, env={"PYTHONWARNINGS": "ignore", **env})
    assert done.code == 0, done.err
    return done.err


POOL = """
import multiprocessing
import gittrack

def train(lr):
    with gittrack.init(config={"lr": lr}) as run:
        run.log({"loss": lr})

def plain(lr):
    gittrack.init(config={"lr": lr}).log({"loss": lr})

def fails(lr):
    plain(lr)
    raise SystemExit(3)

if __name__ == "__main__":
    context = multiprocessing.get_context("METHOD")
    BODY
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
class TestWorkers:
    def script(self, method, body):
        return script(POOL.replace("METHOD", method).replace("BODY", body))

    def test_record_if_the_parent_does_not(self, method):
        self.script(method, "context.Pool(2).map(train, [0.1, 0.2, 0.3])")
        assert sorted(run.metrics["loss"].last for run in gittrack.runs()) == [0.1, 0.2, 0.3]

    def test_record_after_the_run_of_the_parent(self, method):
        self.script(method, "gittrack.init().finish(); context.Pool(2).map(train, [0.1, 0.2])")
        assert len(gittrack.runs()) == 3

    def test_that_are_silent_say_so_once(self, method):
        err = self.script(
            method, "run = gittrack.init(); context.Pool(2).map(train, [0.1, 0.2]); run.finish()"
        )
        (run,) = gittrack.runs()
        said = f"worker processes record nothing, their parent process records {run.id}"
        assert err.count(said) == 1

    def test_of_an_older_pool_are_silent_too(self, method):
        self.script(
            method,
            "pool = context.Pool(1); pool.map(train, [0.1])\n"
            "    run = gittrack.init(name='outer'); pool.map(train, [0.2]); run.finish()",
        )
        assert [run.name for run in gittrack.runs()] == ["outer", None]

    def test_of_a_process_that_does_not_record_are_not_those_of_its_parent(self, method):
        self.script(method, "context.Pool(1).map(train, [0.1])")
        outer = "import gittrack, os, sys\nwith gittrack.init(name='outer'):\n"
        run = "import runpy; runpy.run_path('train.py', run_name='__main__')"
        done = python(f'{outer}    os.system(f"""{{sys.executable}} -c "{run}" """)')
        assert done.code == 0
        names = [run.name for run in gittrack.runs()]
        assert names == [None, "outer", None]

    def test_of_a_launched_process_are_silent_too(self, method):
        self.script(method, "pass")
        Path("train.py").write_text(
            POOL.replace("METHOD", method).replace(
                "BODY",
                "run = gittrack.init(); context.Pool(2).map(train, [0.1, 0.2]); run.finish()",
            )
        )
        assert run_cli("run", "--", sys.executable, "train.py").code == 0
        assert len(gittrack.runs()) == 1

    def test_that_log_without_a_run_print_it(self, method):
        err = self.script(method, "context.Pool(1).map(gittrack.log, [{'loss': 1}] * 3)")
        assert err.count("no run is active in this worker process") == 1

    def test_end_their_run_with_the_process(self, method):
        self.script(method, "p = context.Process(target=plain, args=[1]); p.start(); p.join()")
        (run,) = gittrack.runs()
        assert (run.status, run.exit_code) == ("finished", 0)

    def test_end_their_run_with_its_exit_code(self, method):
        self.script(method, "p = context.Process(target=fails, args=[1]); p.start(); p.join()")
        (run,) = gittrack.runs()
        assert (run.status, run.exit_code) == ("failed", 3)


RANKS = """
import multiprocessing, os
import gittrack

def train(rank):
    os.environ["RANK"], os.environ["WORLD_SIZE"] = str(rank), "3"
    with gittrack.init(config={"rank": rank}) as run:
        gittrack.log({"loss": rank})

if __name__ == "__main__":
    workers = [multiprocessing.get_context("spawn").Process(target=train, args=[n]) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
"""
TORCH = """
import sys, types
torch = types.ModuleType("torch")
torch.distributed = types.SimpleNamespace(
    is_available=lambda: True, is_initialized=lambda: True, get_rank=lambda: int(sys.argv[1])
)
sys.modules.update({"torch": torch, "torch.distributed": torch.distributed})
import gittrack
gittrack.init(config={"rank": int(sys.argv[1])}).finish()
"""


class TestRanks:
    def check(self, err):
        (run,) = gittrack.runs()
        assert run.params == {"rank": 0}
        assert err.count("rank 1 of a distributed job records nothing, rank 0 does") == 1
        assert err.count("records nothing") == 1

    def test_zero_records_in_a_worker_process(self):
        self.check(script(RANKS))

    def test_of_an_explicit_group_count_more_than_those_of_the_cluster(self):
        script("import gittrack; gittrack.init().finish()", RANK="0", SLURM_PROCID="3")
        assert len(gittrack.runs()) == 1

    def test_of_torch_count_most(self):
        call = "import os; [os.system(f'{sys.executable} train.py {n}') for n in range(3)]"
        Path("train.py").write_text(TORCH)
        self.check(python(f"import sys; {call}").err)
