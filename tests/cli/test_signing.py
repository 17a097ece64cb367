"""track.sign: run commits and registry tags are signed by git, and whether that verifies is told."""

import shutil
import subprocess

import pytest
from helpers import git, record, run_cli

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not here")


@pytest.fixture
def signing(project, sealed):
    """A repository that signs with an ssh key of Ada's, whom it trusts."""
    key = sealed / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    allowed = sealed / "allowed"
    allowed.write_text("ada@example.org " + key.with_suffix(".pub").read_text())
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": f"{key}.pub",
        "gpg.ssh.allowedSignersFile": str(allowed),
        "track.sign": "true",
    }.items():
        git(project, "config", name, value)
    return project


def register(*words):
    return run_cli("model", "register", "m", *words)


def test_runs_and_tags_are_signed_and_verify(signing):
    record("r")
    assert register("r").code == 0
    assert run_cli("model", "promote", "m@1", "production").code == 0
    assert git(".", "log", "-1", "--format=%G?", "refs/models/m/production") == "G"
    git(".", "verify-tag", "m#production#1")
    assert " verified" in run_cli("model", "ls").out
    shown = run_cli("model", "show", "m").out
    assert 'signature   verified: Good "git" signature for ada@example.org' in shown
    assert 'run commit  verified: Good "git" signature for ada@example.org' in shown
    assert git(".", "fsck") == ""


def test_another_key_and_a_changed_tag_do_not_verify(signing, sealed):
    record("r")
    register("r")
    (sealed / "allowed").write_text("")
    assert "not verified" in run_cli("model", "ls").out
    forged = git(".", "cat-file", "tag", "m@v1.0.0").replace("status: finished", "status: failed")
    (signing / "forged").write_text(forged + "\n")
    oid = git(".", "hash-object", "-t", "tag", "-w", "forged")
    git(".", "update-ref", "refs/tags/m@v1.0.0", oid)
    assert " BAD" in run_cli("model", "ls", "m").out


def test_a_missing_key_costs_the_signature_of_a_run_and_refuses_a_version(signing, sealed):
    (sealed / "key").unlink()
    (sealed / "key.pub").unlink()
    done = run_cli("run", "-n", "r", "--", "true")
    assert done.code == 0
    assert "the run is not signed: git cannot sign" in done.err
    before = git(".", "for-each-ref")
    refused = register("r")
    assert (refused.code, refused.out) == (1, "")
    assert "error: git cannot sign" in refused.err
    assert git(".", "for-each-ref") == before
    git(".", "config", "track.sign", "maybe")
    assert "the setting track.sign is 'maybe'" in register("r").err


def test_no_program_that_the_repository_names_is_run_to_look(signing):
    record("r")
    register("r")
    program = signing / "evil"
    program.write_text("#!/bin/sh\ntouch ran\n")
    program.chmod(0o755)
    git(".", "config", "gpg.ssh.program", str(program))
    assert " verified" in run_cli("model", "ls").out
    assert not (signing / "ran").exists()
