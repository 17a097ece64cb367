"""The artifacts of a version: their content, or why it is not here."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import run_values
from run_values import event

from gittrack.core import layout
from gittrack.core.errors import Damaged, NoSuchRun, TrackError
from gittrack.core.registry.model_state import Version
from gittrack.disk.content_store import ContentStore
from gittrack.read.registry import version_artifacts


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def version(run, *lines: dict) -> Version:
    """Return a version whose tag lists these artifacts."""
    facts = {"artifacts": list(lines)} if lines else {}
    return Version("m", "v1.0.0", run.commit, event("m@v1.0.0", run.commit, **facts))


def line(path: str, data: bytes) -> dict:
    return {"path": path, "sha256": digest(data), "size": len(data)}


def store(repo, data: bytes) -> Path:
    Path("source").write_bytes(data)
    content = ContentStore(Path(layout.store_dir(repo.common_dir)), 10**6)
    with open("source", "rb") as file:
        return content.path(content.keep(file).digest)


FILES = {"a.bin": b"a", "dir/b.bin": b"b"}


def contents(repo, subject: Version) -> dict:
    return {item["path"]: data for item, data in version_artifacts.contents(repo, subject)}


def test_a_version_has_the_artifacts_that_its_tag_lists_or_all_of_its_run(empty_repo):
    run = run_values.commit(empty_repo, artifacts=FILES)
    assert contents(empty_repo, version(run)) == FILES
    assert contents(empty_repo, version(run, line("dir/b.bin", b"b"))) == {"dir/b.bin": b"b"}
    assert version_artifacts.missing_artifacts(empty_repo, version(run), run) == []


def test_large_content_is_a_file_of_the_store(empty_repo):
    outputs = [{**line("w.bin", b"weights"), "where": "store"}]
    run = run_values.commit(empty_repo, contents={"outputs": outputs})
    [absent] = version_artifacts.missing_artifacts(empty_repo, version(run), run)
    assert absent.why == "it is not in the store of this repository"
    [absent] = version_artifacts.missing_artifacts(empty_repo, version(run), run, bring=True)
    assert "neither a remote nor a store for large files" in absent.why
    with pytest.raises(TrackError, match=r"the artifact w\.bin of m v1 is not in this repository"):
        contents(empty_repo, version(run))
    path = store(empty_repo, b"weights")
    assert contents(empty_repo, version(run)) == {"w.bin": path}
    assert version_artifacts.missing_artifacts(empty_repo, version(run), run) == []


def test_an_artifact_that_the_run_does_not_know_is_missing(empty_repo):
    """Somebody else wrote the tag."""
    run = run_values.commit(empty_repo, artifacts=FILES)
    subject = version(run, line("a.bin", b"a"), line("other.bin", b"x"))
    [absent] = version_artifacts.missing_artifacts(empty_repo, subject, run)
    assert (absent.path, absent.remedy) == (
        "other.bin",
        f"any file with the SHA-256 {digest(b'x')} is a copy of it",
    )
    with pytest.raises(TrackError, match=r"other\.bin of m v1 is not in this repository"):
        contents(empty_repo, subject)


def test_content_that_is_not_what_was_registered_is_damage(empty_repo):
    run = run_values.commit(empty_repo, artifacts=FILES)
    with pytest.raises(Damaged, match=r"a\.bin is not what was registered as m v1"):
        contents(empty_repo, version(run, line("a.bin", b"other")))
    unknown = {"path": "a.bin"}  # a tag without a digest trusts the run
    assert contents(empty_repo, version(run, unknown)) == {"a.bin": b"a"}


def test_a_version_without_artifacts_is_an_error_only_for_who_wants_them(empty_repo):
    run = run_values.commit(empty_repo)
    assert version_artifacts.missing_artifacts(empty_repo, version(run), run) == []
    with pytest.raises(TrackError, match="m v1 has no artifacts") as caught:
        contents(empty_repo, version(run))
    assert caught.value.hint == f"see: git track show {run.id}"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b"])
def test_a_tag_cannot_name_a_path_outside(empty_repo, path):
    run = run_values.commit(empty_repo, artifacts=FILES)
    with pytest.raises(TrackError) as caught:
        contents(empty_repo, version(run, {"path": path}))
    assert "is not in this repository" not in caught.value.message


def test_a_version_of_a_missing_commit(empty_repo):
    run = run_values.raw()
    with pytest.raises(NoSuchRun):
        contents(empty_repo, version(run))
