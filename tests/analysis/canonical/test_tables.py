"""JSON and CSV are compared without the times of the run; what is left out is named."""

from __future__ import annotations

import json

import pytest

from gittrack.analysis.canonical.content import CanonicalDigest, content
from gittrack.analysis.span import Span

NOON = 1795867200.0  # 2026-11-28 12:00 UTC
RUNS = (Span(NOON, NOON + 60), Span(NOON + 3600, NOON + 3660))


def of_json(value, run=0) -> CanonicalDigest:
    return content(json.dumps(value).encode(), "result.json", RUNS[run])


def of_csv(text, run=0, name="result.csv") -> CanonicalDigest:
    return content(text.encode(), name, RUNS[run])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-11-28T12:00:07", "2026-11-28T13:00:09"),
        ("2026-11-28 12:00:07.123456+00:00", "2026-11-28 13:00:09.5+00:00"),
        ("2026-11-28T21:00:07Z", "2026-11-28T22:00:09Z"),
        ("2026-11-28@12:00:07", "2026-11-28@13:00:09"),
        ("2026-11-28 12:00", "2026-11-28 13:01"),
        (NOON + 7.5, NOON + 3609.25),
        (int(NOON) * 10**9, int(NOON + 3609) * 10**9),
    ],
)
def test_a_moment_of_the_run_is_left_out(first, second):
    files = [
        of_json({"created": moment, "acc": 0.5}, run) for run, moment in enumerate((first, second))
    ]
    assert files[0] == files[1]
    assert files[0].left_out == ("created",)
    assert of_json({"created": first, "acc": 0.25}).digest != files[0].digest


@pytest.mark.parametrize(
    "value", ["2026-11-27T12:00:07", "2026-11-28", "2025-11-28T12:00:07", NOON - 90, "12:00:07", 7]
)
def test_what_is_no_moment_of_the_run_is_compared(value):
    assert of_json({"created": value}).left_out == ()
    assert of_json({"created": value}).digest != of_json({"created": "other"}).digest


def test_durations_have_a_name_of_time_and_fit_into_the_run():
    first = of_json({"fit_time": 3.5, "nested": [{"elapsed_ms": 90.0}], "acc": 0.5})
    assert first == of_json({"fit_time": 4.5, "nested": [{"elapsed_ms": 80.0}], "acc": 0.5})
    assert first.left_out == ("fit_time", "nested.elapsed_ms")
    for other in (
        {"fit_time": 1e6},
        {"fit_time": -1},
        {"fit_time": "x"},
        {"f1": 3.5},
        {"fit_time": True},
    ):
        assert of_json(other).left_out == ()


def test_json_lines():
    rows = ['{"step": 1, "time": 0.5}', '{"step": 2, "time": 1.5}']
    first = content("\n".join(rows).encode(), "log.jsonl", RUNS[0])
    assert first == content("\n".join(rows).replace(".5", ".7").encode(), "log.jsonl", RUNS[0])
    assert first.left_out == ("time",)
    assert first != content("\n".join(rows[::-1]).encode(), "log.jsonl", RUNS[0])


def test_a_column_of_times_is_left_out_of_a_table():
    text = "mean_fit_time,param_C,mean_test_score\n{},1,0.5\n{},10,0.75\n"
    first = of_csv(text.format(0.01, 0.02))
    assert first == of_csv(text.format(0.03, 0.04))
    assert first.left_out == ("mean_fit_time",)
    assert first.digest != of_csv(text.format(0.01, 0.02).replace("0.75", "0.74")).digest
    tabs = of_csv(text.format(0.01, 0.02).replace(",", "\t"), name="result.tsv")
    assert tabs.left_out == ("mean_fit_time",)


@pytest.mark.parametrize(
    "text",
    [
        "survival_time,x\n1e7,1\n",  # longer than the run
        "time,x\n0.5,1\nlate,2\n",  # not all of them are times
        "0.5,1\n0.25,2\n",  # no header
        "time,x\n0.5,1,7\n",  # rows of several lengths
        "date,x\n2026-11-20,1\n2026-11-28,2\n",
        "time\n",
    ],
)
def test_any_other_table_is_compared_whole(text):
    assert of_csv(text).left_out == ()
    assert of_csv(text).digest != of_csv(text.replace("1", "3") + "\n").digest


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe", b"[" * 100_000, b""])
@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_damaged_files_are_compared_by_their_bytes(data, name):
    assert content(data, name, RUNS[0]) == content(data, "a.bin", RUNS[0])


def test_json_with_a_name_twice_is_compared_by_its_bytes():
    first, second = (b'{"loss": %d, "loss": 3, "fit_time": %d}' % pair for pair in ((1, 5), (2, 6)))
    span = Span(1795867200.0, 1795867260.0)
    assert content(first, "a.json", span).digest != content(second, "a.json", span).digest
