"""The findings of doctor, each with a remedy, and what is set aside."""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path

import pytest
import run_values
from helpers import git as run_git
from run_values import run_id

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import events
from gittrack.core.run.run_info import RUNNING
from gittrack.disk import lock
from gittrack.disk.content_store import ContentStore
from gittrack.git import integrity, objects
from gittrack.read import doctor_checks, doctor_repairs
from gittrack.read.doctor_checks import Diagnosis
from gittrack.read.doctor_runs import Finding
from gittrack.read.runs import listing


def problems(repo) -> list[str]:
    return [finding.problem for finding in doctor_checks.examine(repo).findings]


def called_verbs(monkeypatch) -> list[str]:
    """Return the list that gets all words of each call of git from now on."""
    words: list[str] = []
    call = git.Repo.call

    def noted(repo, *args, **options):
        words.extend(args)
        return call(repo, *args, **options)

    monkeypatch.setattr(git.Repo, "call", noted)
    return words


def object_path(repo, oid: str) -> Path:
    return Path(repo.common_dir, "objects", oid[:2], oid[2:])


def journal(repo, number: int, content: bytes | None = None) -> Path:
    folder = Path(layout.live_dir(repo.common_dir), run_id(number))
    folder.mkdir(parents=True)
    start = events.line("start", values=run_values.facts_of(number, status=RUNNING))
    (folder / layout.EVENTS).write_bytes(start if content is None else content)
    (folder / layout.SERIES).touch()
    return folder


# --- Findings -------------------------------------------------------------------------------------


def test_an_empty_and_a_sound_repository_have_no_findings(empty_repo):
    assert doctor_checks.examine(empty_repo) == Diagnosis(0, 0, [])
    for number in (1, 2):
        many = {f"p{position}": position for position in range(1001)}  # too many for the message
        run_values.commit(empty_repo, number, params=many, artifacts={"w": b"x"})
    assert doctor_checks.examine(empty_repo) == Diagnosis(2, 0, [])


def test_runs_and_live_runs_are_counted(empty_repo):
    run_values.commit(empty_repo, 1)
    handle = lock.acquire(journal(empty_repo, 2) / layout.LOCK)
    assert handle is not None
    assert doctor_checks.examine(empty_repo) == Diagnosis(2, 1, [])


def test_a_lost_object_is_found_in_the_run_that_needs_it(empty_repo):
    lost, shared = run_values.commit(empty_repo, 1, contents={"log": b"hello\n"}), b"other\n"
    run_values.commit(empty_repo, 2, contents={"log": shared})
    oid = hashlib.sha1(b"blob 6\0hello\n").hexdigest()
    object_path(empty_repo, oid).unlink()
    [finding] = doctor_checks.examine(empty_repo).findings
    assert (finding.problem, finding.aside) == (f"{lost.ref}: missing blob {oid}", lost.ref)
    assert "git track doctor --fix" in finding.remedy


def test_content_that_does_not_match_its_id_is_found_in_every_run_that_has_it(empty_repo):
    runs = [run_values.commit(empty_repo, n, contents={"log": b"hello\n"}) for n in (1, 2)]
    oid = hashlib.sha1(b"blob 6\0hello\n").hexdigest()
    path = object_path(empty_repo, oid)
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 6\0hullo\n"))
    why = f"the content of the object {oid[:12]} does not match its id"
    assert sorted(problems(empty_repo)) == sorted(f"{run.ref}: {why}" for run in runs)


def test_a_ref_without_a_value_is_found(empty_repo):
    ref = f"refs/runs/default/{run_id(1)}"
    Path(empty_repo.common_dir, "refs/runs/default").mkdir(parents=True)
    Path(empty_repo.common_dir, ref).write_text("")
    [finding] = doctor_checks.examine(empty_repo).findings
    assert (finding.problem, finding.aside) == (f"{ref}: its ref has no value", ref)


