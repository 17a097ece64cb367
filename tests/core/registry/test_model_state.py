"""The state of a model is the fold of its tags, in the order of their numbers."""

from gittrack.core.registry import model_state, names, tag_message
from gittrack.core.registry.model_state import Event
from gittrack.core.registry.tag_message import Text


def event(tag, commit, oid=""):
    mark = names.parse_tag(tag)
    return Event(mark, tag, oid or tag, Text(commit, "Ada <a@e.org>", 0, {}, False))


def model(*events, others=()):
    return model_state.fold(
        "m", [event(*one) for one in events], [(event(*o), "bob") for o in others]
    )


THREE = (("m@v1.0.0", "a"), ("m@v2.0.0", "b"), ("m@v10.0.0", "c"))


def test_a_new_version_is_in_development():
    found = model(*THREE)
    assert [(v.short, v.stage) for v in found.versions] == [
        ("v1", "development"),
        ("v2", "development"),
        ("v10", "development"),
    ]
    assert found.latest.number == "v10.0.0"


def test_the_one_that_was_there_is_archived():
    found = model(*THREE, ("m#production#9", "a"), ("m#production#10", "b"), ("m#staging#11", "b"))
    assert [v.stage for v in found.versions] == ["archived", "production", "development"]
    assert found.versions[1].stages == ("production", "staging")
    assert {stage: v.short for stage, v in found.stages.items()} == {
        "production": "v2",
        "staging": "v2",
    }


def test_back_to_an_earlier_one_and_out():
    back = (*THREE, ("m#prod#1", "a"), ("m#prod#2", "b"), ("m#prod#3", "a"))
    assert [v.stage for v in model(*back).versions] == ["prod", "archived", "development"]
    # As GTO has it: who is taken out gives the stage back to the one before.
    out = model(*back, ("m#prod!#4", "a"))
    assert out.stages["prod"].short == "v2"
    assert model(*back, ("m#prod!#4", "a"), ("m#prod!#5", "b")).stages == {}
    assert model_state.promoted_commits(model(*back), "prod") == ["b", "a"]


def test_a_deprecated_version_holds_nothing_and_can_come_back():
    gone = (*THREE, ("m#prod#1", "c"), ("m@v10.0.0!#2", "c"))
    found = model(*gone)
    assert (found.versions[2].deprecated, found.latest.short, found.stages) == (True, "v2", {})
    assert model(*gone, ("m@v10.0.0#3", "c")).stages["prod"].short == "v10"


def test_a_commit_in_a_stage_that_nobody_registered():
    found = model(("m@v1.0.0", "a"), ("m#prod#1", "0123456789"))
    assert found.stages["prod"].short == "01234567"
    assert found.latest.short == "v1"


def test_two_clones_counted_alike():
    other = [("m#prod#1", "b", "theirs")]
    found = model(*THREE, ("m#prod#1", "a"), others=other)
    assert [(c.ours.text.commit, c.theirs.text.commit, c.source) for c in found.conflicts] == [
        ("a", "b", "bob")
    ]
    assert found.stages["prod"].short == "v1"
    assert model(*THREE, ("m#prod#1", "a"), ("m#prod#2", "b"), others=other).conflicts == ()


def test_one_version_of_two_clones_is_one_conflict_with_its_promotions():
    ours = (("m@v1.0.0", "a"), ("m#prod#1", "a"))
    theirs = [("m@v1.0.0", "b", "theirs"), ("m#prod#1", "b", "theirs 2")]
    found = model(*ours, others=theirs)
    assert [pair.ours.tag for pair in found.conflicts] == ["m@v1.0.0"]
    assert found.twins == ()


def test_a_tag_of_another_clone_that_means_the_same_is_a_twin():
    same = [("m#prod#1", "a", "theirs")]
    found = model(*THREE, ("m#prod#1", "a"), others=same)
    assert (found.conflicts, [pair.ours.tag for pair in found.twins]) == ((), ["m#prod#1"])
    settled = model(
        *THREE, ("m#prod#1", "a"), ("m#prod#2", "b"), others=[("m#prod#1", "b", "theirs")]
    )
    assert (settled.conflicts, len(settled.twins)) == ((), 1)


def test_one_number_twice_in_one_stage():
    found = model(*THREE, ("m#prod#1", "a"), ("m#prod!#1", "a"))
    assert len(found.conflicts) == 1


def test_the_message_is_yaml_and_is_read_back():
    facts = {
        "model": "m",
        "metrics": {"a b": 0.5, "n": float("inf")},
        "why": 'x: "y"\n# z',
        "from": None,
    }
    text = tag_message.message(("promote", "m v1 to prod"), {**facts, "by": "Ada <a@e.org>"})
    assert text.startswith("promote: m v1 to prod\n\nmodel: m\n")
    data = tag_message.payload("0" * 40, "m#prod#1", "Ada <a@e.org>", 7, text)
    found = tag_message.parse(data)
    assert (found.commit, found.person, found.seconds, found.signed) == (
        "0" * 40,
        "Ada <a@e.org>",
        7,
        False,
    )
    assert found.facts == {**{k: v for k, v in facts.items() if v}, "by": "Ada <a@e.org>"}


def test_facts_of_the_wrong_type_are_not_taken():
    """A tag may have come from anywhere."""
    forged = {
        "metrics": {"a": "x"},
        "artifacts": [{"sha256": 1}],
        "at": "\x1b[31m",
        "run": 7,
        "forced": 3,
    }
    text = tag_message.message(
        ("register", "m"), {**forged, "version": "3", "why": "w", "by": "Eve"}
    )
    found = tag_message.parse(tag_message.payload("0" * 40, "m@v1.0.0", "Eve <e>", 7, text))
    assert found.facts == {"why": "w", "by": "Eve"}
    late = tag_message.parse(
        b"object %s\ntype commit\ntag t\ntagger A <a> 9%s +0000\n\n" % (b"0" * 40, b"9" * 5000)
    )
    assert late.seconds == 0


def test_a_message_of_another_tool_is_a_reason():
    head = b"object %s\ntype commit\ntag t\ntagger A <a> 1 +0000\n\n" % (b"0" * 40)
    assert tag_message.parse(head + b"Assigning stage: x").facts == {"why": "Assigning stage: x"}
    assert tag_message.parse(head).facts == {}
    signed = tag_message.parse(
        head + b"one\n-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n"
    )
    assert (signed.facts, signed.signed) == ({"why": "one"}, True)
    assert tag_message.parse(b"tree 123\n\nnot a tag") is None
