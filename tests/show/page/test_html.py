"""Runs as HTML."""

from gittrack.core.run.run_info import Metric, RunInfo
from gittrack.show.page import html

RUN = RunInfo("20260101-000000-0000abcd", "x", "finished", name="<script>alert(1)</script>")


def test_what_comes_from_a_run_is_escaped():
    run = RUN._replace(params={"<b>": "&"}, metrics={"<i>": Metric(1.0, 1.0, 1.0, 0, 1)})
    for page in (html.page([run], 0.0), html.record(run)):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in html.record(run)
    assert "&lt;i&gt;" in html.record(run)


def test_at_most_a_hundred_runs_are_listed():
    page = html.page([RUN] * 103, 0.0)
    assert page.count("<tr>") == 101
    assert page.endswith("<p>and 3 more runs</p>")


def test_no_runs_are_a_sentence():
    assert html.page([], 0.0) == "<p>no runs</p>"
