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
        ({"where": "store"}, "gpu1", "only in the store of the repository on gpu1", f"/{DIGEST}"),
        ({"where": "store"}, None, "on another machine", "copy this file from there: .git/"),
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
