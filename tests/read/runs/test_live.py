"""A run that is going on, read from its journal: a folder of files that a process appends to."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from run_values import NO_REPO, facts_of, run_id

from gittrack import git
from gittrack.core import layout
from gittrack.core.run import events, run_info, series
from gittrack.core.run.run_info import CRASHED, DAMAGED, FINISHED, RUNNING
from gittrack.disk import lock
from gittrack.read.runs import live

POINTS = f"{series.HEADER}0,loss,0.5,0.1\n1,loss,0.25,0.2\n"
START = facts_of(1, status=RUNNING, ended=None, duration_s=None)


def line(op: str, **fields) -> bytes:
    return events.line(op, **fields)


@pytest.fixture
def journal(tmp_path) -> Path:
    """The journal of a run whose process has ended."""
    folder = tmp_path / run_id(1)
    folder.mkdir()
    (folder / layout.EVENTS).write_bytes(line("start", values=START))
    (folder / layout.SERIES).write_text(POINTS)
    (folder / layout.LOCK).touch()
    return folder


def add(journal: Path, *lines: bytes) -> None:
    with open(journal / layout.EVENTS, "ab") as file:
        file.writelines(lines)


def read(journal: Path, repo: git.Repo = NO_REPO) -> run_info.RunInfo | None:
    return live.read(repo, str(journal))


@pytest.mark.parametrize("ahead", [-600, 600])
def test_a_machine_whose_clock_is_ten_minutes_off_shows_how_long_its_run_takes(journal, ahead):
    started = run_info.iso(time.time() + ahead)
    (journal / layout.EVENTS).write_bytes(line("start", values={**START, "started": started}))
    os.utime(journal / layout.LOCK, (time.time() - 20, time.time() - 20))
    facts, *_ = live.current(journal, alive=True)
    assert facts["duration_s"] == pytest.approx(20, abs=200)


def test_a_run_that_ended_on_a_full_disk_has_the_status_of_its_end(journal):
    end = facts_of(1, status=FINISHED)
    facts = {key: end[key] for key in ("status", "ended", "duration_s")}
    (journal / layout.LOCK).write_text(json.dumps(facts) + "\n")
    run = read(journal)
    assert (run.status, run.ended, run.duration) == (FINISHED, end["ended"], end["duration_s"])

    (journal / layout.LOCK).write_text("{}\n")
    assert read(journal).status == CRASHED
    add(journal, line("facts", values=facts))  # its line could be written, but no commit
    assert read(journal).status == FINISHED


# --- read ---------------------------------------------------------------------------------------


def test_a_run_is_running_while_its_lock_is_held_and_crashed_after_that(journal):
    handle = lock.acquire(journal / layout.LOCK)
    assert read(journal).status == RUNNING
    os.close(handle)
    assert read(journal).status == CRASHED


def test_the_values_are_those_of_the_journal_so_far(journal):
    add(
        journal,
        line("params", values={"lr": 0.1}),
        line("tags", add=["slow"]),
        line("note", text="why"),
    )
    run = read(journal)
    assert (run.id, run.params, run.tags, run.note) == (run_id(1), {"lr": 0.1}, ("slow",), "why")
    assert run.metrics == {"loss": run_info.Metric(0.25, 0.25, 0.5, 1, 2)}
    assert (run.commit, run.ref) == (None, None)


def test_a_final_value_counts_as_the_last_one(journal):
    add(journal, line("summary", values={"loss": 0.125, "best": 3}))
    metrics = read(journal).metrics
    assert metrics["loss"] == run_info.Metric(0.125, 0.125, 0.5, 1, 2)
    assert metrics["best"] == run_info.Metric(3, 3, 3, None, 0)


def test_a_crashed_run_lasted_until_its_last_point(journal):
    started = run_info.from_iso(START["started"])
    os.utime(journal / layout.SERIES, (started + 42, started + 42))
    assert read(journal).duration == pytest.approx(42)


def test_a_half_written_line_is_not_there_yet(journal):
    add(journal, line("params", values={"lr": 0.1}), b'{"op": "params", "val')
    with open(journal / layout.SERIES, "a") as file:
        file.write("2,loss,0.1")
    run = read(journal)
    assert (run.params, run.metrics["loss"].count) == ({"lr": 0.1}, 2)


def test_a_damaged_line_of_the_series_leaves_the_others(journal):
    (journal / layout.SERIES).write_text(POINTS + "what is this\n2,loss,0.125,0.3\n")
    assert read(journal).metrics["loss"].last == 0.125


def test_points_that_the_command_wrote_itself_are_points(journal):
    (journal / layout.POINTS).write_text('{"step": 2, "loss": 0.125, "acc": 1}\n')
    metrics = read(journal).metrics
    assert (metrics["loss"].count, metrics["loss"].last, metrics["acc"].last) == (3, 0.125, 1)


@pytest.mark.parametrize("name", [layout.EVENTS, layout.SERIES])
def test_a_journal_that_was_removed_meanwhile_is_none(journal, name):
    (journal / name).unlink()
    assert read(journal) is None


def test_a_journal_that_has_not_begun_is_none(journal):
    (journal / layout.EVENTS).write_bytes(b"")
    assert read(journal) is None


def lock_is_a_folder(journal: Path) -> None:
    (journal / layout.LOCK).unlink()
    (journal / layout.LOCK).mkdir()


DAMAGE = {
    "not JSON": lambda journal: add(journal, b"what is this\n"),
    "an impossible value": lambda journal: add(journal, line("facts", values={"seed": "x"})),
    "no start": lambda journal: (journal / layout.EVENTS).write_bytes(b"\0" * 100 + b"\n"),
    "lock is a folder": lock_is_a_folder,
    "a wrong time": lambda journal: add(journal, line("facts", values={"started": "yesterday"})),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_journal_that_cannot_be_decoded_is_damaged_with_a_reason(journal, damage):
    damage(journal)
    run = read(journal)
    assert (run.id, run.status, run.experiment) == (run_id(1), DAMAGED, "default")
    assert run.problem


def of_another_host(age: float):
    """Return a change that makes a journal that of a process of another host, ``age`` seconds old."""

    def change(journal: Path) -> None:
        process = {"host": "elsewhere", "boot": "other", "pid": 1}
        start = line("start", values={**START}, process=process)
        (journal / layout.EVENTS).write_bytes(start)
        for name in (layout.EVENTS, layout.SERIES):
            moment = (journal / name).stat().st_mtime - age
            os.utime(journal / name, (moment, moment))

    return change


@pytest.mark.parametrize(("age", "status"), [(0, RUNNING), (30 * 86400, CRASHED)])
def test_a_run_of_another_host_is_alive_while_its_journal_is_young(
    journal, empty_repo, age, status
):
    of_another_host(age)(journal)
    assert read(journal, empty_repo).status == status


def test_git_is_asked_once_about_all_journals_of_other_hosts(
    journal, empty_repo, tmp_path, monkeypatch
):
    of_another_host(0)(journal)
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2", str(trace))
    runs = list(live.read_each(empty_repo, [str(journal)] * 3))
    assert [run.status for run in runs] == [RUNNING] * 3
    assert trace.read_text().count(" start ") == 1


# --- Files --------------------------------------------------------------------------------------


def test_series_lines_are_whole_and_can_be_limited_to_the_end(journal):
    assert "".join(live.series_lines(journal)) == POINTS
    assert live.series_lines(journal, 20) == ["1,loss,0.25,0.2\n"]
    assert live.series_lines(journal, len(POINTS)) == POINTS.splitlines(keepends=True)


@pytest.mark.parametrize("limit", range(1, len(POINTS) + 1))
def test_a_limit_anywhere_never_cuts_a_line(journal, limit):
    lines = live.series_lines(journal, limit)
    assert POINTS.endswith("".join(lines))
    assert len("".join(lines)) <= limit
    assert set(lines) <= set(POINTS.splitlines(keepends=True))


def test_the_files_so_far_with_their_sizes(journal):
    artifacts = journal / layout.ARTIFACTS / "dir"
    artifacts.mkdir(parents=True)
    (artifacts / "w.bin").write_bytes(b"abc")
    (artifacts / "link").symlink_to("nowhere")
    (journal / layout.LOG).write_text("hello\n")
    assert live.files(journal) == {
        **{layout.SERIES: len(POINTS), layout.LOG: 6},
        **{"artifacts/dir/link": 7, "artifacts/dir/w.bin": 3},
    }


def test_the_content_of_a_file_and_the_series_with_the_points_of_the_command(journal):
    (journal / layout.LOG).write_text("hello\n")
    assert live.content(journal, layout.LOG) == b"hello\n"
    assert live.content(journal, "nothing") is None
    (journal / layout.POINTS).write_text('{"step": 2, "loss": 0.125}\n')
    assert live.content(journal, layout.SERIES).decode().startswith(POINTS + "2,loss,0.125,")


def test_documents_of_a_journal(journal):
    entry = {"path": "data.csv", "kind": "file", "size": 3, "sha256": "0" * 64}
    add(
        journal,
        line("env", values={"cpu": {"count": 2}}),
        line("input", values=entry),
    )
    assert live.document(journal, layout.ENV) == {"cpu": {"count": 2}}
    assert live.document(journal, layout.INPUTS) == {"inputs": [entry]}
    assert live.document(journal, layout.OUTPUTS) == {"outputs": []}
    assert live.document(journal, layout.DIFF) is None
    assert live.document(journal, "other.yaml") is None
    (journal / layout.DIFF).write_text("base: abc\n")
    assert live.document(journal, layout.DIFF) == {"base": "abc"}
