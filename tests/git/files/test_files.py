"""Files of git: what is read without a process is what git says, and git is asked about the rest."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from helpers import git, repo

from gittrack.git import process
from gittrack.git.files import head, index, loose, packed_object, packed_refs, repository


@pytest.mark.parametrize("below", ["", "a", "a/deep folder", "link/b"])
def test_an_ordinary_repository_is_located_as_git_does(below, tmp_path):
    place = repo(path=tmp_path / "ours")
    (place / "a/deep folder/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to(place / "a/deep folder")
    start = (tmp_path if below.startswith("link") else place) / below
    located = repository.locate(str(start))
    assert located is not None
    assert process.find(start) == process.find_by_git(str(start))


@pytest.mark.parametrize(
    "change",
    [
        "git config core.bare true",
        "git config core.worktree ..",
        "git config extensions.worktreeConfig true",
        "git config include.path other",
        "git config core.repositoryFormatVersion 1",
        "printf '[core]\\n\\trepositoryformatversion = 7\\n' >> .git/config",
        "git worktree add -q ../linked; cd ../linked",
        "mv .git ../elsewhere; ln -s ../elsewhere .git",
        "mv .git/config ../config; ln -s ../../config .git/config",
        "cd .git/refs",
        "git init -q --bare inside.git; cd inside.git/objects",
        "rm .git/HEAD",
        "git checkout -q --detach",
        "printf '\\n# %70000d' 1 >> .git/config",
    ],
)
def test_git_is_asked_about_what_is_not_ordinary(change):
    place = repo()
    start = git(place, "-c", f"alias.x=!{{ {change}; }} >/dev/null && pwd", "x").strip()
    assert repository.locate(start) is None


def test_git_is_asked_about_another_place_than_a_folder_of_this_user(tmp_path, monkeypatch):
    place = repo(path=tmp_path / "ours")
    assert repository.locate(str(place / "nothing")) is None
    (place / "file").touch()
    assert repository.locate(str(place / "file")) is None
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert repository.locate(str(place)) is None
    monkeypatch.undo()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert repository.locate(str(place)) is None


def test_git_is_asked_about_the_root_of_the_file_system(monkeypatch):
    monkeypatch.setattr(os.path, "lexists", lambda path: path == "//.git")
    monkeypatch.setattr(repository, "_is_own", lambda folder: True)
    monkeypatch.setattr(repository, "_is_ordinary", lambda git_dir: True)
    assert repository.locate("/") is None


def test_a_loose_commit_is_read_as_git_shows_it():
    place = repo()
    for step in (
        "commit -q --allow-empty -m 'two\n\ntree 0'",
        "checkout -q --detach",
        "checkout -q -",
    ):
        git(place, "-c", f"alias.x=!git {step}", "x")
        commit = head.read(f"{place}/.git", f"{place}/.git")
        assert commit is not None
        assert [*commit] == [
            *git(place, "log", "-1", "--format=%H %T").split(),
            int(git(place, "log", "-1", "--format=%ct")),
        ]
    git(place, "replace", "HEAD", "HEAD~1")
    assert head.read(f"{place}/.git", f"{place}/.git") is None
    git(place, "pack-refs", "--all", "--no-prune")
    (place / ".git/refs/replace").rename(place / ".git/hidden")
    assert head.read(f"{place}/.git", f"{place}/.git") is None
    git(place, "replace", "-d", git(place, "replace").strip())
    assert head.read(f"{place}/.git", f"{place}/.git") is not None
    expected = head.read(f"{place}/.git", f"{place}/.git")
    git(place, "gc", "-q")
    assert head.read(f"{place}/.git", f"{place}/.git") == expected


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_packed_objects_are_read_as_git_shows_them(tmp_path, hash_name):
    place, objects = tmp_path / "ours", str(tmp_path / "ours/.git/objects")
    git(tmp_path, "init", "-q", f"--object-format={hash_name}", "ours")
    for number in range(60):
        new = "".join(random.Random(number).choices("abcdefghijklm ", k=500))
        git(
            place,
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            f"{new}\n\n" + "same words " * (number // 2),
        )
    git(place, "tag", "-am", "not a commit", "v1")
    git(place, "gc", "-q")
    oids = git(place, "rev-list", "--objects", "--all").split()
    contents = [packed_object.read(objects, oid) for oid in oids]
    whole = {oid: content for oid, content in zip(oids, contents, strict=True) if content}
    assert 10 < len(whole) < len(oids)  # the others are there only as differences
    for oid, packed in whole.items():
        assert git(place, "cat-file", "-t", oid).strip().encode() == packed.kind
        content = git(place, "cat-file", packed.kind.decode(), oid)
        assert packed.content.decode().strip() == content.strip()
    assert packed_object.read(objects, git(place, "rev-parse", "v1").strip()) is None
    for digit in "01ef":
        assert packed_object.read(objects, digit * len(oids[0])) is None


def test_git_is_asked_if_an_index_gives_the_place_of_another_object():
    place = repo()
    git(place, "commit", "-q", "--allow-empty", "-m", "two")
    git(place, "repack", "-adq", "--depth=0")
    (path,) = (place / ".git/objects/pack").glob("*.idx")
    oids = {line.split()[0] for line in git(place, "rev-list", "--objects", "--all").splitlines()}
    content, end = path.read_bytes(), 40  # the end: two digests
    start = len(content) - end - 4 * len(oids)
    path.chmod(0o644)
    path.write_bytes(
        content[:start] + content[start + 4 : -end] + content[start : start + 4] + content[-end:]
    )
    assert not any(packed_object.read(f"{place}/.git/objects", oid) for oid in oids)


@pytest.mark.parametrize("packed", [False, True])
def test_the_name_of_a_branch_may_end_with_a_space_of_another_script(packed):
    place = repo()
    git(place, "checkout", "-q", "-b", "other\u3000")
    git(place, "commit", "-q", "--allow-empty", "-m", "two")
    git(place, "branch", "other", "HEAD~1")
    if packed:
        git(place, "pack-refs", "--all")
    commit = head.read(f"{place}/.git", f"{place}/.git")
    assert commit is not None
    assert commit.oid == git(place, "rev-parse", "HEAD")
    (place / ".git/HEAD").write_text(commit.oid.upper())
    assert head.read(f"{place}/.git", f"{place}/.git") == commit


@pytest.mark.parametrize("lines", [1, 1000])
def test_odd_lines_of_packed_refs_are_no_refs(lines, tmp_path):
    usual = [f"{'0' * 40} refs/heads/a{number:04d}\n" for number in range(lines)]
    odd = [f"{'1' * 40}  refs/heads/b\n", f"{'2' * 40} refs/heads/c refs/heads/d\n"]
    text = "# pack-refs with: sorted \n" + "".join(usual + odd) + f"{'3' * 40} refs/heads/e"
    (tmp_path / "packed-refs").write_text(text)
    assert packed_refs.oid(str(tmp_path), "refs/heads/a0000") == "0" * 40
    for name in ("b", "d", "e"):
        assert packed_refs.oid(str(tmp_path), f"refs/heads/{name}") is None


def test_git_is_asked_about_a_damaged_pack():
    place = repo()
    oid = git(place, "rev-parse", "HEAD").strip()
    git(place, "gc", "-q")
    (index_of_pack,) = (place / ".git/objects/pack").glob("*.idx")
    pack = index_of_pack.with_suffix(".pack")
    for file in (index_of_pack, pack):
        content = file.read_bytes()
        file.chmod(0o644)
        for damaged in (b"", content[:300], content[:1100], b"\xff" * len(content)):
            file.write_bytes(damaged)
            result = packed_object.read(f"{place}/.git/objects", oid)
            assert result is None or result.content.startswith(b"tree ")
        file.write_bytes(content)
    assert packed_object.read(f"{place}/.git/objects", oid) is not None


def test_a_ref_of_one_work_tree_is_not_looked_up_in_all_of_them(tmp_path):
    place = repo(path=tmp_path / "ours")
    git(place, "update-ref", "refs/bisect/x", git(place, "commit-tree", "HEAD^{tree}").strip())
    git(place, "worktree", "add", "-q", "--detach", "../linked")
    git(tmp_path / "linked", "update-ref", "refs/bisect/x", "HEAD")
    (place / ".git/worktrees/linked/HEAD").write_text("ref: refs/bisect/x\n")
    commit = head.read(f"{place}/.git/worktrees/linked", f"{place}/.git")
    assert commit is None or commit.oid == git(tmp_path / "linked", "rev-parse", "HEAD").strip()


def test_without_a_commit_git_is_asked_for_it(tmp_path):
    git(tmp_path, "init", "-q")
    assert head.read(f"{tmp_path}/.git", f"{tmp_path}/.git") is None
    assert index.listing(f"{tmp_path}/.git") == b""


def listed_by_git(place: Path) -> bytes:
    return os.fsencode(git(place, "ls-files", "-v", "-z", "--full-name", ":/"))


def test_the_index_is_listed_as_git_does():
    place = repo(
        "mkdir -p 'a b/c'; for n in 1 22 333 4444 55555 666666 7777777 88888888; do touch 'a b/c'/$n $n; done"
    )
    git(place, "add", "-A")
    flags = [("--assume-unchanged", "1"), ("--skip-worktree", "22"), ("--skip-worktree", "1")]
    for flag, name in flags:
        assert index.listing(f"{place}/.git") == listed_by_git(place)
        git(place, "update-index", flag, name)
    (place / "intended").touch()
    git(place, "add", "-N", "intended")
    assert b"s 1\0" in listed_by_git(place)
    assert index.listing(f"{place}/.git") == listed_by_git(place)


@pytest.mark.parametrize(
    "change",
    [
        "git update-index --index-version 4",
        "git update-index --split-index",
        "git sparse-checkout init --cone --sparse-index && git sparse-checkout set a",
        "printf '100644 %s 1\\tx\\n' $(git hash-object -w a/f) | git update-index --index-info",
        "truncate -s 100 .git/index",
        "printf 'none' > .git/index",
        "cd b; for n in $(seq 2000); do echo > $n-with-a-long-name; done; git add .",
    ],
)
def test_git_is_asked_about_an_unusual_index(change):
    place = repo("mkdir a b; touch a/f b/f; git add -A; git commit -qm two")
    git(place, "-c", f"alias.x=!{{ {change}; }} 2>&1", "x")
    assert index.listing(f"{place}/.git") is None


@pytest.mark.parametrize("sorted_", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 40, 900])
def test_a_name_is_looked_up_in_packed_refs(tmp_path, count, sorted_):
    assert not packed_refs.exists(str(tmp_path), "refs/runs/a/00")
    names = [f"refs/runs/a/{number:04}" for number in range(0, 2 * count, 2)]
    lines = [
        "# pack-refs with: peeled fully-peeled sorted " if sorted_ else "# pack-refs with: peeled"
    ]
    oids = {}
    for number, name in enumerate(names if sorted_ else reversed(names)):
        oids[name] = f"{number:040}"
        lines.append(f"{number:040} {name}")
        if number % 3 == 0:
            lines.append(f"^{number:040}")
    (tmp_path / "packed-refs").write_text("\n".join([*lines, ""]))
    for number in range(0, 2 * count + 2, 1 + count // 50):
        name = f"refs/runs/a/{number:04}"
        assert packed_refs.exists(str(tmp_path), name) == (name in names)
        assert packed_refs.oid(str(tmp_path), name) == oids.get(name)
        assert packed_refs.exists_below(str(tmp_path), name[:-1]) == any(
            other.startswith(name[:-1]) for other in names
        )
    for folder in ("refs/replace/", "refs/runs/", "refs/tags/"):
        expected = folder == "refs/runs/" and count > 0
        assert packed_refs.exists_below(str(tmp_path), folder) == expected
        assert packed_refs.exists_any(str(tmp_path), ["refs/a", folder[:-1]], folder) == expected
    last = names[-1:]
    assert packed_refs.exists_any(str(tmp_path), ["refs/a", *last], "refs/tags/") == bool(last)


def test_an_empty_file_of_packed_refs_has_no_ref(tmp_path):
    (tmp_path / "packed-refs").touch()
    assert not packed_refs.exists(str(tmp_path), "refs/heads/main")


def test_packed_refs_that_become_shorter_meanwhile_do_not_end_the_process(tmp_path, monkeypatch):
    lines = [f"{number:040} refs/runs/a/{number:05}\n" for number in range(2000)]
    file = tmp_path / "packed-refs"
    file.write_text("".join(["# pack-refs with: peeled fully-peeled sorted \n", *lines]))
    bisect = packed_refs._bisect

    def shortened(*parameters):
        os.truncate(file, 20_000)
        return bisect(*parameters)

    monkeypatch.setattr(packed_refs, "_bisect", shortened)
    assert not packed_refs.exists(str(tmp_path), "refs/runs/a/01999")
    assert packed_refs.exists(str(tmp_path), "refs/runs/a/00001")


def test_new_objects_and_refs_are_read_and_git_is_asked_about_others():
    place = repo()
    common, oid = str(place / ".git"), git(place, "rev-parse", "HEAD").strip()
    (blob,) = (git(place, "rev-parse", "HEAD:train.py").strip(),)
    assert loose.ref(common, "refs/heads/main") == oid
    assert loose.read_object(common, blob) == (place / "train.py").read_bytes()
    git(place, "symbolic-ref", "refs/heads/other", "refs/heads/main")
    assert loose.ref(common, "refs/heads/other") is None
    assert loose.read_object(common, "../../../../dev/null".ljust(40, "/")) is None
    file = Path(common, "objects", blob[:2], blob[2:])
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-3])
    assert loose.read_object(common, blob) is None
    git(place, "pack-refs", "--all")
    assert loose.ref(common, "refs/heads/main") is None
