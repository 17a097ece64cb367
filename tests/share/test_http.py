"""Push and pull over ``git http-backend`` with basic authentication, and a connection that is cut."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers import git as run_git

from gittrack.core.errors import TrackError

_path = Path(__file__).with_name("git_server.py")
_spec = importlib.util.spec_from_file_location("git_server", _path)
git_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(git_server)
LOGIN = f"{git_server.USER}:{quote(git_server.PASSWORD)}"


@pytest.fixture
def served(team):
    """The server of a team, to which ann and bob connect with the right login."""
    with git_server.serve(team[0].folder.parent) as server:
        for clone in team:
            run_git(clone.folder, "remote", "set-url", "origin", server.url(LOGIN))
        yield server


def askpass(folder: Path, answer: str, monkeypatch) -> Path:
    """Let git ask a program for passwords; return the file that it writes when it is asked."""
    asked, program = folder / "asked", folder / "askpass"
    program.write_text(f"#!/bin/sh\necho yes > '{asked}'\necho '{answer}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("GIT_ASKPASS", str(program))
    return asked


@pytest.mark.slow
def test_runs_travel_over_http(team, served):
    ann, bob, _ = team
    run_id = ann.record("a")
    assert ann.push().runs == (run_id,)
    assert bob.pull().new == (run_id,)
    run_git(bob.folder, "fsck", "--connectivity-only")


def test_a_wrong_password_is_one_sentence_and_never_a_question_of_an_automatic_push(
    team, served, monkeypatch, tmp_path
):
    ann = team[0]
    ann.record("a")
    run_git(ann.folder, "remote", "set-url", "origin", served.url(git_server.USER))
    asked = askpass(tmp_path, "wrong", monkeypatch)
    with pytest.raises(TrackError, match="origin did not accept the login") as caught:
        ann.push(unattended=True)
    assert "git ls-remote origin" in caught.value.hint
    assert not asked.exists()
    with pytest.raises(TrackError, match="origin did not accept the login"):
        ann.push()
    assert asked.exists()  # a push that a person types may ask
    askpass(tmp_path, git_server.PASSWORD, monkeypatch)
    assert len(ann.push().runs) == 1


def test_nothing_new_is_one_request_after_the_login(team, served):
    ann = team[0]
    ann.record("a")
    ann.push(), ann.push()
    before = served.requests
    assert ann.push().runs == ()
    assert served.requests - before == 2  # git tries without the login first


@pytest.mark.slow
def test_a_connection_that_is_cut_loses_nothing(team, served):
    ann, bob, _ = team
    run_id = ann.record("a")
    ann.push()
    other = bob.record("mine")
    for size in (0, 100, 700):
        served.cut_after = size
        with pytest.raises(TrackError, match=r"the connection to origin was cut"):
            bob.pull()
        assert [raw.id for raw in bob.raws()] == [other]
    served.cut_after = 0
    with pytest.raises(TrackError, match=r"the connection to origin was cut"):
        bob.push()
    served.cut_after = None
    assert bob.pull().new == (run_id,)
    bob.push()
    assert ann.pull().new == (other,)
    run_git(bob.folder, "fsck", "--connectivity-only")


@pytest.mark.slow
def test_a_host_that_takes_only_small_pushes_gets_several(team, served):
    ann, bob, _ = team
    for name in "abcd":
        (ann.folder / "data.py").write_text(os.urandom(2000).hex())
        ann.record(name)
    served.most_bytes = 10_000
    assert len(ann.push().runs) == 4
    served.most_bytes = 10**9
    served.cut_after = (
        10_000  # and a line that ends after some bytes brings the runs one after another
    )
    with contextlib.suppress(TrackError):
        bob.pull()
    served.cut_after = None
    assert len(bob.pull().new) < 4
    assert len(bob.raws()) == 4
