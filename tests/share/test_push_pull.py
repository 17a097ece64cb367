"""Three clones and one remote: what one pushes, the others pull; nothing is lost or overwritten."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from helpers import git as run_git

import gittrack
from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.models import promote, register
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import trash_of
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.share import pull as pulling
from gittrack.share import push as pushing
from gittrack.share import remotes
from gittrack.share.choosing.options import PullOptions
from gittrack.tidy import collect, trash


def server_refs(team, prefix) -> list[str]:
    listing = run_git(team[0].folder.parent / "server.git", "for-each-ref", "--format=%(refname)")
    return [ref for ref in listing.splitlines() if ref.startswith(prefix)]


def test_a_run_arrives_with_its_code_and_values(team):
    ann, bob, _ = team
    run_id = ann.record("baseline")
    assert ann.push().runs == (run_id,)
    pulled = bob.pull()
    assert (pulled.new, bob.names()) == ((run_id,), ["baseline"])
    raw = bob.run("baseline")
    assert raw.commit == ann.run("baseline").commit
    assert run_git(bob.folder, "cat-file", "-t", f"{raw.commit}^") == "commit"


def test_what_both_have_is_not_sent_again(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    again = pushing.plan(ann.repo)
    assert (again.runs, pushing.push(ann.repo, again)) == ((), pushing.Pushed("origin"))
    bob.pull()
    assert bob.pull() == pulling.Pulled("origin")


def test_a_fetch_that_prunes_does_not_touch_runs_that_were_not_pushed(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.record("mine")
    bob.pull()
    assert bob.names() == ["a", "mine"]
    assert run_git(bob.folder, "config", "--get-all", "remote.origin.fetch") == (
        "+refs/heads/*:refs/remotes/origin/*"
    )


@pytest.mark.parametrize(
    "order",
    [
        (0, 1, 2),
        *(pytest.param(o, marks=pytest.mark.slow) for o in list(permutations(range(3)))[1:]),
    ],
)
def test_annotations_of_three_people_meet_in_every_order(team, order):
    ann, *_ = team
    ann.record("a")
    ann.push()
    for clone in team:
        clone.pull()
        raw = clone.run("a")
        annotate.tag(clone.repo, [Target(raw.id, raw.commit)], [clone.folder.name], [])
    for _ in range(2):
        for index in order:
            team[index].pull()
            team[index].push()
    for clone in team:
        clone.pull()
        note = run_git(clone.folder, "notes", "--ref=runs", "show", str(clone.run("a").commit))
        assert all(f'["{name}"]' in note for name in ("ann", "bob", "cid"))


def test_annotations_are_merged_if_somebody_pushed_in_between(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    planned = pushing.plan(bob.repo)
    for clone in (ann, bob):
        raw = clone.run("a")
        annotate.note(clone.repo, Target(raw.id, raw.commit), f"by {clone.folder.name}")
    ann.push()
    assert pushing.push(bob.repo, planned).annotated
    ann.pull()
    note = run_git(ann.folder, "notes", "--ref=runs", "show", str(ann.run("a").commit))
    assert "by ann" in note
    assert "by bob" in note


def test_a_removal_moves_the_run_to_the_trash_of_others_and_a_later_restore_wins(team):
    ann, bob, _ = team
    run_id = ann.record("a")
    ann.push()
    bob.pull()
    trash.remove(ann.repo, [ann.run("a")])
    ann.push()
    pulled = bob.pull()
    assert [(gone[0], "ann" in gone[1]) for gone in pulled.removed] == [(run_id, True)]
    assert (bob.raws(), bob.trash()) == ([], ["a"])
    assert bob.pull().new == ()  # the remote still has it
    trash.restore(bob.repo, trash_of(bob.repo).select(Request()).runs)
    bob.push()
    assert ann.pull().restored == (run_id,)
    assert (ann.names(), ann.trash()) == (["a"], [])


def test_a_run_that_somebody_removed_is_not_brought_to_a_third_clone(team):
    ann, _, cid = team
    ann.record("a")
    ann.push()
    trash.remove(ann.repo, [ann.run("a")])
    ann.push()
    assert (cid.pull().new, cid.raws()) == ((), [])


def test_many_removals_need_consent(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    trash.remove(ann.repo, [ann.run("a")])
    ann.push()
    assert bob.pull(may_remove=lambda count: False).retained[0][1] == "not confirmed"
    assert bob.names() == ["a"]


def test_a_version_of_a_model_that_others_removed_stays(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    trash.remove(ann.repo, [ann.run("a")])
    ann.push()
    bob.enter()
    register.register(bob.repo, "net", bob.run("a"))
    [(_, reason)] = bob.pull().retained
    assert "net" in reason
    assert bob.names() == ["a"]


def test_only_the_chosen_runs_are_pushed(team):
    ann, bob, _ = team
    ann.record("a")
    wanted = ann.record("b")
    assert ann.push("b").runs == (wanted,)
    assert bob.pull().new == (wanted,)


@pytest.mark.parametrize("digits", [slice(0, 15), slice(-8, None), slice(None)])
def test_runs_are_pulled_by_their_ids(team, digits):
    ann, bob, _ = team
    run_id = ann.record("a")
    ann.record("other", experiment="other")
    ann.push()
    pulled = bob.pull(run_id[digits], experiment="default")
    assert pulled.new == (run_id,)
    with pytest.raises(NoSuchRun, match="origin has no run with the id 'ffffffff'"):
        bob.pull("ffffffff")


def test_the_newest_runs_of_an_experiment(team):
    ann, bob, _ = team
    ids = [ann.record(f"r{number}", experiment="sweep/deep") for number in range(3)]
    ann.record("other", experiment="other")
    ann.push()
    newest = sorted(ids)[-2:]
    assert sorted(bob.pull(experiment="sweep", n=2).new) == newest


def test_pulled_runs_go_to_another_remote_only_if_asked(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    run_git(bob.folder.parent, "init", "-q", "--bare", "second.git")
    run_git(bob.folder, "remote", "add", "second", "../second.git")
    planned = pushing.plan(bob.repo, remote="second")
    assert (planned.runs, planned.pulled) == ((), 1)
    assert len(pushing.plan(bob.repo, remote="second", everything=True).runs) == 1


def test_runs_with_one_name_and_different_commits_stay_as_they_are(team):
    ann, bob, _ = team
    run_id = ann.record("a")
    ann.push()
    ref = str(ann.run("a").ref)
    other = bob.record("b")
    run_git(bob.folder, "update-ref", ref, str(bob.run("b").commit))
    before = run_git(bob.folder, "rev-parse", ref)
    [(name, difference)] = bob.pull().conflicts
    assert (name, run_git(bob.folder, "rev-parse", ref)) == (run_id, before)
    assert "each side keeps its own" in difference
    pushed = bob.push()
    assert pushed.runs == (other,)
    assert pushed.refused[0][0] == run_id
    assert run_git(bob.folder.parent / "server.git", "rev-parse", ref) != before


def test_the_plan_names_what_travels_with_the_runs(team):
    ann, *_ = team
    (ann.folder / "new.py").write_text("1\n")
    run_git(ann.folder, "add", "-A")
    run_git(ann.folder, "commit", "-qm", "A commit of mine")
    (ann.folder / "new.py").write_text("2\n")
    (ann.folder / "more.py").write_text("3\n")
    run_id = ann.record("a")
    planned = pushing.plan(ann.repo)
    assert [subject for _, subject in planned.commits] == ["A commit of mine"]
    assert planned.uncommitted == ((run_id, 2),)


def test_a_stage_moves_on_the_remote_only_with_its_tag(team):
    ann, bob, _ = team
    ann.record("a")
    ann.enter()
    register.register(ann.repo, "net", ann.run("a"))
    promote.promote(ann.repo, "net@v1", "prod")
    assert len(ann.push().models) == 2
    assert server_refs(team, "refs/models/") == ["refs/models/net/prod"]
    assert len(bob.pull().models) == 2
    assert run_git(bob.folder, "for-each-ref", "--format=%(refname)", "refs/models/") == (
        "refs/models/net/prod"
    )


def test_promotions_on_both_sides_are_a_conflict_that_overwrites_nothing(team):
    ann, bob, cid = team
    for name in ("a", "b"):
        ann.record(name)
        ann.enter()
        register.register(ann.repo, "net", ann.run(name))
    ann.push()
    for clone, version in ((bob, "v1"), (cid, "v2")):
        clone.pull()
        clone.enter()
        promote.promote(clone.repo, f"net@{version}", "prod")
    assert len(bob.push().models) == 1
    held = run_git(team[0].folder.parent / "server.git", "rev-parse", "refs/models/net/prod")
    refused = cid.push()
    assert refused.models == ()
    assert "another value there" in refused.refused[0][1]
    assert "net#prod" in cid.pull().conflicts[0][0]
    server = ann.folder.parent / "server.git"
    assert run_git(server, "rev-parse", "refs/models/net/prod") == held


def test_a_repository_without_remotes_says_how_to_add_one(project):
    with pytest.raises(TrackError, match="this repository has no remote"):
        pushing.plan(git.find())


def test_the_remote_is_origin_or_the_only_one_or_the_chosen_one(team):
    ann, *_ = team
    run_git(ann.folder, "remote", "rename", "origin", "hub")
    assert pushing.plan(ann.repo).remote.name == "hub"
    run_git(ann.folder, "remote", "add", "backup", "../backup.git")
    with pytest.raises(TrackError, match="several remotes"):
        pushing.plan(ann.repo)
    run_git(ann.folder, "config", "track.remote", "hub")
    assert pushing.plan(ann.repo).remote.name == "hub"
    with pytest.raises(TrackError, match="there is no remote 'hob'"):
        pushing.plan(ann.repo, remote="hob")


def test_a_mirror_gets_runs_and_nothing_else_happens_to_it(team):
    ann, bob, _ = team
    bob.record("b")
    bob.push()
    run_git(ann.folder, "config", "remote.origin.mirror", "true")
    run_git(ann.folder, "branch", "private")
    run_id = ann.record("a")
    assert ann.push().runs == (run_id,)
    heads = run_git(ann.folder, "ls-remote", "origin")
    assert heads.count("refs/runs/") == 2
    assert "private" not in heads


def test_consent_is_recorded_without_the_password_of_the_url(team):
    repo, url = team[0].repo, "https://ann:secret@example.org/x.git"
    remotes.remember_consent(repo, "origin", url)
    assert remotes.has_consent(repo, "origin", url)
    assert not remotes.has_consent(repo, "origin", url.replace("org", "com"))
    assert "secret" not in run_git(team[0].folder, "config", "--list")


def test_the_trash_and_journals_stay_here(team):
    ann, *_ = team
    ann.record("a")
    trash.remove(ann.repo, [ann.run("a")])
    ann.record("b")
    ann.push()
    assert len(server_refs(team, layout.RUNS)) == 1
    assert server_refs(team, layout.TRASH) == []


def test_an_ambiguous_prefix_brings_nothing(team):
    ann, bob, _ = team
    ann.record("a")
    ann.record("b")
    ann.push()
    for address in ("2", ""):
        with pytest.raises(TrackError):
            bob.pull(address)
    assert bob.raws() == []


def test_a_damaged_run_of_the_remote_does_not_hide_the_others(team):
    ann, bob, _ = team
    good = {ann.record(name) for name in "abcde"}
    ann.push()
    server = ann.folder.parent / "server.git"
    body = run_git(server, "cat-file", "commit", str(ann.run("c").commit))
    damaged = body.replace("author ", "author <<<", 1) + "\n"
    path = server / "damaged"
    path.write_text(damaged)
    oid = run_git(server, "hash-object", "-t", "commit", "-w", "--literally", str(path))
    name = "20260101-000000-aaaaaaaa"
    run_git(server, "update-ref", f"refs/runs/default/{name}", oid)
    by_query = PullOptions(where="name == 'a'")  # which the damaged run may match, too
    planned, queried = pulling.plan(bob.repo, by_query), pulling.pull(bob.repo, by_query)
    pulled = bob.pull()
    assert len(planned.new) == len(queried.new) == 1
    assert {*queried.new, *pulled.new} == good
    for done in (planned, queried, pulled):
        [(run_id, reason)] = done.conflicts
        assert (run_id, reason.startswith("git refuses it: ")) == (name, True)


def test_a_remote_that_vanishes_is_an_error_and_no_conflict(team, monkeypatch):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    server = ann.folder.parent / "server.git"
    receive = pulling.annotation_merge.receive

    def vanish(*arguments, **options):
        receive(*arguments, **options)
        server.rename(server.with_suffix(".gone"))

    monkeypatch.setattr(pulling.annotation_merge, "receive", vanish)
    with pytest.raises(TrackError, match="server"):
        bob.pull()
    assert bob.raws() == []


def test_a_version_whose_events_come_in_the_same_pull_stays(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    run_git(ann.folder, "fetch", "-q", "--no-tags")
    trash.remove(ann.repo, [ann.run("a")])
    ann.push()
    trash.restore(ann.repo, trash_of(ann.repo).select(Request()).runs)
    ann.enter()
    register.register(ann.repo, "net", ann.run("a"))
    note = run_git(ann.folder, "notes", "--ref=runs", "show", str(ann.run("a").commit))
    removal = note.splitlines()[0].replace('"at": "20', '"at": "21')  # a clock that is wrong
    run_git(*(ann.folder, "notes", "--ref=runs", "append", "-m", removal, str(ann.run("a").commit)))
    ann.push(models=["net"])
    assert "net" in bob.pull().retained[0][1]
    assert bob.names() == ["a"]


def test_a_removal_of_long_ago_counts_from_the_pull(team, monkeypatch):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now - 90 * 86400)
        trash.remove(ann.repo, [ann.run("a")])
    ann.push()
    bob.pull()
    month = 30 * 86400
    assert collect.plan(bob.repo, month, time.time()).runs == []
    assert len(collect.plan(bob.repo, month, time.time() + month + 1).runs) == 1
    assert len(collect.plan(ann.repo, month, time.time()).runs) == 1


def test_a_pulled_run_that_went_on_here_is_pushed(team):
    ann, bob, _ = team
    ann.enter()
    with pytest.raises(ZeroDivisionError), gittrack.init(name="a") as run:
        raise ZeroDivisionError
    run_id = run.id
    ann.push()
    bob.pull()
    bob.enter()
    with gittrack.init(resume=run_id) as run:
        run.log({"loss": 0.5})
    assert bob.push().runs == (run_id,)
    assert ann.pull().resumed == (run_id,)


def test_a_named_run_that_cannot_be_sent_is_an_error(team):
    ann, bob, _ = team
    ann.record("a")
    ann.push()
    bob.pull()
    trash.remove(bob.repo, [bob.run("a")])
    bob.push()
    with pytest.raises(TrackError, match=r"bob.* removed the run"):
        ann.push("a")
    ann.enter()
    with gittrack.init(name="live"), pytest.raises(TrackError, match="is not committed yet"):
        ann.push("live")
