"""record/active/join: what a script says of its run is added to what the launcher said."""

from __future__ import annotations

import shutil

import pytest

from gittrack.core import layout
from gittrack.core.run import events, facts
from gittrack.disk import lock
from gittrack.record import journal
from gittrack.record.active import join
from gittrack.record.session import RunRequest


def add(book, *, resolved: bool = False, names_experiment: bool = False, **request: object):
    """Add a request to a journal; return the conflicting params."""
    return join.add_request(
        book, RunRequest(**request), resolved=resolved, names_experiment=names_experiment
    )


@pytest.fixture
def launched(new_journal):
    """The journal of a launcher that was given a name and some params."""
    book = new_journal(name="first", tags=["slow"])
    book.append(events.PARAMS, values={"lr": 0.1, "model": {"hidden": 64}})
    return book


def test_params_of_the_command_line_override_those_of_the_script(launched):
    params = {"lr": 0.5, "epochs": 3, "model": {"hidden": 32, "act": "relu"}}
    assert add(launched, params=params) == [("lr",), ("model", "hidden")]
    assert launched.params() == {
        "lr": 0.1,
        "epochs": 3,
        "model": {"hidden": 64, "act": "relu"},
    }


def test_equal_params_are_no_conflict_and_add_nothing(launched):
    before = launched.events.path.read_bytes()
    assert add(launched, params={"lr": 0.1, "model": {"hidden": 64}}) == []
    assert launched.events.path.read_bytes() == before


def test_resolved_params_replace_those_of_the_launcher(launched):
    assert add(launched, params={"lr": 0.1, "epochs": 3}, resolved=True) == []
    assert launched.params() == {"lr": 0.1, "epochs": 3}


@pytest.mark.parametrize(
    ("key", "value"), [("name", "a"), ("group", "b"), ("seed", 7), ("seed", 0)]
)
def test_a_fact_that_the_launcher_does_not_know_is_added(new_journal, key, value):
    book = new_journal()
    add(book, **{key: value})
    assert book.state().facts[key] == value


@pytest.mark.parametrize(("key", "first", "second"), [("name", "a", "b"), ("seed", 0, 7)])
def test_a_fact_of_the_launcher_stays(new_journal, key, first, second):
    book = new_journal(**{key: first})
    add(book, **{key: second})
    assert book.state().facts[key] == first


def test_a_resolved_seed_is_the_seed_of_the_run(new_journal):
    book = new_journal(seed=1)
    add(book, seed=7, resolved=True)
    assert book.state().facts["seed"] == 7


@pytest.mark.parametrize(("names_experiment", "experiment"), [(False, "mnist"), (True, "e")])
def test_the_experiment_of_the_command_line_overrides_that_of_the_script(
    launched, names_experiment, experiment
):
    add(launched, experiment="mnist", experiment_name="M NIST", names_experiment=names_experiment)
    facts = launched.state().facts
    assert facts["experiment"] == experiment
    assert facts.get("experiment_name") == (None if names_experiment else "M NIST")


def test_tags_and_the_note_are_added(launched):
    add(launched, tags=["good"], note="a remark")
    facts = launched.state().facts
    assert facts["tags"] == ["slow", "good"]
    assert facts["note"] == "a remark"


def test_an_empty_request_only_notes_which_params_the_script_does_not_have(launched):
    before = launched.state()
    assert add(launched) == []
    noted = {facts.ABSENT: ["lr", "model.hidden"]}
    assert launched.state() == before._replace(facts={**before.facts, **noted})


def test_params_that_the_script_set_otherwise_are_noted_until_it_reads_its_config(launched):
    lock.create(launched.folder / layout.LOCK)
    add(launched, params={"lr": 0.5, "model": {"hidden": 64}})
    assert launched.state().facts[facts.UNREAD] == ["lr"]
    join.note_config_read(launched.folder)
    assert launched.state().facts[facts.UNREAD] is None
    before = launched.events.path.read_bytes()
    join.note_config_read(launched.folder)
    assert launched.events.path.read_bytes() == before


def test_further_runs_of_a_command_are_in_the_group_of_the_first(new_journal):
    book = new_journal(group="mine")
    assert join.group_of(book.folder) == "mine"


def test_a_run_without_a_group_becomes_the_group(book):
    assert join.group_of(book.folder) == book.id
    assert book.state().facts["group"] == book.id
    assert join.group_of(book.folder) == book.id


def test_a_run_that_has_ended_has_no_group_to_join(book):
    shutil.rmtree(book.folder)
    assert join.group_of(book.folder) is None


def test_the_journal_stays_open_for_its_owner(book):
    join.group_of(book.folder)
    assert book.append(events.TAGS, add=["later"]) is None
    assert journal.read_state(book.folder).facts["tags"] == ["later"]
