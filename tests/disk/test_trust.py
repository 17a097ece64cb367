"""Trusted run commits are a list outside of any repository."""

from __future__ import annotations

import stat

from gittrack.disk import trust


def test_a_commit_is_trusted_after_it_was_added(sealed):
    assert not trust.is_trusted("a" * 40)
    trust.remember("a" * 40)
    trust.remember("b" * 40)
    assert trust.is_trusted("a" * 40)
    assert trust.is_trusted("b" * 40)
    assert not trust.is_trusted("a" * 39)
    assert trust.list_path() == sealed / "state/gittrack/trusted"


def test_only_the_user_can_read_and_write_the_list(sealed):
    trust.remember("a" * 40)
    assert stat.S_IMODE(trust.list_path().stat().st_mode) == 0o600
    assert stat.S_IMODE(trust.list_path().parent.stat().st_mode) & 0o077 == 0


def test_without_a_state_folder_the_list_is_in_the_home_folder(sealed, monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME")
    assert trust.list_path() == sealed / ".local/state/gittrack/trusted"
