"""One error of the disk at the end of a run does not change how the run ended."""

from __future__ import annotations

import pytest
from helpers import python, recover

import gittrack

# From the end of the run on, the N-th call of a function fails, once or always.
FAILING = """
import errno, os, sys
import gittrack
run = gittrack.init(config={{"lr": 0.1}})
run.log({{"loss": 1.0}}, step=0)
real = os.{call}
calls = 0
def failing(*words, **named):
    global calls
    calls += 1
    if calls {when} {number}:
        raise OSError(errno.{error}, os.strerror(errno.{error}))
    return real(*words, **named)
os.{call} = failing
run.finish()
"""
LIMITED = """
import os, gittrack, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
run = gittrack.init()
run.log({"loss": 1.0}, step=0)
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
"""


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EMFILE"])
@pytest.mark.parametrize(("call", "when"), [("write", "=="), ("write", ">="), ("open", ">=")])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_run_that_finished_is_never_recovered_as_crashed(project, call, when, number, error):
    code = FAILING.format(call=call, when=when, number=number, error=error)
    assert python(code, project).code == 0
    assert recover().code == 0
    (run,) = gittrack.runs()
    assert (run.status, run.exit_code, len(list(run.points()))) == ("finished", 0, 1)
    assert run.duration is not None


@pytest.mark.parametrize("end", ["run.finish()", ""])
def test_a_run_without_a_free_descriptor_at_its_end(project, end):
    done = python(f"{LIMITED}{end}\n", project)
    assert done.code == 0
    assert done.err.count("Traceback") == 0, done.err
    assert recover().code == 0
    assert gittrack.get("@").status == "finished"
