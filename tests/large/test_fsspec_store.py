"""large/fsspec_store: contents in file systems of fsspec: one in memory, and S3 by moto's server."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest
from helpers import git as run_git

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.disk.content_store import ContentStore
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large import choice

DATAS = [f"weights {number}".encode() * 1000 for number in range(3)]
CONTENTS = [Pointer(hashlib.sha256(data).hexdigest(), len(data)) for data in DATAS]


@pytest.fixture
def repo(tmp_path) -> git.Repo:
    """A repository with the contents."""
    run_git(tmp_path, "init", "-q", "work")
    repo = git.find(tmp_path / "work")
    store = ContentStore.of(repo.common_dir, 1 << 20)
    for data in DATAS:
        (tmp_path / "file").write_bytes(data)
        with open(tmp_path / "file", "rb") as file:
            store.keep(file)
    return repo


def send(repo: git.Repo, url: str, counted: list[int] | None = None):
    run_git(Path(repo.start), "config", "track.store", url)
    here = ContentStore.of(repo.common_dir)
    files = {content: here.path(content.digest) for content in CONTENTS}
    return choice.of_repo(repo).send(files, ([] if counted is None else counted).append)


def bring(repo: git.Repo, there: ContentStore, contents=CONTENTS):
    return choice.of_repo(repo).bring(list(contents), there, lambda count: None)


def check(repo: git.Repo, url: str, there: ContentStore, write) -> None:
    """Send and bring, with damage in between; ``write`` writes a file below the URL."""
    counted: list[int] = []
    assert send(repo, url, counted) == {}
    assert sum(counted) == sum(map(len, DATAS))
    assert bring(repo, there, CONTENTS[:1]) == {}
    name = "{0[0]}{0[1]}/{0[2]}{0[3]}/{0}".format
    write(name(CONTENTS[1].digest), DATAS[1][:100])  # a put that was interrupted
    write(name(CONTENTS[2].digest), DATAS[2][::-1])
    absent = Pointer("0" * 64, 5)
    shown = choice.of_repo(repo).name
    assert bring(repo, there, [*CONTENTS[1:], absent]) == {
        CONTENTS[1]: f"it has 100 bytes in {shown}, but {CONTENTS[1].size} were recorded",
        CONTENTS[2]: f"the content that came is not {CONTENTS[2].digest[:12]}",
        absent: f"{shown} does not have it",
    }
    assert send(repo, url) == {}  # completes what was interrupted
    assert bring(repo, there, CONTENTS[:2]) == {}
    assert [there.has(content) for content in CONTENTS] == [True, True, False]


@pytest.mark.slow
def test_a_file_system_in_memory(repo, tmp_path):
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    there = ContentStore.of(str(tmp_path / "there"))
    check(repo, "memory://team/x", there, lambda name, data: system.pipe(f"/team/x/{name}", data))


@pytest.mark.slow
def test_a_bucket_of_s3(repo, tmp_path, monkeypatch):
    """The server is moto's, the client s3fs."""
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    fsspec = pytest.importorskip("fsspec")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        system = fsspec.filesystem("s3", skip_instance_cache=True)
        system.mkdir("bucket")
        there = ContentStore.of(str(tmp_path / "there"))
        check(
            repo,
            "s3://bucket/prefix",
            there,
            lambda name, data: system.pipe(f"bucket/prefix/{name}", data),
        )
        reasons = set(send(repo, "s3://no-such-bucket/prefix").values())
        assert len(reasons) == 1
        assert "bucket" in reasons.pop()
    finally:
        server.stop()


def test_what_is_not_installed_or_not_known_is_named(repo, monkeypatch):
    run_git(Path(repo.start), "config", "track.store", "s3://user:secret@host/bucket")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(TrackError, match="which needs a package") as caught:
        choice.of_repo(repo)
    assert caught.value.hint == "install it: pip install 'gittrack[store]'"
    assert "secret" not in caught.value.message


@pytest.mark.slow
def test_an_unknown_kind_of_url_is_named(repo):
    pytest.importorskip("fsspec")
    run_git(Path(repo.start), "config", "track.store", "nonsense://bucket")
    with pytest.raises(
        TrackError, match=r"track\.store is nonsense://bucket, which cannot be used"
    ):
        choice.of_repo(repo)
