"""core/events: the journal as lines, and the state they fold to."""

import json

import pytest
from helpers import configs, exact
from hypothesis import given

from gittrack.core.run import events
from gittrack.core.run.fingerprint import fingerprint

START = events.line("start", values={"id": "x", "tags": ["a"]})
OPERATIONS = (
    START,
    events.line("params", values={"lr": 0.1, "m": {"a": 1}}),
    events.line("tags", add=["b\n"]),
    events.line("note", text="caf\u00e9 \u2028 \udcff"),
    events.line("summary", values={"best": float("nan")}),
    events.line("facts", values={"status": "finished"}),
)


def state(*lines):
    return events.fold(events.parse(START + b"".join(lines)))


def test_an_operation_is_a_line_of_json():
    assert events.line("note", text="a\nb") == b'{"op":"note","text":"a\\nb"}\n'


@given(configs)
def test_an_operation_reads_back_as_itself(config):
    data = events.line("params", values=config)
    assert data.count(b"\n") == 1
    assert exact(events.parse(data)) == exact([{"op": "params", "values": config}])


def test_a_journal_torn_anywhere_gives_its_whole_lines():
    journal = b"".join(OPERATIONS)
    for cut in range(len(journal) + 1):
        whole = journal[:cut].count(b"\n")
        expected = [json.loads(line) for line in OPERATIONS[:whole]]
        assert exact(events.parse(journal[:cut])) == exact(expected)


@pytest.mark.parametrize("bad", [b"rubbish\n", b'{"op": \n', b"\x00\x00\n", b"\xff\n"])
def test_damage_within_is_an_error(bad):
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is what callers catch
        events.parse(START + bad + START)


@pytest.mark.parametrize(
    "data", [b"", b'{"op":"sta', OPERATIONS[1], b'{"op":"start","values":{}}\n']
)
def test_a_journal_that_does_not_start_is_an_error(data):
    with pytest.raises(ValueError, match="the journal"):
        events.fold(events.parse(data))


def test_the_start_says_what_the_run_is():
    assert state() == ({"id": "x", "tags": ["a"]}, {}, {}, {}, [], [], {})


def test_facts_are_learnt_later():
    assert state(events.line("facts", values={"status": "failed"})).facts["status"] == "failed"


def test_params_are_laid_over_each_other():
    first = events.line("params", values={"m": {"a": 1, "b": 2}})
    second = events.line("params", values={"m": {"b": 3}, "lr": 0.1})
    assert state(first, second).params == {"m": {"a": 1, "b": 3}, "lr": 0.1}


def test_tags_are_added_once():
    assert state(events.line("tags", add=["b", "a", "b"])).facts["tags"] == ["a", "b"]


def test_notes_are_lines():
    lines = [events.line("note", text=text) for text in ("one", "two")]
    assert state(*lines).facts["note"] == "one\ntwo"


def test_the_last_summary_and_environment_win():
    found = state(
        events.line("summary", values={"best": 1, "other": 5}),
        events.line("summary", values={"best": 2}),
        events.line("env", values={"python": "3.10"}),
        events.line("env", values={"python": "3.11"}),
    )
    assert found.summary == {"best": 2, "other": 5}
    assert found.env == {"python": "3.11"}


@pytest.mark.parametrize(("op", "kept"), [("input", "inputs"), ("output", "outputs")])
def test_a_file_is_kept_as_it_was_last_seen(op, kept):
    first, other, second = ({"path": "a", "size": 1}, {"path": "b"}, {"path": "a", "size": 2})
    found = state(*(events.line(op, values=values) for values in (first, other, second)))
    assert getattr(found, kept) == [{"path": "b"}, {"path": "a", "size": 2}]


def test_operations_of_a_later_version_are_skipped():
    assert state(events.line("teleport", to="mars")) == state()


def test_what_follows_from_the_state():
    derived = events.derived_facts(state(events.line("params", values={"lr": 0.1})))
    assert derived["fingerprint"] == fingerprint({"lr": 0.1})
    assert len(derived["recipe"]) == 12


def test_without_params_there_is_no_fingerprint():
    assert events.derived_facts(state())["fingerprint"] is None


@pytest.mark.parametrize(
    "more",
    [
        events.line("params", values={"lr": 0.2}),
        events.line("input", values={"path": "a", "sha256": "d"}),
        events.line("facts", values={"seed": 7}),
        events.line("facts", values={"command": ["x"]}),
        events.line("facts", values={"code": {"tree": "t"}}),
    ],
)
def test_the_recipe_knows_what_makes_an_experiment(more):
    assert events.derived_facts(state(more))["recipe"] != events.derived_facts(state())["recipe"]


def test_the_recipe_does_not_know_what_is_only_said():
    said = state(events.line("note", text="hi"), events.line("summary", values={"best": 1}))
    assert events.derived_facts(said) == events.derived_facts(state())
