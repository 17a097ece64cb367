"""What `git track diff` shows of media: which names differ, rows of tables, commands that bring files."""

from __future__ import annotations

import json

import helpers
import numpy as np

import gittrack


def record(name, offset, rows):
    with gittrack.init(name=name) as run:
        image = gittrack.Image(np.full((4, 4), offset, np.uint8))
        run.log({"same": gittrack.Text("x"), "mask": image}, step=1)
        run.log({"errors": gittrack.Table(rows, columns=["id", "label"])}, step=2)
        if offset:
            run.log({"only b": gittrack.Text("y")}, step=3)
    return run.id


def test_the_media_of_two_runs_are_compared(project):
    rows = [[number, "cat"] for number in range(50)]
    other = [[number, "dog" if number == 7 else "cat"] for number in range(50)]
    a, b = record("a", 0, rows), record("b", 9, [*other, [50, "new"]])
    changes = {change.name: change for change in gittrack.diff(a, b).media}
    assert list(changes) == ["errors", "mask", "only b"]
    assert changes["errors"].rows == ("-7,cat", "+7,dog", "+50,new")
    assert (changes["mask"].changed, changes["mask"].type) == (1, "image")
    assert (changes["only b"].only_a, changes["only b"].only_b) == (0, 1)
    assert changes["mask"].image[:5] == ((4, 4), (4, 4), 16, 9.0, 9)
    shown = helpers.look("diff", "a", "b", "--media").out
    assert "4 x 4: 16 of 16 pixels differ, by 9 on average, 9 at most, of 255\n" in shown
    assert "errors  table  1 changed\n-7,cat\n+7,dog\n+50,new\n" in shown
    assert f"git track get {b[16:]} media/mask/1.png -o b/" in shown
    assert "only b  text  1 only in B" in shown
    assert "```diff\n" in helpers.look("diff", "a", "b", "--media", "--md").out
    document = json.loads(helpers.look("diff", "a", "b", "--json", "--media").out)
    assert [change["name"] for change in document["media"]] == ["errors", "mask", "only b"]
    facts = {"a": [4, 4], "b": [4, 4], "pixels": 16, "mean": 9.0, "largest": 9}
    assert [change["image"] for change in document["media"]] == [None, facts, None]
    assert helpers.look("diff", "a", "a", "--media").out.endswith("equal: media\n")
    assert "media" not in helpers.look("diff", "a", "a").out
    many = helpers.look("diff", "a", "b", "a", "--media").out
    assert "errors" in many
    assert "same" not in many


def test_of_a_large_difference_the_first_rows_are_shown(project):
    a = record("a", 0, [[number, "x"] for number in range(100)])
    b = record("b", 0, [[number, "y"] for number in range(100)])
    (change,) = gittrack.diff(a, b).media
    assert len(change.rows) == 21
    assert change.rows[-1] == "... and 180 more rows"
