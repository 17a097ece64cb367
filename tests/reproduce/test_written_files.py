"""What runs wrote without --output counts: equal files are evidence, other files forbid EXACT."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize("exists", [True, False])
def test_what_a_run_wrote_through_a_link_outside_is_never_exact(program, tmp_path_factory, exists):
    """The link may have been there before, as that of a scratch disk."""
    outside = tmp_path_factory.mktemp("scratch")
    link = f"os.symlink({str(outside)!r}, 'out')"
    make = "os.makedirs('out', exist_ok=True)" if exists else link
    if exists:
        os.symlink(outside, "out")
    program(f"{make}; open('out/m', 'wb').write(os.urandom(8)); print('accuracy 0.5')")
    done = run_cli("reproduce", "first")
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN")
    assert "written through these links, outside of the tree, is not known: out" in done.out


def test_an_empty_file_and_a_link_are_no_evidence(program):
    program("open('out.lock', 'w'); os.symlink('program.py', 'out.link')")
    done = run_cli("reproduce", "first")
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN")
    assert "there is nothing to compare" in done.out
