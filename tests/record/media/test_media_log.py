"""Media in runs: where they are stored, which steps they get, and what is left out."""

from __future__ import annotations

import json
import os
import signal

import helpers
import numpy as np
import pytest

import gittrack
from gittrack.core.errors import TrackError

PIXELS = np.arange(24, dtype=np.uint8).reshape(4, 6)


def files(run_id: str, folder: str) -> list[str]:
    return [
        path.rpartition("/")[2] for path in gittrack.get(run_id).files() if f"/{folder}/" in path
    ]


def test_media_are_artifacts_with_an_index_for_each_name(project):
    with gittrack.init() as run:
        run.log({"loss": 0.5, "val/mask": gittrack.Image(PIXELS, caption="cat")}, step=3)
        run.log({"val/mask": gittrack.Image(PIXELS), "loss": 0.4}, step=7)
        run.log({"val/mask": [gittrack.Image(PIXELS), gittrack.Image(PIXELS + 1)]})
    record = gittrack.get(run.id)
    assert files(run.id, "mask") == ["3.png", "7.png", "8.png", "8_1.png", "index.jsonl"]
    index = helpers.git(".", "show", f"{record.commit}:artifacts/media/val/mask/index.jsonl")
    first = json.loads(index.splitlines()[0])
    assert (first["step"], first["file"], first["caption"]) == (3, "3.png", "cat")
    assert (first["width"], first["type"]) == (6, "image")
    assert [item["step"] for item in record.media["val/mask"]] == [3, 7, 8, 8]
    copy = record.artifact(record.media["val/mask"][0]["path"])
    assert copy.read_bytes() == gittrack.Image(PIXELS).encode().content
    blobs = helpers.git(".", "ls-tree", str(record.commit), "artifacts/media/val/mask/").split("\n")
    assert (
        len({line.split()[2] for line in blobs if "index" not in line}) == 2
    )  # equal content once
    shown = helpers.look("show", run.id).out
    assert "val/mask  image  4 at steps 3 to 8" in shown
    assert "artifacts\n" not in shown
    assert helpers.look("get", run.id, "val/mask", "-o", "out/").code == 0
    assert os.path.exists("out/mask/8_1.png")


def test_a_medium_that_the_program_changed_is_no_copy_of_the_next(project):
    with gittrack.init() as run:
        for _ in range(3):
            run.log({"mask": gittrack.Image(PIXELS)})
            first, *others = sorted(
                (project / ".git").glob("gittrack/live/*/artifacts/media/mask/*")
            )
            assert all(other.samefile(first) for other in others) == (len(others) < 2)
            if others:
                others[0].write_bytes(b"changed")  # and so is the first, which is the same file
    last = gittrack.get(run.id).artifact("media/mask/2.png")
    assert last.read_bytes() == gittrack.Image(PIXELS).encode().content


def test_media_get_the_step_of_the_numbers_beside_them(project):
    with gittrack.init() as run:
        for _ in range(3):
            run.log({"loss": 1.0})
        run.log({"loss": 1.0, "sample": gittrack.Text("a")})
        run.log({"sample": gittrack.Text("b")})
    assert [item["step"] for item in gittrack.get(run.id).media["sample"]] == [3, 4]


def test_figures_and_tables_are_taken_as_they_are(project):
    pandas, figures = pytest.importorskip("pandas"), pytest.importorskip("matplotlib.figure")
    with gittrack.init() as run:
        run.log({"t": pandas.DataFrame({"a": [1]}), "f": figures.Figure(figsize=(1, 1))})
    types = {name: items[0]["type"] for name, items in gittrack.get(run.id).media.items()}
    assert types == {"t": "table", "f": "figure"}


def test_each_table_of_one_step_keeps_its_own_images(project):
    tables = [gittrack.Table([[gittrack.Text(text)]], ["image"]) for text in ("a", "b", "a")]
    with gittrack.init() as run:
        run.log({"errors": tables}, step=3)
    record = gittrack.get(run.id)
    assert [item["path"] for item in record.media["errors"]] == [
        f"media/errors/3{number}.csv" for number in ("", "_1", "_2")
    ]
    contents = [
        record.read(f"artifacts/media/errors/3{number}/r0c0.txt") for number in ("", "_1", "_2")
    ]
    assert contents == [b"a", b"b", b"a"]


