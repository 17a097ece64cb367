"""Signatures of tags and commits; what is unsigned starts no process."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import run_values
from helpers import git as run_git
from run_values import NO_REPO, event

from gittrack.core.registry.model_state import BAD, GOOD, UNKNOWN, UNSIGNED, Signature, Version
from gittrack.models import register
from gittrack.read.registry import signatures


def test_unsigned_tags_and_commits_are_known_without_git():
    unsigned = Version("m", "v1.0.0", "c", event("m@v1.0.0", "c"))
    unnamed = Version("m", "", "c", None)
    assert signatures.of_versions(NO_REPO, [unsigned, unnamed]) == {"m@v1.0.0": Signature(UNSIGNED)}
    assert signatures.of_versions(NO_REPO, []) == {}
    for content in (None, b"", b"tree x\n\nrun\n\ngpgsig in the message\n"):
        assert signatures.of_commit(NO_REPO, "c", content) == Signature(UNSIGNED)


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not here")
def test_a_signed_tag_is_verified_by_git(empty_repo, sealed):
    key = sealed / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    allowed = sealed / "allowed"
    allowed.write_text("ada@example.org " + key.with_suffix(".pub").read_text())
    for name, value in {
        **{"gpg.format": "ssh", "user.signingKey": f"{key}.pub", "track.sign": "true"},
        "gpg.ssh.allowedSignersFile": str(allowed),
    }.items():
        run_git(".", "config", name, value)
    version = register.register(empty_repo, "m", run_values.commit(empty_repo))[1]
    [signature] = signatures.of_versions(empty_repo, [version]).values()
    assert (signature.state, "ada@example.org" in signature.words) == (GOOD, True)
    allowed.write_text("")
    [signature] = signatures.of_versions(empty_repo, [version]).values()
    assert signature.state == UNKNOWN
    forged = run_git(".", "cat-file", "tag", version.event.oid).replace("finished", "failed")
    (sealed / "tag").write_text(forged + "\n")
    oid = run_git(".", "hash-object", "-t", "tag", "-w", str(sealed / "tag"))
    changed = version._replace(event=version.event._replace(oid=oid))
    assert signatures.of_versions(empty_repo, [changed])[oid].state == BAD
