"""Runs that others see while they go on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from helpers import git as run_git
from helpers import look, python

import gittrack
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import run_info
from gittrack.read import stamps
from gittrack.read.runs import live_elsewhere, reader
from gittrack.read.runs.record import RunRecord
from gittrack.record import annotate
from gittrack.record.annotate import Target
from gittrack.share import live_runs, remotes
from gittrack.share.background import live, waiting
from gittrack.tidy import trash
from gittrack.web import points
from gittrack.web.views import runs as rows


def consent(clone):
    remotes.remember_consent(clone.repo, *remotes.chosen(clone.repo))


def journal(clone, run):
    return Path(layout.live_dir(clone.repo.common_dir), run.id)


def states(clone):
    server = clone.folder.parent / "server.git"
    return run_git(server, "for-each-ref", "--format=%(objectname)", layout.LIVE_RUNS).split()


def infos(clone):
    return [reader.decode(clone.repo, raw) for raw in clone.raws()]


def test_others_see_a_run_while_it_goes_on(team):
    ann, bob, _ = team
    consent(ann)
    ann.enter()
    run = gittrack.init("digits", name="a", config={"lr": 0.1})
    run.log({"loss": 1.0})
    pulled, commits = [], []

    def wait(seconds):
        pulled.append((bob.pull().live, infos(bob)))
        commits.extend(states(ann))
        if len(pulled) == 3:
            run.finish()
        elif len(pulled) == 2:
            run.log({"loss": 0.5})

    live.follow(ann.repo, journal(ann, run), 30.0, wait=wait)
    (count, [first]), (_, [second]), (_, [third]) = pulled
    assert (count, first.name, first.status, first.params) == (1, "a", "running", {"lr": 0.1})
    assert (first.commit, first.metrics["loss"].last) == (None, 1.0)
    assert second == first  # nothing changed, so nothing was pushed
    assert third.metrics["loss"].last == 0.5
    assert states(ann) == []
    assert bob.pull().live == 0
    assert infos(bob) == []
    assert not Path(ann.repo.common_dir, "gittrack", "shown", run.id).exists()
    # Its objects were never in the repository.
    missing = run_git(ann.folder, "cat-file", "--batch-check", "--batch-all-objects")
    assert not any(commit in missing for commit in commits)


@pytest.fixture
def seen(team):
    """A run that goes on at Ann's and that Bob sees."""
    ann, bob, _ = team
    consent(ann)
    ann.enter()
    run = gittrack.init(name="a")
    run.log({"loss": 1.0})
    sender = live.Sender(ann.repo, journal(ann, run), 30.0)
    sender.send(alive=True)
    bob.pull()
    yield ann, bob, run
    sender.close()
    run.finish()


def test_another_process_may_forget_a_state_first(team):
    """A long pull lists the states at its beginning, and forgets those of ended runs at its end."""
    _, bob, _ = team
    state = layout.tracking_ref("origin", f"{layout.LIVE_RUNS}default/20260101-000000-00000001")
    source = remotes.look(bob.repo)
    head = run_git(bob.folder, "rev-parse", "HEAD").strip()
    assert live_runs.receive(bob.repo, source, {state: head}) == 0
    run_git(bob.folder, "update-ref", state, head)
    assert live_runs.receive(bob.repo, source, {state: head}) == 0
    assert state not in remotes.refs_here(bob.repo, layout.TRACKING)


def test_its_files_can_be_read_and_nothing_else_is_possible(seen):
    _, bob, _run = seen
    [raw] = bob.raws()
    record = RunRecord(bob.repo, raw)
    assert [point[2] for point in record.points()] == [1.0]
    assert {layout.RUN, layout.SERIES} <= record.files().keys()
    with pytest.raises(TrackError, match="goes on on another machine"):
        annotate.note(bob.repo, Target(raw.id, raw.commit), "hi")
    with pytest.raises(TrackError, match="not committed yet"):
        trash.remove(bob.repo, [raw])
    with pytest.raises(TrackError, match="not committed yet"):
        bob.push("a")


def test_terminals_say_where_it_goes_on_and_when_it_was_seen(seen):
    _, bob, _run = seen
    bob.enter()
    for words in (("ls",), ("show", "a"), ("plot", "loss", "a")):
        assert f"running on {host_of(bob)}, seen" in look(*words).out, words
    assert "LIVE" in look("ls", "--remote").out
    assert '"status": "running"' in look("ls", "--json").out
    assert "running," not in look("ls", "--csv").out.replace(",running,", "")
    assert "live     1 run" in look("remote").out