def rewrite(repo, run, body: bytes) -> None:
    """Give a run another message with the same tree."""
    tree = run_git(".", "rev-parse", f"{run.commit}^{{tree}}")
    Path("message").write_bytes(b"run\n" + body)
    commit = run_git(".", "commit-tree", "-F", "message", tree)
    run_git(".", "update-ref", run.ref, commit)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"params.lr: 0.1", b"params.lr: 0.2", "its message and its params.yaml differ"),
        (b"params.lr: 0.1", b'params.lr: "0.1"', "its message and its params.yaml differ"),
        (b"status: finished", b"status: failed", "its message and its run.yaml differ"),
        (b'"last": 0.5', b'"last": 0.25', "its message and its metrics.yaml differ"),
        (b"status: finished", b"nonsense", "not a 'key: value' line"),
    ],
)
def test_a_message_that_differs_from_the_files_is_found(empty_repo, old, new, problem):
    run = run_values.commit(empty_repo, 1, params={"lr": 0.1}, metrics={"acc": 0.5})
    rewrite(empty_repo, run, run.body.replace(old, new))
    [found] = problems(empty_repo)
    assert found.startswith(f"{run.ref}: {problem}")


def test_a_file_that_the_message_proves_and_the_tree_lacks_is_found(empty_repo):
    bare = run_values.commit(empty_repo, 1)
    rewrite(empty_repo, bare, bare.body + b"params.lr: 0.1\n")
    assert problems(empty_repo) == [f"{bare.ref}: its params.yaml is missing or cannot be read"]


@pytest.mark.parametrize(
    ("body", "text", "problem"),
    [
        ("format: 1\nhost: 5", "format: 1\nhost: 5\n", "run.yaml: host is 5"),
        ('duration_s: "1"', 'duration_s: "1"\n', "run.yaml: duration_s is '1'"),
        ("sweep.trial: 3", "sweep:\n  trial: 3\n", "run.yaml: sweep has no id"),
    ],
)
def test_a_fact_of_the_wrong_type_is_found_although_the_message_agrees(
    empty_repo, body, text, problem
):
    store = objects.Store(git.object_store_path(empty_repo), empty_repo.hash_name)
    tree = store.tree([objects.Entry("100644", "run.yaml", store.blob(text.encode()))])
    ref = f"refs/runs/default/{run_id(1)}"
    run_git(".", "update-ref", ref, store.commit(tree, [], "A <a@b>", 0, f"run\n\n{body}\n"))
    assert problems(empty_repo) == [f"{ref}: {problem}"]


def test_a_run_of_a_newer_gittrack_is_left_unchanged(empty_repo):
    run = run_values.commit(empty_repo, 1, format=99)
    [finding] = doctor_checks.examine(empty_repo).findings
    assert finding.problem.startswith(f"{run.ref} was written by a newer gittrack")
    assert (finding.aside, finding.remedy) == (None, "it is left unchanged")


def test_a_journal_whose_process_has_ended_is_found(empty_repo):
    journal(empty_repo, 1)
    [finding] = doctor_checks.examine(empty_repo).findings
    assert finding.problem.startswith(f"the run {run_id(1)} is only in its journal")
    assert finding.remedy == "commit it: git track recover"


def test_stored_content_that_has_changed_is_found(empty_repo):
    store = ContentStore(Path(layout.store_dir(empty_repo.common_dir)), 1000)
    Path("w").write_bytes(b"weights")
    with open("w", "rb") as file:
        digest = store.keep(file).digest
    assert problems(empty_repo) == []
    path = store.path(digest)
    path.chmod(0o644)
    path.write_bytes(b"changed")
    assert problems(empty_repo) == [f"{path}: its content has changed"]


def test_a_damaged_commit_graph_is_found_and_no_run_is_set_aside(empty_repo):
    run_values.commit(empty_repo, 1)
    run_git(".", "commit-graph", "write", "--reachable")
    path = Path(empty_repo.common_dir, "objects/info/commit-graph")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-5] + b"wrong")
    [finding] = doctor_checks.examine(empty_repo).findings
    assert finding.problem.startswith(f"{path} is damaged: commit-graph does not have")
    assert (finding.aside, "git commit-graph write" in finding.remedy) == (None, True)


