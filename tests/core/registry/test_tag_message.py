"""core/registry/tag_message: the bytes of a registry tag and back, also of tags that others made."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.registry.tag_message import message, parse, payload

COMMIT = "a" * 40
ADA = "Ada <a@b>"


def tag(text: str, seconds: int = 7, person: str = ADA) -> bytes:
    """Return the bytes of the tag m@v1.0.0 with this message."""
    return payload(COMMIT, "m@v1.0.0", person, seconds, text)


def facts_of(**facts: Any) -> dict[str, Any]:
    """Return the facts that come back from a tag with these facts by Ada."""
    parsed = parse(tag(message(("register", "m v1"), {"by": "Ada", **facts})))
    assert parsed is not None
    return {key: value for key, value in parsed.facts.items() if key != "by"}


def test_a_tag_comes_back_as_it_was_written() -> None:
    parsed = parse(tag(message(("register", "m v1"), {"by": "Ada", "version": "v1.0.0"})))
    assert parsed is not None
    assert parsed.commit == COMMIT
    assert (parsed.person, parsed.seconds, parsed.name) == (ADA, 7, "m@v1.0.0")
    assert parsed.facts == {"by": "Ada", "version": "v1.0.0"}
    assert not parsed.signed


def test_the_first_line_is_for_people_and_empty_values_are_left_out() -> None:
    facts = {"by": "Ada", "why": "", "metrics": {}, "forced": [], "run": None, "size": 0}
    assert message(("promote", "m v3 to production"), facts).splitlines() == [
        "promote: m v3 to production",
        "",
        "by: Ada",
        "size: 0",
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_reason_comes_back(why: str) -> None:
    assert facts_of(why=why) == {"why": why}


@given(st.dictionaries(st.text("ab/.: #", min_size=1), st.floats(allow_nan=False), min_size=1))
def test_every_metric_comes_back(metrics: dict[str, float]) -> None:
    assert facts_of(metrics=metrics) == {"metrics": metrics}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("metrics", [1]), ("metrics", {"a": "x"}), ("metrics", {"a": True})),
        *(("artifacts", {"path": "a"}), ("artifacts", [{"sha256": "x"}]), ("artifacts", ["a"])),
        *(("artifacts", [{"path": "a", "size": "1"}]), ("artifacts", [{"path": 1}])),
        *(("forced", "gate"), ("forced", [1]), ("version", "1.0.0"), ("version", "v1")),
        *(("at", "today"), ("at", "2026-01-02"), ("model", 5), ("stage", ["a"]), ("why", 1)),
    ],
)
def test_a_fact_of_a_wrong_type_is_left_out(key: str, value: Any) -> None:
    assert facts_of(**{key: value, "run": "r"}) == {"run": "r"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("at", "2026-01-02T03:04:05Z"), ("at", "2026-01-02T03:04:05.123456Z")),
        *(("version", "v1.2.3-rc.1"), ("forced", ["a", "b"]), ("metrics", {"a": 1, "b": 0.5})),
        *(("artifacts", [{"path": "a", "sha256": "x", "size": 1}]), ("unknown", [1, {"a": 2}])),
    ],
)
def test_a_fact_of_the_right_type_comes_back(key: str, value: Any) -> None:
    assert facts_of(**{key: value}) == {key: value}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", {}),
        ("\n\n", {}),
        ("Release 1\n", {"why": "Release 1"}),
        ("Release 1\n\nstage: production\n", {"why": "Release 1\n\nstage: production"}),
        ("Release\n\nby: Ada\nno colon\n", {"why": "Release\n\nby: Ada\nno colon"}),
    ],
)
def test_the_message_of_another_tool_is_the_reason(text: str, facts: dict[str, Any]) -> None:
    parsed = parse(tag(text))
    assert parsed is not None
    assert parsed.facts == facts


@pytest.mark.parametrize(
    "kind", ["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"]
)
def test_a_signature_is_not_part_of_the_facts(kind: str) -> None:
    text = message(("register", "m v1"), {"by": "Ada", "why": "good"})
    parsed = parse(tag(f"{text}-----BEGIN {kind}-----\nabc\n-----END {kind}-----\n"))
    assert parsed is not None
    assert parsed.signed
    assert parsed.facts == {"by": "Ada", "why": "good"}


def test_a_reason_that_mentions_a_signature_is_not_signed() -> None:
    text = message(("register", "m v1"), {"by": "Ada", "why": "see -----BEGIN PGP SIGNATURE-----"})
    parsed = parse(tag(text))
    assert parsed is not None
    assert not parsed.signed
    assert parsed.facts["why"] == "see -----BEGIN PGP SIGNATURE-----"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"object x\n\n",
        b"object x\ntype tree\ntag a\n\n",
        b"tree x\ntype commit\ntag a\n\n",
    ],
)
def test_other_objects_are_not_tags_of_a_commit(data: bytes) -> None:
    assert parse(data) is None


@pytest.mark.parametrize(
    ("tagger", "person", "seconds"),
    [
        ("tagger A <a@b> 12 +0100", "A <a@b>", 12),
        ("tagger A <a@b> -12 +0100", "A <a@b>", 0),
        ("tagger A <a@b> 123456789012345 +0000", "A <a@b>", 0),
        ("tagger A> <a@b> 5 +0000", "A> <a@b>", 5),
        ("other", "", 0),
    ],
)
def test_a_strange_tagger_does_not_hide_the_tag(tagger: str, person: str, seconds: int) -> None:
    parsed = parse(f"object {COMMIT}\ntype commit\ntag a\n{tagger}\n\nx".encode())
    assert parsed is not None
    assert (parsed.person, parsed.seconds, parsed.name) == (person, seconds, "a")


@given(st.binary(max_size=80))
def test_any_bytes_are_read_without_an_error(rest: bytes) -> None:
    head = f"object {COMMIT}\ntype commit\n".encode()
    parse(rest)
    parsed = parse(head + rest)
    assert parsed is None or parsed.commit == COMMIT


def test_a_time_that_only_looks_like_a_number_is_no_time():
    """Anybody can push a tag; ² is a digit and no number."""
    for stamp in ("²", "9" * 20, "soon", ""):
        data = (
            f"object {'c' * 40}\ntype commit\ntag m@v1.0.0\ntagger Ada <a@b> {stamp} +0000\n\nx\n"
        )
        text = parse(data.encode())
        assert (text.person, text.seconds) == ("Ada <a@b>", 0)
