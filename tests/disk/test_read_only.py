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


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/ada/p", ["/srv/my data/p"]),
        ("/srv/my data/p", ["/home/ada/p"]),
        ("/home/ada/q", ["/srv/my data/q", "/inner"]),  # a part of it is mounted elsewhere
        ("/other/p", []),
        ("/elsewhere", []),
    ],
)
def test_bind_mounts_give_a_folder_other_paths(path, expected):
    mounts = "\n".join(
        (
            "1 0 8:1 / / rw - ext4 /dev/a rw",
            "2 1 8:2 / /home rw - ext4 /dev/b rw",
            r"3 1 8:2 /ada /srv/my\040data rw - ext4 /dev/b rw",
            "4 1 8:2 /ada/q/data /inner rw - ext4 /dev/b rw",
            "5 1 8:3 / /other rw - ext4 /dev/c rw",
        )
    )
    assert read_only.aliases(path, mounts) == expected
