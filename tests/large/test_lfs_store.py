"""large/lfs_store: the real git-lfs moves content to and from a small server."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import lfs_server
import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import choice

pytestmark = pytest.mark.skipif(not shutil.which("git-lfs"), reason="git-lfs is not installed")
DATAS = [f"weights {number}".encode() * 1000 for number in range(3)]
CONTENTS = [Pointer(hashlib.sha256(data).hexdigest(), len(data)) for data in DATAS]


@pytest.fixture
def server(tmp_path):
    with lfs_server.serving(tmp_path / "server") as server:
        yield server


@pytest.fixture
def repos(tmp_path, server) -> tuple[git.Repo, git.Repo]:
    """Two repositories with the same remote; the first has the contents."""
    for name in ("first", "second"):
        run_git(tmp_path, "init", "-q", name)
        run_git(tmp_path / name, "remote", "add", "origin", f"{server.url}/team.git")
    first, second = (git.find(tmp_path / name) for name in ("first", "second"))
    store = ContentStore.of(first.common_dir, 1 << 20)
    for data in DATAS:
        (tmp_path / "file").write_bytes(data)
        with open(tmp_path / "file", "rb") as file:
            store.keep(file)
    return first, second


def send(repo: git.Repo, contents=CONTENTS, counted=None):
    here = ContentStore.of(repo.common_dir)
    files = {content: here.path(content.digest) for content in contents}
    count = ([] if counted is None else counted).append
    return choice.of_repo(repo, pushing=True).send(files, count)


def bring(repo: git.Repo, contents=CONTENTS, counted=None):
    here = ContentStore.of(repo.common_dir)
    count = ([] if counted is None else counted).append
    return choice.of_repo(repo).bring(list(contents), here, count)


def has(repo: git.Repo) -> list[bool]:
    return [ContentStore.of(repo.common_dir).has(content) for content in CONTENTS]


def test_contents_go_to_the_server_of_the_remote_and_come_to_another_clone(repos, server):
    first, second = repos
    counted: list[int] = []
    assert send(first, counted=counted) == {}
    assert sorted(os.listdir(server.folder)) == sorted(content.digest for content in CONTENTS)
    assert sum(counted) == sum(map(len, DATAS))
    assert server.requests[0] == "upload /team.git/info/lfs/objects/batch"
    # The size that git lfs reports is no promise of the protocol; the sum is made right.
    counted.clear()
    absent = Pointer("0" * 64, 5)
    lying = CONTENTS[0]._replace(size=7)
    assert bring(second, [*CONTENTS[1:], absent, lying], counted) == {
        absent: "origin does not have it",
        lying: "the size is another one",
    }
    assert has(second) == [False, True, True]
    store = ContentStore.of(second.common_dir)
    assert store.path(CONTENTS[1].digest).samefile(store.lfs_path(CONTENTS[1].digest))
    assert [path.name for path in Path(second.common_dir, "gittrack").iterdir()] == ["store"]


@pytest.mark.slow
def test_what_the_server_refuses_does_not_stop_the_rest(repos, server, tmp_path):
    first, _ = repos
    server.most = CONTENTS[0].size
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    store = ContentStore.of(first.common_dir, 1 << 20)
    with open(tmp_path / "large", "rb") as file:
        large = Pointer(*store.keep(file)[:2])
    damaged = store.path(CONTENTS[2].digest)
    damaged.chmod(0o644)
    damaged.write_bytes(b"a bad disk")
    failures = send(first, [*CONTENTS, large])
    assert failures == {
        large: "object is too large",
        CONTENTS[2]: f"the content of {damaged} has changed",
    }
    assert len(os.listdir(server.folder)) == 2


def test_a_server_that_sends_other_bytes_is_not_believed(repos, server):
    first, second = repos
    send(first)
    server.lies = DATAS[0][::-1]
    assert bring(second) == {
        content: f"the content that came is not {content.digest[:12]}" for content in CONTENTS
    }
    assert has(second) == [False] * 3
    server.lies = None
    assert (bring(second), has(second)) == ({}, [True] * 3)


@pytest.mark.slow
def test_a_file_of_a_wrong_size_is_not_taken(repos, server):
    """A server that does not compare sizes gives the content for a pointer with a wrong one."""
    first, second = repos
    send(first)
    server.lies = DATAS[1]
    lying = CONTENTS[1]._replace(size=7)
    assert list(bring(second, [lying])) == [lying]
    assert has(second) == [False] * 3


def test_only_the_lfsconfig_of_the_own_branch_names_the_server(repos, server, tmp_path):
    first, _ = repos
    with lfs_server.serving(tmp_path / "other") as other:
        folder = Path(first.start)
        lines = f"[lfs]\n\turl = {other.url}/x\n\tfetchexclude = *\n"
        (folder / ".lfsconfig").write_text(lines)
        run_git(folder, "add", ".lfsconfig")
        assert choice.of_repo(first).address == f"lfs {server.url}/team.git"  # not committed
        run_git(folder, "commit", "-qm", "a server")
        run_git(folder, "checkout", "-q", "--detach")  # as the code of a run is
        assert choice.of_repo(first).address == f"lfs {server.url}/team.git"
        assert (send(first, CONTENTS[:1]), other.requests) == ({}, [])
        run_git(folder, "checkout", "-q", "-b", "mine")
        assert (send(first, CONTENTS[1:2]), os.listdir(other.folder)) == ({}, [CONTENTS[1].digest])
        run_git(folder, "config", "lfs.url", f"{server.url}/mine")
        assert choice.of_repo(first).address == f"lfs {server.url}/mine"
        run_git(folder, "config", "--unset", "lfs.url")
    for url in ("ssh://-oProxyCommand=x/y", "ext::sh -c x", "/a/folder", "https://a b"):
        (folder / ".lfsconfig").write_text(f'[lfs]\n\turl = "{url}"\n')
        run_git(folder, "commit", "-qam", url)
        assert choice.of_repo(first).address == f"lfs {server.url}/team.git"
    server.most = 0
    assert set(send(first, CONTENTS[2:]).values()) == {"object is too large"}


def test_a_server_that_sends_without_end_is_stopped(repos, server):
    first, second = repos
    send(first)
    server.endless = CONTENTS[0].digest
    failures = bring(second)
    assert failures[CONTENTS[0]] == "the server sent more than the size of the file"
    storage = Path(second.common_dir, "lfs")
    sizes = [path.stat().st_size for path in storage.rglob("*") if path.is_file()]
    assert sum(sizes) < 4 << 20
    server.endless = ""
    assert (bring(second), has(second)) == ({}, [True] * 3)


@pytest.mark.slow
def test_a_server_that_the_user_configured_is_used(repos, server, tmp_path):
    first, _ = repos
    run_git(Path(first.start), "config", "remote.origin.url", "git@host.invalid:team.git")
    run_git(Path(first.start), "config", "lfs.url", f"{server.url}/other")
    assert send(first) == {}
    assert server.requests[0] == "upload /other/objects/batch"
    assert choice.of_repo(first).address == f"lfs {server.url}/other"


def test_without_git_lfs_the_way_out_is_named(repos, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("GIT_EXEC_PATH", run_git(tmp_path, "--exec-path"))
    with pytest.raises(TrackError, match="origin needs git lfs, which is not installed") as caught:
        send(repos[0])
    with pytest.raises(TrackError, match="origin needs git lfs, which is not installed"):
        bring(repos[1])
    assert caught.value.hint == (
        "install git-lfs, or choose a store: git config track.store FOLDER"
    )


@pytest.mark.slow
def test_a_file_system_without_hard_links_gets_a_copy(repos, server, monkeypatch):
    first, _ = repos
    shutil.rmtree(Path(first.common_dir, "lfs"))

    def refuse(*args: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert send(first) == {}
    assert len(os.listdir(server.folder)) == 3
