"""The process of a sweep and workers that joined over a remote; the workers are the test."""

import os
from pathlib import Path

import pytest
from helpers import git

from gittrack.core.errors import TrackError
from gittrack.engines import task as tasks
from gittrack.engines.agents import Agents
from gittrack.engines.remote import post as posts
from gittrack.engines.remote.conversation import Conversation
from gittrack.search.plan import Trial

HELLO = {"host": "gpu7", "places": 2, "process": {"boot": "b"}}
LOCATION = tasks.Location("/p", "/p/.git", "")


def task(key):
    return tasks.Task("s", "c", LOCATION, Trial(key, 0, {}), 1, 0, True)


class Worker:
    """What a worker pushes, and what it reads."""

    def __init__(self, post, name):
        self.post, self.name = post, name
        self.sender = posts.DocumentSender(post, f"from/{name}")
        self.document = {"hello": HELLO, "running": [], "reports": [], "session": "", "seen": 0}

    def says(self, **values):
        self.document = {**self.document, **values}
        assert self.sender.push(self.document)

    def reads(self):
        names = self.post.fetch("to")
        (document,) = self.post.read([names[posts.latest(names, "to")[1]]])
        return document, (document["workers"].get(self.name) or {}).get("messages", [])


@pytest.fixture
def begin(post_of):
    """Begins the process of the sweep; returns its conversation and its executor."""

    def make(name="sweep"):
        warnings, requests = [], []
        conversation = Conversation(post_of(name), {}, requests.append, warnings.append)
        conversation.warnings, conversation.requests = warnings, requests
        executor = Agents(list(conversation.links.values()), discover=conversation.look)

        def step():
            conversation.post.next_look, executor.next_look = 0.0, 0.0
            executor.wait(0)

        executor.step = step
        step()
        return conversation, executor

    return make


@pytest.fixture
def worker(post_of):
    return Worker(post_of("worker"), "w-1")


def test_a_worker_joins_gets_a_task_and_reports_it_once(begin, worker, url):
    conversation, executor = begin()
    assert executor.places == 0
    worker.says()
    executor.step()
    assert executor.places == 2
    future = executor.submit(task("7"))
    executor.step()
    document, messages = worker.reads()
    ((number, message),) = messages
    assert tasks.from_json(message["task"]).trial.key == "7"
    assert executor.where() == {"7 1": "gpu7"}
    worker.says(session=document["session"], seen=number, running=["7 1"])
    executor.step()
    assert worker.reads()[1] == []  # what was read is not said again
    worker.says(reports=[[1, {"mark": "7 1", "warnings": ["hot"]}]], running=[])
    executor.step()
    assert future.result()["warnings"] == ["hot"]
    assert worker.reads()[0]["workers"]["w-1"]["read"] == 1
    worker.says(left=True)
    executor.step()
    assert executor.places == 0
    executor.step()
    assert git(url, "for-each-ref", "--format=%(refname)", f"{worker.post.prefix}from") == ""
    conversation.close(ends=True)
    assert git(url, "for-each-ref", "refs/gittrack") == ""


def test_a_worker_of_an_earlier_process_gets_trials_when_it_answers(begin, worker):
    earlier, _ = begin("earlier")
    worker.says(session=earlier.session, seen=3, running=["7 1"])
    conversation, executor = begin()
    assert executor.places == 0  # it may be gone
    assert executor.adopt("7") is not None  # but what it runs is not run again until that is known
    worker.says(session=conversation.session, seen=0)
    executor.step()
    assert executor.places == 2
    with pytest.raises(TrackError, match="another process runs the sweep"):
        earlier._push()


def test_workers_are_not_silent_while_the_remote_is_down(begin, worker, url):
    conversation, executor = begin()
    worker.says()
    executor.step()
    (link,) = executor.links
    os.rename(url, f"{url}.away")
    link.heard -= 100
    executor.step()
    assert executor.links == [link]
    assert len(conversation.warnings) == 1
    assert "cannot be reached" in conversation.warnings[0]
    os.rename(f"{url}.away", url)
    executor.step()
    link.heard -= 100  # now it is the worker
    executor.step()
    assert executor.links == []


def test_workers_are_not_silent_while_the_process_waits_for_the_remote(begin, worker):
    conversation, executor = begin()
    worker.says()
    executor.step()
    (link,) = executor.links
    conversation.looked -= 100  # it published runs, which it tries again while the remote is down
    link.heard -= 100
    executor.step()
    assert executor.links == [link]


def test_a_request_to_stop_comes_once_and_an_old_one_does_not_count(begin, worker):
    git(".", "push", "-q", "origin", f"HEAD:{worker.post.prefix}stop/now")
    conversation, executor = begin()
    assert conversation.requests == []
    git(".", "push", "-q", "origin", f"HEAD:{worker.post.prefix}stop/finish")
    executor.step()
    executor.step()
    executor.step()
    assert set(conversation.requests) == {"finish"}
    assert worker.post.fetch("stop") == {}


UNREADABLE = [
    {"hello": "x"},
    {"hello": {**HELLO, "places": "two"}},
    {"hello": {**HELLO, "places": float("inf")}},
    {"hello": {**HELLO, "process": 5}},
    {"running": 5},
    {"live": {"7 1": 5}},
    {"reports": [["x", 3]]},
    {"reports": [[1, "x"]]},
    {"seen": float("inf")},
]


def test_a_message_that_nobody_can_read_ends_nothing(begin, worker):
    conversation, executor = begin()
    readable = {**worker.document, "session": conversation.session, "live": {}}
    for count, values in enumerate(UNREADABLE, 1):
        worker.says(**{**readable, **values})
        executor.step()
        assert "a message of the worker w-1 cannot be read" in conversation.warnings[-1]
        assert len(conversation.warnings) == count, values
    worker.says(**readable)
    executor.step()
    assert executor.places == 2


def test_a_report_that_nobody_can_read_is_that_of_a_lost_attempt(begin, worker):
    conversation, executor = begin()
    worker.says(session=conversation.session)
    executor.step()
    wrong = [{"problem": 5}, {"run": 5}, {"run": {"sweep": None, "id": "x"}}, {"warnings": 5}]
    futures = [executor.submit(task(str(key))) for key in range(len(wrong))]
    reports = [{**values, "mark": f"{key} 1"} for key, values in enumerate(wrong)]
    worker.says(reports=[*enumerate(reports, 1)])
    executor.step()
    lost = [future.result()["lost"] for future in futures]
    assert all("cannot be read" in reason for reason in lost)


def test_workers_that_still_run_trials_are_let_go(begin, worker):
    conversation, _ = begin()
    conversation.close(ends=False)
    assert worker.reads()[0]["over"]


def test_a_process_whose_sweep_another_one_runs_now_leaves_its_messages(begin, worker):
    earlier, _ = begin("earlier")
    conversation, executor = begin()
    worker.says()
    executor.step()
    earlier.close(ends=True)
    assert worker.reads()[0]["session"] == conversation.session
    assert [*worker.post.fetch("from")] == ["from/w-1/1"]


def test_workers_are_let_go_by_a_host_that_deletes_nothing(begin, worker, url):
    conversation, _ = begin()
    hook = Path(url, "hooks", "update")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$3" in *[!0]*) ;; *) exit 1 ;; esac\n')
    hook.chmod(0o755)
    conversation.close(ends=True)
    assert worker.reads()[0]["over"]
