"""record/points: each call writes whole lines, no line is lost, and a full disk ends no training."""

from __future__ import annotations

import contextlib
import enum
import errno
import math
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.core import metric_value
from gittrack.core.errors import NotANumber, TrackError
from gittrack.core.run import series
from gittrack.core.run.run_info import Metric
from gittrack.disk import descriptors
from gittrack.record import points as points_module
from gittrack.record.appender import Appender
from gittrack.record.points import Points


def reopened(file: Appender) -> None:
    file.use(os.open(file.path, os.O_RDWR | os.O_APPEND))


@pytest.fixture
def file(tmp_path):
    appender = Appender(tmp_path / "metrics.csv", lambda: reopened(appender))
    yield appender
    appender.close()


@pytest.fixture
def errors() -> list[OSError]:
    return []


@pytest.fixture
def points(file, errors) -> Points:
    return Points(file, 0.0, errors.append)


def logged(file: Appender) -> list[tuple[float, str, float]]:
    """Return the points in the file, without their times."""
    with open(file.path, encoding="utf-8", errors="surrogatepass", newline="\n") as lines:
        return [(step, name, value) for step, name, value, _ in series.parse(lines)]


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that takes ``room`` more bytes of points, and then no more until ``room`` is None."""
    room: dict[str, int | None] = {"room": 0}
    write = os.write

    def limited(handle: int, data: bytes) -> int:
        if room["room"] is None:
            return write(handle, data)
        if room["room"] <= 0:
            raise OSError(errno.ENOSPC, "full")
        written = write(handle, data[: room["room"]])
        room["room"] -= written
        return written

    monkeypatch.setattr(points_module, "write", limited)
    monkeypatch.setattr(os, "write", limited)
    return room


def test_the_points_of_a_call_are_lines_in_its_order(points, file):
    points.log({"loss": 0.5, "acc": 1, "lr": 1e-05})
    assert logged(file) == [(0, "loss", 0.5), (0, "acc", 1), (0, "lr", 1e-05)]


def test_steps_are_counted_for_each_metric(points, file):
    points.log({"loss": 3.0})
    points.log({"loss": 2.0, "acc": 0.1})
    points.log({"acc": 0.2})
    assert [(step, name) for step, name, _ in logged(file)] == [
        (0, "loss"),
        (1, "loss"),
        (0, "acc"),
        (1, "acc"),
    ]


@pytest.mark.parametrize("step", [10, 2.5, -3, 0])
def test_counting_goes_on_after_a_step_that_was_given(points, file, step):
    points.log({"loss": 1.0}, step)
    points.log({"loss": 1.0})
    assert [entry[0] for entry in logged(file)] == [step, step + 1]


def test_the_counters_of_a_continued_run_begin_later(points, file):
    points.continue_from({"loss": Metric(1.0, 1.0, 1.0, 6, 7)})
    points.log({"loss": 1.0, "acc": 1.0})
    assert [(step, name) for step, name, _ in logged(file)] == [(7, "loss"), (0, "acc")]


@pytest.mark.parametrize("step", ["3", None, [1], object()])
def test_a_step_that_is_not_a_number_is_refused(points, file, step):
    if step is None:
        points.log({"loss": 1.0}, step)  # the next one
        return
    with pytest.raises(NotANumber, match="step"):
        points.log({"loss": 1.0}, step)
    assert logged(file) == []


@pytest.mark.parametrize("step", [metric_value.MOST, -metric_value.MOST, 10**4000])
def test_a_step_that_no_reader_can_read_is_refused(points, file, step):
    with pytest.raises(TrackError):
        points.log({"loss": 1.0}, step)
    assert logged(file) == []


@pytest.mark.parametrize("value", ["text", None, 10**400, [1, 2]])
def test_a_call_is_recorded_as_a_whole_or_not_at_all(points, file, value):
    with pytest.raises(NotANumber, match="'second'"):
        points.log({"first": 1.0, "second": value})
    points.log({"first": 2.0})
    assert logged(file) == [(0, "first", 2.0)]


@pytest.mark.parametrize("name", ["", 5, None, "x" * 2000])
def test_a_name_that_cannot_be_stored_is_refused(points, file, name):
    with pytest.raises(TrackError):
        points.log({"good": 1.0, name: 1.0})
    assert logged(file) == []


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["a", "a,b", 'a"b', "é", "\\n", "a b"]), st.floats()))
def test_every_float_comes_back_exactly(tmp_path_factory, metrics):
    file = Appender(tmp_path_factory.getbasetemp() / "exact.csv", lambda: None)
    os.ftruncate(file.fd, 0)
    Points(file, 0.0, pytest.fail).log(metrics)
    read = {name: value for _, name, value in logged(file)}
    file.close()
    assert list(read) == list(metrics)
    assert all(
        read[name] == value or math.isnan(read[name]) == math.isnan(value)
        for name, value in metrics.items()
    )


def test_a_name_of_bytes_that_are_not_text_is_stored(points, file):
    points.log({"a\udcff": 1.0})
    assert logged(file) == [(0, "a\udcff", 1.0)]


def test_the_time_is_in_milliseconds_since_the_start(file, errors, monkeypatch):
    clock = iter([100.0004, 100.0009, 101.2345, 163.0])
    monkeypatch.setattr(points_module, "monotonic", lambda: next(clock))
    monkeypatch.setattr(points_module, "_SYNC_SECONDS", math.inf)
    points = Points(file, 100.0, errors.append)
    for _ in range(4):
        points.log({"loss": 1.0})
    times = [line.rpartition(",")[2].strip() for line in file.path.read_text().splitlines()]
    assert times == ["0.000", "0.000", "1.234", "63.000"]


def test_after_the_end_nothing_is_taken(points, file):
    points.close()
    with pytest.raises(TrackError, match="takes no more points"):
        points.log({"loss": 1.0})
    assert logged(file) == []


def test_a_file_that_was_closed_by_the_run_is_the_end(points, file):
    points.log({"loss": 1.0})
    points._end_until = math.inf  # the same millisecond, in which the file is not checked
    file.close()
    with pytest.raises(TrackError, match="takes no more points"):
        points.log({"loss": 1.0})


def test_a_descriptor_that_the_program_closed_is_opened_again(points, file, errors):
    points.log({"loss": 1.0})
    points._end_until = math.inf
    os.close(file.fd)
    points.log({"loss": 2.0})
    assert [value for _, _, value in logged(file)] == [1.0, 2.0]
    assert errors == []


def test_a_number_that_belongs_to_another_file_now_is_not_written_to(points, file, tmp_path):
    other = os.open(tmp_path / "mine.txt", os.O_RDWR | os.O_CREAT)
    os.dup2(other, file.fd)
    points.log({"loss": 1.0})
    os.close(other)
    assert (tmp_path / "mine.txt").read_bytes() == b""
    assert len(logged(file)) == 1


def test_a_low_number_is_checked_in_every_call(points, file, monkeypatch):
    monkeypatch.setattr(descriptors, "HIGH", file.fd + 1)
    points.log({"loss": 1.0})
    assert points._end_until == -math.inf


def test_points_that_a_full_disk_refuses_are_written_later_in_order(
    points, file, errors, full_disk
):
    for value in range(3):
        points.log({"loss": value})
    assert logged(file) == []
    assert {error.errno for error in errors} == {errno.ENOSPC}
    full_disk["room"] = None
    points.log({"loss": 3})
    assert logged(file) == [(step, "loss", step) for step in range(4)]


@pytest.mark.parametrize("room", [1, 5, 18, 19, 20])
def test_a_line_is_in_the_file_completely_or_not_at_all(points, file, errors, full_disk, room):
    full_disk["room"] = room
    for value in range(3):
        points.log({"loss": value})
    assert file.path.read_bytes() == series.whole_lines(file.path.read_bytes())
    full_disk["room"] = None
    points.log({"loss": 3})
    assert logged(file) == [(step, "loss", step) for step in range(4)]


def test_a_new_lock_frees_a_child_whose_parent_was_logging(points, file):
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with points._lock:
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    points.after_fork()
    points.log({"loss": 1.0})
    done.set()
    thread.join()
    assert len(logged(file)) == 1


def test_threads_mix_no_lines(points, file):
    def work(name: str) -> None:
        for number in range(100):
            points.log({name: float(number), "both": 1.0})

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = logged(file)
    for name in "abc":
        assert [step for step, other, _ in entries if other == name] == list(range(100))
    assert sorted(step for step, name, _ in entries if name == "both") == list(range(300))


def test_both_files_are_synced_by_another_thread_after_ten_seconds(file, tmp_path, monkeypatch):
    synced: list[tuple[int, bool]] = []
    done = threading.Event()

    def fdatasync(handle: int) -> None:
        synced.append((handle, threading.current_thread() is threading.main_thread()))
        if len(synced) == 2:
            done.set()

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    monkeypatch.setattr(points_module, "monotonic", lambda: now)
    events = Appender(Path(tmp_path, "events"), lambda: None)
    points, now = Points(file, 0.0, pytest.fail, [events]), 9.0
    points.log({"loss": 1.0})
    assert synced == []
    now = 10.5
    points.log({"loss": 0.5})
    assert done.wait(60)
    assert sorted(synced) == sorted([(file.fd, False), (events.fd, False)])
    assert points._sync_at == 20.5
    events.close()


@pytest.mark.parametrize("close", [Appender.close, lambda file: os.close(file.fd)])
def test_a_file_that_is_closed_before_the_thread_syncs_it_is_no_error(points, file, close):
    close(file)
    points._flush()


def summary_of(file: Appender) -> str:
    with open(file.path, encoding="utf-8", errors="surrogatepass", newline="\n") as lines:
        return repr(series.summarise(lines))


NUMBERS = st.sampled_from([0.5, math.nan, math.inf, -math.inf, -0.0, 0, 1, 2**60 + 1, 1e-05])
CALLS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(["a", "b,", 'c"', "d\n"]), NUMBERS | st.just("text")),
        st.sampled_from([None, None, 0, 3, 2.5, "text"]),
    )
)


@settings(deadline=None, max_examples=40)
@given(CALLS, st.sampled_from([-1.0, 0.0, math.inf]))
def test_the_summary_that_is_kept_is_the_one_of_the_file(tmp_path_factory, calls, fold_seconds):
    file = Appender(tmp_path_factory.mktemp("run") / "metrics.csv", lambda: None)
    points = Points(file, 0.0, lambda error: None)
    points._fold_at = fold_seconds
    for metrics, step in calls:
        with contextlib.suppress(TrackError):
            points.log(metrics, step)
    kept = points.close()
    assert repr(kept) == summary_of(file)
    file.close()


class Name(str, enum.Enum):
    """A name of a metric, whose ``str`` is another text."""

    LOSS = "loss"


def test_the_summary_has_the_names_of_the_file(points, file):
    points.log({Name.LOSS: 0.5})
    assert logged(file) == [(0, "loss", 0.5)]
    assert points.close() == {"loss": Metric(0.5, 0.5, 0.5, 0, 1)}


def test_the_summary_of_several_threads_is_the_one_of_the_file(points, file):
    def work(number: int) -> None:
        for step in range(500):
            points.log({"shared": step * number, f"own{number}": 1 / (step + 1)})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert repr(points.close()) == summary_of(file)


def test_the_summary_of_a_continued_run_has_the_earlier_points(points, file, errors):
    points.log({"loss": 5.0, "acc": 0.5}, step=8)
    later = Points(file, 0.0, errors.append)
    later.continue_from(points.close())
    later.log({"loss": 7.0})
    assert repr(later.close()) == summary_of(file)
    assert logged(file)[-1] == (9, "loss", 7.0)


class Logging:
    """A number whose conversion logs another one: what a handler of a signal does in the middle of a call."""

    def __init__(self, points: Points) -> None:
        self.points = points

    def item(self) -> float:
        self.points.log({"loss": 9.0})
        return 1.0


def test_a_call_inside_a_call_makes_the_summary_unknown(points, file):
    points.log({"loss": 1.0, "acc": Logging(points)})
    assert [entry[1:] for entry in logged(file)] == [("loss", 9.0), ("loss", 1.0), ("acc", 1.0)]
    assert points.close() == {}


def test_a_line_that_was_cut_makes_the_summary_unknown(points, file, monkeypatch):
    """Another process may append to the part that is in the file; the number of lines is then the same."""

    def cut(handle: int, data: bytes) -> int:
        monkeypatch.setattr(points_module, "write", os.write)
        written = os.write(handle, data[:9])
        with file.path.open("ab") as other:
            other.write(b"0,cpu,0.5,0.000\n")
        return written

    monkeypatch.setattr(points_module, "write", cut)
    points.log({"loss": 1.25})
    assert file.path.read_bytes().startswith(b"0,loss,1.0,cpu,0.5,0.000\n0,loss,1.25,")
    assert points.close() == {}


def test_an_interrupted_call_makes_the_summary_unknown(points, file, monkeypatch):
    points.log({"loss": 1.0})
    monkeypatch.setattr(points_module, "write", lambda fd, data: _interrupted())
    with pytest.raises(KeyboardInterrupt):
        points.log({"loss": 2.0})
    assert points.close() == {}


def _interrupted() -> int:
    raise KeyboardInterrupt
