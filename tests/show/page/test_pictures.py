"""A sweep in pictures: what is drawn is decided without matplotlib; what is written is safe to open."""

from __future__ import annotations

import math
import re
import sys
from xml.etree import ElementTree

import pytest

from gittrack.analysis import sweep_ranking
from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.cli.commands.sweep import _search
from gittrack.core.errors import TrackError
from gittrack.show.page import pictures, pictures_data, scale
from gittrack.show.page.scale import Scale

HOSTILE = '<script>alert("x")</script>$\\frac{1}$\x1b[31m\u202e'


def trial(config, score, rung=0, budget=None, **params):
    params = params or {"lr": 10.0 ** -(config % 5), "opt": "ab"[config % 2]}
    key = f"{config}.r{rung}" if rung else str(config)
    return TrialView(key, config, params, "finished", score, config + 100 * rung, rung, 0, budget)


def sweep(trials, *axes, best=None, goal="minimize", name=None, metric="loss"):
    axes = axes or (
        Axis("lr", log=True, low=1e-4, high=1.0),
        Axis("opt", "choice", values=("a", "b")),
    )
    return SweepView("s-1", name, "random", metric, goal, axes, tuple(trials), best)


# --- Scales --------------------------------------------------------------------------------------


def test_a_log_scale_has_its_decades_evenly_apart():
    found = scale.of_axis(Axis("lr", log=True, low=1e-4, high=1.0), [0.5])
    assert found.ticks() == [
        (pytest.approx(place), label)
        for place, label in [(0, "0.0001"), (0.25, "0.001"), (0.5, "0.01"), (0.75, "0.1"), (1, "1")]
    ]


def test_a_scale_has_room_for_what_was_tried_outside_its_bounds():
    assert scale.of_axis(Axis("x", low=0, high=1), [3.0, math.nan, "no"])[:2] == (0, 3)


def test_choices_are_evenly_apart_and_numbers_among_them_sorted():
    found = scale.of_axis(Axis("n", "choice", values=(128, 32)), [])
    assert [label for _, label in found.ticks()] == ["32", "128"]
    assert (found.position(32), found.position(128), found.position(64)) == (0.25, 0.75, None)


def test_true_is_not_one():
    found = scale.of_axis(Axis("x", "choice", values=(True, 1, "1", None)), [])
    assert len({found.position(value) for value in (True, 1, "1", None)}) == 4


@pytest.mark.parametrize(
    "numbers",
    [[0.0], [5.0], [-1e299, 1e299], [5e-324, 1e-300], [1.0, 1.0 + 1e-15], [-3.0, 7e5], []],
)
@pytest.mark.parametrize("log", [False, True])
def test_any_numbers_have_a_place_and_ticks(numbers, log):
    found = scale.of_numbers(numbers, log)
    places = [found.position(number) for number in numbers]
    assert all(place is None or -1e-9 <= place <= 1 + 1e-9 for place in places)
    assert 1 <= len(found.ticks()) <= 60


def test_what_is_no_number_has_no_place():
    assert [Scale().position(x) for x in (math.nan, math.inf, 10**400, "1", None, True)] == [
        None
    ] * 6
    assert Scale(0.1, 1, True).position(0) is None


# --- What is drawn -------------------------------------------------------------------------------


def test_colours_are_ranks_so_that_one_diverged_loss_takes_nothing_from_the_others():
    found = sweep_ranking.relative_ranks(
        [trial(0, 0.1), trial(1, 1e9), trial(2, 0.2), trial(3, math.nan)], "minimize"
    )
    assert found == {"0": 0.0, "2": 0.5, "1": 1.0}


def test_the_best_so_far_is_of_the_largest_budget_alone():
    made = [trial(0, 0.1, 0, 1), trial(1, 0.3, 0, 1), trial(0, 0.5, 1, 3), trial(1, 0.4, 1, 3)]
    assert pictures_data.best_so_far(sweep(made)) == [(2, 0.5), (3, 0.4)]
    assert pictures_data.best_so_far(sweep(made, goal="maximize")) == [(2, 0.5), (3, 0.5)]


def test_each_configuration_is_shown_as_far_as_it_got():
    made = [trial(0, 0.1, 0, 1), trial(1, 0.3, 0, 1), trial(0, 0.5, 1, 3)]
    assert [one.key for one in sweep_ranking.furthest_trials(made)] == ["0.r1", "1"]


