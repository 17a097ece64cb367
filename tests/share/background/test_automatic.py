"""Pushes that nobody typed: only with consent, without hooks, and tried again."""

from __future__ import annotations

import os

import pytest
from helpers import git as run_git
from helpers import python, run_cli

import gittrack
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.disk import lock
from gittrack.record.publish import background
from gittrack.share import everywhere, remotes
from gittrack.share.background import automatic, waiting
from gittrack.tidy import trash


def consent(clone):
    remotes.remember_consent(clone.repo, *remotes.chosen(clone.repo))


def wait(clone, name):
    clone.record(name)
    background.list_waiting(clone.repo, str(clone.run(name).ref))


def server_runs(clone):
    return run_git(clone.folder.parent / "server.git", "for-each-ref", layout.RUNS)


def test_a_run_goes_only_where_somebody_agreed_that_runs_go(team):
    ann, *_ = team
    wait(ann, "a")
    with pytest.raises(TrackError, match="nobody agreed yet that runs go to"):
        automatic.push_waiting(ann.repo)
    assert server_runs(ann) == ""
    assert "agree once: git track push" in automatic.sentence(ann.repo)
    assert "nobody agreed" in str(waiting.last_failure(ann.repo))
    consent(ann)
    automatic.push_waiting(ann.repo)
    assert str(ann.run("a").ref) in server_runs(ann)
    assert (waiting.listed(ann.repo), waiting.last_failure(ann.repo)) == ([], None)
    assert "in the background" in automatic.sentence(ann.repo)


def test_only_runs_that_wait_are_pushed_and_no_hook_runs(team):
    ann, *_ = team
    ann.record("private")
    wait(ann, "a")
    consent(ann)
    hook = ann.folder / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    automatic.push_waiting(ann.repo)
    assert len(server_runs(ann).splitlines()) == 1


def test_what_failed_is_pushed_by_the_next(team):
    ann, *_ = team
    consent(ann)
    server = ann.folder.parent / "server.git"
    server.rename(server.with_suffix(".gone"))
    wait(ann, "a")
    with pytest.raises(TrackError):
        automatic.push_waiting(ann.repo)
    assert "server.git" in str(waiting.last_failure(ann.repo))
    server.with_suffix(".gone").rename(server)
    wait(ann, "b")
    automatic.push_waiting(ann.repo)
    assert len(server_runs(ann).splitlines()) == 2


def test_a_run_that_was_removed_meanwhile_waits_no_more(team):
    ann, *_ = team
    consent(ann)
    wait(ann, "a")
    trash.remove(ann.repo, [ann.run("a")])
    automatic.push_waiting(ann.repo)
    assert (waiting.listed(ann.repo), server_runs(ann)) == ([], "")


def test_a_run_that_others_removed_does_not_stop_the_others(team):
    ann, bob, _ = team
    consent(ann)
    ann.enter()
    with pytest.raises(ZeroDivisionError), gittrack.init() as run:
        raise ZeroDivisionError
    ann.push(), bob.pull()
    everywhere.remove(bob.repo, bob.raws(), remotes.look(bob.repo))
    ann.enter()
    with gittrack.init(resume=run.id):
        pass
    background.list_waiting(ann.repo, f"{layout.RUNS}default/{run.id}")
    wait(ann, "a")
    automatic.push_waiting(ann.repo)
    assert server_runs(ann).split()[2:] == [ann.run("a").ref]
    assert (waiting.listed(ann.repo), waiting.last_failure(ann.repo)) == ([], None)


def test_one_process_at_a_time(team):
    ann, *_ = team
    consent(ann)
    wait(ann, "a")
    handle = lock.take(automatic._lock_path(ann.repo))
    automatic.push_waiting(ann.repo)
    os.close(handle)
    assert server_runs(ann) == ""


@pytest.fixture
def arrival(team):
    """A named pipe that opens when the server received something."""
    server = team[0].folder.parent / "server.git"
    os.mkfifo(server / "arrived")
    hook = server / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\ncat > arrived\n")
    hook.chmod(0o755)
    return server / "arrived"


def test_a_launched_run_is_pushed_when_it_ends(team, arrival):
    ann, *_ = team
    consent(ann)
    run_git(ann.folder, "remote", "set-url", "origin", "../server.git")  # relative to the work tree
    consent(ann)
    done = run_cli("run", "--push", "--", "true", cwd=ann.folder)
    assert (done.code, "pushed to origin in the background" in done.err) == (0, True)
    assert layout.RUNS in arrival.read_text()
    assert run_git(ann.folder, "config", "--get-all", "remote.origin.fetch").count("\n") == 0


def test_a_run_of_a_script_is_pushed_when_it_ends(team, arrival):
    ann, *_ = team
    consent(ann)
    run_git(ann.folder, "config", "track.push", "auto")
    code = "import gittrack\nwith gittrack.init(): pass"
    assert python(code, cwd=ann.folder).code == 0
    assert layout.RUNS in arrival.read_text()


def test_a_run_that_cannot_be_pushed_says_why_in_one_line(team):
    ann, *_ = team
    done = run_cli("run", "--push", "--", "true", cwd=ann.folder)
    assert done.code == 0
    [line] = [line for line in done.err.splitlines() if "not pushed" in line]
    assert "nobody agreed yet" in line


def test_remote_shows_what_waits(team):
    ann, *_ = team
    wait(ann, "a")
    waiting.note_failure(ann.repo, "no route")
    done = run_cli("remote", cwd=ann.folder)
    assert "waiting   1 run; send them now: git track push" in done.out
    assert "last try  just now: no route" in done.out


def test_a_setting_that_means_nothing_is_refused(team):
    ann, *_ = team
    run_git(ann.folder, "config", "track.push", "always")
    with pytest.raises(TrackError, match="always"):
        ann.record("a")
