"""tidy/stored_content: content is deleted only if nothing can name it, and never in doubt."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core import layout
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import FRESH_SECONDS, ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.git.objects import Entry, Store
from gittrack.tidy import stored_content

ID = "20260101-000000-00000001"
REF = layout.run_ref("default", ID)
DATA = b"weights"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    run_git(tmp_path, "init", "-q")
    return git.find()


@pytest.fixture
def content(repo) -> Path:
    """Content in the store, which is old enough to be deleted."""
    Path("model.bin").write_bytes(DATA)
    store = ContentStore(Path(layout.store_dir(repo.common_dir)), 1 << 20)
    with open("model.bin", "rb") as file:
        store.keep(file)
    path = store.content(DIGEST)
    assert path is not None
    past = time.time() - FRESH_SECONDS - 10
    os.utime(path, (past, past))
    return path


def store_of(repo) -> Store:
    return Store(git.object_store_path(repo), repo.hash_name, flush=False)


def make_ref(repo, outputs: bytes, ref: str = REF) -> str:
    """Make the ref of a run with an outputs.yaml; return its commit."""
    store = store_of(repo)
    tree = store.tree([Entry("100644", layout.OUTPUTS, store.blob(outputs))])
    commit = store.commit(tree, [], "Ada <a@e.org>", 0, "m\n")
    run_git(".", "update-ref", ref, commit)
    return commit


def outputs(digest: str = DIGEST) -> bytes:
    return f"outputs:\n- path: model.bin\n  sha256: {digest}\n  where: store\n".encode()


def test_content_that_nothing_names_is_listed_with_its_size(repo, content):
    assert stored_content.unnamed(repo) == ({DIGEST: len(DATA)}, 0, None)
    stored_content.remove(repo)
    assert not content.exists()


def test_an_empty_store_needs_no_look_at_the_runs(repo):
    assert stored_content.unnamed(repo._replace(common_dir="/nowhere")) == ({}, 0, None)


def test_young_content_is_counted_and_stays(repo, content):
    os.utime(content)
    assert stored_content.unnamed(repo) == ({}, 1, None)
    stored_content.remove(repo)
    assert content.exists()


@pytest.mark.parametrize(
    "ref", [REF, layout.trash_ref("default", ID), "refs/tags/m@v1.0.0", "refs/heads/mine"]
)
def test_content_that_any_ref_names_stays(repo, content, ref):
    make_ref(repo, outputs(), ref)
    assert stored_content.unnamed(repo) == ({}, 0, None)
    stored_content.remove(repo)
    assert content.exists()


def test_an_annotated_tag_of_a_version_names_its_content(repo, content):
    commit = make_ref(repo, outputs(), "refs/heads/mine")
    run_git(".", "tag", "-a", "-m", "v1", "m@v1.0.0", commit)
    run_git(".", "update-ref", "-d", "refs/heads/mine")
    assert stored_content.unnamed(repo).sizes == {}


def test_a_ref_that_will_be_deleted_does_not_count(repo, content):
    make_ref(repo, outputs())
    assert stored_content.unnamed(repo, {REF}).sizes == {DIGEST: len(DATA)}


@pytest.mark.parametrize("where", ["index", "branch", "stash"])
def test_content_of_a_file_of_the_user_under_git_lfs_stays(repo, content, where):
    run_git(".", "commit", "-q", "--allow-empty", "-m", "first")
    Path("mine.bin").write_bytes(lfs_pointer.text(Pointer(DIGEST, len(DATA))))
    assert stored_content.unnamed(repo).sizes == {DIGEST: len(DATA)}
    run_git(".", "add", "mine.bin")
    if where != "index":
        run_git(".", *(("stash",) if where == "stash" else ("commit", "-qm", "mine")))
    assert stored_content.unnamed(repo).sizes == {}


def test_the_pointer_of_a_run_that_is_deleted_does_not_count(repo, content):
    store = store_of(repo)
    pointer = store.blob(lfs_pointer.text(Pointer(DIGEST, len(DATA))))
    tree = store.tree([Entry("100644", "model.bin", pointer)])
    run_git(".", "update-ref", REF, store.commit(tree, [], "Ada <a@e.org>", 0, "m\n"))
    assert stored_content.unnamed(repo).sizes == {}
    assert stored_content.unnamed(repo, {REF}).sizes == {DIGEST: len(DATA)}


@pytest.mark.parametrize(
    "text",
    [
        b"a format of the future: [sha256=" + DIGEST.encode() + b"]",
        b"\xff\xfe damaged " + DIGEST.encode(),
    ],
)
def test_a_digest_counts_in_any_format(repo, content, text):
    make_ref(repo, text)
    assert stored_content.unnamed(repo).sizes == {}


@pytest.mark.parametrize("text", [DIGEST[:63], DIGEST + "0", DIGEST.upper()])
def test_something_that_is_not_the_digest_does_not_count(repo, content, text):
    make_ref(repo, outputs(text))
    assert stored_content.unnamed(repo).sizes == {DIGEST: len(DATA)}


@pytest.mark.parametrize("folder", [layout.live_dir, layout.set_aside_dir])
def test_a_journal_names_content(repo, content, folder):
    journal = Path(folder(repo.common_dir), ID)
    journal.mkdir(parents=True)
    (journal / layout.EVENTS).write_text(f'{{"op": "output", "sha256": "{DIGEST}"}}\n')
    assert stored_content.unnamed(repo).sizes == {}


def test_a_journal_that_cannot_be_read_is_a_doubt(repo, content):
    journal = Path(layout.live_dir(repo.common_dir), ID)
    (journal / layout.EVENTS).mkdir(parents=True)
    result = stored_content.unnamed(repo)
    assert result.sizes == {}
    assert result.doubt == f"{journal / layout.EVENTS} is not a file"


def test_nothing_is_deleted_if_a_run_has_lost_its_tree(repo, content):
    commit = make_ref(repo, b"outputs: []\n")
    tree = run_git(".", "rev-parse", f"{commit}^{{tree}}")
    os.unlink(store_of(repo).path(tree))
    assert stored_content.unnamed(repo) == ({}, 0, f"{REF} cannot be read")
    stored_content.remove(repo)
    assert content.exists()


def test_nothing_is_deleted_if_a_run_has_lost_its_outputs(repo, content):
    make_ref(repo, b"outputs: []\n")
    os.unlink(store_of(repo).path(store_of(repo).blob(b"outputs: []\n")))
    assert stored_content.unnamed(repo).doubt == f"{REF} cannot be read"


def test_nothing_is_deleted_if_the_ref_of_a_run_is_broken(repo, content):
    path = Path(repo.common_dir, REF)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert stored_content.unnamed(repo).doubt == f"{REF} cannot be read"


def test_a_run_without_outputs_is_no_doubt(repo, content):
    store = store_of(repo)
    commit = store.commit(store.tree([]), [], "Ada <a@e.org>", 0, "m\n")
    run_git(".", "update-ref", REF, commit)
    assert stored_content.unnamed(repo) == ({DIGEST: len(DATA)}, 0, None)


def test_what_is_removed_is_decided_again_while_nothing_can_be_added(repo, content):
    plan = stored_content.unnamed(repo)
    make_ref(repo, outputs())
    stored_content.remove(repo)
    assert plan.sizes
    assert content.exists()
