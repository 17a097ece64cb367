"""The problems of a registry as paragraphs, each with a command that settles it."""

from __future__ import annotations

import pytest
from run_values import event, model, run_id

from gittrack.core.registry.model_state import Conflict
from gittrack.core.registry.moved_tags import Moved
from gittrack.show.terminal.models import problems

AT = {"at": "2026-03-01T12:34:56.000Z"}


def warning(**parts) -> list[str]:
    """Return the lines about a model with these problems."""
    events = parts.pop("events", [("m@v1.0.0", "c1")])
    subject = model(*events)._replace(**parts)
    return problems.warnings([subject]).splitlines()


def test_a_sound_registry_has_no_paragraph():
    assert problems.warnings([model(("m@v1.0.0", "c1"))]) == ""
    assert problems.damage({}) == ""


def test_a_tag_that_cannot_be_read():
    assert problems.damage({"m@v1.0.0": "its object is missing\x1b"}).splitlines() == [
        "refs/tags/m@v1.0.0: its object is missing\\x1b",
        "  fetch it again from where it was pushed to, or delete it: git tag -d",
    ]


# --- Conflicts ------------------------------------------------------------------------------------


def test_two_events_of_a_stage_with_one_number_are_settled_by_a_promotion():
    ours, theirs = event("m#qa#3", "c1", **AT), event("m#qa#3", "c2", version="v2.0.0", **AT)
    assert warning(conflicts=(Conflict(ours, theirs, "bob"),)) == [
        "conflict: two events of m are number 3",
        "  m#qa#3: promote v1 qa, by Ada Lovelace, 2026-03-01 12:34",
        "  m#qa#3: promote v2 qa, by Ada Lovelace, 2026-03-01 12:34  in bob",
        "  settle it: git track model promote m@VERSION qa",
    ]


@pytest.mark.parametrize(
    ("stages", "remedy"),
    [
        ((), "git track model rm m@v1, and register it again"),
        (
            (event("m#qa#1", "c2", model="m", version="v1.0.0", by="Ada"),),
            "its stages speak for theirs: git tag -d m@v1.0.0, and fetch it again",
        ),
        (
            (event("m#qa#1", "c1", model="m", version="v1.0.0", by="Ada"),),
            "its stages speak for ours: git push --force REMOTE refs/tags/m@v1.0.0",
        ),
        (
            (event("m#qa#1", "c1"),),
            "git tag -d 'm@v1.0.0' 'm#qa#1', fetch again, then register and promote it again",
        ),
    ],
)
def test_two_commits_of_one_version_are_settled_by_what_the_stages_say(stages, remedy):
    ours, theirs = event("m@v1.0.0", "c1"), event("m@v1.0.0", "c2")
    lines = warning(events=[ours, *stages], conflicts=(Conflict(ours, theirs, ""),), moved=())
    assert lines[0] == "conflict: two commits are m v1"
    assert lines[-1] == f"  settle it: {remedy}"


@pytest.mark.parametrize(
    ("commit", "meaning"),
    [("c1", "both mean the same"), ("c2", "a later event settles what they say")],
)
def test_a_tag_that_git_does_not_push(commit, meaning):
    pair = Conflict(event("m@v1.0.0", "c1"), event("m@v1.0.0", commit), "bob")
    assert warning(twins=(pair,)) == [
        "another tag: m@v1.0.0 here is not the tag m@v1.0.0 in bob",
        f"  {meaning}",
        "  if git does not push yours: git tag -d 'm@v1.0.0', and fetch theirs",
    ]


# --- Moved tags -----------------------------------------------------------------------------------


def moved(**more) -> list[str]:
    values = {"proof": "m#qa#1", "stated": "v1.0.0", **more}
    return warning(
        moved=(Moved("m", "v1.0.0", "m@v1.0.0", values.pop("commit", "c" * 40), **values),)
    )


def test_a_moved_tag_whose_original_is_known_is_put_back_exactly():
    assert moved(was="a" * 40, original="f" * 40) == [
        f"moved: the tag m@v1.0.0 names the commit {'c' * 12}",
        f"  it was made for the commit {'a' * 12}, as m#qa#1 says",
        f"  put it back: git update-ref refs/tags/m@v1.0.0 {'f' * 40}",
    ]


@pytest.mark.parametrize(
    ("more", "command"),
    [
        ({"was": "a" * 40}, f"git tag -f -a -m 'put back' m@v1.0.0 {'a' * 40}"),
        (
            {"run": run_id(1)},
            "git tag -d m@v1.0.0, then fetch it from where it was pushed to, or "
            f"git track model register m {run_id(1)} --version 1",
        ),
        (
            {"run": run_id(1), "commit": ""},
            f"fetch it from where it was pushed to, or git track model register m {run_id(1)} --version 1",
        ),
    ],
)
def test_how_a_moved_tag_is_put_back(more, command):
    assert moved(**more)[-1] == f"  put it back: {command}"


@pytest.mark.parametrize("run", ["$(rm -rf ~)", "x; y", "20260301-000000-0000000g"])
def test_no_text_of_a_tag_gets_into_a_command(run):
    """People paste the line into a shell."""
    assert "register m RUN --version 1" in moved(run=run)[-1]


def test_a_tag_that_is_gone_and_one_whose_message_is_the_proof():
    assert moved(commit="", was="a" * 40)[0] == (
        "gone: the tag m@v1.0.0 does not exist, and its version is in a stage"
    )
    lines = moved(proof="", run=run_id(1), was="a" * 40, stated="v3.0.0")
    assert lines[1] == (
        f"  it was made for m v3, the run {run_id(1)} at {'a' * 12}, as its message says"
    )
