"""What runs wrote without --output counts: equal files are evidence, other files forbid EXACT."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from helpers import git, run_cli

import gittrack


@pytest.fixture
def program(project):
    """Return a function that records a program of one line, whose files git ignores."""
    Path(".gitignore").write_text("out*\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "ignore")

    def record(code: str) -> None:
        Path("program.py").write_text(f"import os, random, time; {code}\n")
        git(".", "add", ".")
        git(".", "commit", "-qm", "program")
        done = run_cli("run", "-n", "first", "--", sys.executable, "program.py")
        assert done.code == 0, done.err

    return record


def test_equal_files_are_evidence(program):
    program("open('out.txt', 'w').write('0.5')")
    done = run_cli("reproduce", "first")
    assert (done.code, done.out.splitlines()[0]) == (0, "EXACT  the same: 1 written file")


def test_another_file_is_never_exact(program):
    program("open('out.bin', 'wb').write(os.urandom(8)); print('accuracy 0.5')")
    done = run_cli("reproduce", "first")
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN")
    assert "the runs wrote other files, which only --output would compare: out.bin" in done.out


def test_a_file_that_only_one_run_wrote_is_never_exact(program):
    program("'GITTRACK_REPRODUCES' in os.environ or open('out.txt', 'w').write('x'); print(1)")
    done = run_cli("reproduce", "first")
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN")


def test_names_made_from_the_clock_are_paired(program):
    program("open(f'out-{time.time_ns() // 1000}.txt', 'w').write('0.5')")
    done = run_cli("reproduce", "first")
    assert (done.code, done.out.splitlines()[0]) == (0, "EXACT  the same: 1 written file")
    files = [run.written["files"][0]["path"] for run in gittrack.runs()[:2]]
    assert files[0] != files[1]
