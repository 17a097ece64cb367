"""The index of runs: quicker, never wrong, and no loss if it is deleted or damaged."""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import sys
from pathlib import Path

import pytest
import run_values
from helpers import git, listed, look, python, record, recorded, run_cli, start

from gittrack import git as git_layer
from gittrack.core.errors import TrackError
from gittrack.read.index import store, update
from gittrack.read.index.store import Manifest
from gittrack.read.index.writing import appending, encoder, renewal, verify
from gittrack.read.runs import blocks, listing, query

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


def manifest(place: Path) -> Path:
    return place / ".git/gittrack/cache/index"


def chunks(place: Path) -> Path:
    """Return the file with the chunks of the index."""
    (path,) = manifest(place).parent.glob("index-*")
    return path


def indexed() -> int:
    """Return how many runs are in the index."""
    index = store.load(git_layer.find().common_dir)
    return index.manifest.rows if index else 0


def best(*more: str) -> list[str]:
    """Return the names on the leaderboard."""
    done = look("top", "loss", "--max", "-n", "100", "--json", *more)
    assert done.code == 0, done.err
    return [run["name"] for run in json.loads(done.out)]


ALL = [f"r{number}" for number in reversed(range(COUNT))]


def git_verbs(place: Path, *argv: str) -> list[str]:
    """Return what git was asked to do for a command, besides locating the repository."""
    trace = place.absolute() / "trace.json"
    trace.write_text("")
    assert run_cli(*argv, env={"GIT_TRACE2_EVENT": str(trace)}).code == 0
    events = map(json.loads, trace.read_text().splitlines())
    names = sorted(event["name"] for event in events if event["event"] == "cmd_name")
    return [name for name in names if name != "rev-parse"]


def test_the_second_listing_asks_git_for_no_run(place):
    assert git_verbs(place, "top", "loss", "--max") == [
        *("cat-file", "for-each-ref", "for-each-ref")  # one listing is begun too early
    ]
    assert git_verbs(place, "top", "loss", "--max") == []
    assert git_verbs(place, "ls", "--sort", "loss") == []
    assert git_verbs(place, "ls", "-w", "loss > 3 and params.n < 30") == []
    assert git_verbs(place, "ls") == []
    assert git_verbs(place, "top", "loss") == ["config"]


def test_truncated_runs_need_one_process_more(empty_repo):
    for number in range(40):
        run_values.commit(empty_repo, number, metrics={f"m{n}": number + n for n in range(1001)})
    git_verbs(Path(), "top", "m7", "--max")
    assert git_verbs(Path(), "top", "m7", "--max") == ["cat-file"]
    assert git_verbs(Path(), "ls", "-w", "m7 > 20") == ["cat-file"]


def test_few_truncated_runs_without_an_index_need_one_process_more(empty_repo):
    for number in range(4):
        run_values.commit(empty_repo, number, metrics={f"m{n}": number + n for n in range(1001)})
    for argv in (("ls",), ("top", "m7", "--max"), ("ls", "-w", "m7 > 8")):
        assert git_verbs(Path(), *argv).count("cat-file") == 2
    assert indexed() == 0


def test_a_run_that_is_new_since_is_there(place):
    assert best() == ALL
    record("new", {"loss": 99.0})
    assert best() == ["new", *ALL]
    assert best() == ["new", *ALL]


def test_an_index_that_is_damaged_while_it_is_read_is_made_again(place, monkeypatch):
    monkeypatch.setattr(blocks, "LAZY", 10)
    best()
    runs = query.listing(git_layer.find(), lazy=True).runs
    before = next(iter(runs))
    damaged = bytearray(chunks(place).read_bytes())
    damaged[:] = b"x" * len(damaged)
    chunks(place).write_bytes(damaged)
    with pytest.raises(TrackError, match="was damaged while it was read"):
        list(runs)
    assert next(iter(query.listing(git_layer.find(), lazy=True).runs)) == before


def test_few_new_runs_are_left_to_git(place):
    best()
    before = chunks(place).read_bytes()
    record("new", {"loss": 99.0})
    best()
    assert chunks(place).read_bytes() == before


def test_what_is_said_afterwards_is_not_kept_but_seen(place):
    best()
    assert look("rename", "r3", "the-third").code == 0
    assert look("archive", "r4").code == 0
    assert best() == [{"r3": "the-third"}.get(name, name) for name in ALL if name != "r4"]


def test_many_new_runs_are_added(place, monkeypatch):
    best()
    monkeypatch.setattr(update, "_FEW", 1)
    names = [f"new{number}" for number in range(3)]
    for number, name in enumerate(names):
        record(name, {"loss": 100.0 + number})
    assert best() == [*names[::-1], *ALL]
    assert indexed() == COUNT + 3
    git(place, "pack-refs", "--all")
    assert best() == [*names[::-1], *ALL]
    assert indexed() == COUNT + 3


