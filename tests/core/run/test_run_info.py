"""core/model: frozen values, and the moments in them."""

import math
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run import run_info
from gittrack.core.run.run_info import Code, RunInfo, from_facts
from gittrack.core.run.series import Metric

FACTS = {
    "id": "20260227-143022-a1b2c3d4",
    "experiment": "digits",
    "status": "finished",
    "duration_s": 1.5,
    "tags": ["best"],
    "command": ["python", "train.py"],
    "code": {"commit": "c" * 40, "dirty": True, "snapshot": "d" * 40, "new": 1},
    "format": 1,
    "from a later version": [1, 2],
}
NO_MOMENTS = [
    *("2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z", "2026-02-29T00:00:00.000Z"),
    *("2026-04-31T00:00:00.000Z", "2026-01-00T00:00:00.000Z", "2026-01-01T24:00:00.000Z"),
    *("2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z", "0000-01-01T00:00:00.000Z"),
]


def test_a_run_from_its_files():
    summary = {"last": 1, "min": 0, "max": 2, "step": 3, "count": 4}
    info = from_facts(FACTS, {"lr": 0.1}, {"loss": summary})
    assert (info.id, info.experiment, info.duration) == (FACTS["id"], "digits", 1.5)
    assert (info.tags, info.command) == (("best",), ("python", "train.py"))
    assert info.metrics == {"loss": Metric(1, 0, 2, 3, 4)}
    assert info.params == {"lr": 0.1}


def test_a_run_from_the_least_there_can_be():
    info = from_facts({"id": "x", "experiment": "e", "status": "running"}, {}, {})
    assert info == RunInfo("x", "e", "running")
    assert info.code.state is None


@pytest.mark.parametrize("missing", ["id", "experiment", "status"])
def test_a_run_without_identity_is_none(missing):
    with pytest.raises(TypeError):
        from_facts({key: value for key, value in FACTS.items() if key != missing}, {}, {})


def test_the_code_that_ran_is_the_snapshot_where_there_is_one():
    assert Code("c", snapshot="s").state == "s"
    assert Code("c").state == "c"


@pytest.mark.parametrize("status", run_info.STATUSES)
def test_only_finished_is_finished(status):
    assert RunInfo("x", "e", status).finished is (status == "finished")


def test_a_run_cannot_be_changed():
    with pytest.raises(AttributeError):
        RunInfo("x", "e", "running").status = "finished"


def test_a_summary_with_gaps():
    found = run_info.metric({"last": 1})
    assert (found.last, found.step, found.count) == (1, None, 0)
    assert math.isnan(found.min)


def test_a_moment():
    assert run_info.iso(0) == "1970-01-01T00:00:00.000Z"
    assert run_info.iso(1772202622.5) == "2026-02-27T14:30:22.500Z"


@given(st.integers(0, 250_000_000_000_000))
def test_a_moment_reads_back_as_itself(milliseconds):
    text = run_info.iso(milliseconds / 1000)
    assert abs(run_info.from_iso(text) - milliseconds / 1000) < 0.0011
    assert run_info.iso(run_info.from_iso(text) + 0.0001) == text


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_a_moment_is_what_the_library_says(moment):
    text = (
        moment.strftime("%Y-%m-%dT%H:%M:%S.").rjust(20, "0") + f"{moment.microsecond // 1000:03d}Z"
    )
    expected = datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    assert run_info.from_iso(text) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e300, -1e300])
def test_a_moment_that_is_none(seconds):
    assert run_info.iso(seconds) == "1970-01-01T00:00:00.000Z"


@pytest.mark.parametrize("text", ["", "yesterday", *NO_MOMENTS])
def test_text_that_is_no_moment(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is what callers catch
        run_info.from_iso(text)


def test_the_kind_of_a_series_is_number_and_is_not_stored():
    stored = {"last": 1.0, "min": 0.5, "max": 1.0, "step": 3, "count": 4}
    assert run_info.metric(stored).kind == run_info.NUMBER
    assert run_info.metric(stored).to_dict() == stored


def test_a_series_of_a_kind_of_a_later_version_is_left_out():
    facts = {"id": "x", "experiment": "e", "status": "finished"}
    series = {"loss": {"last": 1.0, "kind": "number"}, "faces": {"kind": "image", "count": 2}}
    assert list(from_facts(facts, {}, series).metrics) == ["loss"]
