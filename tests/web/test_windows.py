"""Windows of rows: few runs come whole, of many only the rows in sight, and the order is kept."""

from __future__ import annotations

import helpers
import pytest

from gittrack import git
from gittrack.web import assets, windows
from gittrack.web.params import Params
from gittrack.web.windows import Windows


@pytest.fixture
def five(project, monkeypatch):
    """Five runs, more than a page gets whole."""
    for name, value in {"_WITHOUT_CACHE": 3, "MOST_ROWS": 4, "WINDOW": 2}.items():
        monkeypatch.setattr(windows, name, value)
    return [helpers.record(f"run {n}", {"loss": (n * 3) % 5 * 1.0}) for n in range(5)]


def ids(rows: windows.Rows) -> list[str]:
    return [raw.id for raw in rows.raws]


def test_few_runs_come_whole(five):
    helpers.look("archive", "run 0")
    rows = Windows().select(git.find(), Params())
    assert (ids(rows), rows.complete, rows.archived) == (five[:0:-1], True, 1)


def test_of_many_runs_the_first_rows_come(five):
    rows = Windows().select(git.find(), Params())
    assert (ids(rows), rows.total, rows.complete) == (five[:2:-1], 5, False)


def test_few_runs_of_a_query_come_whole_too(five):
    rows = Windows().select(git.find(), Params({"where": ["loss < 4"]}))
    assert (len(rows.raws), rows.complete) == (4, True)


def test_the_server_searches_in_all_that_a_run_has(five):
    helpers.look("tag", "run 2", "+night")

    def found(words: str) -> list[str]:
        return ids(Windows().select(git.find(), Params({"find": [words]})))

    assert found(five[3].upper()) == [five[3]]
    assert found("night") == [five[2]]
    assert found("status=finished run") == five[:2:-1]  # a window of five
    assert found("nowhere") == []
    rows = Windows().select(git.find(), Params({"find": ["night"]}))
    assert (rows.total, rows.every, rows.complete) == (1, 5, True)


def test_windows_in_an_order(five):
    order = Windows()
    for offset, expected in ((0, [0, 2]), (2, [4, 1]), (4, [3])):
        params = Params({"sort": ["loss"], "offset": [str(offset)]})
        rows = order.select(git.find(), params)
        assert ids(rows) == [five[n] for n in expected]
        assert rows.total == 5
        assert all(raw.body for raw in rows.raws)


def test_one_request_cannot_sort_the_runs_hundreds_of_times(five):
    names = [f"x{number}" for number in range(21)]
    with pytest.raises(helpers.gittrack.TrackError, match="21 sort keys are too many"):
        Windows().select(git.find(), Params({"sort": names}))


def test_scrolling_does_not_read_all_runs_again(five, monkeypatch):
    order = Windows()
    params = {"sort": ["loss"], "where": ["loss >= 0"]}
    order.select(git.find(), Params(params))
    monkeypatch.setattr("gittrack.read.runs.query.listing", None)
    assert ids(order.select(git.find(), Params({**params, "offset": ["3"]}))) == [five[1], five[3]]


def test_a_new_run_is_in_the_next_window(five):
    order = Windows()
    params = Params({"sort": ["loss"]})
    order.select(git.find(), params)
    best = helpers.record("best", {"loss": -1.0})
    assert ids(order.select(git.find(), params))[0] == best


def test_a_live_run_has_its_current_values(five):
    order = Windows()
    params = Params({"sort": ["-started"], "offset": ["0"]})
    with helpers.gittrack.init(name="live") as run:
        run.log({"loss": 1.0})
        assert order.select(git.find(), params).raws[0].info.metrics["loss"].last == 1.0
        run.log({"loss": 2.0})
        assert order.select(git.find(), params).raws[0].info.metrics["loss"].last == 2.0


def test_all_rows_of_many_come_at_once_if_the_page_needs_them(five):
    rows = Windows().select(git.find(), Params({"limit": ["5"]}))
    assert (ids(rows), rows.complete) == (five[::-1], True)
    script = assets.files()["js/row_windows.js"].decode()
    assert f"MOST_WHOLE = {windows._LARGEST_WINDOW:_};" in script
