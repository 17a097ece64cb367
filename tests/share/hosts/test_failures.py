"""What git and hosts print, and the sentence that a user reads instead."""

from __future__ import annotations

import pytest

from gittrack.share.hosts import failures


@pytest.mark.parametrize(
    ("err", "sentence", "hint"),
    [
        (
            "remote: Invalid password.\nfatal: Authentication failed for 'https://a/b'",
            "hub did not accept the login: Authentication failed for 'https://a/b' (Invalid password.)",
            "log in once with git: git ls-remote hub",
        ),
        (
            "fatal: could not read Username for 'https://a': terminal prompts disabled",
            "hub did not accept the login: could not read Username",
            "git ls-remote hub",
        ),
        (
            "ann@host: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            "hub did not accept the login: ann@host: Permission denied (publickey)",
            "git ls-remote hub",
        ),
        (
            "fatal: '/x' does not appear to be a git repository\nfatal: Could not read",
            "hub has no repository at this URL: '/x' does not appear",
            "git remote -v",
        ),
        (
            "fatal: the remote end hung up unexpectedly\nfatal: early EOF",
            "the connection to hub was cut: the remote end hung up",
            "it completes what is missing",
        ),
        (
            "ssh: connect to host a port 1: Connection refused\nfatal: Could not read",
            "hub cannot be reached: ssh: connect to host a port 1: Connection refused",
            "do it again",
        ),
        (
            "fatal: the receiving end does not support this repository's hash algorithm\nfatal: early EOF",
            "hub has ids of another kind than this repository (SHA-1 or SHA-256): the receiving end",
            "--object-format",
        ),
        (
            "ERROR: Permission to a/b.git denied to bob.\nfatal: Could not read from remote repository.",
            "hub does not allow this: ERROR: Permission to a/b.git denied to bob",
            "ask its owner",
        ),
        (
            "FATAL: W any team bob DENIED by fallthru\nfatal: Could not read from remote repository.",
            "hub does not allow this: FATAL: W any team bob DENIED by fallthru",
            "ask its owner",
        ),
        (
            "no secrets, please\nerror: failed to push some refs to 'hub'",
            "nothing was sent to hub: no secrets, please",
            "pre-push hook",
        ),
        ("fatal: something new\n", "hub: something new", "git ls-remote hub"),
        ("", "hub: git printed no reason", "git ls-remote hub"),
    ],
)
def test_a_failure_is_one_sentence_and_one_remedy(err, sentence, hint):
    error = failures.failure("hub", err.encode())
    assert error.message.startswith(sentence)
    assert hint in error.hint


def test_only_what_fails_on_this_side_is_a_write_error():
    here = b"fatal: write error: No space left on device\nfatal: index-pack failed"
    assert failures.write_error(here) == "No space left on device"
    assert failures.write_error(b"remote: fatal: No space left on device") == ""
    assert failures.write_error(b"") == ""


def test_passwords_are_hidden_and_long_lines_are_cut():
    error = failures.failure("hub", b"fatal: https://ann:hunter2@host/x is bad " + b"x" * 10_000)
    assert "hunter2" not in error.message
    assert len(error.message) < 300


def test_a_refusal_has_the_words_of_the_host():
    err = (
        b"remote: error: GH001: Large files detected.        \nremote: \nTo x\n ! [remote rejected]"
    )
    assert failures.refusal("pre-receive hook declined", err) == (
        "pre-receive hook declined: error: GH001: Large files detected."
    )
    unpack = b"error: remote unpack failed: unable to create temporary object directory\n"
    assert "temporary object directory" in failures.refusal("unpacker error", unpack)
    assert failures.refusal("hook declined", b"") == "hook declined"
