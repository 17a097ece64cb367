"""disk/read_only: files that one command cannot write, while others can."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

from gittrack.disk import read_only
from gittrack.disk.read_only import View

SCRIPT = """
import sys
from gittrack.disk import read_only
read_only.enter(read_only.View(("tree", "file"), ("tree/.git", "gone")))
for path in ("tree/x", "tree/new", "tree/.git/x", "file", "other"):
    try:
        open(path, "a").write("!")
        print(path)
    except OSError:
        pass
"""
needs_mounts = pytest.mark.skipif(
    not read_only.works(View()), reason="this system lets nobody change the mounts of a process"
)


@needs_mounts
def test_only_the_process_itself_cannot_write():
    os.makedirs("tree/.git")
    for path in ("tree/x", "file"):
        Path(path).write_text("1")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["tree/.git/x", "other"]
    assert (Path("tree/x").read_text(), Path("file").read_text()) == ("1", "1")
    Path("tree/x").write_text("2")


def test_a_view_of_files_that_are_missing_does_not_work():
    assert not read_only.works(View(("missing",)))
