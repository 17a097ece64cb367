"""Artifacts over track.maxArtifactSize: kept in the content store, or by their digest only."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import git, look, model, repo, run_cli

import gittrack
from gittrack.disk import lfs_pointer

WEIGHTS = bytes(range(256)) * 8
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
HOUR = 3600


@pytest.fixture(autouse=True)
def project(sealed):
    """A repository in which 2 KiB are too much for git."""
    folder = repo("git config track.maxArtifactSize 1k", path=".")
    Path("out").mkdir()
    Path("out/model.bin").write_bytes(WEIGHTS)
    Path("out/card.md").write_text("a card\n")
    Path(".gitignore").write_text("out\n")
    git(".", "add", ".gitignore")
    git(".", "commit", "-qm", "ignore")
    return folder


def trained(name="big", path="out"):
    with gittrack.init(name=name) as run:
        run.log_artifact(path)
    return gittrack.get(run.id)


def in_store(digest=DIGEST):
    return Path(".git/gittrack/store/sha256", digest[:2], digest[2:4], digest)


def age(path):
    """Let content be older than that which a run may be about to name."""
    moment = path.stat().st_mtime - 2 * HOUR
    os.utime(path, (moment, moment))


def full(name="lost"):
    """A run whose weights no store has taken."""
    git(".", "config", "track.maxStoreSize", "1k")
    return trained(name)


def test_large_content_is_kept_and_the_user_cannot_change_it(caplog):
    run = trained()
    assert "is over track.maxArtifactSize: it is kept in this repository's store" in caplog.text
    assert [(o["path"], o["where"], o["size"]) for o in run.outputs] == [
        ("out/card.md", "git", 7),
        ("out/model.bin", "store", 2048),
    ]
    assert run.outputs[1]["sha256"] == DIGEST
    assert stat.S_IMODE(in_store().stat().st_mode) == 0o444
    with open(
        "out/model.bin", "r+b"
    ) as file:  # in place, as a training does that overwrites its file
        file.write(b"other")
    assert in_store().read_bytes() == WEIGHTS
    assert run.artifact("out/model.bin").read_bytes() == WEIGHTS
    assert (run.artifact("out") / "card.md").read_text() == "a card\n"


def test_the_run_holds_a_pointer_and_git_lfs_reads_the_content():
    run = trained()
    entry = git(".", "ls-tree", run.ref, "artifacts/out/model.bin").split()
    pointer = git(".", "cat-file", "blob", entry[2]).encode() + b"\n"
    assert lfs_pointer.parse(pointer) == (DIGEST, 2048)
    lfs_path = Path(".git/lfs/objects", DIGEST[:2], DIGEST[2:4], DIGEST)
    assert lfs_path.samefile(in_store())
    smudged = subprocess.run(
        ["git", "lfs", "smudge"], input=pointer, capture_output=True, check=True
    )
    assert smudged.stdout == WEIGHTS
    assert run.files()["artifacts/out/model.bin"] == 2048
    in_store().unlink()  # the pointer is not taken for the content
    run = gittrack.get(run.id)
    assert "artifacts/out/model.bin" not in run.files()
    assert "out/model.bin" in str(run.missing)
    assert "is not here" in look("cat", "big", "out/model.bin").err


def test_it_can_be_read_while_the_run_is_going_on():
    with gittrack.init() as run:
        run.log_artifact("out/model.bin")
        assert gittrack.get(run.id).read("out/model.bin") == WEIGHTS


def test_the_verbs_find_it():
    trained()
    assert run_cli("files", "big").out.splitlines()[:2] == [
        "    7 B  artifacts/out/card.md",
        "2.0 KiB  artifacts/out/model.bin  in the store",
    ]
    assert run_cli("cat", "big", "out/model.bin").out.encode("utf-8", "surrogateescape") == WEIGHTS
    done = run_cli("get", "big", "out", "-o", "here")
    assert (done.code, Path("here/out/model.bin").read_bytes()) == (0, WEIGHTS)
    assert stat.S_IMODE(Path("here/out/model.bin").stat().st_mode) == 0o644
    assert run_cli("get", "big", "out", "-o", "here").code == 0  # the same file is not in the way
    Path("here/out/model.bin").write_bytes(b"mine")
    assert (
        "exists already and is a different file" in run_cli("get", "big", "out", "-o", "here").err
    )


def test_an_output_of_a_command_and_of_a_script_in_it():
    Path("t.py").write_text("import gittrack; gittrack.init().log_artifact('out/model.bin')")
    done = run_cli("run", "-n", "r", "--output", "out", "--", sys.executable, "t.py")
    assert done.err.count("over track.maxArtifactSize: it is kept in this repository's store") == 2
    assert {o["where"] for o in gittrack.get("r").outputs if o["path"].endswith("bin")} == {"store"}


def test_a_full_store_keeps_the_digest_and_says_so(caplog):
    run = full()
    assert "only its digest is recorded, because the store would be larger than" in caplog.text
    item = run.outputs[1]
    assert (item["where"], item["sha256"]) == ("left out", DIGEST)
    assert not in_store().exists()
    why = "not stored, because the store would be larger than track.maxStoreSize"
    done = look("files", "lost")
    assert f"2.0 KiB  artifacts/out/model.bin  not here: it was {why}" in done.out
    done = look("files", "lost", "--json")
    assert [f["here"] for f in json.loads(done.out) if f["path"] == "artifacts/out/model.bin"] == [
        False
    ]
    done = look("get", "lost", "out/model.bin")
    assert done.code == 1
    assert f"the artifact out/model.bin of the run {run.id} is not here: it was {why}" in done.err
    assert f"hint: any file with the SHA-256 {DIGEST} is a copy of it" in done.err
    done = look("get", "lost", "out", "-o", "here")
    assert (done.code, os.listdir("here/out")) == (1, ["card.md"])
    assert f"artifacts/out/model.bin is not here: it was {why}" in done.err
    with pytest.raises(gittrack.TrackError, match="is not here"):
        run.artifact("out/model.bin")


def test_content_that_is_there_already_needs_no_room():
    trained()
    assert full().outputs[1]["where"] == "store"


def test_a_store_that_cannot_be_written_keeps_the_digest():
    Path(".git/gittrack").mkdir(exist_ok=True)
    Path(".git/gittrack/store").write_text("a file is in the way")
    item = trained().outputs[1]
    assert (item["where"], item["sha256"]) == ("left out", DIGEST)
    assert item["reason"].startswith("it could not be stored: ")


def test_an_artifact_that_an_earlier_version_left_out(capsys):
    from gittrack.core.run import events

    with gittrack.init(name="old") as run:
        run._append(events.OUTPUT, values={"path": "m.bin", "size": 9, "where": "left out"})
    done = look("get", "old", "m.bin")
    assert "it was not stored, because it was larger than track.maxArtifactSize" in done.err


def test_in_another_clone_it_is_said_where_it_is():
    run = trained()
    git(".", "init", "-q", "--bare", "../hub")
    git(".", "push", "-q", "../hub", "refs/runs/*:refs/runs/*", "HEAD")
    git(".", "clone", "-q", "../hub", "../clone")
    git("../clone", "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
    done = run_cli("get", "big", "out/model.bin", cwd="../clone")
    assert f"it is only in the store of the repository on {run.host}" in done.err
    assert f"copy this file from there: {in_store()}" in done.err
    there = Path("../clone") / in_store()
    there.parent.mkdir(parents=True)
    there.write_bytes(in_store().read_bytes())
    assert run_cli("get", "big", "out/model.bin", cwd="../clone").code == 0


class TestModels:
    def test_a_version_comes_from_the_store(self):
        trained()
        model("register", "net", "big")
        model("promote", "net@1", "production")
        model("get", "net@production", "-o", "here")
        assert Path("here/out/model.bin").read_bytes() == WEIGHTS

    @pytest.mark.parametrize("stage", ["staging", "production"])
    def test_a_promotion_without_its_artifacts_needs_force(self, stage):
        full()
        done = look("model", "register", "net", "lost")
        assert (done.code, "warning: the artifact out/model.bin is not here" in done.err) == (
            0,
            True,
        )
        told = model("promote", "net@1", stage, code=1)
        assert (
            f"net v1 cannot go to {stage}: its artifact out/model.bin is not here: it was" in told
        )
        assert "or skip these checks: --force" in told
        model("promote", "net@1", stage, "--force")
        assert "its artifact out/model.bin is not here" in git(".", "tag", "-l", "-n99", "net#*")

    def test_the_content_must_be_what_was_registered(self):
        trained()
        model("register", "net", "big")
        in_store().chmod(0o644)
        in_store().write_bytes(WEIGHTS[::-1])
        assert "the content of out/model.bin is not the recorded one" in model(
            "get", "net@1", "-o", "h", code=1
        )


class TestGc:
    def test_what_no_run_names_goes_with_the_last_run(self):
        trained("a"), trained("b")
        age(in_store())
        look("rm", "a", "b")
        assert look("gc").code == 0
        assert in_store().exists()  # the trash counts
        done = look("gc", "--older-than", "0d", "--dry-run")
        assert "content of the store that no run names: 1 file, 2.0 KiB" in done.out
        assert in_store().exists()
        look("gc", "--older-than", "0d")
        assert not in_store().exists()

    def test_content_of_a_version_a_journal_or_an_unreadable_run_stays(self):
        run = trained()
        model("register", "net", "big")
        git(".", "update-ref", "-d", run.ref)  # its tag is there
        age(in_store())
        look("gc", "--older-than", "0d")
        git(".", "tag", "-d", "net@v1.0.0")
        with gittrack.init() as going:
            going.log_artifact("out/model.bin")
            age(in_store())
            look("gc", "--older-than", "0d")
            assert in_store().exists()
        look("rm", going.id)
        other = trained("other", "out/card.md")
        oid = git(".", "rev-parse", f"{other.ref}:outputs.yaml")
        Path(".git/objects", oid[:2], oid[2:]).unlink()
        done = look("gc", "--older-than", "0d")
        assert f"kept: all content of the store: {other.ref} cannot be read\n" in done.out
        assert in_store().exists()

    def test_fresh_content_stays_for_the_run_that_is_about_to_name_it(self):
        trained()
        look("rm", "big")
        done = look("gc", "--older-than", "0d")
        assert "kept: content of the store that no run names: 1 file of the last hour" in done.out
        assert in_store().exists()


def test_doctor_reads_the_store():
    trained()
    assert look("doctor").out.endswith("all is well\n")
    in_store().chmod(0o644)
    in_store().write_bytes(b"a bad disk")
    done = look("doctor")
    assert (done.code, f"{DIGEST}: its content has changed" in done.out) == (1, True)
    assert "has changed: its SHA-256 is not its name" in look("cat", "big", "out/model.bin").err
    assert "is not the recorded one" in look("get", "big", "out/model.bin", "-o", "x").err
    assert not Path("x").exists()


def test_doctor_names_artifacts_that_are_gone():
    run = trained()
    git(".", "clone", "-q", ".", "../other")
    git("../other", "fetch", "-q", "origin", "refs/runs/*:refs/runs/*")
    in_store().unlink()
    done = look("doctor")
    assert done.code == 1
    assert (
        f"{run.info.ref}: the artifact out/model.bin is gone: the store does not have" in done.out
    )
    assert str(in_store()) in done.out
    in_store().write_bytes(WEIGHTS)
    assert look("doctor").out.endswith("all is well\n")
    # What another machine keeps is named, and is no problem.
    body = git("../other", "cat-file", "commit", run.info.commit)
    elsewhere = body.replace(f'host: "{run.host}"', 'host: "big1"').replace(
        f"host: {run.host}", "host: big1"
    )
    Path("commit").write_text(elsewhere + "\n")
    forged = git("../other", "hash-object", "-t", "commit", "-w", str(Path("commit").absolute()))
    git("../other", "update-ref", run.info.ref, forged)
    shown = run_cli("doctor", cwd="../other").out
    assert "not here: artifacts of 1 run, which only a store on big1 has" in shown


def test_doctor_names_artifacts_that_a_rewritten_commit_has_lost():
    run = trained()
    git(".", "read-tree", f"{run.info.commit}^{{tree}}")
    git(".", "rm", "-q", "--cached", "-f", "artifacts/out/card.md")
    body = git(".", "cat-file", "commit", run.info.commit).splitlines()
    Path("commit").write_text("\n".join([f"tree {git('.', 'write-tree')}", *body[1:]]) + "\n")
    forged = git(".", "hash-object", "-t", "commit", "-w", "commit")
    git(".", "update-ref", run.info.ref, forged)
    done = look("doctor")
    assert (
        f"{run.info.ref}: the artifact out/card.md is gone: it is not in the run commit" in done.out
    )
    assert done.code == 1


def test_a_run_that_is_resumed_goes_on_with_its_stored_content():
    run = gittrack.init(name="big")
    run.log_artifact("out/model.bin")
    run.finish(1)
    with gittrack.init(resume=run.id) as again:
        again.log({"loss": 1.0})
    assert gittrack.get(run.id).read("out/model.bin") == WEIGHTS
