"""An overview reads only the tags that decide the current state."""

from __future__ import annotations

from gittrack.read.registry import tag_listing
from gittrack.read.registry.tag_listing import TagListing


def listing(*tags: str) -> TagListing:
    result = TagListing()
    for tag in tags:
        result.add(tag, f"id of {tag}")
    return result


def heads(*tags: str) -> list[str]:
    return [entry.tag for entry in tag_listing.deciding_tags(listing(*tags).of("m"))]


def test_tags_are_listed_by_model_and_others_are_ignored():
    tags = listing("m@v1.0.0", "m#prod#1", "n@v1.0.0", "v1.0", "m@not-a-version")
    assert tags.models() == ["m", "n"]
    assert [entry.tag for entry in tags.of("m")] == ["m@v1.0.0", "m#prod#1"]
    assert tags.of("none") == []


def test_a_broken_tag_without_an_id_is_ignored():
    tags = TagListing()
    tags.add("m@v1.0.0", "")
    assert tags.models() == []


def test_versions_are_sorted_by_number():
    assert listing("m@v10.0.0", "m@v9.0.0", "m#prod#1").versions("m") == ("v9.0.0", "v10.0.0")


def test_the_latest_version_and_the_last_event_of_each_stage_decide():
    assert heads("m@v1.0.0", "m@v10.0.0", "m@v9.0.0") == ["m@v10.0.0"]
    assert heads("m@v1.0.0", "m#prod#1", "m#prod#2", "m#dev#3") == [
        "m@v1.0.0",
        "m#prod#2",
        "m#dev#3",
    ]


def test_after_a_demotion_all_events_of_the_stage_decide():
    assert heads("m@v1.0.0", "m#prod#1", "m#prod!#2") == ["m@v1.0.0", "m#prod#1", "m#prod!#2"]


def test_a_deprecated_version_is_read_with_its_registration():
    assert heads("m@v1.0.0", "m@v2.0.0", "m@v2.0.0!#1") == ["m@v1.0.0", "m@v2.0.0", "m@v2.0.0!#1"]


def test_of_a_deprecated_model_every_tag_is_read():
    tags = ("m@v1.0.0", "m@v2.0.0", "m@deprecated")
    assert heads(*tags) == list(tags)