def test_annotations_are_in_a_file_of_their_own(place):
    """Renamed, archived and tagged runs are sorted and filtered without their notes."""
    best()
    for words in (("rename", "r3", "third"), ("archive", "r4"), ("tag", "r7", "+good")):
        assert look(*words).code == 0
    names = [run["name"] for run in json.loads(look("ls", "-n", "100", "--json").out)]
    for _ in range(2):
        assert json.loads(look("ls", "-w", "'good' in tags", "--json").out)[0]["name"] == "r7"
        assert json.loads(look("ls", "-w", "name == 'third'", "--json").out)[0]["tags"] == []
        assert best() == [{"r3": "third"}.get(name, name) for name in ALL if name != "r4"]
        assert sorted(best("--archived")) == sorted([*names, "r4"])
        assert look("show", "third").code == 0
    assert git_verbs(place, "ls", "-w", "'good' in tags") == []
    emptied(manifest(place).with_name("index.notes"))
    assert json.loads(look("ls", "-w", "'good' in tags", "--json").out)[0]["name"] == "r7"


def test_an_index_that_was_interrupted_is_continued(place, monkeypatch, caplog):
    """Ctrl-C while the index of many runs is made: the chunks that were written are used."""
    encoded = encoder.EncodedRuns
    calls = itertools.count()

    def interrupted(raws, *args, **more):
        if next(calls) == 2:
            raise KeyboardInterrupt
        return encoded(raws, *args, **more)

    monkeypatch.setattr(update, "_FEW", 0)
    monkeypatch.setattr(appending, "CHUNK", 10)
    monkeypatch.setattr(appending, "_worker_count", lambda runs: 0)
    monkeypatch.setattr(renewal, "_MANY", COUNT // 2)
    monkeypatch.setattr(appending, "EncodedRuns", interrupted)
    with pytest.raises(KeyboardInterrupt):
        query.listing(git_layer.find(), sort="loss")
    assert indexed() == 20
    assert best() == ALL
    assert indexed() == COUNT
    assert "making the index of runs, once: 10 of 40" in caplog.text


def test_a_run_in_the_trash_is_not_listed(place):
    best()
    git(place, "pack-refs", "--all")
    best()
    gone = next(run for run in listed() if run["name"] == "r5")
    assert look("rm", "r5").code == 0
    assert "r5" not in best()
    assert look("restore", gone["id"]).code == 0
    assert "r5" in best()


def test_a_run_that_was_resumed_is_there_once(place):
    best()
    first, other = listed("-e", "a")[:2]
    git(
        place, "update-ref", first["ref"], other["commit"]
    )  # as a run that is resumed moves its ref
    rows = [run for run in listed("--sort", "loss") if run["id"] == first["id"]]
    assert [run["commit"] for run in rows] == [other["commit"]]


def test_a_run_is_listed_once_if_another_experiment_has_its_id(place):
    first, other = listed("-e", "b")[:2]
    ref = f"refs/runs/b-c/{first['id']}"
    git(place, "update-ref", ref, first["commit"])
    git(place, "pack-refs", "--all")
    best()
    git(place, "update-ref", ref, other["commit"])
    rows = [run["commit"] for run in listed("--sort", "loss") if run["ref"] == ref]
    assert rows == [other["commit"]]


def test_an_earlier_attempt_does_not_decide_what_is_best(place):
    best()
    code = "run.define_metric('loss', goal='max'); run.log({'loss': 1.0})"
    assert python(f"import gittrack\nwith gittrack.init('a') as run:\n    {code}").code == 0
    git(place, "pack-refs", "--all")
    first, other = listed("-e", "a")[:2]
    assert query.top(git_layer.find(), "loss").direction.reason == "the runs define it"
    git(place, "update-ref", first["ref"], other["commit"])
    assert query.top(git_layer.find(), "loss").direction.smallest


def test_the_index_of_another_process_does_not_answer_for_earlier_refs(place, monkeypatch):
    git(place, "pack-refs", "--all")
    run, other = git(place, "for-each-ref", "--format=%(refname)", "refs/runs/a").split()[:2]

    def end(writer: store.Writer, *error: object) -> None:
        os.close(writer._lock)
        git(place, "update-ref", "refs/tags/another", other)
        git(place, "pack-refs", "--all")
        git(place, "update-ref", run, other)
        assert run_cli("top", "loss", "--max").code == 0

    monkeypatch.setattr(store.Writer, "__exit__", end)
    assert best() == ALL


def test_gc_keeps_nothing_of_what_it_removes(place):
    best()
    gone = next(run for run in listed() if run["name"] == "r5")
    assert look("rm", "r5").code == 0
    left = [manifest(place).with_name(name) for name in ("bodies", "index.new", "index-12345678")]
    for path in left:  # of an earlier version, and of a listing that was killed
        shutil.copy(manifest(place), path)
    assert look("gc", "--older-than", "0d").code == 0
    assert not any(path.exists() for path in (*left, manifest(place)))
    assert gone["commit"] not in {run["commit"] for run in listed()}


def test_the_runs_of_one_experiment(place):
    best()
    git(place, "update-ref", "-d", listed("-e", "a")[0]["ref"])
    assert best("-e", "a") == [name for name in ALL if not int(name[1:]) % 4 and name != "r36"]


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def garbled(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:2000] + b"#" + data[2001:])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_a_later_version(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"index 2", b"index 1", 1))


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
    path.write_bytes(store._head(b'{"data": 7}') + b'{"data": 7}')


def removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("file", [manifest, chunks])
@pytest.mark.parametrize(
    "harm",
    [
        *(cut_short, garbled, emptied, of_a_later_version, a_folder, unreadable, a_pipe),
        *(a_link_to_what_has_no_end, huge, removed, nonsense_with_a_checksum),
    ],
)
def test_a_damaged_one_is_as_good_as_none(place, harm, file):
    best()
    harm(file(place))
    assert best() == ALL
    assert best() == ALL


def test_any_changed_byte_changes_no_answer(place):
    """Each part of both files is overwritten in turn; an answer is right or comes from git."""
    best()
    dice = random.Random(0)
    for file in (manifest, chunks):
        for _ in range(20):
            path = file(place)
            data = bytearray(path.read_bytes())
            at = dice.randrange(len(data))
            data[at : at + 4] = dice.randbytes(4)
            path.write_bytes(data)
            for _ in range(2):  # the second time, the index is whole again
                answer = query.listing(git_layer.find(), sort="loss", query="params.n >= 30")
                assert [raw.id for raw in answer.runs] == sorted(raw.id for raw in answer.runs)
                assert answer.total == 10


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_in_a_read_only_repository_git_is_asked_every_time(place):
    manifest(place).parent.chmod(0o555)
    assert best() == ALL
    assert not manifest(place).exists()


def test_it_is_in_the_way_of_nothing(place):
    """A file where the folder should be: nothing can be kept, and nothing is said."""
    shutil.rmtree(manifest(place).parent)
    manifest(place).parent.write_text("not a folder")
    assert best() == ALL


def test_nothing_is_written_through_links(place, tmp_path):
    """Whoever may write in the repository may not have us write elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = ("index", "index.new", "index.lock", "git-version")
    for name in names:
        (elsewhere / name).write_text("precious")
    folder = manifest(place).parent
    shutil.rmtree(folder)
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(elsewhere / name)
    record("new", {"loss": 99.0})
    assert best() == ["new", *ALL]
    shutil.rmtree(folder)
    folder.symlink_to(elsewhere)
    assert best() == ["new", *ALL]
    store.forget(git_layer.find().common_dir)
    found = {path.name: path.read_text() for path in elsewhere.iterdir()}
    assert found == dict.fromkeys(names, "precious")


@pytest.mark.parametrize("writes", range(8))
def test_a_writer_that_is_killed_leaves_an_index_that_is_right(place, writes, monkeypatch):
    """The process ends in the middle of a write, or before the new manifest has its name."""
    best()
    monkeypatch.setattr(update, "_FEW", 0)
    record("new", {"loss": 99.0})
    if os.fork() == 0:
        killed_after(writes, monkeypatch)
        query.listing(git_layer.find(), sort="loss")
        os._exit(0)
    os.wait()
    assert best() == ["new", *ALL]
    assert best() == ["new", *ALL]
    assert sorted(path.name[:6] for path in manifest(place).parent.glob("index*")) == [
        *("index", "index-", "index.")
    ]


def killed_after(writes: int, patch: pytest.MonkeyPatch) -> None:
    """Make this process end in the middle of a later write to the index."""
    calls = itertools.count()

    def dying(call, half):
        def wrapper(*args, **more):
            if next(calls) == writes:
                half(*args, **more)
                os._exit(9)
            return call(*args, **more)

        return wrapper

    pwrite = os.pwrite
    monkey = {"pwrite": lambda fd, data, at: pwrite(fd, data[: len(data) // 2], at)}
    patch.setattr(os, "pwrite", dying(os.pwrite, monkey["pwrite"]))
    for name in ("open", "replace", "unlink"):
        patch.setattr(os, name, dying(getattr(os, name), lambda *args, **more: None))


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
        store.forget(git_layer.find().common_dir)
    assert [reader.communicate() for reader in readers] == [("", "")] * 4
    assert best() == ALL
    assert indexed() == COUNT


def test_doctor_deletes_one_that_differs_from_the_commits(place):
    best()
    repo = git_layer.find()
    assert verify.differing(repo) == []
    raws = listing.list_runs_with_summaries(repo)
    forged = [raw._replace(body=raw.body.replace(b'"last": 7.0', b'"last": 9.0')) for raw in raws]
    content, extent = encoder.encoded(forged, 0, with_bodies=True)
    with store.writer(repo.common_dir) as writer:
        data = writer.with_file(Manifest()).data
        store.write(writer.path(data), content, 0)
        manifest = store.load(repo.common_dir).manifest
        writer.publish(manifest._replace(data=data, extents=(extent,)))
    done = look("doctor")
    assert done.code == 1
    assert "the index differed from the commits of 1 runs" in done.out
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
    manifest(place).unlink()
    best()  # which keeps it now
    assert "nothing was run" in run_cli(*argv).err
    (commit,) = (run["commit"] for run in listed("-e", "c"))
    (place / ".git/objects" / commit[:2] / commit[2:]).unlink()  # as a broken disk does
    done = run_cli(*argv)
    assert done.out == "ran\n", done.err
