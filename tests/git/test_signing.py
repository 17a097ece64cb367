"""git/signing: what git prints is one of four states, and no program of the repository runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.registry import tag_message
from gittrack.core.registry.model_state import BAD, GOOD, UNKNOWN, UNSIGNED
from gittrack.git import objects, signing

ADA = "Ada Lovelace <ada@example.org>"


@pytest.mark.parametrize(
    ("code", "err", "state", "words"),
    [
        (1, "error: no signature found\n", UNSIGNED, ""),
        (
            0,
            'Good "git" signature for ada@example.org with ED25519 key SHA256:abc\n',
            GOOD,
            'Good "git" signature for ada@example.org with ED25519 key SHA256:abc',
        ),
        (
            0,
            "gpg: Signature made Mon\ngpg:                using RSA key 1\n"
            'gpg: Good signature from "Ada" [ultimate]\n',
            GOOD,
            'Good signature from "Ada" [ultimate]',
        ),
        (1, 'gpg: BAD signature from "Ada"\n', BAD, 'BAD signature from "Ada"'),
        (
            1,
            "Signature verification failed: incorrect signature\n",
            BAD,
            "Signature verification failed: incorrect signature",
        ),
        (
            1,
            "gpg: Signature made Mon\ngpg: Can't check signature: No public key\n",
            UNKNOWN,
            "Can't check signature: No public key",
        ),
        (1, "error: gpg failed to run\nsecond\nthird\n", UNKNOWN, "gpg failed to run; second"),
        (
            1,
            "error: gpg.ssh.allowedSignersFile needs to be configured\n",
            UNKNOWN,
            "gpg.ssh.allowedSignersFile needs to be configured",
        ),
        (1, "", UNSIGNED, ""),
    ],
)
def test_what_git_prints_is_one_of_four_states(code, err, state, words):
    assert signing._judged(git.Answer(code, b"", err.encode())) == (state, words)


@pytest.mark.parametrize(
    ("err", "reason"),
    [
        ("", "git gives no reason"),
        (
            "error: gpg failed to sign the data\nfatal: failed to write commit object\n",
            "gpg failed to sign the data; failed to write commit object",
        ),
        ("[GNUPG:] KEY_CONSIDERED\nerror: no key?\n", "no key"),
        ("a\n\nb\nc\nd\n", "a; b; c"),
    ],
)
def test_a_failure_has_the_reason_of_git_and_the_settings(err, reason):
    error = signing._failure(git.Answer(1, b"", err.encode()))
    assert error.message == f"git cannot sign: {reason}"
    assert "git config track.sign false" in error.hint


@pytest.mark.parametrize(
    ("person", "name", "mail"),
    [("Ada <a@b>", "Ada", "a@b"), ("A <x> B <a@b>", "A <x> B", "a@b"), ("Ada <>", "Ada", "")],
)
def test_author_and_committer_are_the_same_person_in_utc(person, name, mail):
    identity = signing._identity(person, 7)
    for who in ("AUTHOR", "COMMITTER"):
        assert identity[f"GIT_{who}_NAME"] == name
        assert identity[f"GIT_{who}_EMAIL"] == mail
        assert identity[f"GIT_{who}_DATE"] == "@7 +0000"


class TestPrograms:
    @pytest.fixture
    def repo(self, tmp_path) -> git.Repo:
        run_git(tmp_path, "init", "-q")
        return git.find()

    def test_without_settings_nothing_is_replaced(self, repo):
        assert signing._trusted_programs(repo) == []

    def test_a_program_of_the_user_is_used(self, repo, sealed):
        run_git(".", "config", "--global", "gpg.program", "/usr/bin/gpg2")
        assert signing._trusted_programs(repo) == []

    @pytest.mark.parametrize("key", ["gpg.program", "gpg.ssh.program", "gpg.openpgp.program"])
    def test_a_program_of_the_repository_is_replaced_by_the_usual_one(self, repo, key):
        run_git(".", "config", key, "/evil")
        usual = "ssh-keygen" if "ssh" in key else "gpg"
        assert signing._trusted_programs(repo) == ["-c", f"{key}={usual}"]

    def test_it_is_replaced_by_the_one_of_the_user(self, repo):
        run_git(".", "config", "--global", "gpg.ssh.program", "/opt/signer")
        run_git(".", "config", "gpg.SSH.program", "/evil")
        assert signing._trusted_programs(repo) == ["-c", "gpg.ssh.program=/opt/signer"]

    def test_a_file_that_the_repository_includes_is_not_trusted_either(self, repo):
        Path(".settings").write_text("[gpg]\n\tprogram = /evil\n")
        run_git(".", "config", "include.path", "../.settings")
        assert signing._trusted_programs(repo) == ["-c", "gpg.program=gpg"]

    def test_nothing_to_check_starts_no_process(self, repo):
        assert signing.check(repo._replace(common_dir="/nowhere"), "tag", []) == []


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not here")
class TestWithKey:
    @pytest.fixture
    def repo(self, tmp_path, sealed) -> git.Repo:
        """A repository that signs with an ssh key, whose owner it trusts."""
        key = sealed / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        allowed = sealed / "allowed"
        allowed.write_text("ada@example.org " + key.with_suffix(".pub").read_text())
        run_git(tmp_path, "init", "-q")
        for name, value in {
            "gpg.format": "ssh",
            "user.signingKey": f"{key}.pub",
            "gpg.ssh.allowedSignersFile": str(allowed),
        }.items():
            run_git(tmp_path, "config", "--global", name, value)
        return git.find()

    @pytest.fixture
    def store(self, repo) -> objects.Store:
        return objects.Store(git.object_store_path(repo), repo.hash_name, flush=False)

    def test_a_commit_is_signed_and_verifies(self, repo, store):
        tree = store.tree([])
        parent = store.commit(tree, [], ADA, 0, "parent\n")
        data = signing.commit(repo, tree, [parent], ADA, 1_772_323_202.9, "subject\n\nbody é\n")
        oid = store.keep(b"commit", data)
        assert [check.state for check in signing.check(repo, "commit", [oid, parent])] == [
            GOOD,
            UNSIGNED,
        ]
        assert run_git(".", "log", "-1", "--format=%P|%an|%ae|%at|%B", oid) == (
            f"{parent}|Ada Lovelace|ada@example.org|1772323202|subject\n\nbody é\n"
        )

    def test_a_tag_is_signed_without_a_ref(self, repo, store):
        commit = store.commit(store.tree([]), [], ADA, 0, "m\n")
        text = "register: m v1\n\nby: Ada\nwhy: good\n"
        oid = signing.tag(repo, "m@v1.0.0", commit, ADA, 7, text)
        assert run_git(".", "for-each-ref") == ""
        assert [check.state for check in signing.check(repo, "tag", [oid])] == [GOOD]
        content = next(git.read_objects(repo, [oid]))
        parsed = tag_message.parse(content)
        assert (parsed.name, parsed.commit, parsed.person, parsed.seconds) == (
            *("m@v1.0.0", commit, ADA, 7),
        )
        assert parsed.facts["why"] == "good"

    def test_a_missing_key_is_an_error(self, repo, store, sealed):
        os.unlink(sealed / "key")
        commit = store.commit(store.tree([]), [], ADA, 0, "m\n")
        with pytest.raises(TrackError, match="git cannot sign: "):
            signing.tag(repo, "m@v1.0.0", commit, ADA, 7, "text\n")
        with pytest.raises(TrackError, match="git cannot sign: "):
            signing.commit(repo, store.tree([]), [], ADA, 0, "m\n")

    def test_more_signatures_than_are_checked_at_once_come_in_order(self, repo, store, monkeypatch):
        monkeypatch.setattr(signing, "_AT_ONCE", 2)
        tree = store.tree([])
        signed = store.keep(b"commit", signing.commit(repo, tree, [], ADA, 0, "signed\n"))
        plain = store.commit(tree, [], ADA, 0, "plain\n")
        states = [check.state for check in signing.check(repo, "commit", [signed, plain, signed])]
        assert states == [GOOD, UNSIGNED, GOOD]
