"""Files that are larger than the host takes: their runs are not sent, and all others are."""

from __future__ import annotations

import pytest
from helpers import git as run_git
from helpers import look

from gittrack.core.errors import TrackError
from gittrack.models import register
from gittrack.share import oversized
from gittrack.share import push as pushing
from gittrack.share.hosts.limits import limits_of


def test_a_run_with_a_file_that_is_too_large_is_not_sent(team):
    ann, bob, _ = team
    good = ann.record("good")
    (ann.folder / "weights.py").write_text("x" * 200_000)
    ids = {ann.record("large"), ann.record("large too")}
    (ann.folder / "weights.py").unlink()
    last = ann.record("last")
    for name in ("large", "last"):
        ann.enter()
        register.register(ann.repo, f"net-{name}", ann.run(name))
    run_git(ann.folder, "config", "remote.origin.gittrackMaxObject", "100k")
    planned = pushing.plan(ann.repo)
    reason = "weights.py has 200000 bytes, and origin takes 102400 bytes"
    assert {raw.id for raw in planned.runs} == {good, last}
    assert dict(planned.oversized.values()) == dict.fromkeys(ids, reason)

    done = look("push", "--yes")
    assert (done.code, done.out) == (1, "pushed 2 runs, 1 event of models to origin\n")
    assert done.err.count(f": {reason}\n") == 2
    assert "hint: send these runs to another remote (git track push RUN --remote NAME)" in done.err
    assert "net-large" not in run_git(ann.folder, "ls-remote", "origin")  # it has no run there
    assert {raw.id for raw in bob.raws() if bob.pull()} <= {good, last}

    run_git(ann.folder, "config", "remote.origin.gittrackMaxObject", "1m")
    assert set(ann.push().runs) == ids  # nothing is lost: with a larger limit they go


@pytest.mark.slow
def test_what_the_remote_has_already_does_not_count(team):
    ann, *_ = team
    (ann.folder / "weights.py").write_text("x" * 200_000)
    run_git(ann.folder, "add", "weights.py")
    run_git(ann.folder, "commit", "-qm", "Large")
    run_git(ann.folder, "push", "-q", "origin", "main")
    ann.record("a")
    run_git(ann.folder, "config", "remote.origin.gittrackMaxObject", "100k")
    assert len(ann.push().runs) == 1


def test_the_limit_is_the_setting_or_what_the_host_documents(team):
    ann, *_ = team
    remote = pushing.plan(ann.repo).remote
    assert oversized.max_object(ann.repo, remote) is None
    github = remote._replace(url="git@github.com:a/b.git")
    assert oversized.max_object(ann.repo, github) == 100 * 1024**2
    assert "2 GB a push" in limits_of("../x, https://GitHub.com/a/b").words
    run_git(ann.folder, "config", "remote.origin.gittrackMaxObject", "much")
    with pytest.raises(TrackError, match="gittrackmaxobject is 'much', which is not a size"):
        ann.push()
