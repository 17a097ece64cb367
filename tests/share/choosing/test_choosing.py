"""Runs of a remote that are chosen by their names or by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import look

import gittrack
from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.query.grammar import QueryError
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.share import pull as pulling
from gittrack.share.choosing import commits, here, sweeps
from gittrack.share.choosing.options import PullOptions


def options(**choice):
    return PullOptions(**choice)


@pytest.fixture
def losses(team):
    """Three runs of Ann on the remote, with losses 1, 2 and 3."""
    ann, *_ = team
    ids = []
    for loss in (1.0, 2.0, 3.0):
        ann.enter()
        with gittrack.init(name=f"loss {loss:g}") as run:
            run.log({"loss": loss})
        ids.append(run.id)
    ann.push()
    return team, ids


def test_a_query_chooses_what_comes(losses):
    (_, bob, _), ids = losses
    planned = pulling.plan(bob.repo, options(where="loss > 1"))
    assert (sorted(planned.new), bob.raws()) == (ids[1:], [])
    done = pulling.pull(bob.repo, options(where="loss > 1", limit=1))
    assert (done.new, bob.names()) == ((ids[2],), ["loss 3"])
    assert pulling.pull(bob.repo, options(where="loss > 1")).new == (ids[1],)
    refs = run_git(bob.folder, "for-each-ref", "refs/gittrack/candidates")
    assert refs == ""


@pytest.mark.parametrize("can_filter", [True, False])
def test_only_the_commits_of_other_runs_are_fetched_if_the_host_can_filter(
    losses, monkeypatch, can_filter
):
    (ann, bob, _), ids = losses
    monkeypatch.setattr(commits, "_FEW", 2)
    server = bob.folder.parent / "server.git"
    run_git(server, "config", "uploadpack.allowFilter", str(can_filter).lower())
    run_git(bob.folder, "remote", "set-url", "origin", "../server.git")
    config = Path(bob.folder, ".git/config").read_bytes()
    assert pulling.pull(bob.repo, options(where="loss > 2")).new == (ids[2],)
    assert Path(bob.folder, ".git/config").read_bytes() == config
    assert not list(Path(bob.folder, ".git/gittrack").glob("candidates-*"))
    others = [str(ann.run(name).commit) for name in ("loss 1", "loss 2")]
    assert git.missing_objects(bob.repo, others) == (others if can_filter else [])
    run_git(bob.folder, "fsck", "--connectivity-only")
    assert pulling.pull(bob.repo, options(where="loss < 4")).new == (ids[1], ids[0])


def test_a_run_whose_commit_has_not_all_params_comes_whole_first(losses, monkeypatch):
    (ann, bob, _), ids = losses
    ann.enter()
    for number in (1, 2):
        with gittrack.init(config={"prompt": f"{number} " * 3000}, name=f"long {number}") as run:
            pass
        ids.append(run.id)
    ann.push()
    monkeypatch.setattr(commits, "_FEW", 2)
    run_git(bob.folder.parent / "server.git", "config", "uploadpack.allowFilter", "true")
    run_git(bob.folder, "config", "protocol.version", "0")  # no object can be asked for later
    assert pulling.pull(bob.repo, options(where="'2 2' in prompt")).new == (ids[4],)
    shorts = [str(ann.run(f"loss {number}").commit) for number in (1, 2, 3)]
    assert git.missing_objects(bob.repo, shorts) == shorts


def test_two_pulls_by_a_query_may_end_at_once(losses, monkeypatch):
    (_, bob, _), ids = losses
    monkeypatch.setattr(commits, "_FEW", 2)
    home = Path(bob.folder, ".git/gittrack")
    home.mkdir(exist_ok=True)
    (home / "candidates-gone").symlink_to("nowhere")  # listed, and deleted before it is looked at
    assert pulling.pull(bob.repo, options(where="loss > 2")).new == (ids[2],)


def test_a_query_sees_what_others_annotated(losses):
    (ann, bob, _), ids = losses
    raw = ann.run("loss 1")
    annotate.tag(ann.repo, [Target(raw.id, raw.commit)], ["good"], [])
    ann.push()
    assert pulling.pull(bob.repo, options(where="'good' in tags")).new == (ids[0],)


def test_a_query_that_cannot_be_used_leaves_nothing(losses):
    (_, bob, _), _ = losses
    with pytest.raises(QueryError):
        pulling.pull(bob.repo, options(where="loss >"))
    assert run_git(bob.folder, "for-each-ref", "refs/gittrack") == ""
    assert bob.raws() == []


@pytest.fixture
def sweep(team):
    """A sweep of two trials, and a run that is none, in Ann's clone and on the remote."""
    ann, *_ = team
    ann.enter()
    (ann.folder / "lr.yaml").write_text(
        "name: lr\nmethod: grid\nparameters:\n  lr: {values: [0.1, 0.2]}\n"
    )
    done = look("sweep", "lr.yaml", "--", "true")
    assert done.code == 0, done.err
    ann.record("alone")
    ann.push()
    [ref] = run_git(ann.folder, "for-each-ref", "--format=%(refname)", "refs/sweeps").split()
    return team, ref.rpartition("/")[2]


