"""What listings keep of runs that they have read: quicker, never wrong, and no loss when it goes."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from binascii import crc32
from pathlib import Path

import pytest
from helpers import git, listed, look, record, recorded, run_cli, start

from gittrack import git as git_layer
from gittrack.read.runs import cache

COUNT = 40  # more than are left to git
RECORD = f"""
import gittrack
for number in range({COUNT}):
    with gittrack.init("b" if number % 4 else "a", name=f"r{{number}}", config={{"n": number}}) as run:
        run.log({{"loss": float(number)}})
"""


@pytest.fixture(scope="session")
def original(tmp_path_factory) -> Path:
    """A repository with runs that nobody has listed yet, made once."""
    return recorded(tmp_path_factory.mktemp("cached") / "repo", RECORD)


@pytest.fixture
def place(original, tmp_path, monkeypatch) -> Path:
    folder = Path(shutil.copytree(original, tmp_path / "repo", symlinks=True))
    monkeypatch.chdir(folder)
    return folder


def kept(place: Path) -> Path:
    return place / ".git/gittrack/cache/bodies"


def best(*more: str) -> list[str]:
    """Return the names on the leaderboard."""
    done = look("top", "loss", "--max", "-n", "100", "--json", *more)
    assert done.code == 0, done.err
    return [run["name"] for run in json.loads(done.out)]


ALL = [f"r{number}" for number in reversed(range(COUNT))]


def git_verbs(place: Path, *argv: str) -> list[str]:
    """Return what git was asked to do for a command."""
    trace = place.parent / "trace.json"
    trace.unlink(missing_ok=True)
    assert run_cli(*argv, env={"GIT_TRACE2_EVENT": str(trace)}).code == 0
    events = map(json.loads, trace.read_text().splitlines())
    return sorted(event["name"] for event in events if event["event"] == "cmd_name")


def test_the_second_listing_asks_git_for_names_only(place):
    assert git_verbs(place, "top", "loss", "--max") == ["cat-file", "for-each-ref", "rev-parse"]
    assert git_verbs(place, "top", "loss", "--max") == ["for-each-ref", "rev-parse"]
    assert git_verbs(place, "ls", "--sort", "loss") == ["for-each-ref", "rev-parse"]
    assert git_verbs(place, "top", "loss") == ["config", "for-each-ref", "rev-parse"]


def test_a_run_that_is_new_since_is_there(place):
    assert best() == ALL
    record("new", {"loss": 99.0})
    assert best() == ["new", *ALL]
    assert best() == ["new", *ALL]


def test_few_new_runs_are_left_to_git(place):
    best()
    before = kept(place).read_bytes()
    record("new", {"loss": 99.0})
    best()
    assert kept(place).read_bytes() == before


def test_what_is_said_afterwards_is_not_kept_but_seen(place):
    best()
    assert look("rename", "r3", "the-third").code == 0
    assert look("archive", "r4").code == 0
    assert best() == [{"r3": "the-third"}.get(name, name) for name in ALL if name != "r4"]


def test_a_run_in_the_trash_is_not_kept(place):
    best()
    gone = next(run for run in listed() if run["name"] == "r5")
    assert gone["commit"].encode() in kept(place).read_bytes()
    assert look("rm", "r5").code == 0
    assert "r5" not in best()
    assert gone["commit"].encode() not in kept(place).read_bytes()
    assert look("restore", gone["id"]).code == 0
    assert "r5" in best()


def test_gc_keeps_nothing_of_what_it_removes(place):
    best()
    gone = next(run for run in listed() if run["name"] == "r5")
    assert look("rm", "r5").code == 0
    left = kept(place).with_name("bodies.new")  # of a listing that was killed as it wrote
    shutil.copy(kept(place), left)
    assert look("gc", "--older-than", "0d").code == 0
    assert not left.exists()
    assert not kept(place).exists()
    assert gone["commit"] not in {run["commit"] for run in listed()}


def test_a_listing_of_one_experiment_keeps_what_is_there_of_the_others(place):
    best()
    git(place, "update-ref", "-d", listed("-e", "a")[0]["ref"])
    before = len(cache.load(git_layer.find().common_dir))
    assert best("-e", "a") == [name for name in ALL if not int(name[1:]) % 4 and name != "r36"]
    assert len(cache.load(git_layer.find().common_dir)) == before == COUNT
    best()  # of all: now it is known to be gone
    assert len(cache.load(git_layer.find().common_dir)) == COUNT - 1


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def garbled(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:2000] + b"#" + data[2001:])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_a_later_version(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"bodies 1", b"bodies 2", 1))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def unreadable(path: Path) -> None:
    path.chmod(0)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_link_to_what_has_no_end(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    os.truncate(path, 1 << 40)


def nonsense_with_a_checksum(path: Path) -> None:
    rest = b"one two\0only one"
    path.write_bytes(b"gittrack bodies 1 %08x\n" % crc32(rest) + rest)


def bytes_with_a_checksum(path: Path) -> None:
    rest = b"\xff\0body"
    path.write_bytes(b"gittrack bodies 1 %08x\n" % crc32(rest) + rest)


@pytest.mark.parametrize(
    "harm",
    [
        *(cut_short, garbled, emptied, of_a_later_version, a_folder, unreadable, a_pipe),
        *(a_link_to_what_has_no_end, huge, nonsense_with_a_checksum, bytes_with_a_checksum),
    ],
)
def test_a_damaged_one_is_as_good_as_none(place, harm):
    best()
    harm(kept(place))
    assert best() == ALL
    assert best() == ALL


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_in_a_read_only_repository_git_is_asked_every_time(place):
    kept(place).parent.chmod(0o555)
    assert best() == ALL
    assert not kept(place).exists()


def test_it_is_in_the_way_of_nothing(place):
    """A file where the folder should be: nothing can be kept, and nothing is said."""
    shutil.rmtree(kept(place).parent)
    kept(place).parent.write_text("not a folder")
    assert best() == ALL


def test_nothing_is_written_through_links(place, tmp_path):
    """Whoever may write in the repository may not have us write elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = ("bodies", "bodies.new", "git-version")
    for name in names:
        (elsewhere / name).write_text("precious")
    folder = kept(place).parent
    shutil.rmtree(folder)
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(elsewhere / name)
    record("new", {"loss": 99.0})
    assert best() == ["new", *ALL]
    shutil.rmtree(folder)
    folder.symlink_to(elsewhere)
    assert best() == ["new", *ALL]
    cache.forget(git_layer.find().common_dir)
    found = {path.name: path.read_text() for path in elsewhere.iterdir()}
    assert found == dict.fromkeys(names, "precious")


