"""A large blob comes in parts, and an error of git at the end of them."""

from __future__ import annotations

import os
from pathlib import Path

import helpers
import pytest

from gittrack import git
from gittrack.git.content import blob_parts


def test_the_parts_are_the_content(project):
    content = b"".join(b"%d\n" % n for n in range(100_000))
    (project / "big").write_bytes(content)
    helpers.git(project, "add", "big")
    parts = list(blob_parts(git.find(), ":big", 1000))
    assert b"".join(parts) == content
    assert max(map(len, parts)) <= 1000


def test_an_empty_and_a_missing_blob(project):
    (project / "empty").touch()
    helpers.git(project, "add", "empty")
    assert list(blob_parts(git.find(), ":empty")) == []
    with pytest.raises(git.GitError):
        list(blob_parts(git.find(), "HEAD:nothing"))


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_who_stops_reading_leaves_no_process(project):
    (project / "big").write_bytes(b"x" * 1_000_000)
    helpers.git(project, "add", "big")
    before = children()
    parts = blob_parts(git.find(), ":big", 10)
    assert next(parts) == b"x" * 10
    assert children() != before
    call = parts.gi_frame.f_locals["call"]  # as the traceback of an error holds it
    parts.close()
    assert children() == before
    call.child.end()  # once more: nothing happens
