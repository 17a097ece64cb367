"""A number of a descriptor is not an identity: what a program does with them never misleads the recorder."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import python, repo

import gittrack

CLOSING = """
import gittrack, os, resource
limit = {limit}
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
run = gittrack.init(name="first")
run.log({{"loss": 1.0}}, step=0)
{close}
files = [open(f"user{{n}}.txt", "w+") for n in range(12)]
for step in range(1, 4):
    run.log({{"loss": 1 / (step + 1)}}, step=step)
run.log_params({{"later": 2}})
run.finish()
for file in files:
    file.write("mine")
    file.close()
"""


# With a low limit the numbers are low too, and are given again at once.
@pytest.mark.parametrize(
    ("limit", "close"),
    [
        *((limit, "os.closerange(3, 256)") for limit in (80, 4096)),
        *((limit, "os.closerange(3, 4096)") for limit in (80, 4096)),
        *((limit, "os.close(run._journal.series.fd)") for limit in (80, 4096)),
        *((limit, "os.close(run._journal.lock_fd)") for limit in (80, 4096)),
        (80, "os.dup2(os.open('user0.txt', os.O_RDWR | os.O_CREAT), run._journal.series.fd)"),
        (80, "os.dup2(os.open('user0.txt', os.O_RDWR | os.O_CREAT), run._journal.events.fd)"),
        (80, "os.dup2(os.open('user0.txt', os.O_RDWR | os.O_CREAT), run._journal.lock_fd)"),
    ],
)
def test_a_program_that_closes_all_descriptors(tmp_path, close, limit):
    place = repo()
    done = python(CLOSING.format(close=close, limit=limit), place)
    assert done.code == 0, done.err
    assert {path.read_text() for path in place.glob("user*.txt")} == {"mine"}
    (run,) = gittrack.runs(repo=place)
    assert (run.status, run.params) == ("finished", {"later": 2})
    assert [point[0] for point in run.points()] == [0, 1, 2, 3]


def test_a_run_that_was_committed_meanwhile_says_so(tmp_path):
    place = repo()
    code = """
import gittrack, os, subprocess, sys
run = gittrack.init()
run.log({"loss": 1.0}, step=0)
os.closerange(3, 4096)
subprocess.run([sys.executable, "-m", "gittrack", "recover"], check=True)
run.log({"loss": 2.0}, step=1)
run.log({"loss": 2.0}, step=2)
run.finish()
"""
    done = python(code, place)
    assert done.code == 0
    assert done.err.count(" has ended: ") == 1
    assert "to commit it later" not in done.err
    (run,) = gittrack.runs(repo=place)
    assert (run.status, len(list(run.points()))) == ("crashed", 1)


DAEMON = """
import gittrack, os, sys
run = gittrack.init()
run.log({"loss": 1.0}, step=0)
reader, writer = os.pipe()
if os.fork():
    os.read(reader, 1)
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.write(writer, b"x")
%s
gittrack.log({"loss": 0.5}, step=1)
run.log({"loss": 0.25}, step=2)
run.summary["acc"] = 1.0
%s
open("done", "w").write("done")
"""


@pytest.mark.parametrize("close", ["", "os.closerange(3, 4096)"])
@pytest.mark.parametrize("end", ["", "run.finish()"])
def test_the_process_that_survives_a_double_fork_goes_on(tmp_path, close, end):
    place = repo()
    # Its output is a pipe that the daemon closes last.  From Python 3.12 on, a fork beside the thread that
    # samples the machine is a warning.
    quiet = {"PYTHONWARNINGS": "ignore::DeprecationWarning"}
    done = python(DAEMON % (close, end), place, quiet)
    assert (done.code, done.err) == (0, "")
    (run,) = gittrack.runs(repo=place)
    assert [point[0] for point in run.points()] == [0, 1, 2]
    assert (run.status, run.metrics["acc"].last) == ("finished", 1.0)
    assert Path(place, "done").exists()
