"""The page around the drawings of a sweep: one file that runs and loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from helpers import NASTY_TEXT

from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.show.page import pictures_data, pictures_page


class Panel(NamedTuple):
    """The heading and the description of a drawing."""

    title: str
    about: str


def page(name: str | None = None, value: object = 0.1, drawing: str = "<svg/>", **view) -> str:
    trials = (
        TrialView("0", 0, {"lr": value}, "finished", 0.25, order=0, run="run-0"),
        TrialView("1", 1, {}, "failed", None, order=1),
    )
    sweep = SweepView(
        **{
            **{"id": "s", "name": name, "method": "random", "metric": "loss", "goal": "minimize"},
            **{"axes": (Axis("lr"),), "trials": trials, "best": "0", **view},
        }
    )
    search = pictures_data.prepare(sweep, {})
    return pictures_page.page(search, [(Panel("A <b>", "what & why"), drawing)]).decode()


def rows(text: str) -> list[str]:
    return re.findall(r"<tr id=.*?</tr>", text)


def test_the_page_has_a_policy_that_forbids_scripts_and_loading():
    text = page()
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text


def test_headings_are_escaped_and_drawings_are_there():
    text = page("my sweep")
    assert "<h1>Sweep my sweep s</h1>" in text
    assert "<h2>A &lt;b&gt;</h2><p>what &amp; why</p>" in text
    assert "<svg/>" in text


def test_the_facts_say_how_many_trials_ended_and_which_is_the_best():
    assert (
        "random, 2 trials ended, loss (lower is better). best: trial 0: loss 0.25, lr 0.1."
        in page()
    )
    assert "random, 2 of 9 trials ended" in page(size=9)


def test_each_trial_is_a_row_and_the_best_is_marked():
    first, second = rows(page())
    assert first == (
        '<tr id="trial-0" class="best"><td>0</td><td>finished</td><td>0.25</td><td>0.1</td>'
        "<td>run-0</td></tr>"
    )
    assert second == (
        '<tr id="trial-1"><td>1</td><td>failed</td><td>-</td><td>-</td><td>-</td></tr>'
    )


def test_a_mark_of_a_drawing_shows_its_trial():
    drawing = '<a xlink:href="#trial-0" target="_top"><use/></a><a xlink:href="#trial-9"><use/></a>'
    text = page(drawing=drawing)
    assert '<a xlink:href="#trial-0"><title>trial 0: loss 0.25, lr 0.1</title><use/>' in text
    assert '<a xlink:href="#trial-9"><title>9</title>' in text


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


def tags(text: str) -> list[str]:
    parser = Tags()
    parser.feed(text)
    return parser.tags


TEXTS = ("<script>x</script>", '" onload="x', "</td><img src=x>", "&amp;<", *NASTY_TEXT[-12:])


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_of_a_sweep_becomes_a_tag(text):
    assert tags(page(text, text, metric=text, method=text)) == tags(page("a", "a"))
    trial = TrialView("0", 0, {text: 1}, "finished", 1.0, order=0)
    assert {"script", "img"}.isdisjoint(tags(page(axes=(Axis(text),), trials=(trial,))))
