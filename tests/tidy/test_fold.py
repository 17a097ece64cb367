"""tidy/fold: old runs lose their refs and nothing else; whatever happens meanwhile, no run is lost."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from helpers import look

import gittrack
from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.folding import archive, checking
from gittrack.git import objects
from gittrack.tidy import fold, fold_plan

DAY = 86400.0


@pytest.fixture
def runs(tmp_path) -> git.Repo:
    """A repository with five runs of two experiments, which ended at minutes 0 to 4."""
    run_git(tmp_path, "init", "-q")
    repo = git.find()
    for number in range(5):
        experiment = "digits" if number % 2 else "cifar/resnet"
        metrics = {"acc": number / 10}
        run_values.commit(repo, number, experiment=experiment, name=f"n{number}", metrics=metrics)
    return repo


def fold_all(repo: git.Repo, older_than: float = 0.0) -> fold.Folded:
    return fold.fold(repo, fold_plan.plan(repo, older_than, time.time()).members)


def names_of(prefix: str = "refs/") -> list[str]:
    return run_git(".", "for-each-ref", "--format=%(refname)", prefix).split()


def names_listed() -> list[str | None]:
    return [run.name for run in gittrack.runs()]


def test_folded_runs_have_no_ref_and_everything_else(runs):
    before = [(run.id, run.info._replace(ref=None)) for run in gittrack.runs()]
    commit = gittrack.get("n3").info.commit
    assert look("gc", "--fold", "--older-than", "0d").out.endswith(
        "folded: 5 runs, which refs/archive/runs keeps\n"
    )
    assert names_of() == [layout.ARCHIVE]
    assert [(run.id, run.info) for run in gittrack.runs()] == before
    assert gittrack.get(commit[:8]).name == gittrack.get("n3").name == "n3"
    assert run_git(".", "show", f"{commit}:run.yaml")
    assert "n4" in look("top", "acc").out.splitlines()[1]


def test_the_log_of_an_archive_reads_as_a_notebook(runs):
    newest = int(run_git(".", "log", "-1", "--format=%ct", gittrack.get("n4").info.commit))
    fold_all(runs)
    assert int(run_git(".", "log", "-1", "--format=%ct", layout.ARCHIVE)) == newest + 1
    assert run_git(".", "log", "-1", "--format=%an %ae%n%B", layout.ARCHIVE).splitlines() == [
        "gittrack gittrack@localhost",
        "archive 5 runs of 2026-03-01",
        "",
        *("archives: 0", "runs: 5", "  cifar/resnet: 3", "  digits: 2"),
    ]
    log = run_git(".", "log", "--format=%s", layout.ARCHIVE).splitlines()
    assert [line.split()[0] for line in log[1:]] == ["cifar/resnet", "digits"] * 2 + [
        "cifar/resnet"
    ]


def test_two_clones_that_fold_the_same_runs_get_the_same_archive(runs, tmp_path):
    run_git(".", "clone", "-q", "--mirror", ".", "other.git")
    fold_all(runs)
    other = git.find(tmp_path / "other.git")
    fold_all(other)
    assert archive.tip(other) == archive.tip(runs)


def test_a_thousand_runs_are_parents_of_one_archive(runs, monkeypatch):
    monkeypatch.setattr("gittrack.folding.building.MOST_PARENTS", 2)
    monkeypatch.setattr(
        fold, "_LAST", 1
    )  # runs of the newest archive, which git reads at each fetch
    fold_all(runs)
    parents = run_git(".", "log", "--first-parent", "-3", "--format=%P", layout.ARCHIVE)
    assert [len(line.split()) for line in parents.splitlines()] == [2, 3, 2]
    tip = archive.read(runs, archive.tip(runs))
    assert archive.parents(runs, tip) == {run.info.commit for run in gittrack.runs()}
    assert names_listed() == ["n4", "n3", "n2", "n1", "n0"]


def test_small_chunks_are_put_together_by_a_later_fold(runs, monkeypatch):
    monkeypatch.setattr("gittrack.folding.building.MOST_PARENTS", 4)
    members = fold_plan.plan(runs, 0, time.time()).members
    sizes = []
    for number in (1, 0, 2, 4, 3):
        assert fold.fold(runs, [members[number]]).runs == 1
        sizes.append([chunk.size for chunk in archive.read(runs, archive.tip(runs)).chunks])
    assert sizes == [[1], [1, 1], [1, 1, 1], [3, 1], [3, 1, 1]]
    assert names_listed() == ["n4", "n3", "n2", "n1", "n0"]
    assert checking.check(runs, archive.read(runs, archive.tip(runs))) == ""
    assert look("doctor").code == 0


def test_runs_that_are_needed_or_new_keep_their_refs(runs):
    assert look("model", "register", "resnet", "n0").code == 0
    assert look("model", "promote", "resnet@1", "production", "--force").code == 0
    waiting = Path(layout.waiting_dir(runs.common_dir))
    waiting.mkdir(parents=True)
    (waiting / run_values.run_id(1)).write_text("")
    result = layout.result_ref(run_values.run_id(9), "0")
    run_git(".", "update-ref", result, f"refs/runs/cifar/resnet/{run_values.run_id(2)}")
    gittrack.init(experiment="digits", name="new").finish()
    with gittrack.init(name="live"):
        plan = fold_plan.plan(runs, DAY, time.time())
    stay = dict.fromkeys(("in a stage", "waiting to be pushed", "a new result", "newer"), 1)
    assert plan.stay == stay
    assert [member.id for member in plan.members] == [run_values.run_id(n) for n in (3, 4)]
    fold.fold(runs, plan.members)
    assert len(names_of(layout.RUNS)) == 5
    assert names_listed() == ["live", "new", "n4", "n3", "n2", "n1", "n0"]


def test_a_run_that_goes_on_again_keeps_its_ref(project):
    run = gittrack.init(experiment="digits")
    run.finish("failed")
    plan = fold_plan.plan(git.find(), 0, time.time() + 1)
    resumed = gittrack.init(resume=run.id)
    assert fold.fold(git.find(), plan.members) == fold.Folded(0, 1, "other processes change them")
    resumed.finish()
    assert [run.resumed for run in gittrack.runs()] == [1]


def test_a_folded_run_that_is_resumed_gets_its_ref_again(project):
    run = gittrack.init(experiment="digits", config={"lr": 1})
    run.finish("failed")
    where = git.find()
    assert fold.fold(where, fold_plan.plan(where, 0, time.time() + 1).members).runs == 1
    with gittrack.init(resume=run.id) as resumed:
        resumed.log({"acc": 1.0})
    (again,) = gittrack.runs()
    assert (again.resumed, again.info.ref) == (1, layout.run_ref("digits", run.id))
    # The next fold has its last attempt, and the first one is its parent.
    fold.fold(where, fold_plan.plan(where, 0, time.time() + 1).members)
    (again,) = gittrack.runs()
    assert (again.resumed, again.info.ref) == (1, None)
    assert run_git(".", "fsck", "--no-dangling") == ""


def test_a_folded_run_is_removed_restored_and_folded_again(runs):
    fold_all(runs)
    assert look("rm", "n3", "n1").code == 0
    assert names_listed() == ["n4", "n2", "n0"]
    assert len(names_of(layout.TRASH)) == 2
    assert look("rm", run_values.run_id(3)).code == 1
    assert look("restore", "n3").code == 0
    assert names_listed() == ["n4", "n3", "n2", "n0"]
    assert fold_all(runs) == fold.Folded(1)
    assert names_listed() == ["n4", "n3", "n2", "n0"]
    assert names_of(layout.RUNS) == []


def test_gc_says_how_much_the_folded_runs_of_the_trash_free(runs):
    assert look("rm", "n3", "n1").code == 0
    before = look("gc", "--older-than", "0d", "--dry-run").out
    assert look("restore", "n3", "n1").code == 0
    fold_all(runs)
    assert look("rm", "n3", "n1").code == 0
    assert look("gc", "--older-than", "0d", "--dry-run").out == before


def test_a_folded_run_is_renamed_tagged_and_promoted(runs):
    fold_all(runs)
    for words in (
        ("rename", "n2", "best"),
        ("tag", "best", "+good"),
        ("note", "best", "fine"),
        ("archive", "n1"),
        ("model", "register", "resnet", "best"),
        ("model", "promote", "resnet@1", "production", "--force"),
    ):
        assert look(*words).code == 0, words
    best = gittrack.get("resnet@production")
    assert (best.name, best.tags, best.note) == ("best", ("good",), "fine")
    assert names_listed() == ["n4", "n3", "best", "n0"]
    assert names_of(layout.RUNS) == []


def test_a_ref_that_changed_since_the_plan_is_not_deleted(runs):
    plan = fold_plan.plan(runs, 0, time.time())
    ref = layout.run_ref("digits", run_values.run_id(1))
    commit = run_git(".", "commit-tree", f"{ref}^{{tree}}", "-p", ref, "-m", "a b c\n\nformat: 1")
    run_git(".", "update-ref", ref, commit)
    assert fold.fold(runs, plan.members).runs == 4
    assert names_of(layout.RUNS) == [ref]
    assert len(gittrack.runs()) == 5


def test_a_locked_ref_stays_until_the_next_fold(runs):
    ref = names_of(layout.RUNS)[0]
    lock = Path(runs.common_dir, f"{ref}.lock")
    lock.write_text("")
    assert fold_all(runs) == fold.Folded(4, 1, "other processes change them")
    assert names_of(layout.RUNS) == [ref]
    assert len(gittrack.runs()) == 5
    lock.unlink()
    assert fold_all(runs) == fold.Folded(1)


def test_refs_stay_while_a_garbage_collection_may_not_have_seen_the_archive(runs):
    Path(runs.common_dir, "gc.pid").write_text(f"{os.getpid()} {os.uname().nodename}")
    plan = fold_plan.plan(runs, 0, time.time())
    done = fold.fold(runs, plan.members, patience=0)
    assert done == fold.Folded(0, 5, "a garbage collection of git is running")
    assert len(names_of(layout.RUNS)) == 5
    assert len(gittrack.runs()) == 5
    Path(runs.common_dir, "gc.pid").unlink()
    assert fold_all(runs) == fold.Folded(5)


def test_the_archive_stays_while_a_garbage_collection_may_not_have_seen_the_refs(runs):
    fold_all(runs)
    Path(runs.common_dir, "gc.pid").write_text(f"{os.getpid()} {os.uname().nodename}")
    with pytest.raises(TrackError, match="a garbage collection of git is running"):
        fold.unfold(runs, patience=0)
    assert names_of()[0] == layout.ARCHIVE
    assert len(gittrack.runs()) == len(names_of(layout.RUNS)) == 5
    Path(runs.common_dir, "gc.pid").unlink()
    assert fold.unfold(runs) == 0  # all have refs
    assert layout.ARCHIVE not in names_of()


def test_a_prune_keeps_all_of_a_folded_run(runs):
    fold_all(runs)
    run_git(".", "gc", "-q", "--prune=now")
    assert run_git(".", "fsck", "--no-dangling") == ""
    assert [run.metrics["acc"].last for run in gittrack.runs()] == [0.4, 0.3, 0.2, 0.1, 0.0]


def test_unfold_gives_all_runs_their_refs_again(runs):
    before = run_git(".", "for-each-ref", layout.RUNS)
    fold_all(runs)
    assert look("gc", "--unfold").out == "5 runs got a ref again\n"
    assert run_git(".", "for-each-ref") == before


WAY_BACK = (
    Path(__file__).parents[2].joinpath("docs/by-hand.md").read_text().partition("## Unfold")[2]
)


@pytest.mark.parametrize("change", [fold_all, fold.unfold])
def test_the_ref_of_an_earlier_attempt_hides_no_folded_one(runs, change):
    """A clone has the first attempt, and fetches the archive of another one with plain git."""
    ref = layout.run_ref("digits", run_values.run_id(3))
    first = gittrack.get("n3").info.commit
    later = run_values.resume(runs, 3, "digits")
    fold_all(runs)
    run_git(".", "update-ref", ref, first)
    assert f"{ref} has an earlier attempt" in look("doctor").out
    change(runs)
    assert gittrack.get("n3").info.commit == later
    assert look("doctor").code == 0


def test_a_run_with_another_attempt_in_the_archive_keeps_its_ref(runs):
    """Two people resumed it: a fold would let one attempt replace the other."""
    ref = layout.run_ref("digits", run_values.run_id(3))
    first = gittrack.get("n3").info.commit
    run_values.resume(runs, 3, "digits", by="ada")
    fold_all(runs)
    run_git(".", "update-ref", ref, first)
    mine = run_values.resume(runs, 3, "digits", by="bob")
    assert fold_all(runs) == fold.Folded(0, 1, "the archive has another attempt of them")
    assert gittrack.get("n3").info.commit == mine == run_git(".", "rev-parse", ref)


def test_the_way_back_by_hand(runs):
    """The lines of the document give each folded run its ref again, but no run of the trash."""
    before = run_git(".", "for-each-ref", layout.RUNS).splitlines()
    fold_all(runs)
    assert look("rm", "n4").code == 0
    lines = WAY_BACK.split("```")[1].strip()
    for _ in range(2):  # it can be repeated
        subprocess.run(["sh", "-e", "-c", lines], check=True)
    after = run_git(".", "for-each-ref", layout.RUNS).splitlines()
    assert after == [line for line in before if run_values.run_id(4) not in line]
    by_parents = WAY_BACK.split("```")[3].strip()
    out = subprocess.run(["sh", "-e", "-c", by_parents], check=True, capture_output=True, text=True)
    assert sorted(out.stdout.split()) == sorted(line.split()[0] for line in before)
    run_git(".", "update-ref", "-d", layout.ARCHIVE)
    assert names_listed() == ["n3", "n2", "n1", "n0"]


def test_two_folds_at_once_are_refused(runs):
    with fold._alone(runs), pytest.raises(TrackError, match="another process folds"):
        fold_all(runs)


def test_an_archive_that_cannot_be_read_is_named_and_changes_nothing(runs, caplog):
    fold_all(runs)
    run_values.commit(runs, 7)
    (blob,) = [chunk.refs for chunk in archive.read(runs, archive.tip(runs)).chunks]
    os.unlink(f"{runs.common_dir}/objects/{blob[:2]}/{blob[2:]}")
    assert len(gittrack.runs()) == 1
    assert "folded runs are not listed" in caplog.text
    before = names_of()
    with pytest.raises(TrackError, match="cannot be read"):
        fold_all(runs)
    assert names_of() == before


def test_doctor_checks_the_archive(runs):
    fold_all(runs)
    assert look("doctor").code == 0
    tip = archive.read(runs, archive.tip(runs))
    (chunk,) = tip.chunks
    texts = run_git(".", "cat-file", "blob", chunk.messages).replace("name: n1", "name: n9")
    store = objects.Store(git.object_store_path(runs), "sha1")
    forged = chunk._replace(messages=store.blob(texts.encode()))
    entries = [
        objects.Entry("100644", f"{chunk.name}.refs", chunk.refs),
        objects.Entry("100644", f"{chunk.name}.messages", forged.messages),
    ]
    commit = store.commit(store.tree(entries), [tip.commit], "A <a@b>", 0, "m\n\narchives: 1\n")
    run_git(".", "update-ref", layout.ARCHIVE, commit)
    assert "has another message of refs/runs/digits" in look("doctor").out
    for words in (("gc", "--unfold"), ("gc", "--fold", "--older-than", "0d")):
        assert look(*words).code == 0
    assert (look("doctor").code, archive.tip(runs)) == (0, tip.commit)


def test_a_commit_that_is_missing_keeps_its_ref(runs):
    commit = gittrack.get("n2").info.commit
    plan = fold_plan.plan(runs, 0, time.time())
    os.unlink(f"{runs.common_dir}/objects/{commit[:2]}/{commit[2:]}")
    assert fold.fold(runs, plan.members).runs == 4
    assert names_of(layout.RUNS) == [layout.run_ref("cifar/resnet", run_values.run_id(2))]


def test_a_first_look_reads_the_messages_of_the_archive(runs, monkeypatch):
    fold_all(runs)
    monkeypatch.setattr("gittrack.read.runs.blocks._FEW", 0)

    def read_no_commit(repo, oids, most):
        assert not oids
        return list

    monkeypatch.setattr("gittrack.git.begin_small_objects", read_no_commit)
    assert look("top", "acc").out.splitlines()[1].split()[2] == "n4"
