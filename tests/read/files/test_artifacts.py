"""Where the content of an artifact is, and why it is not here."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from run_values import NO_REPO

from gittrack.core import layout
from gittrack.disk.content_store import ContentStore
from gittrack.read.files import artifacts

DIGEST = hashlib.sha256(b"weights").hexdigest()


@pytest.fixture
def repo(tmp_path):
    """A repository whose content store has one file."""
    repo = NO_REPO._replace(common_dir=str(tmp_path))
    (tmp_path / "w.bin").write_bytes(b"weights")
    with open(tmp_path / "w.bin", "rb") as file:
        ContentStore(Path(layout.store_dir(str(tmp_path))), 1000).keep(file)
    return repo


@pytest.mark.parametrize(
    ("item", "is_stored"),
    [
        ({"where": "store", "sha256": DIGEST}, True),
        ({"where": "left out", "sha256": DIGEST}, True),  # somebody put a copy there
        ({"sha256": DIGEST}, True),
        ({"where": "git", "sha256": DIGEST}, False),  # the run commit has it
        ({"where": "store", "sha256": "0" * 64}, False),
        ({"where": "store"}, False),
        ({"where": "store", "sha256": f"../{DIGEST}"}, False),
        ({"where": "store", "sha256": 5}, False),
    ],
)
def test_the_store_has_content_by_its_digest(repo, item, is_stored):
    path = artifacts.stored(repo, {"path": "w.bin", **item})
    assert (path is not None) == is_stored
    assert path is None or path.read_bytes() == b"weights"


@pytest.mark.parametrize(
    ("item", "host", "why", "remedy"),
    [
        ({"where": "git"}, "gpu1", "it is not in the run commit", "see: git track doctor"),
        (
            {"where": "store"},
            "gpu1",
            "not in the store of this repository",
            "git track get RUN w.bin",
        ),
        ({"where": "store", "sha256": None}, "gpu1", "no SHA-256", "it cannot be restored"),
        ({"where": "store", "sha256": "../../x"}, "gpu1", "no SHA-256", "it cannot be restored"),
        ({"where": "left out"}, None, "larger than track.maxArtifactSize", f"SHA-256 {DIGEST}"),
        (
            {"where": "left out", "reason": "the disk was full"},
            None,
            "because the disk was full",
            "",
        ),
        ({"where": "moon"}, None, "recorded as stored in moon", f"SHA-256 {DIGEST}"),
        ({}, None, "recorded as stored in an unknown place", ""),
        ({"where": "left out", "sha256": None}, None, "", "it cannot be restored"),
    ],
)
def test_why_an_artifact_is_not_here_and_what_to_do(item, host, why, remedy):
    absent = artifacts.absent({"path": "w.bin", "sha256": DIGEST, **item}, host)
    assert absent.path == "w.bin"
    assert why in absent.why
    assert remedy in absent.remedy


def test_the_store_of_the_remote_that_has_no_content_is_named():
    item = {"path": "w.bin", "sha256": DIGEST, "where": "store"}
    absent = artifacts.absent(item, "gpu1", "origin does not have it")
    assert absent.why == (
        "it is only in the store of the repository on gpu1 (origin does not have it)"
    )
    assert absent.remedy.startswith("run git track push there, or copy this file from there: .git/")
    assert absent.remedy.endswith(DIGEST)
    assert "on another machine" in artifacts.absent(item, None, "no remote").why


def test_content_that_is_here_or_has_no_other_place_is_not_asked_for(repo):
    items = [
        {"path": "w.bin", "where": "store", "sha256": DIGEST, "size": 7},
        {"path": "git.bin", "where": "git", "sha256": "0" * 64, "size": 7},
        {"path": "no.bin", "where": "store", "sha256": "../x", "size": 7},
    ]
    assert artifacts.bring(repo._replace(git_dir="/nowhere"), items, artifacts.unwatched) == {}
