"""The verdict between recorded runs: what weakens it, and what it rests on."""

from __future__ import annotations

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


def test_an_output_that_no_run_wrote_is_no_evidence(tmp_path, monkeypatch):
    monkeypatch.chdir(repo("echo model.txt > .gitignore; echo old > model.txt"))
    for name in ("a", "b"):
        assert run_cli("run", "-n", name, "--output", "model.txt", "--", "true").code == 0
    assert run_cli("verify", "a", "b").out.startswith("UNKNOWN")
