"""Launchers of one machine deliver together: one push, an answer for each, and nothing is pushed twice."""

import json
import os
from pathlib import Path

import pytest
from helpers import git

from gittrack import git as track_git
from gittrack.core.errors import TrackError
from gittrack.engines.remote.grouped_push import GroupedPush
from gittrack.share import transport
from gittrack.share.transport import Route


@pytest.fixture
def outbox(url):
    return GroupedPush(track_git.find(), Route("origin"), 0.0)


def waiting(outbox, name, **commits):
    """A request of another process, which waits for its turn."""
    refs = {f"refs/sweeps/results/s/{key}": commit for key, commit in commits.items()}
    (outbox.folder / name).write_text(json.dumps(refs))


def test_requests_that_wait_go_with_the_same_push(outbox, url, monkeypatch):
    pushes = []
    push = transport.push
    monkeypatch.setattr(
        transport, "push", lambda *words, **more: pushes.append(words) or push(*words, **more)
    )
    first, second = git(".", "rev-parse", "HEAD"), git(".", "commit-tree", "HEAD^{tree}", "-m", "b")
    assert outbox.push({"refs/sweeps/results/s/0": first})
    waiting(outbox, "a" * 16, k1=second)
    waiting(outbox, "b" * 16, k1=first)  # another attempt of the same trial: the next push
    waiting(outbox, "c" * 16, k2=second)
    assert not outbox.push({"refs/sweeps/results/s/0": second})  # it has another result
    answers = {
        path.name[0]: json.loads(path.read_text()) for path in outbox.folder.glob("*.answer")
    }
    assert answers == {key: {"problem": "", "accepted": True} for key in "ac"}
    assert git(url, "rev-parse", "refs/sweeps/results/s/k1") == second
    assert len(pushes) == 2
    assert outbox.push({"refs/sweeps/results/s/0": first})  # again, such as after a lost answer
    assert json.loads((outbox.folder / f"{'b' * 16}.answer").read_text())["accepted"] is False


def test_a_remote_that_is_down_keeps_no_request_of_this_process(outbox, url):
    commit = git(".", "rev-parse", "HEAD")
    os.rename(url, f"{url}.away")
    with pytest.raises(TrackError):
        outbox.push({"refs/runs/default/x": commit})
    assert [path.name for path in outbox.folder.iterdir() if len(path.name) == 16] == []
    os.rename(f"{url}.away", url)
    hook = Path(url, "hooks", "update")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(TrackError, match="the remote refused refs/runs/default/x"):
        outbox.push({"refs/runs/default/x": commit})
    hook.unlink()
    assert outbox.push({"refs/runs/default/x": commit})


def test_pushes_to_a_host_with_limits_are_apart(outbox, monkeypatch):
    pauses = []
    monkeypatch.setattr("gittrack.engines.remote.grouped_push.time.sleep", pauses.append)
    slow = GroupedPush(outbox.repo, outbox.route, 10.0)
    commit = git(".", "rev-parse", "HEAD")
    slow.push({"refs/runs/default/x": commit})
    slow.push({"refs/runs/default/y": commit})
    assert pauses[0] == 0
    assert 5 < pauses[1] <= 10