def test_equal_content_is_never_taken_from_a_file_that_the_program_replaced(project):
    (project / "other.txt").write_text("other")
    with gittrack.init() as run:
        run.log({"sample": gittrack.Text("a")})
        run.log_artifact("other.txt", name="media/sample/0.txt")
        run.log({"sample": gittrack.Text("a")})
    assert gittrack.get(run.id).read("artifacts/media/sample/1.txt") == b"a"


class Broken(gittrack.Image):
    def encode(self):
        raise RuntimeError("no backend")


def test_what_cannot_be_recorded_is_counted_and_ends_no_training(project, caplog):
    with gittrack.init() as run:
        for _ in range(3):
            run.log(
                {"bad": Broken(PIXELS), "text": "hello", "loss": 1.0, "good": gittrack.Text("x")}
            )
    record = gittrack.get(run.id)
    assert (record.metrics["loss"].count, len(record.media["good"])) == (3, 3)
    warnings = [entry.getMessage() for entry in caplog.records]
    assert (
        sum("'bad' cannot be recorded: RuntimeError: no backend" in line for line in warnings) == 1
    )
    assert "left out in sum: 3 of metric 'text', 3 of image 'bad'" in warnings


def test_a_strict_run_raises(project):
    with gittrack.init(strict=True) as run:
        run.log({"loss": 1.0, "good": gittrack.Text("x")})
        with pytest.raises(TrackError, match="'bad' cannot be recorded: RuntimeError"):
            run.log({"bad": Broken(PIXELS)})
        with pytest.raises(TrackError, match="'text' is 'hello'"):
            run.log({"text": "hello", "loss": 2.0, "good": gittrack.Text("y")})
    record = gittrack.get(run.id)
    assert (record.metrics["loss"].count, len(record.media["good"])) == (1, 1)


def test_the_total_of_media_is_limited_and_large_ones_go_to_the_store(project, caplog):
    helpers.git(".", "config", "track.maxMediaSize", "3000")
    helpers.git(".", "config", "track.maxArtifactSize", "1000")
    with gittrack.init() as run:
        run.log({"small": gittrack.Text("a" * 900)})
        run.log({"large": gittrack.Text("b" * 2000)})
        run.log({"small": gittrack.Text("c" * 900)})
    record = gittrack.get(run.id)
    stored = {item["path"]: item["where"] for item in record.outputs if item.get("media")}
    assert stored == {"media/small/0.txt": "git", "media/large/0.txt": "store"}
    assert record.read("artifacts/media/large/0.txt") == b"b" * 2000
    assert "larger than track.maxMediaSize" in caplog.text


def test_media_survive_a_kill_and_a_resumed_run_continues_them(project):
    code = """
import os, signal, gittrack
run = gittrack.init(name="a")
run.log({"sample": gittrack.Text("first")}, step=5)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert helpers.python(code).code == -signal.SIGKILL
    helpers.git(".", "config", "track.maxMediaSize", "20")  # for all processes of the run
    with gittrack.init(resume="a") as run:
        run.log({"sample": gittrack.Text("second")})
        run.log({"sample": gittrack.Text("again")}, step=5)
        run.log({"sample": gittrack.Text("left out")})
    items = gittrack.get(run.id).media["sample"]
    assert [item["path"].rpartition("/")[2] for item in items] == ["5.txt", "6.txt", "5_1.txt"]
    assert files(run.id, "sample") == ["5.txt", "5_1.txt", "6.txt", "index.jsonl"]


def test_a_disabled_run_stores_nothing(project):
    with gittrack.init(mode="disabled") as run:
        run.log({"sample": Broken(PIXELS)})


@pytest.mark.slow
def test_media_of_a_launched_script_are_committed_by_the_launcher(project):
    script = "import gittrack; gittrack.init().log({'sample': gittrack.Text('x')}, step=2)"
    done = helpers.run_cli("run", "--", "python", "-c", script)
    assert done.code == 0, done.err
    assert gittrack.get("@").media["sample"][0]["step"] == 2