def host_of(clone):
    return infos(clone)[0].host


def test_the_own_journal_counts_and_not_its_state_on_the_remote(seen):
    ann, _, run = seen
    ann.pull()
    run.log({"loss": 0.25})
    [info] = infos(ann)
    assert (info.metrics["loss"].last, "seen" in info.more) == (0.25, False)


def test_a_run_that_was_not_seen_for_long_has_vanished(seen, monkeypatch):
    _, bob, _run = seen
    later = time.time() + 3 * live_elsewhere.silence(30)
    monkeypatch.setattr(time, "time", lambda: later)
    assert [info.status for info in infos(bob)] == [run_info.VANISHED]


def test_a_clock_that_is_ten_minutes_ahead_takes_no_run_for_vanished(seen, monkeypatch):
    _, bob, _run = seen
    later = time.time() + 600 + live_elsewhere.silence(30)
    monkeypatch.setattr(time, "time", lambda: later)
    assert [info.status for info in infos(bob)] == [run_info.VANISHED]
    for ref in Path(bob.repo.common_dir, "refs/gittrack").rglob("live/*/*"):
        os.utime(ref, (later, later))  # as a fetch by this clock
    assert [info.status for info in infos(bob)] == [run_info.RUNNING]


def test_a_run_whose_process_died_has_crashed_until_it_is_pushed(team):
    ann, bob, _ = team
    consent(ann)
    code = "import gittrack, os; gittrack.init(name='a').log({'loss': 1}); os._exit(9)"
    python(code, cwd=ann.folder)
    [folder] = Path(layout.live_dir(ann.repo.common_dir)).iterdir()
    live.follow(ann.repo, folder, 30.0)
    bob.pull()
    assert [(info.status, info.name) for info in infos(bob)] == [(run_info.CRASHED, "a")]
    ann.record("b")  # recovers the first one
    ann.push()
    assert states(ann) == []
    bob.pull()
    assert [info.commit is None for info in infos(bob)] == [False, False]


def test_without_consent_nobody_sees_it(team):
    ann, *_ = team
    ann.enter()
    with gittrack.init() as run, pytest.raises(TrackError, match="nobody agreed"):
        live.follow(ann.repo, journal(ann, run), 30.0)
    assert states(ann) == []
    assert "nobody agreed" in str(waiting.last_failure(ann.repo))
    assert "others do not see" in live.sentence(ann.repo, 30.0)


def test_a_remote_that_is_away_is_tried_again(seen):
    ann, _, run = seen
    server = ann.folder.parent / "server.git"
    server.rename(server.with_suffix(".gone"))
    run.log({"loss": 0.5})

    def wait(seconds):
        if server.exists():
            run.finish()
        else:
            server.with_suffix(".gone").rename(server)

    live.follow(ann.repo, journal(ann, run), 30.0, wait=wait)
    assert "server.git" in str(waiting.last_failure(ann.repo))
    assert states(ann) == []


def test_a_long_silence_is_broken(seen):
    ann, _, run = seen
    sender = live.Sender(ann.repo, journal(ann, run), 30.0)
    assert sender.send_if_changed(0.0)
    assert not sender.send_if_changed(1.0)
    assert sender.send_if_changed(live_elsewhere.silence(30.0))
    sender.close()


def test_the_page_shows_it_and_notices_each_new_state(seen):
    ann, bob, run = seen
    [raw] = bob.raws()
    document = rows.columns_of(bob.repo, [reader.decode(bob.repo, raw)])
    [column] = [column for column in document["columns"] if column["name"] == "seen"]
    assert column["shown"]
    assert list(points.read(bob.repo, raw).metrics["loss"].values) == [1.0]
    before = stamps.look(bob.repo)
    run.log({"loss": 0.5})
    live.Sender(ann.repo, journal(ann, run), 30.0).send(alive=True)
    bob.pull()
    assert stamps.look(bob.repo).refs != before.refs
    [raw] = bob.raws()
    assert list(points.read(bob.repo, raw).metrics["loss"].values) == [1.0, 0.5]
