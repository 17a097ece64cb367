"""Messages over a remote: a number is made once, the last one counts, and nothing stays in the repository."""

import os
from pathlib import Path

import pytest
from helpers import git

from gittrack.core.errors import TrackError
from gittrack.engines.remote import post as posts


def test_a_document_replaces_the_one_before(post_of, url):
    writer, reader = post_of("a"), post_of("b")
    objects = git(".", "count-objects")
    sender = posts.DocumentSender(writer, "from/w")
    assert reader.fetch("from", "stop") == {}
    assert sender.push({"running": ["1 1"]})
    names = reader.fetch("from")
    assert [*names] == ["from/w/1"]
    assert reader.read([*names.values()]) == [{"running": ["1 1"]}]
    assert sender.push({"running": ["1 1"]})  # the sender lives
    again = reader.fetch("from")
    assert [*again] == ["from/w/2"]
    assert [*again.values()] == [*names.values()]  # nothing new has to be read
    assert sender.push({"running": []})
    assert git(url, "for-each-ref", "--format=%(refname)") == f"{writer.prefix}from/w/3"
    assert git(".", "for-each-ref", "refs/gittrack") == ""
    assert git(".", "count-objects") == objects
    reader.close()
    assert not reader.folder.exists()


def test_a_sender_lives_on_when_the_repository_of_the_messages_is_made_anew(post_of, monkeypatch):
    monkeypatch.setattr(posts, "_MOST_FETCHES", 2)
    sender = posts.DocumentSender(post_of("a"), "from/w")
    assert sender.push({"running": []})
    assert sender.post.fetch("to") == sender.post.fetch("to") == {}
    assert sender.push({"running": []})
    assert [*sender.post.fetch("from")] == ["from/w/2"]


def test_of_two_senders_with_the_same_number_one_is_refused(post_of):
    first, second = (posts.DocumentSender(post_of(name), "to") for name in "ab")
    assert first.push({"session": "1"})
    assert not second.push({"session": "2"})
    assert (first.number, second.number) == (1, 0)


def test_a_push_whose_answer_was_lost_counts(post_of):
    sender = posts.DocumentSender(post_of("a"), "to")
    commit = sender.post.write({"n": 1})
    sender.post.push({"to/1": commit})
    sender.commits.add(commit)
    assert sender.push({"n": 2})
    assert sender.number == 2
    assert [*sender.post.fetch("to")] == ["to/2"]


def test_a_remote_that_is_down_or_that_refuses(post_of, url):
    sender = posts.DocumentSender(post_of("a"), "to")
    os.rename(url, f"{url}.away")
    with pytest.raises(TrackError):
        sender.post.fetch("to")
    with pytest.raises(TrackError):
        sender.push({})
    os.rename(f"{url}.away", url)
    hook = Path(url, "hooks", "update")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no such names here >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(TrackError, match="origin refused a message"):
        sender.push({})
    hook.unlink()
    assert sender.push({})


def test_what_is_not_a_document_is_empty(post_of):
    post = post_of("a")
    commit = git(".", "rev-parse", "HEAD")
    git(".", "push", "-q", "origin", f"HEAD:{post.prefix}from/w/1")
    names = post.fetch("from")
    assert names == {"from/w/1": commit}
    assert post.read([commit]) == [{}]
    deep = post._store().commit(post._store().tree([]), [], post.author, 0, f"x\n\n{'[' * 10**6}")
    assert post.read([deep]) == [{}]
    assert posts.latest(["from/w/9", "from/w/10", "from/w/x", "from/v/11"], "from/w") == (
        *(10, "from/w/10"),
    )


def test_a_host_that_limits_pushes_gets_few(project, scratch):
    from gittrack import git as track_git
    from gittrack.share.transport import Route

    address = "https://github.com/a/b"
    post = posts.Post(track_git.find(), Route("origin"), address, "s", scratch / "post")
    sender = posts.DocumentSender(post, "to")
    assert sender.is_due(urgent=True)
    sender.pushed = posts.time.monotonic()
    assert not sender.is_due(urgent=True)
    assert post.shortest_gap >= 10