def test_the_trials_of_a_sweep_come_and_go(sweep):
    (ann, bob, _), sweep_id = sweep
    ids = {raw.id for raw in here.choose(ann.repo, sweep="lr")}
    assert len(ids) == 2
    for address in ("lr", sweep_id, sweep_id[-8:], "@"):
        assert set(pulling.plan(bob.repo, options(sweep=address)).new) == ids, address
    assert set(pulling.pull(bob.repo, options(sweep="lr")).new) == ids
    with pytest.raises(TrackError, match="there is no sweep 'rl'"):
        pulling.pull(bob.repo, options(sweep="rl"))
    bob.enter()
    run_git(bob.folder.parent, "init", "-q", "--bare", "second.git")
    run_git(bob.folder, "remote", "add", "second", "../second.git")
    done = look("push", "--sweep", "lr", "-y", "second")
    assert (done.code, "pushed 2 runs, 1 sweep" in done.out) == (0, True), done.out


def test_several_sweeps_of_one_name_are_listed(sweep):
    (ann, *_), sweep_id = sweep
    oid = run_git(ann.folder, "rev-parse", f"refs/sweeps/{sweep_id}")
    both = {f"refs/sweeps/{sweep_id}": oid, "refs/sweeps/20260101-000000-00000001": oid}
    with pytest.raises(TrackError, match="'lr' is 2 sweeps: 20260101-000000-00000001, "):
        sweeps.find(ann.repo, both, "lr")
    assert sweeps.find(ann.repo, both, "00000001") == "20260101-000000-00000001"
    with pytest.raises(TrackError, match="there is no sweep"):
        sweeps.find(ann.repo, {}, "@")


def test_the_command_line_and_python_have_the_same_options(losses):
    (ann, bob, _), ids = losses
    bob.enter()
    done = look("pull", "--dry-run", "-w", "loss < 2")
    assert done.out == "would bring: 1 new from origin\n"
    assert gittrack.pull(where="loss < 2", dry_run=True).new == (ids[0],)
    assert gittrack.pull(where="loss < 2", artifacts=False).new == (ids[0],)
    assert len(gittrack.pull(limit=2).new) == 2
    ann.enter()
    ann.record("new")
    assert len(gittrack.push(where="name == 'new'", dry_run=True).runs) == 1
    assert len(gittrack.push(experiment="default", artifacts=False).runs) == 1
    with pytest.raises(TrackError, match="no runs of the experiment"):
        gittrack.push(experiment="none")
    for condition in ({"experiment": ""}, {"where": ""}, {"sweep": ""}):  # never all runs
        with pytest.raises(TrackError):
            gittrack.push(**condition)
    with pytest.raises(TrackError, match="runs and where do not go together"):
        gittrack.push("new", where="loss < 2")
    done = look("push", "new", "-w", "loss < 2")
    assert (done.code, "RUN and -w do not go together" in done.err) == (2, True)


def test_the_last_line_of_a_pull_says_what_changed(losses):
    (_, bob, _), _ = losses
    bob.enter()
    assert look("pull").out.splitlines()[-1] == "3 new from origin"