@pytest.mark.parametrize("age", [-1000, 1000])
def test_a_listing_that_was_killed_as_it_wrote_leaves_nothing_for_long(place, age):
    draft = kept(place).with_name("bodies.new")
    draft.parent.mkdir(exist_ok=True)
    draft.write_text("half a fi")
    assert best() == ALL
    assert draft.exists()  # somebody may be at it just now
    assert not kept(place).exists()
    os.utime(draft, (time.time() - age,) * 2)
    assert best() == ALL
    assert not draft.exists()
    assert kept(place).exists()


def test_many_threads_and_processes_read_and_write_it_at_once(place):
    code = f"""
import threading, gittrack
def read():
    for _ in range(5):
        assert len(gittrack.runs()) == {COUNT}
threads = [threading.Thread(target=read) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    readers = [start(sys.executable, "-c", code, cwd=place) for _ in range(4)]
    while any(reader.poll() is None for reader in readers):
        cache.forget(git_layer.find().common_dir)
    assert [reader.communicate() for reader in readers] == [("", "")] * 4
    assert best() == ALL
    assert sorted(path.name for path in kept(place).parent.glob("bodies*")) == ["bodies"]


def test_doctor_tells_of_one_that_does_not_say_what_the_commits_say(place):
    best()
    common_dir = git_layer.find().common_dir
    forged = {oid: text.replace(b"7.0", b"999.0") for oid, text in cache.load(common_dir).items()}
    cache.store(common_dir, forged)
    done = look("doctor")
    assert done.code == 1
    assert "differs from the commits of" in done.out
    kept(place).unlink()
    assert "all is well" in look("doctor").out


def test_a_replaced_commit_is_not_followed(place):
    """`git replace` makes other content appear under an id; what was recorded is what counts."""
    chosen = next(run for run in listed() if run["name"] == "r5")
    other = next(run for run in listed() if run["name"] == "r39")
    git(place, "replace", chosen["commit"], other["commit"])
    assert best() == ALL
    assert json.loads(look("show", chosen["id"], "--json").out)["metrics"]["loss"]["last"] == 5.0


def test_a_run_that_was_damaged_since_is_no_reason_to_run_nothing(place):
    argv = ("run", "--skip-existing", "-e", "c", "--", "echo", "ran")
    assert run_cli(*argv).out == "ran\n"
    kept(place).unlink()
    best()  # which keeps it now
    assert "nothing was run" in run_cli(*argv).err
    (commit,) = (run["commit"] for run in listed("-e", "c"))
    (place / ".git/objects" / commit[:2] / commit[2:]).unlink()  # as a broken disk does
    done = run_cli(*argv)
    assert done.out == "ran\n", done.err
