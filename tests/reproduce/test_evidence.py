"""The verdict between recorded runs: what weakens it, and what it rests on."""

from __future__ import annotations

import os
import sys

import pytest
from helpers import record, repo, run_cli

import gittrack
from gittrack.reproduce import evidence


def judge(first, second):
    """Return the verdict on two runs of the current repository, given by their ids."""
    return evidence.judge(gittrack.get(first), gittrack.get(second))


@pytest.fixture
def project(monkeypatch):
    """The current folder is a repository."""
    folder = repo()
    monkeypatch.chdir(folder)
    return folder


def with_nested_repository(project):
    """Give the work tree a repository whose content no snapshot can have."""
    (project / "train.py").write_text("print(2)\n")
    repo(path=project / "nested")


def test_inexact_code_of_either_run_caps_the_verdict(project):
    clean = record(None, {"loss": 0.5})
    with_nested_repository(project)
    inexact = record(None, {"loss": 0.5})
    for pair in ((clean, inexact), (inexact, clean), (inexact, inexact)):
        verdict = judge(*pair)
        assert verdict.level == "UNKNOWN"
        assert verdict.limits == (
            "nested/ is a repository of its own; only its commit is recorded",
        )
    assert judge(clean, clean).level == "EXACT"


def test_inexact_code_does_not_hide_a_difference(project):
    first = record(None, {"loss": 0.5})
    with_nested_repository(project)
    assert judge(first, record(None, {"loss": 0.75})).level == "DIFFERENT"


def printing(code, *options):
    """Record a run of a program that only prints; return its id."""
    done = run_cli("run", *options, "--", sys.executable, "-c", code)
    assert done.code == 0, done.err
    return gittrack.get("@").id


def test_a_program_that_only_prints_is_judged_by_what_it_prints(project):
    first = printing(
        "import time; print('loss', 0.5); print('took %.9f s' % (time.perf_counter() % 1))"
    )
    again = run_cli("reproduce", first)
    assert (again.code, again.out.split()[0]) == (0, "EXACT"), again.out
    verdict = judge(first, gittrack.get("@").id)
    assert (verdict.level, verdict.evidence) == ("EXACT", ("console",))
    assert (verdict.console.numbers, verdict.console.masked) == (1, 1)
    assert judge(first, printing("print('loss', 0.25)")).level == "DIFFERENT"
    assert judge(printing("print(0.5)"), printing("print(0.5 + 1e-9)")).level == "CLOSE"


def test_equal_outputs_with_other_printed_numbers_are_not_exact(project):
    (project / ".gitignore").write_text("config\n")
    code = "import sys; open('config', 'w').write('lr'); print('accuracy', {})"
    runs = [printing(code.format(number), "--output", "config") for number in (0.5, 0.75)]
    verdict = judge(*runs)
    assert (verdict.level, verdict.artifacts, verdict.artifact_count) == ("DIFFERENT", (), 1)


def test_an_output_that_the_run_did_not_write_is_no_evidence(project):
    (project / ".gitignore").write_text("model.txt\n")
    (project / "model.txt").write_text("old")
    os.utime(project / "model.txt", (1, 1))
    runs = [printing("pass", "--output", "model.txt") for _ in range(2)]
    verdict = judge(*runs)
    assert (verdict.level, verdict.evidence) == ("UNKNOWN", ())
    assert verdict.unwritten == ("model.txt",)
