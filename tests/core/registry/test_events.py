"""core/registry/events: an event gives the reason and the time that its tag has."""

from __future__ import annotations

import pytest

from gittrack.core.registry import names, tag_message
from gittrack.core.registry.events import Event
from gittrack.core.registry.tag_message import Text

SECONDS = 1_767_323_045  # 2026-01-02T03:04:05Z


def event(seconds: int = 0, **facts: object) -> Event:
    tag = "resnet18@v1.0.0"
    text = Text("a" * 40, "Ada <a@e.org>", seconds, facts, signed=False)
    return Event(names.parse_tag(tag), tag, "b" * 40, text)


@pytest.mark.parametrize(
    ("facts", "why"),
    [({"why": "best of 20"}, "best of 20"), ({"why": ""}, ""), ({"why": None}, ""), ({}, "")],
)
def test_the_reason_is_text_also_if_the_message_has_none(facts, why):
    assert event(**facts).why == why


def test_the_time_in_the_message_is_more_precise_than_that_of_the_tagger():
    precise = "2026-01-02T03:04:05.678Z"
    assert event(SECONDS, at=precise).at == precise


@pytest.mark.parametrize("at", [None, 5, ["2026"]])
def test_without_a_time_in_the_message_the_tagger_has_it(at):
    assert event(SECONDS, at=at).at.startswith("2026-01-02T03:04:05")
    assert event(SECONDS).at == event(SECONDS, at=at).at


def test_an_event_of_another_tool_has_its_message_as_the_reason():
    payload = tag_message.payload("a" * 40, "m@v1", "Bob <b@e.org>", SECONDS, "it is good\n")
    text = tag_message.parse(payload)
    assert text is not None
    read = event()._replace(text=text)
    assert (read.why, read.at[:19]) == ("it is good", "2026-01-02T03:04:05")