def test_of_very_many_an_even_part_is_drawn_and_the_best_is_in_it():
    search = pictures_data.prepare(sweep([trial(i, float(i)) for i in range(2500)], best="0"), {})
    shown = pictures_data.drawn(search)
    assert (len(shown), len({one.key for one in shown})) == (1000, 1000)
    assert (shown[0].key, shown[-1].key) == ("0", "2499")
    assert (
        pictures.panels(search)[-1].title == "Parallel coordinates (1,000 of 2,500 configurations)"
    )


def test_what_is_drawn_depends_on_the_search():
    def titles(view):
        return [panel.title for panel in pictures.panels(pictures_data.prepare(view, {}))]

    assert "The plane" in titles(sweep([trial(0, 1.0)]))
    three = [Axis("lr"), Axis("opt", "choice"), Axis("x")]
    assert "The plane" not in titles(sweep([trial(0, 1.0)], *three))
    assert "Rungs" in titles(sweep([trial(0, 1.0, 0, 1), trial(0, 1.0, 1, 3)]))
    assert titles(SweepView("s", None, "random", "loss", "minimize", (), (trial(0, 1.0),))) == [
        "Score over trials"
    ]


def test_the_plane_says_how_few_values_a_grid_tries():
    grid = sweep(
        [trial(i, 1.0, lr=float(i % 3), x=float(i // 3)) for i in range(9)], Axis("lr"), Axis("x")
    )
    about = pictures.pictures_plane.about(pictures_data.prepare(grid, {}))
    assert about.startswith("9 configurations tried 3 values of lr and 3 values of x.")


# --- What is written -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [("a.html", ".html"), ("a.b/X.PNG", ".png")])
def test_the_ending_of_the_file_decides(name, kind):
    assert pictures.kind(name) == kind


def test_another_ending_is_refused():
    with pytest.raises(TrackError, match=r"use a file name that ends in .html or .png"):
        pictures.kind("a.b/pdf")


def test_nothing_to_draw_is_said():
    with pytest.raises(TrackError, match=r"has a finite score\. look at its trials"):
        pictures.render(sweep([trial(0, None), trial(1, math.nan)]), ".png")


def test_before_the_first_trial_has_ended_there_is_nothing_to_look_at():
    running = trial(0, None)._replace(status="running", order=None)
    with pytest.raises(TrackError, match="wait until the first trial ends"):
        pictures.render(sweep([running]), ".html")


def test_without_matplotlib_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(TrackError, match=r"pip install 'gittrack\[plot\]'"):
        pictures.render(sweep([trial(0, 1.0)]), ".png")


def test_a_file_is_written_or_it_is_said_why_not(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    view = sweep([trial(i, 1.0 + i) for i in range(6)], best="0")
    _search.draw(view, str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().err == f"drew 6 trials into {tmp_path}/a.png\n"
    with pytest.raises(TrackError, match="No such file or directory"):
        _search.draw(view, str(tmp_path / "no" / "a.html"))


def test_a_page_is_safe_whatever_it_is_made_of():
    pytest.importorskip("matplotlib")
    made = [trial(i, float(i), **{HOSTILE: HOSTILE * (i % 2 + 1), "n": 10**400}) for i in range(4)]
    made += [trial(4, math.inf, other=1), trial(5, None)._replace(status="failed", run=HOSTILE)]
    view = sweep(made, Axis(HOSTILE, "choice"), Axis("n"), best="0", name=HOSTILE, metric=HOSTILE)
    page = pictures.render(view, ".html").decode()
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ElementTree.fromstring(drawing)
    ids = re.findall(r'<tr id="trial-([^"]*)"', page)
    assert set(re.findall(r'href="#trial-([^"]*)"', page)) <= set(ids)
    assert page.count('class="best"') == 1


def test_the_same_sweep_is_the_same_file():
    pytest.importorskip("matplotlib")
    made = [trial(i, 1.0 / (i + 1), 0, 1) for i in range(9)]
    made += [trial(i, 0.5 / (i + 1), 1, 3) for i in (6, 7, 8)]
    view = sweep(made, best="8.r1")
    shares = {"lr": 0.25, "opt": None}
    assert pictures.render(view, ".html", shares) == pictures.render(view, ".html", shares)
