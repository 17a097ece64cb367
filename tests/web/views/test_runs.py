"""The document of the table: the rows, orders, columns and errors of `git track ls`."""

from __future__ import annotations

import argparse
import json

import helpers
import pytest

import gittrack
from gittrack import git
from gittrack.cli.commands import ls
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.query.grammar import QueryError
from gittrack.web import windows as module
from gittrack.web.application import encoded
from gittrack.web.live import Changes
from gittrack.web.params import BadParameter, Params
from gittrack.web.views import commands, runs
from gittrack.web.windows import Windows


def view(**fields: object) -> dict:
    """Return the document as a browser gets it."""
    texts = {k: [str(i) for i in v] if isinstance(v, list) else [str(v)] for k, v in fields.items()}
    return json.loads(encoded(runs.view(git.find(), Params(texts))))


def column(document: dict, name: str) -> list:
    """Return the values of a column, one for each row."""
    entry = next(entry for entry in document["columns"] if entry["name"] == name)
    return entry["values"] if "values" in entry else [entry["value"]] * len(document["keys"])


@pytest.fixture
def three(project):
    """Three runs: the losses 0.5, NaN and 0.25."""
    for number, loss in enumerate((0.5, float("nan"), 0.25)):
        config = {"lr": 0.1 / 2**number, "model": {"depth": 4}, "opt": ["sgd", 7, "adam"][number]}
        helpers.record(f"run {number}", {"loss": 1.0}, {"loss": loss}, config=config)


def test_rows_are_those_of_ls(three):
    document, listed = view(), helpers.listed()
    assert document["keys"] == [f"default/{run['id']}" for run in listed]
    assert column(document, "name") == [run["name"] for run in listed]
    assert column(document, "metrics.loss") == [0.25, "NaN", 0.5]
    assert column(document, "params.lr") == [0.025, 0.05, 0.1]
    assert (document["total"], document["complete"]) == (3, True)


def test_columns_have_kinds_and_what_is_constant(three):
    entries = {entry["name"]: entry for entry in view()["columns"]}
    assert entries["params.model.depth"]["value"] == 4
    assert entries["params.opt"]["kind"] == "mixed"
    assert entries["metrics.loss"]["kind"] == entries["params.lr"]["kind"] == "number"
    assert entries["metrics.loss"]["min"] == [0.25, 1.0, 0.5]
    assert (entries["metrics.loss"]["goal"], entries["metrics.loss"]["assumed"]) == ("min", True)
    visible = {name for name, entry in entries.items() if entry["shown"]}
    assert visible == {
        *("id", "name", "status", "started", "duration", "metrics.loss", "params.lr", "params.opt"),
    }


def test_the_direction_rule_is_the_one_of_top(three):
    helpers.git(".", "config", "track.goal.loss", "max")
    entries = {entry["name"]: entry for entry in view()["columns"]}
    assert (entries["metrics.loss"]["goal"], entries["metrics.loss"]["assumed"]) == ("max", False)


def test_a_param_with_the_name_of_a_metric_is_headed_in_full(project):
    helpers.record("a", {"lr": 1.0}, config={"lr": 2.0})
    heads = {entry["name"]: entry["head"] for entry in view()["columns"]}
    assert (heads["metrics.lr"], heads["params.lr"]) == ("lr", "params.lr")


def test_orders_are_those_of_ls(three):
    for key in ("loss", "-loss", "opt", "-opt", "name"):
        listed = helpers.listed("--sort", key)
        assert view(sort=key)["keys"] == [f"default/{run['id']}" for run in listed], key


def test_several_sort_keys(three):
    assert column(view(sort=["params.model.depth", "-lr"]), "name") == ["run 0", "run 1", "run 2"]


def test_a_window_of_rows(three):
    document = view(offset=1, limit=1)
    assert column(document, "name") == ["run 1"]
    assert (document["total"], document["complete"]) == (3, False)


