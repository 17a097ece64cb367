"""record/publish/collect: a commit gets everything of a journal that can be read, and a note on the rest."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from gittrack.core import layout
from gittrack.core.run import events, series
from gittrack.core.run.run_info import Metric
from gittrack.record.points import Points
from gittrack.record.publish import collect
from gittrack.record.publish.tree import Artifact, FilePart


def collected(book) -> collect.Collected:
    return collect.collect(book.folder, {"id": book.id}, book.state())


def write(book, name: str, data: bytes) -> Path:
    path = book.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def log(book, *points: tuple[str, float]) -> None:
    for step, (name, value) in enumerate(points):
        book.series.write(series.line(name, value, step, 0.0).encode())


def output(book, path: str, data: bytes | None = b"x", where: str = "git") -> None:
    """Write the entry of an artifact, and its content if it has one."""
    if data is not None:
        write(book, f"{layout.ARTIFACTS}/{path}", data)
    values = {"path": path, "where": where, "size": 1, "sha256": "0" * 64}
    book.append(events.OUTPUT, values=values)


def points_of(part: FilePart) -> list[str]:
    """Return the lines of a series without its header and the times."""
    lines = part.path.read_bytes()[: part.size].decode().splitlines()
    assert lines[0] + "\n" == series.HEADER
    return [line.rpartition(",")[0] for line in lines[1:]]


def test_a_journal_without_values_has_only_the_facts(book):
    contents, notes = collected(book)
    assert contents.facts == {"id": book.id}
    assert notes == ()
    assert contents.series is None
    assert not any((contents.params, contents.metrics, contents.log, contents.artifacts))


def test_the_operations_and_the_files_of_the_journal_are_collected(book):
    book.append(events.PARAMS, values={"lr": 0.1})
    book.append(events.ENV, values={"cpu": {"count": 2}})
    book.append(events.INPUT, values={"path": "a.csv", "sha256": "0" * 64})
    write(book, layout.DIFF, b"patches: []\n")
    write(book, layout.WRITTEN, b"files: []\n")
    write(book, layout.LOG_HEAD, b"hello\nworld\n")
    write(book, layout.STREAMS, b"1,2\n")
    contents, _ = collected(book)
    assert contents.params == {"lr": 0.1}
    assert contents.env == {"cpu": {"count": 2}}
    assert contents.inputs == [{"path": "a.csv", "sha256": "0" * 64}]
    assert (contents.diff, contents.written) == (b"patches: []\n", b"files: []\n")
    assert (contents.log, contents.streams) == (b"hello\nworld\n", b"1,2\n")


class TestSeries:
    def test_points_are_summarised_and_their_file_is_not_copied(self, book):
        log(book, ("loss", 0.5), ("loss", 0.25))
        contents, _ = collected(book)
        assert contents.metrics == {"loss": Metric(0.25, 0.25, 0.5, 1, 2)}
        assert contents.series.path == book.folder / layout.SERIES

    @pytest.mark.parametrize("rest", ["2,loss", "2,loss,0.1,0.000"])
    def test_a_last_line_without_an_end_does_not_count(self, book, rest):
        log(book, ("loss", 0.5))
        book.series.write(rest.encode())
        contents, notes = collected(book)
        assert contents.metrics["loss"].count == 1
        assert points_of(contents.series) == ["0,loss,0.5"]
        assert notes == ()

    def test_the_summary_of_the_process_is_the_one_that_recovery_computes(self, book):
        points = Points(book.series, 0.0, lambda error: None)
        points.log({"loss": math.nan, "count": 2**60 + 1})
        for step in range(1_000):
            points.log({"loss": 1 / (step + 1), "a,b": step % 7, "rare": math.inf}, step // 2)
        parsed = collected(book).contents
        book.append_summary(points.close())
        assert book.state().series["rare"] == [math.inf, math.inf, math.inf, 499, 1_000]
        assert repr(collected(book).contents) == repr(parsed)

    def test_a_summary_of_the_process_is_used_only_if_it_is_the_one_of_all_lines(self, book):
        log(book, ("loss", 0.5), ("loss", 0.25))
        book.append(events.SERIES, values={"loss": Metric(7.0, 7.0, 7.0, 7, 2)})
        assert collected(book).contents.metrics["loss"].last == 7.0
        log(book, ("loss", 0.125))  # another process that writes into the journal
        assert collected(book).contents.metrics["loss"].last == 0.125

    def test_several_processes_have_summaries_of_their_own(self, book):
        log(book, ("loss", 0.5), ("cpu", 0.25))
        for name in ("loss", "cpu"):
            book.append(events.SERIES, values={name: Metric(7.0, 7.0, 7.0, 7, 1)})
        assert [metric.last for metric in collected(book).contents.metrics.values()] == [7.0, 7.0]

    def test_few_points_get_no_summary(self, book):
        book.append_summary({"loss": Metric(1.0, 1.0, 1.0, 0, 999)})
        assert book.state().series == {}

    def test_a_summary_is_the_last_value(self, book):
        log(book, ("loss", 0.5), ("loss", 0.25))
        book.append(events.SUMMARY, values={"loss": 0.3, "test": 0.9})
        metrics = collected(book).contents.metrics
        assert metrics["loss"]._replace(last=0) == Metric(0, 0.25, 0.5, 1, 2)
        assert (metrics["loss"].last, metrics["test"].last) == (0.3, 0.9)

    @pytest.mark.parametrize(
        "damage",
        [
            b"garbage\n",
            b"1,loss\n",
            b"x,loss,0.1,0\n",
            b"1,loss,abc,0\n",
            b'1,"loss,1,0\n',
            b"\xff\n",
        ],
    )
    def test_damaged_lines_are_left_out_with_a_note(self, book, damage):
        log(book, ("loss", 0.5))
        book.series.write(damage * 2)
        log(book, ("loss", 0.25))
        contents, notes = collected(book)
        assert points_of(contents.series) == ["0,loss,0.5", "0,loss,0.25"]
        assert notes == ("left out of metrics.csv: 2 damaged lines",)
        assert contents.metrics["loss"].count == 2

    def test_a_series_of_damaged_lines_alone_is_none(self, book):
        book.series.write(b"garbage\n")
        contents, notes = collected(book)
        assert (contents.series, contents.metrics) == (None, {})
        assert notes == ("left out of metrics.csv: 1 damaged line",)

    def test_the_points_of_a_command_follow_those_of_the_series(self, book):
        log(book, ("loss", 0.5))
        write(book, layout.POINTS, b'{"step": 3, "acc": 0.9}\n{"acc": 0.95}\n')
        contents, notes = collected(book)
        assert points_of(contents.series) == ["0,loss,0.5", "3,acc,0.9", "4,acc,0.95"]
        assert set(contents.metrics) == {"loss", "acc"}
        assert notes == ()

    def test_an_incomplete_line_does_not_reach_the_points_of_the_command(self, book):
        log(book, ("loss", 0.5))
        book.series.write(b"1,loss,0.2")
        write(book, layout.POINTS, b'{"acc": 0.9}\n')
        contents, notes = collected(book)
        assert points_of(contents.series) == ["0,loss,0.5", "0,acc,0.9"]
        assert notes == ()

    def test_the_times_of_these_points_are_those_that_the_launcher_noted(self, book):
        write(book, layout.POINTS, b'{"a": 1}\n{"a": 2}\n')
        write(book, layout.POINT_TIMES, b"9 1.500\n18 2.500\n")
        part = collected(book).contents.series
        assert [line[-5:] for line in part.path.read_text().splitlines()[1:]] == ["1.500", "2.500"]

    @pytest.mark.parametrize(
        ("lines", "note"),
        [
            (b"x\n", "in GITTRACK_METRICS 1 line is not a point; line 1: not a JSON object"),
            (b'{"a": 1}\n[1]\n', "1 line is not a point; line 2: not a JSON object"),
            (b'{"a": "b"}\nx\n', "2 lines are not points; line 1: the metric 'a' is 'b'"),
        ],
    )
    def test_lines_of_a_command_that_are_not_points_are_counted(self, book, lines, note):
        write(book, layout.POINTS, lines)
        [text] = collected(book).notes
        assert note in text

    def test_a_series_that_was_emptied_gets_its_header_again(self, book):
        (book.folder / layout.SERIES).write_bytes(b"")
        write(book, layout.POINTS, b'{"a": 1}\n')
        assert points_of(collected(book).contents.series) == ["0,a,1"]

    def test_lines_that_a_child_appends_meanwhile_do_not_count(self):
        lines = ["aé\n", "b\n", "\n"]
        assert list(collect._lines_within(lines, len("aé\nb\n".encode()))) == ["aé\n", "b\n"]

    @pytest.mark.parametrize(
        ("data", "size"),
        [(b"", 0), (b"abc", 0), (b"a\n", 2), (b"a\nbc", 2), (b"\n" + b"x" * 200_000, 1)],
    )
    def test_the_size_up_to_the_last_line_break(self, tmp_path, data, size):
        path = tmp_path / "file"
        path.write_bytes(data)
        assert collect._whole_size(path) == size


class TestArtifacts:
    def test_files_links_and_modes_are_collected(self, book):
        output(book, "a.bin", b"abc")
        output(book, "run.sh", b"#!/bin/sh\n")
        (book.folder / layout.ARTIFACTS / "run.sh").chmod(0o755)
        output(book, "link", None)
        (book.folder / layout.ARTIFACTS / "link").symlink_to("a.bin")
        contents, notes = collected(book)
        folder = book.folder / layout.ARTIFACTS
        assert contents.artifacts == {
            "a.bin": Artifact(FilePart(f"{folder}/a.bin", 3)),
            "run.sh": Artifact(FilePart(f"{folder}/run.sh", 10), executable=True),
            "link": Artifact(b"a.bin", link=True),
        }
        assert [entry["path"] for entry in contents.outputs] == ["a.bin", "run.sh", "link"]
        assert notes == ()

    def test_an_artifact_in_the_store_has_a_pointer_of_git_lfs(self, book):
        output(book, "large.bin", None, "store")
        output(book, "lost.bin", None, "left out")
        contents, notes = collected(book)
        pointer = (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n".encode()
        )
        assert (len(contents.outputs), notes) == (2, ())
        assert contents.artifacts == {"large.bin": Artifact(pointer)}

    def test_a_pointer_and_a_folder_of_its_name_do_not_clash(self, book):
        output(book, "model", None, "store")
        output(book, "model/card.md")
        output(book, "deep/er", None, "store")
        output(book, "deep", None, "store")
        contents, _ = collected(book)
        assert (len(contents.outputs), list(contents.artifacts)) == (4, ["model/card.md"])

    def test_a_copy_that_was_deleted_costs_only_this_artifact(self, book):
        output(book, "a.bin")
        output(book, "folder/b.bin")
        output(book, "c.bin")
        (book.folder / layout.ARTIFACTS / "a.bin").unlink()
        shutil.rmtree(book.folder / layout.ARTIFACTS / "folder")
        (book.folder / layout.ARTIFACTS / "folder").touch()
        contents, notes = collected(book)
        assert list(contents.artifacts) == ["c.bin"]
        assert [entry["where"] for entry in contents.outputs] == ["left out", "left out", "git"]
        reason = "its copy in the journal of the run was deleted"
        assert contents.outputs[0]["reason"] == reason
        assert notes == (
            f"the artifact a.bin has only its digest: {reason}",
            f"the artifact folder/b.bin has only its digest: {reason}",
        )
