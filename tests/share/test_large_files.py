"""Large files go before the runs that need them, and come after them."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import lfs_server
import pytest
from helpers import git as run_git
from helpers import look

import gittrack
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import FRESH_SECONDS, ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.models import register
from gittrack.share import large_files
from gittrack.share import push as pushing

WEIGHTS = bytes(range(256)) * 8
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()


def train(clone, name: str, data: bytes = WEIGHTS):
    """Record a run with an artifact that is too large for git."""
    clone.enter()
    run_git(clone.folder, "config", "track.maxArtifactSize", "1k")
    Path("model.bin").write_bytes(data)
    with gittrack.init(name=name) as run:
        run.log_artifact("model.bin")
    Path("model.bin").unlink()
    return run.id


def server(team) -> Path:
    return team[0].folder.parent / "server.git"


def on_server(team, digest: str = DIGEST) -> Path:
    return server(team) / "lfs/objects" / digest[:2] / digest[2:4] / digest


def content(clone, name: str) -> bytes:
    clone.enter()
    return gittrack.get(name).read("model.bin")


def test_a_large_file_arrives_with_its_run(team):
    ann, bob, _ = team
    train(ann, "big")
    assert ann.push().files == 1
    assert on_server(team).read_bytes() == WEIGHTS
    assert ann.push() == pushing.Pushed("origin")
    pulled = bob.pull()
    assert (pulled.files, pulled.unavailable) == (1, ())
    shutil.rmtree(on_server(team).parents[2])  # it is here now
    assert content(bob, "big") == WEIGHTS


def test_a_run_comes_whole_into_a_partial_clone(team):
    ann, bob, cid = team
    train(ann, "big")
    ann.push()
    run_git(server(team), "config", "uploadpack.allowFilter", "true")
    run_git(server(team), "config", "uploadpack.allowAnySHA1InWant", "true")
    for clone, filter_ in ((bob, "blob:none"), (cid, "tree:0")):
        run_git(clone.folder, "remote", "set-url", "origin", f"file://{server(team)}")
        run_git(clone.folder, "config", "remote.origin.promisor", "true")
        run_git(clone.folder, "config", "remote.origin.partialCloneFilter", filter_)
    # As earlier versions fetched it, without its files.
    run_git(cid.folder, "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
    large_files.expect(cid.repo, [str(cid.run("big").commit)])
    assert [bob.pull().files, cid.pull().files] == [1, 1]
    missing = run_git(bob.folder, "rev-list", "--objects", "--missing=print", "--glob=refs/runs")
    assert "?" not in missing


def test_a_pull_without_large_files_and_get_when_one_is_needed(team):
    ann, bob, _ = team
    train(ann, "big")
    ann.push()
    assert bob.pull(artifacts=False).files == 0
    assert list(ContentStore.of(bob.repo.common_dir).listing()) == []
    bob.enter()
    assert "not here: it is not in the store of this repository" in look("files", "big").out
    assert look("get", "big", "model.bin").code == 0
    assert Path("model.bin").read_bytes() == WEIGHTS
    assert bob.pull().files == 0


def test_large_files_that_were_left_out_of_a_push_go_with_a_later_one(team):
    ann, bob, _ = team
    run_id = train(ann, "big")
    assert ann.push(artifacts=False).files == 0
    assert not on_server(team).exists()
    [(digest, reason)] = bob.pull().unavailable
    assert (digest, reason) == (DIGEST, "origin does not have it")
    assert bob.pull().unavailable == ()  # said once
    server(team).joinpath("lfs").write_text("in the way")
    done = look("push", "--yes")  # the remote has the run, and the file is missing still
    assert done.code == 1
    assert f"origin refused {run_id}: its large file {DIGEST[:12]} was not sent: " in done.err
    assert "or leave them out: --no-artifacts" in done.err
    server(team).joinpath("lfs").unlink()
    planned = pushing.plan(ann.repo)
    assert (planned.runs, planned.large.size, planned.sends_something) == ((), 2048, True)
    assert pushing.push(ann.repo, planned).files == 1
    assert content(bob, "big") == WEIGHTS


@pytest.mark.slow
def test_a_run_whose_large_file_cannot_be_sent_stays_here_with_its_model(team):
    ann, bob, _ = team
    bad, good = train(ann, "bad"), train(ann, "good", WEIGHTS[::-1])
    register.register(ann.repo, "net", ann.run("bad"))
    register.register(ann.repo, "other", ann.run("good"))
    store = ContentStore.of(ann.repo.common_dir)
    store.path(DIGEST).chmod(0o644)
    store.path(DIGEST).write_bytes(WEIGHTS[1:] + b"x")  # a bad disk
    done = ann.push()
    assert (done.runs, done.models, done.files) == ((good,), ("other@v1.0.0",), 1)
    [(run_id, reason)] = done.refused
    assert run_id == bad
    assert f"its large file {DIGEST[:12]} was not sent: the content of" in reason
    bob.pull()
    assert bob.names() == ["good"]
    store.path(DIGEST).write_bytes(WEIGHTS)
    again = ann.push()
    assert (again.runs, again.models, again.files) == ((bad,), ("net@v1.0.0",), 1)


@pytest.mark.slow
def test_the_events_of_a_model_take_the_large_files_of_its_versions(team):
    ann, bob, _ = team
    train(ann, "big")
    register.register(ann.repo, "net", ann.run("big"))
    planned = pushing.plan(ann.repo, [], models=["net"])
    assert pushing.push(ann.repo, planned).files == 1
    bob.pull()
    bob.enter()
    assert look("model", "get", "net@1", "-o", "here").code == 0
    assert Path("here/model.bin").read_bytes() == WEIGHTS


@pytest.mark.slow
def test_a_version_can_be_promoted_where_its_content_only_came_from(team):
    ann, bob, _ = team
    train(ann, "big")
    register.register(ann.repo, "net", ann.run("big"))
    ann.push()
    bob.pull(artifacts=False)
    bob.enter()
    assert look("model", "promote", "net@1", "staging").code == 0
    assert ContentStore.of(bob.repo.common_dir).content(DIGEST)


def test_a_folder_is_a_store_for_any_remote(team, tmp_path):
    ann, bob, _ = team
    (tmp_path / "mount").mkdir()
    for clone in (ann, bob):
        run_git(clone.folder, "config", "track.store", str(tmp_path / "mount"))
    train(ann, "big")
    assert ann.push().files == 1
    assert (tmp_path / "mount" / DIGEST[:2] / DIGEST[2:4] / DIGEST).read_bytes() == WEIGHTS
    assert not on_server(team).exists()
    assert bob.pull().files == 1
    (tmp_path / "mount").rename(tmp_path / "away")  # not mounted
    train(ann, "next", b"x" * 2000)
    [(_, reason)] = ann.push().refused
    assert f"the folder {tmp_path}/mount does not exist" in reason


@pytest.mark.slow
def test_a_full_store_takes_what_fits(team):
    ann, bob, _ = team
    train(ann, "big")
    train(ann, "small", b"x" * 1025)
    ann.push()
    run_git(bob.folder, "config", "track.maxStoreSize", "1500")
    pulled = bob.pull()
    assert (pulled.files, [reason for _, reason in pulled.unavailable]) == (
        1,
        ["the store would be larger than track.maxStoreSize"],
    )
    assert content(bob, "big") == WEIGHTS  # named by the user, so it comes


@pytest.mark.slow
def test_a_pull_that_was_killed_before_the_content_came_is_completed(team, monkeypatch):
    from gittrack.share import large_files

    ann, bob, _ = team
    train(ann, "big")
    ann.push()
    with monkeypatch.context() as patch:
        patch.setattr(large_files, "bring", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bob.pull()
    assert (bob.names(), bob.pull().files) == (["big"], 1)


def test_gc_deletes_only_what_the_remote_has_and_nothing_here_needs(team):
    ann, *_ = team
    for number, name in enumerate(("sent", "staged", "young", "tagged")):
        train(ann, name, WEIGHTS + bytes([number]))
    register.register(ann.repo, "net", ann.run("staged"))
    look("model", "promote", "net@1", "staging", "--force")
    ann.push()
    train(ann, "new", WEIGHTS + b"\4")
    store = ContentStore.of(ann.repo.common_dir)
    digests = [hashlib.sha256(WEIGHTS + bytes([number])).hexdigest() for number in range(5)]
    pointer = Path("pointer")  # a file of the user under Git LFS, on no branch any more
    pointer.write_bytes(lfs_pointer.text(Pointer(digests[3], len(WEIGHTS) + 1)))
    run_git(ann.folder, "tag", "paper", run_git(ann.folder, "hash-object", "-w", str(pointer)))
    for digest in (digests[0], digests[1], digests[3], digests[4]):
        past = store.path(digest).stat().st_mtime - FRESH_SECONDS - 1
        os.utime(store.path(digest), (past, past))
    on_server(team, digests[0]).unlink()  # the store has lost it: it is sent again
    assert "folded: " in look("gc", "--fold", "--older-than", "0d").out
    look("gc", "--uploaded", "--dry-run")
    done = look("gc", "--uploaded")
    assert done.out == (
        "large files that origin has too: 1 file, 2.0 KiB\ngit track get RUN PATH brings one back\n"
    )
    assert [store.content(digest) is not None for digest in digests[1:]] == [True] * 4
    assert store.content(digests[0]) is None
    assert on_server(team, digests[0]).exists()
    assert "which the store of the remote has" in look("doctor").out
    assert content(ann, "sent") == WEIGHTS + b"\0"
    assert look("gc", "--uploaded").out == "nothing to remove\n"


@pytest.mark.slow
def test_a_run_that_says_another_size_gets_nothing(team):
    """A hostile run names content with a wrong size."""
    ann, bob, _ = team
    train(ann, "big")
    ann.push()
    ref = ann.run("big").ref
    outputs = run_git(ann.folder, "cat-file", "blob", f"{ref}:outputs.yaml")
    assert "size: 2048" in outputs
    Path("outputs.yaml").write_text(outputs.replace("size: 2048", "size: 9") + "\n")
    blob = run_git(ann.folder, "hash-object", "-w", "outputs.yaml")
    run_git(ann.folder, "read-tree", ref)
    run_git(ann.folder, "update-index", "--cacheinfo", f"100644,{blob},outputs.yaml")
    tree = run_git(ann.folder, "write-tree")
    body = run_git(ann.folder, "cat-file", "commit", ref).splitlines()
    Path("commit").write_text("\n".join([f"tree {tree}", *body[1:]]) + "\n")
    forged = run_git(ann.folder, "hash-object", "-t", "commit", "-w", "commit")
    run_git(server(team), "fetch", "-q", str(ann.folder), forged)
    run_git(server(team), "update-ref", ref, forged)
    [(_, reason)] = bob.pull().unavailable
    assert reason == "it has 2048 bytes in origin, but 9 were recorded"
    bob.enter()
    done = look("get", "big", "model.bin")
    assert (done.code, reason in done.err, Path("model.bin").exists()) == (1, True, False)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git-lfs"), reason="git-lfs is not installed")
def test_files_of_the_code_under_git_lfs_go_with_the_run(team):
    """Committed ones that were not pushed, and uncommitted ones."""
    ann, bob, cid = team
    ann.enter()
    run_git(ann.folder, "lfs", "install", "--local")
    run_git(ann.folder, "lfs", "track", "*.bin")
    datas = {"pushed.bin": b"pushed" * 400, "committed.bin": b"committed" * 300}
    for name, data in datas.items():
        Path(name).write_bytes(data)
        run_git(ann.folder, "add", ".")
        run_git(ann.folder, "commit", "-qm", name)
        if name == "pushed.bin":
            run_git(ann.folder, "push", "-q", "origin", "HEAD")
    Path("changed.bin").write_bytes(WEIGHTS)
    run_id = ann.record("r")
    planned = pushing.plan(ann.repo)
    sizes = {"committed.bin": len(datas["committed.bin"]), "changed.bin": len(WEIGHTS)}
    assert sorted(c.size for c in planned.large.contents) == sorted(sizes.values())
    objects = server(team) / "lfs/objects"
    away = objects.rename(objects.with_name("away"))
    objects.write_text("in the way")
    assert [name for name, _ in ann.push().refused] == [run_id]
    objects.unlink()
    away.rename(objects)
    done = ann.push()
    assert (done.runs, done.files) == ((run_id,), 2)
    assert on_server(team).read_bytes() == WEIGHTS
    assert ann.push().files == 0
    assert bob.pull().files == 1  # the other one comes when the code is checked out
    assert ContentStore.of(bob.repo.common_dir).content(DIGEST)
    assert cid.pull(artifacts=False).files == 0
    # A checkout brings what is missing before the filter runs, which would ask the server of .lfsconfig.
    cid.enter()
    run_git(cid.folder, "lfs", "install", "--local")
    run_git(cid.folder, "config", "lfs.concurrenttransfers", "1")
    assert look("checkout", "r", "there").code == 0
    names = ("changed.bin", "committed.bin")
    assert [Path("there", name).read_bytes() for name in names] == [WEIGHTS, datas["committed.bin"]]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git-lfs"), reason="git-lfs is not installed")
def test_no_lfsconfig_of_a_run_is_obeyed(team, tmp_path):
    ann, bob, _ = team
    with lfs_server.serving(tmp_path / "evil") as evil:
        ann.enter()
        for clone in (ann, bob):
            run_git(clone.folder, "lfs", "install", "--local")
        run_git(ann.folder, "lfs", "track", "*.bin")
        Path("data.bin").write_bytes(WEIGHTS)
        Path(".lfsconfig").write_text(f"[lfs]\n\turl = {evil.url}\n")
        ann.record("r")
        assert ann.push().files == 1
        bob.pull(artifacts=False)
        bob.enter()
        assert look("checkout", "r", "there").code == 0
        assert Path("there/data.bin").read_bytes() == WEIGHTS
        assert evil.requests == []
