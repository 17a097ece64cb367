"""Git calls of several threads, of calls that begin ahead of time, and under libraries that replace `os`."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import helpers
import pytest
from helpers import python, repo

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.git import refs, spawn


@pytest.mark.parametrize("path", ["a\nb", "sub\nfolder/inner"])
def test_a_path_with_a_line_break_is_one_clear_error(tmp_path, path):
    folder = tmp_path / path
    folder.mkdir(parents=True)
    helpers.git(folder if path == "a\nb" else tmp_path, "init", "-q")
    with pytest.raises(TrackError, match="has a line break"):
        git.find(folder)


def test_a_call_that_began_ahead_is_taken_for_its_own_folder_only(tmp_path, monkeypatch):
    first, second = repo(path="first"), repo(path="second")
    git.look_ahead(str(first))
    monkeypatch.chdir(second)
    assert git.find().work_tree == str(second)
    assert git.find(first).work_tree == str(first)


def test_a_listing_that_began_ahead_is_taken_once(project):
    refs.look_ahead(os.getcwd(), layout.RUNS)
    found = git.find()
    assert refs.below(found, layout.RUNS) == []
    python("import gittrack; gittrack.init().finish()")
    assert len(refs.below(found, layout.RUNS)) == 1


def test_a_call_that_began_ahead_belongs_to_its_thread(project):
    refs.look_ahead(os.getcwd(), layout.RUNS)
    python("import gittrack; gittrack.init().finish()")
    listings = []
    look = threading.Thread(target=lambda: listings.append(refs.below(git.find(), layout.RUNS)))
    look.start()
    look.join()
    assert [len(listing) for listing in listings] == [1]


def test_a_call_that_nobody_asked_for_is_dropped(project):
    refs.look_ahead(os.getcwd(), layout.RUNS)
    git.drop_ahead()
    python("import gittrack; gittrack.init().finish()")
    assert len(refs.below(git.find(), layout.RUNS)) == 1


THREADS = """
import threading
import gittrack

errors, recorded = [], threading.Event()

def record():
    for number in range(8):
        with gittrack.init(name=f"new{number}", config={"n": number}) as run:
            run.log({"loss": float(number)})

def look():
    seen = 0
    while True:
        last = recorded.is_set()
        runs = gittrack.runs()
        assert len(runs) >= seen
        seen = len(runs)
        assert runs.top("loss")[0].metrics["loss"].last == 0.0
        assert gittrack.get("first").params == {"n": 0}
        assert gittrack.get(runs[0].id).id == runs[0].id
        assert [change.name for change in gittrack.diff("first", "second").params] == ["n"]
        assert [run.name for run in gittrack.runs(where="params.n < 2 and name == 'second'")] == ["second"]
        if last:
            return seen

def watched(work):
    try:
        counts.append(work())
    except BaseException as error:
        errors.append(error)

with gittrack.init(name="first", config={"n": 0}) as run:
    run.log({"loss": 0.0})
with gittrack.init(name="second", config={"n": 1}) as run:
    run.log({"loss": 1.0})
counts = []
threads = [threading.Thread(target=watched, args=(look,)) for _ in range(6)]
for thread in threads:
    thread.start()
watched(record)
recorded.set()
for thread in threads:
    thread.join()
if errors:
    raise errors[0]
print(sorted(filter(None, counts)))
"""


def test_many_threads_list_show_and_compare_while_another_records(project):
    done = python(THREADS)
    assert (done.code, done.out) == (0, f"{[10] * 6}\n"), done.err


GEVENT = """
import signal
signal.alarm(60)  # it used to hang
from gevent import monkey
monkey.patch_all()
import gevent
import gittrack

def train(number):
    with gittrack.init(config={"n": number}) as run:
        run.log({"loss": 0.5})
        gevent.sleep(0)

train(1)
gevent.joinall([gevent.spawn(train, 2)], raise_error=True)
print([run.params["n"] for run in gittrack.runs()])
"""


def test_recording_and_reading_work_under_gevent(project):
    pytest.importorskip("gevent")
    done = python(GEVENT)
    assert (done.code, done.out) == (0, "[2, 1]\n"), done.err


def test_a_detached_process_lives_on_and_is_no_child_of_ours(tmp_path):
    line = 'echo "$PPID" > parent; mv parent done'
    spawn.detached(["sh", "-c", line], dict(os.environ))
    done = Path("done")
    while not done.exists():
        os.sched_yield()
    assert int(done.read_text()) != os.getpid()


class Vanishing(dict):
    """An environment of which another thread removes a variable while it is read."""

    def __iter__(self):
        return iter([*super().__iter__(), "GITTRACK_RECORDING"])


def test_a_variable_may_vanish_while_git_starts(monkeypatch):
    monkeypatch.setattr(os, "environ", Vanishing(os.environ, EMPTY=""))
    assert git.Call(["version"]).output().startswith(b"git version")
