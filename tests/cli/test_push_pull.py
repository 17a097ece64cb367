"""``git track push`` and ``git track pull`` as commands."""

import json

import pytest
from helpers import git, look, record, repo, run_cli


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with one run of code that the remote lacks."""
    git(repo(path=tmp_path / "first"), "clone", "-q", "--bare", ".", "../server.git")
    git(tmp_path, "clone", "-q", "server.git", "ann")
    monkeypatch.chdir(tmp_path / "ann")
    git(".", "commit", "-q", "--allow-empty", "-m", "A commit of mine")
    record("a", {"loss": 1.0})
    return tmp_path / "ann"


def test_the_first_push_asks_and_prints_what_goes(clone):
    refused = run_cli("push")
    assert refused.code == 1
    assert "A commit of mine" in refused.err
    assert "nobody can answer: push runs to" in refused.err
    done = run_cli("push", "--yes")
    assert (done.code, done.out) == (0, "pushed 1 run to origin\n")
    again = run_cli("push")
    assert (again.code, again.out, again.err) == (0, "origin has everything already\n", "")


def test_a_dry_run_sends_nothing(clone):
    assert "1 run" in run_cli("push", "--dry-run", "origin").err
    assert git("../server.git", "for-each-ref", "refs/runs") == ""


def test_a_password_in_the_url_is_not_printed(clone):
    git(".", "remote", "set-url", "origin", "https://ann:hunter2@localhost:1/x.git")
    done = run_cli("push", "--dry-run")
    assert done.code == 1
    assert "hunter2" not in done.err + done.out


def test_pull_ends_with_one_line(clone, tmp_path, monkeypatch):
    run_cli("push", "--yes")
    git(tmp_path, "clone", "-q", "server.git", "bob")
    monkeypatch.chdir(tmp_path / "bob")
    done = run_cli("pull")
    assert (done.code, done.out, done.err) == (0, "1 new from origin\n", "")
    assert run_cli("pull").out == "0 new from origin\n"
    missing = run_cli("pull", "ffffffff")
    assert missing.code == 1
    assert "origin has no run with the id 'ffffffff'" in missing.err


def test_what_is_on_the_remote_and_not_here(clone, tmp_path, monkeypatch):
    run_cli("push", "--yes")
    git(tmp_path, "clone", "-q", "server.git", "bob")
    monkeypatch.chdir(tmp_path / "bob")
    [line] = run_cli("ls", "--remote").out.splitlines()[1:2]
    [run] = json.loads(run_cli("ls", "--remote", "--json").out)
    assert line.split()[:2] == [run["id"][-8:], "default"]
    assert "1 run" in run_cli("remote").out
    run_cli("pull", run["id"][-8:])
    assert run_cli("ls", "--remote").err == "all runs of origin are here already\n"
    refused = run_cli("ls", "--remote", "-w", "loss < 1")
    assert (refused.code, "pull them first" in refused.err) == (2, True)


def test_a_probe_says_whether_the_remote_takes_hidden_refs(clone):
    done = run_cli("remote", "--probe")
    assert (done.code, "accepted and listed" in done.out) == (0, True)
    assert git("../server.git", "for-each-ref", "refs/runs") == ""
    hook = clone.parent / "server.git/hooks/update"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    done = run_cli("remote", "--probe")
    assert (done.code, done.out.count("refused: hook declined")) == (1, 2)


def test_consent_is_asked_for_whatever_leaves(clone):
    """A version of a model is a tag on the commit of its run, so the run goes with it."""
    assert run_cli("model", "register", "net", "@").code == 0
    refused = run_cli("push", "--model", "net")
    assert (refused.code, git("../server.git", "for-each-ref", "refs/tags")) == (1, "")
    assert "1 event of models, with their runs" in refused.err
    assert run_cli("push", "--yes").code == 0
    git(".", "config", "--unset", "remote.origin.gittrackpush")
    assert run_cli("note", "@", "private words").code == 0
    refused = run_cli("push")
    assert (refused.code, "annotations of all runs" in refused.err) == (1, True)


def test_the_url_is_the_one_that_git_pushes_to(clone):
    git("..", "init", "-q", "--bare", "second.git")
    git(".", "remote", "set-url", "--push", "origin", "there:second.git")
    git(".", "config", "url.../.insteadOf", "there:")
    assert "to origin (../second.git):" in run_cli("push", "--dry-run").err
    assert run_cli("push", "--yes").code == 0
    assert git("../second.git", "for-each-ref", "refs/runs") != ""
    git(".", "remote", "set-url", "--push", "origin", "../server.git")  # another place: ask again
    assert "nobody can answer" in run_cli("push").err


def test_a_remote_with_two_urls_takes_everything_twice(clone):
    git("..", "init", "-q", "--bare", "second.git")
    for url in ("../server.git", "../second.git"):
        git(".", "remote", "set-url", "--add", "--push", "origin", url)
    assert run_cli("tag", "@", "+good").code == 0
    assert run_cli("push", "--yes").code == 0
    for server in ("../server.git", "../second.git"):
        assert "refs/notes/runs" in git(server, "for-each-ref")
    assert run_cli("remote", "--probe").code == 0


def test_a_probe_leaves_nothing_of_the_user_on_the_host(clone):
    assert run_cli("remote", "--probe").code == 0
    commits = git("../server.git", "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    assert git(".", "rev-parse", "HEAD") not in {line.split()[0] for line in commits}


def test_many_removals_of_others_wait_for_an_answer(clone, tmp_path, monkeypatch):
    monkeypatch.setattr("gittrack.cli.commands._pull.ASK_ABOVE", 0)
    assert look("push", "--yes").code == 0
    git(tmp_path, "clone", "-q", "server.git", "bob")
    monkeypatch.chdir(tmp_path / "bob")
    look("pull")
    monkeypatch.chdir(clone)
    look("rm", "@")
    look("push")
    monkeypatch.chdir(tmp_path / "bob")
    done = look("pull")
    assert (done.code, done.out) == (0, "0 new from origin\n")
    assert "to move them to the trash, add --yes" in done.err
    assert look("pull", "--yes").out == "0 new, 1 removed by others from origin\n"