def test_only_some_runs_and_columns(three):
    first, second = view()["keys"][:2]
    document = view(run=[second, "default/nothing", first], column=["name", "metrics.loss"])
    assert document["keys"] == [second, first]
    assert [entry["name"] for entry in document["columns"]] == ["name", "metrics.loss"]


def test_a_query_has_the_answers_and_the_errors_of_ls(three):
    assert column(view(where="loss < 0.3"), "name") == ["run 2"]
    with pytest.raises(QueryError) as error:
        view(where="loss <")
    assert error.value.column == 6
    with pytest.raises(QueryError, match="no run has 'lss'"):
        view(where="lss < 1")


def test_a_page_that_has_all_rows_gets_those_of_a_query_without_values(three):
    windows = Windows(state=Changes("here").cursor)

    def ask(**fields: str) -> dict:
        params = Params({name: [text] for name, text in fields.items()})
        return json.loads(encoded(runs.view(git.find(), params, windows)))

    known, where = ask()["state"], "loss < 1"
    short, full = ask(where=where, known=known), ask(where=where)
    for entry in full["columns"]:
        for part in ("values", "min", "max", "count"):
            entry.pop(part, None)
    assert (short, len(short["keys"])) == (full, 2)
    with pytest.raises(QueryError) as error:
        ask(where="loss <", known=known)
    assert error.value.column == 6
    helpers.look("tag", "run 2", "+night")
    later = ask(where=where, known=known)
    assert later["state"] != known
    assert column(later, "tags") == [["night"], []]


def test_rows_that_change_with_time_have_no_lasting_state(three, monkeypatch):
    windows = Windows(state=Changes("here").cursor)
    with gittrack.init(name="live"):
        document = runs.view(git.find(), Params(), windows)
        query = runs.view(git.find(), Params({"where": ["status == 'finished'"]}), windows)
    assert ("state" in document, "state" in query) == (False, True)
    for name in ("MOST_ROWS", "_WITHOUT_CACHE"):
        monkeypatch.setattr(module, name, 2)
    assert "state" not in runs.view(git.find(), Params(), windows)  # a window
    windows = Windows(state=lambda repo: pytest.fail("a scroll looks at all runs"))
    assert runs.view(git.find(), Params({"offset": ["1"], "limit": ["1"]}), windows)["offset"] == 1


def test_what_means_nothing_is_an_error(three):
    with pytest.raises(NoSuchRun):
        view(experiment="nothing")
    with pytest.raises(TrackError, match="no run has anything called 'lss'"):
        view(sort="lss")
    for field, value in {"limit": "-1", "offset": "1e9"}.items():
        with pytest.raises(BadParameter):
            view(**{field: value})


def test_archived_runs_are_left_out_unless_asked_for(three):
    helpers.look("archive", "run 1")
    assert column(view(), "name") == ["run 2", "run 0"]
    assert view()["archived"] == 1
    assert len(view(archived=1)["keys"]) == 3


def test_the_commands_give_the_same_runs(three):
    command = view(where="loss < 0.3", sort="-lr")["commands"][0]
    assert command["track"] == "git track ls -w 'loss < 0.3' --sort -lr"
    assert command["git"].startswith("git for-each-ref")


def test_an_empty_repository(project):
    document = view()
    assert (document["total"], document["keys"], document["columns"]) == (0, [], [])


def test_the_command_of_a_listing_sorts_by_the_most_important_key():
    (way,) = commands.listing(Params({"sort": ["-acc", "lr"]}), 20)
    assert way["track"] == "git track ls --sort -acc"


def test_the_command_of_a_listing_prints_all_runs():
    (way,) = commands.listing(Params(), 1_234)
    assert way["track"] == "git track ls -n 1234"
    parser = argparse.ArgumentParser()
    ls.arguments(parser)
    assert parser.get_default("n") == commands.USUAL_ROWS
