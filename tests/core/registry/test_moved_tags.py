"""A moved version tag is proved by what this registry wrote."""

from __future__ import annotations

from gittrack.core.registry import moved_tags, names
from gittrack.core.registry.events import Event
from gittrack.core.registry.tag_message import Text

OURS = {"by": "Ada <a@b>", "model": "m"}


def event(tag: str, commit: str, name: str = "", **facts: str) -> Event:
    return Event(
        names.parse_tag(tag), tag, f"id of {tag}", Text(commit, "Ada <a@b>", 0, facts, False, name)
    )


V1 = event("m@v1.0.0", "a", version="v1.0.0", run="r1", **OURS)


def test_tags_that_agree_are_not_moved():
    promoted = event("m#prod#1", "a", version="v1.0.0", **OURS)
    assert moved_tags.by_events([V1, promoted]) == ()


def test_an_event_on_another_commit_proves_a_lightweight_tag_moved():
    promoted = event("m#prod#1", "a", version="v1.0.0", run="r1", **OURS)
    [move] = moved_tags.by_events([promoted], [event("m@v1.0.0", "b")])
    assert (move.tag, move.commit, move.was, move.run, move.proof) == (
        "m@v1.0.0",
        "b",
        "a",
        "r1",
        "m#prod#1",
    )


def test_an_event_of_another_tool_proves_nothing():
    assert moved_tags.by_events([event("m#prod#1", "a")], [event("m@v1.0.0", "b")]) == ()


def test_a_tag_object_of_another_version_is_misplaced():
    [move] = moved_tags.by_events([V1, event("m@v2.0.0", "a", version="v1.0.0", **OURS)])
    assert (move.version, move.stated) == ("v2.0.0", "v1.0.0")
    [move] = moved_tags.by_events([event("m@v2.0.0", "a", "m@v1.0.0")])
    assert (move.version, move.stated) == ("v2.0.0", "v1.0.0")


def test_a_version_in_a_stage_without_a_tag_was_deleted():
    promoted = event("m#prod#1", "a", version="v1.0.0", **OURS)
    [move] = moved_tags.by_events([promoted], unnamed={"prod": "a"})
    assert (move.tag, move.commit, move.was) == ("m@v1.0.0", "", "a")
    assert moved_tags.by_events([promoted]) == ()


def test_the_run_at_the_commit_must_be_the_one_of_the_message():
    assert moved_tags.by_run(V1, "r1") is None
    assert moved_tags.by_run(V1, None).run == "r1"
    assert moved_tags.by_run(V1, "r2").commit == "a"
    assert moved_tags.by_run(event("m@v1.0.0", "a"), "r2") is None


def test_the_reason_and_the_time_of_an_event():
    assert event("m#prod#1", "a", why="wider", at="2026-01-02T03:04:05Z").why == "wider"
    assert event("m#prod#1", "a", at="2026-01-02T03:04:05Z").at == "2026-01-02T03:04:05Z"
    assert event("m#prod#1", "a").at.startswith("1970-01-01T00:00:00")
    assert event("m#prod#1", "a").why == ""