@pytest.mark.parametrize("split", [[], ["--split"]])
def test_of_a_large_commit_graph_the_checksum_is_examined(empty_repo, monkeypatch, split):
    monkeypatch.setattr(integrity, "_LARGE_GRAPH", 0)
    run_values.commit(empty_repo, 1)
    run_git(".", "commit-graph", "write", "--reachable", *split)
    Path(empty_repo.common_dir, "objects/info/commit-graphs").mkdir(
        exist_ok=True
    )  # as gc leaves it
    verbs = called_verbs(monkeypatch)
    assert problems(empty_repo) == []
    assert "commit-graph" not in verbs
    (path,) = Path(empty_repo.common_dir, "objects/info").rglob(
        "*.graph" if split else "commit-graph"
    )
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-50] + b"x" + path.read_bytes()[-49:])
    (problem,) = problems(empty_repo)
    assert problem.endswith(f"{path.name} does not have its checksum")


def test_a_dangerous_path_and_a_risky_setting_are_found(empty_repo):
    run = run_values.commit(
        empty_repo, 1, contents={"outputs": [{"path": "../x", "where": "store"}]}
    )
    run_git(".", "config", "remote.o.fetch", "+refs/runs/*:refs/runs/*")
    unsafe, risk = doctor_checks.examine(empty_repo).findings
    assert unsafe.problem.startswith(f"{run.ref}: outputs.yaml has the path '../x'")
    assert unsafe.remedy.endswith(f"git track rm {run.id}")
    assert risk.problem.startswith("remote.o.fetch is +refs/runs/*")


# --- Set aside ------------------------------------------------------------------------------------


def test_damaged_refs_are_deleted_and_written_down(empty_repo):
    good, bad = run_values.commit(empty_repo, 1), run_values.commit(empty_repo, 2)
    findings = [Finding("x", "y"), Finding("x", "y", bad.ref), Finding("again", "y", bad.ref)]
    assert doctor_repairs.set_aside(empty_repo, Diagnosis(2, 0, findings)) == [bad.ref]
    assert [run.ref for run in listing.list_runs(empty_repo)] == [good.ref]
    record = Path(layout.home(empty_repo.common_dir), "damaged-refs")
    assert record.read_text() == f"{bad.commit} {bad.ref}\n"
    run_git(".", "update-ref", bad.ref, record.read_text().split()[0])  # nothing is lost
    assert len(listing.list_runs(empty_repo)) == 2


def test_a_damaged_ref_whose_name_is_not_text_is_set_aside_too(empty_repo):
    """Anybody can push such a name."""
    ref = os.fsdecode(f"refs/runs/caf\xe9/{run_id(1)}".encode("latin-1"))
    run_git(".", "update-ref", ref, run_git(".", "write-tree"))
    diagnosis = doctor_checks.examine(empty_repo)
    assert doctor_repairs.set_aside(empty_repo, diagnosis) == [ref]
    record = Path(layout.home(empty_repo.common_dir), "damaged-refs")
    assert record.read_bytes().endswith(f" refs/runs/caf\xe9/{run_id(1)}\n".encode("latin-1"))
    assert doctor_checks.examine(empty_repo).runs == 0


def test_without_damage_nothing_is_written(empty_repo):
    assert doctor_repairs.set_aside(empty_repo, Diagnosis(0, 0, [Finding("x", "y")])) == []
    assert not Path(layout.home(empty_repo.common_dir), "damaged-refs").exists()


def test_damaged_journals_are_moved_and_never_over_one_another(empty_repo):
    moved = []
    for _ in range(2):
        folder = journal(empty_repo, 1, b"what is this\n")
        diagnosis = doctor_checks.examine(empty_repo)
        assert diagnosis.findings[0].journal == folder
        moved += doctor_repairs.set_journals_aside(empty_repo, diagnosis)
    target = Path(layout.set_aside_dir(empty_repo.common_dir), run_id(1))
    assert [path for _, path in moved] == [target, target.with_name(f"{target.name}-1")]
    assert all((path / layout.EVENTS).read_bytes() == b"what is this\n" for _, path in moved)
    assert problems(empty_repo) == []


def test_a_journal_whose_process_runs_is_not_moved(empty_repo):
    folder = journal(empty_repo, 1, b"what is this\n")
    handle = lock.acquire(folder / layout.LOCK)
    assert handle is not None
    diagnosis = Diagnosis(1, 0, [Finding("x", "y", journal=folder)])
    assert doctor_repairs.set_journals_aside(empty_repo, diagnosis) == []
    assert folder.exists()
