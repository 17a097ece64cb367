"""A recorded run as Python code sees it: its facts as attributes, its points, its files."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import run_values

from gittrack.core import layout
from gittrack.core.errors import Damaged, TrackError
from gittrack.core.run import events, series
from gittrack.core.run.run_info import RUNNING
from gittrack.disk.content_store import ContentStore
from gittrack.read.runs import live as live_runs
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.record import RunRecord
from gittrack.record.publish.tree import Artifact

POINTS = f"{series.HEADER}0,loss,0.5,0.1\n0,acc,0.25,0.1\n1,loss,0.25,0.2\n"


def record(repo, number: int = 1, **values) -> RunRecord:
    return RunRecord(repo, run_values.commit(repo, number, **values))


# --- Facts --------------------------------------------------------------------------------------


def test_facts_are_attributes_and_other_names_are_not(empty_repo):
    run = record(empty_repo, name="base", params={"lr": 0.1}, seed=7)
    assert (run.name, run.params, run.seed, run.status) == ("base", {"lr": 0.1}, 7, "finished")
    assert run.branch is None  # a listed fact that this run does not have
    assert record(empty_repo, 2, code={"branch": "main"}).branch == "main"
    with pytest.raises(AttributeError, match="a run has no 'learning_rate'"):
        _ = run.learning_rate
    assert repr(run) == f"<run {run.id} of default, finished>"
    assert run.commit.hexsha == run.info.commit


def test_runs_are_equal_if_their_facts_are(empty_repo):
    first, again = record(empty_repo), record(empty_repo)
    assert first == again
    assert len({first, again}) == 1
    assert first != record(empty_repo, 2)
    assert first != first.info


def test_files_that_a_run_does_not_have_are_empty(empty_repo):
    run = record(empty_repo)
    assert (run.env, run.inputs, run.outputs, run.written, run.diff, run.log) == (
        {},
        [],
        [],
        {},
        {},
        "",
    )


def test_the_log_is_text_whatever_the_command_printed(empty_repo):
    run = record(empty_repo, contents={"log": b"caf\xe9 \xf0\x9f\x98\x80\n"})
    assert run.log == "caf\ufffd \U0001f600\n"


# --- Points -------------------------------------------------------------------------------------


def with_points(repo, text: str = POINTS, number: int = 1) -> RunRecord:
    metrics = series.summarise(POINTS.splitlines(keepends=True))
    return record(repo, number, metrics=metrics, contents={"series": text.encode()})


def test_the_history_of_a_metric_is_three_arrays(empty_repo):
    history = with_points(empty_repo).history("loss")
    np.testing.assert_array_equal(history.steps, [0, 1])
    np.testing.assert_array_equal(history.values, [0.5, 0.25])
    np.testing.assert_array_equal(history.times, [0.1, 0.2])


def test_a_metric_without_points_has_an_empty_history(empty_repo):
    run = record(empty_repo, metrics={"final": 1.0})
    assert [len(column) for column in run.history("final")] == [0, 0, 0]


@pytest.mark.parametrize(("name", "hint"), [("los", "did you mean loss?"), ("zzz", "it has: ")])
def test_a_metric_that_the_run_does_not_have(empty_repo, name, hint):
    with pytest.raises(TrackError, match=f"has no metric '{name}'") as caught:
        with_points(empty_repo).history(name)
    assert caught.value.hint.startswith(hint)


def test_points_come_in_the_order_of_logging(empty_repo):
    assert [point[:3] for point in with_points(empty_repo).points()] == [
        (0, "loss", 0.5),
        (0, "acc", 0.25),
        (1, "loss", 0.25),
    ]
    assert list(record(empty_repo, 2).points()) == []


def test_a_line_that_is_no_point_is_damage_before_or_after_the_good_points(empty_repo):
    run = with_points(empty_repo, POINTS + "what is this\n")
    points = run.points()
    assert next(points)[1] == "loss"
    with pytest.raises(Damaged, match=r"metrics\.csv of .* is damaged"):
        list(points)
    with pytest.raises(Damaged):
        next(run.points(whole=True))


# --- Files --------------------------------------------------------------------------------------


def stored(repo, data: bytes) -> Path:
    content = ContentStore(Path(layout.store_dir(repo.common_dir)), 10**6)
    Path("source").write_bytes(data)
    with open("source", "rb") as file:
        return content.path(content.keep(file).digest)


def with_artifacts(repo, number: int = 1) -> RunRecord:
    """A run with an artifact in git, one in the store, and one that is nowhere."""
    digest = hashlib.sha256(b"weights").hexdigest()
    outputs = [
        {
            "path": "dir/a.bin",
            "where": "git",
            "size": 1,
            "sha256": hashlib.sha256(b"a").hexdigest(),
        },
        {"path": "dir/w.bin", "where": "store", "size": 7, "sha256": digest},
        {"path": "gone.bin", "where": "left out", "size": 9},
    ]
    artifacts = {"dir/a.bin": Artifact(b"a")}
    return record(
        repo, number, contents={"outputs": outputs, "artifacts": artifacts, "log": b"hello\n"}
    )


def test_the_files_of_a_run_are_those_that_are_here(empty_repo):
    stored(empty_repo, b"weights")
    files = with_artifacts(empty_repo).files()
    assert {path: files[path] for path in files if not path.endswith(".yaml")} == {
        **{"artifacts/dir/a.bin": 1, "artifacts/dir/w.bin": 7, "log.txt": 6}
    }


def test_artifacts_that_are_not_here_are_named_with_the_reason(empty_repo):
    run = with_artifacts(empty_repo)
    assert list(run.missing) == ["artifacts/dir/w.bin", "artifacts/gone.bin"]
    assert run.missing["artifacts/dir/w.bin"].why == "it is not in the store of this repository"
    with pytest.raises(TrackError, match=r"the artifact gone\.bin of the run .* is not here"):
        run.content("gone.bin")


def test_content_is_bytes_of_git_or_a_file_of_the_store(empty_repo):
    path = stored(empty_repo, b"weights")
    run = with_artifacts(empty_repo)
    assert run.content("log.txt") == b"hello\n"
    assert run.content("artifacts/dir/a.bin") == run.content("dir/a.bin") == b"a"
    assert run.content("dir/w.bin") == path
    assert run.read("dir/w.bin") == b"weights"
    path.chmod(0o644)
    path.write_bytes(b"changed")
    with pytest.raises(Damaged):
        run.read("dir/w.bin")


@pytest.mark.parametrize(
    ("name", "hint"), [("log.tx", "did you mean log.txt?"), ("dir/b.bin", "did you mean dir/a.bin")]
)
def test_a_file_that_the_run_does_not_have(empty_repo, name, hint):
    with pytest.raises(TrackError, match="has no file") as caught:
        with_artifacts(empty_repo).content(name)
    assert caught.value.hint.startswith(hint)


def test_an_artifact_is_a_copy_that_is_safe_to_read_and_a_folder_too(empty_repo):
    path = stored(empty_repo, b"weights")
    run = with_artifacts(empty_repo)
    folder = run.artifact("dir")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "a.bin": b"a",
        "w.bin": b"weights",
    }
    assert os.path.realpath(folder / "w.bin") == str(path)  # large content is not copied
    assert not stat.S_IMODE(path.stat().st_mode) & 0o222
    assert run.artifact("dir/a.bin") == folder / "a.bin"
    for name in ("other", "gone.bin"):
        with pytest.raises(TrackError):
            run.artifact(name)


def test_a_repository_that_cannot_be_written_can_still_be_read(empty_repo):
    run = record(empty_repo, artifacts={"w.bin": b"weights"})
    home = Path(layout.cache_dir(empty_repo.common_dir))
    home.parent.mkdir(exist_ok=True)
    home.write_text("")  # a file at the path of the folder
    assert run.artifact("w.bin").read_bytes() == b"weights"


# --- A live run ---------------------------------------------------------------------------------


@pytest.fixture
def live(empty_repo):
    folder = Path(layout.live_dir(empty_repo.common_dir), run_values.run_id(1))
    (folder / layout.ARTIFACTS).mkdir(parents=True)
    (folder / layout.ARTIFACTS / "w.bin").write_bytes(b"weights")
    start = events.line("start", values=run_values.facts_of(1, status=RUNNING))
    (folder / layout.EVENTS).write_bytes(start + events.line("env", values={"cpu": {"count": 2}}))
    (folder / layout.SERIES).write_text(POINTS)
    info = live_runs.read(empty_repo, str(folder))
    return RunRecord(empty_repo, Raw(info.id, info.experiment, info=info))


def test_a_live_run_has_its_values_and_files_so_far(live):
    assert (live.env, live.outputs, live.log) == ({"cpu": {"count": 2}}, [], "")
    assert len(list(live.points())) == 3
    assert live.files()["artifacts/w.bin"] == 7
    assert live.content("w.bin") == live.artifact("w.bin").read_bytes() == b"weights"


def test_what_a_live_run_does_not_have_yet(live):
    with pytest.raises(TrackError, match="is not committed yet"):
        _ = live.commit
    with pytest.raises(TrackError, match="has no artifact"):
        live.artifact("other")


def test_a_run_that_ends_while_it_is_read(live, empty_repo):
    Path(layout.live_dir(empty_repo.common_dir), live.id, layout.SERIES).unlink()
    with pytest.raises(TrackError, match="has just ended") as caught:
        list(live.points())
    assert caught.value.hint == "repeat the command"
