"""git/files/new_ref: a ref that is created without git is one that git would have created."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from helpers import git, run_cli
from helpers import repo as make_repo

from gittrack import git as gittrack_git
from gittrack.git import refs
from gittrack.git.files import config_files, new_ref

RUN = "refs/runs/digits/20260101-000000-0000abcd"


@pytest.fixture
def place(tmp_path) -> Path:
    """A repository, and a folder for the new file."""
    folder = make_repo(path=tmp_path / "place")
    (tmp_path / "scratch").mkdir()
    return folder


def plain(place: Path) -> new_ref.PlainRefs | None:
    repo = gittrack_git.find(place)
    config = gittrack_git.parse_config(repo.config().output())
    stamp = config_files.stamp(repo.common_dir)
    return new_ref.plain_refs(repo.common_dir, config, str(place.parent / "scratch"), stamp)


def create(place: Path, ref: str = RUN) -> bool:
    plain_refs = plain(place)
    assert plain_refs is not None
    return plain_refs.create(ref, git(place, "rev-parse", "HEAD"))


def test_git_reads_the_ref_and_packs_it(place):
    head = git(place, "rev-parse", "HEAD")
    assert create(place)
    assert git(place, "rev-parse", RUN) == head
    git(place, "fsck", "--strict")
    git(place, "pack-refs", "--all", "--prune")
    assert git(place, "rev-parse", RUN) == head
    assert not (place / ".git" / RUN).exists()
    assert list((place.parent / "scratch").iterdir()) == []


def test_the_file_is_the_one_that_git_writes(place):
    other = RUN.replace("abcd", "abce")
    assert create(place)
    git(place, "update-ref", other, "HEAD")
    ours, theirs = (place / ".git" / ref for ref in (RUN, other))
    assert ours.read_bytes() == theirs.read_bytes()
    assert ours.stat().st_mode == theirs.stat().st_mode
    assert ours.stat().st_nlink == 1


def test_a_draft_that_cannot_be_used_is_no_ref(place):
    head, other = git(place, "rev-parse", "HEAD"), RUN.replace("abcd", "abce")
    ready = plain(place)
    assert ready is not None
    drafted = ready.draft("1" * 40)
    assert not drafted.create(RUN, head)  # the draft is for another object
    assert ready.draft(head).drafted is None  # there is one already
    assert drafted.create(other, "1" * 40)
    assert (place / ".git" / other).read_text() == "1" * 40 + "\n"
    assert not (place / ".git" / RUN).exists()


def test_a_ref_stays_if_its_process_was_killed_before_it_removed_the_other_name(place):
    head, other = git(place, "rev-parse", "HEAD"), RUN.replace("abcd", "abce")
    assert create(place)
    os.link(place / ".git" / RUN, place.parent / "scratch/new-ref")
    ready = plain(place)
    assert ready is not None
    assert not ready.create(other, "1" * 40)
    assert git(place, "for-each-ref", "--format=%(objectname)", "refs/runs") == head


@pytest.mark.parametrize(
    "script",
    [
        f"git update-ref {RUN} HEAD",
        f"git update-ref {RUN} HEAD && git pack-refs --all --prune",
        f"git update-ref {RUN}/below HEAD",
        f"git update-ref {RUN}/below HEAD && git pack-refs --all --prune",
        f"git update-ref {os.path.dirname(RUN)} HEAD",
        f"git update-ref {os.path.dirname(RUN)} HEAD && git pack-refs --all --prune",
        f"mkdir -p .git/{os.path.dirname(RUN)} && touch .git/{RUN}.lock",
        "printf '#!/bin/sh\\n' > .git/hooks/reference-transaction",
        "rm -r ../scratch",
    ],
)
def test_git_has_to_do_it_if_something_is_in_the_way(place, script):
    ready = plain(place)
    subprocess.run(["sh", "-ec", script], cwd=place, check=True)
    before = git(place, "for-each-ref")
    assert ready is not None
    assert not ready.create(RUN, git(place, "rev-parse", "HEAD"))
    assert git(place, "for-each-ref") == before


@pytest.mark.parametrize(
    "ref",
    [
        *("refs/runs/a.lock/b", "refs/runs/b.lock", "refs/runs/.b", "refs/runs/a..b", "refs/runs/"),
        *("refs/heads/a", "refs/notes/runs", "refs/tags/a"),
        *("refs/runs/a b", "refs/runs/a/../../config", "refs/runs/ü", "runs/a", "refs/runs/a\n"),
    ],
)
def test_git_decides_about_unusual_names(tmp_path, ref):
    folder = str(tmp_path)
    ready = new_ref.PlainRefs(folder, f"{folder}/hook", folder, config_files.stamp(folder))
    assert ready.create(RUN, "0" * 40)
    assert not ready.create(ref, "0" * 40)


@pytest.mark.parametrize(
    "setting",
    [
        *("core.sharedRepository=group", "core.logAllRefUpdates=always", "core.hooksPath=hooks"),
        *("include.path=other", "hook.audit.command=true", "extensions.refStorage=files"),
    ],
)
def test_git_has_to_do_it_with_unusual_settings(tmp_path, setting):
    config = dict([setting.lower().split("=")])
    stamp = config_files.stamp(str(tmp_path))
    assert new_ref.plain_refs(str(tmp_path), {}, "scratch", stamp) is not None
    assert new_ref.plain_refs(str(tmp_path), config, "scratch", stamp) is None


@pytest.mark.parametrize("name", ["config", "home"])
def test_a_setting_that_changed_meanwhile_counts(place, monkeypatch, name):
    """A hook of a global configuration may have been set up while a run went on."""
    home = place.parent / "home"
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("HOME", str(home))
    ready = plain(place)
    assert ready is not None
    home.mkdir()
    file = place / ".git/config" if name == "config" else home / ".gitconfig"
    with file.open("a") as text:
        text.write("[core]\n\tlogAllRefUpdates = always\n")
    assert not ready.create(RUN, git(place, "rev-parse", "HEAD"))


def test_an_update_tells_what_git_says_about_a_ref_that_exists(place):
    repo = gittrack_git.find(place)._replace(plain_refs=plain(place))
    head = git(place, "rev-parse", "HEAD")
    refs.update(repo, RUN, head, None, "test")
    with pytest.raises(gittrack_git.GitError, match="exists"):
        refs.update(repo, RUN, head, None, "test")


def test_the_ref_of_a_run_needs_no_process_of_git(place):
    trace = place.with_name("trace")
    done = run_cli("run", "--", "true", cwd=place, env={"GIT_TRACE2": str(trace)})
    assert done.code == 0
    started = [line for line in trace.read_text().splitlines() if " start git " in line]
    calls = " ".join(started)
    assert (calls.count(" config "), calls.count(" status "), calls.count("update-ref")) == (
        1,
        1,
        0,
    )
    assert len(git(place, "for-each-ref", "refs/runs").splitlines()) == 1


@pytest.mark.slow
def test_refs_are_created_while_git_packs_and_prunes_folders(place):
    names = [f"refs/runs/e{number % 7}/{number:08x}" for number in range(2000)]
    loop = "while :; do git pack-refs --all --prune; done"
    packing = subprocess.Popen(["sh", "-c", loop], cwd=place, start_new_session=True)
    try:
        assert all(create_one for create_one in map(plain_creator(place), names))
    finally:
        os.killpg(packing.pid, 9)
        packing.wait()
    (place / ".git/packed-refs.lock").unlink(missing_ok=True)
    assert git(place, "for-each-ref", "--format=%(refname)", "refs/runs").split() == sorted(names)


def plain_creator(place: Path):
    ready, head = plain(place), git(place, "rev-parse", "HEAD")
    assert ready is not None
    return lambda name: ready.create(name, head)
