"""A worker over a remote, between the process of the sweep and its agent; both are the test."""

import json

import pytest

from gittrack.engines import task as tasks
from gittrack.engines.remote import post as posts
from gittrack.engines.remote.carrier import Carrier, WorkerTerms
from gittrack.search.plan import Trial

OURS = tasks.Location("/mine", "/mine/.git", "", "file:///o.git", data="/mine")
THEIRS = tasks.Location("/theirs", "/theirs/.git", "t", "file:///other.git")
TERMS = WorkerTerms("s", "c0ffee", OURS, "module load cuda")


class Agent:
    """The link to an agent: what it said, and what it was sent."""

    def __init__(self):
        self.said, self.sent, self.is_open = [{"hello": {"host": "b", "places": 1}}], [], True
        self.channel, self.handles = self, []

    def receive(self):
        said, self.said = self.said, []
        return said

    def send(self, message):
        self.sent.append(message)

    def close(self):
        self.is_open = False


@pytest.fixture
def carrier(post_of):
    return Carrier(post_of("worker"), Agent(), TERMS, print)


@pytest.fixture
def sweep(post_of, carrier):
    """The process of the sweep: says something to the worker, and returns what the worker says."""
    sender, seen = posts.DocumentSender(post_of("sweep"), "to"), []

    def step(*messages, session="1", read=0, **more):
        seen.extend(messages)
        ours = {"read": read, "messages": [*enumerate(seen, 1)]}
        assert sender.push({"session": session, "workers": {carrier.name: ours}, **more})
        carrier.post.next_look = 0.0
        carrier._step()
        names = sender.post.fetch("from")
        return sender.post.read([*names.values()])[0] if names else None

    return step


def task(key="7", **values):
    values = {"command": (), "setup": "rm -rf ~", "commit": "c0ffee", **values}
    return tasks.Task("s", "", THEIRS, Trial(key, 0, {}), 1, 0, True)._replace(**values)


def test_a_task_is_handed_on_once_with_what_the_user_of_this_machine_said(carrier, sweep):
    sweep({"task": task().to_json()})
    sweep()
    (message,) = carrier.link.sent
    got = tasks.from_json(message["task"])
    assert (got.location, got.setup) == (OURS, "module load cuda")
    assert (got.trial.key, got.commit) == ("7", "c0ffee")
    carrier.link.said = [{"running": ["7 1"]}, {"report": {"mark": "7 1"}}]
    document = sweep()
    assert (document["running"], document["reports"]) == ([], [[1, {"mark": "7 1"}]])
    assert (document["seen"], document["session"]) == (1, "1")
    sweep(read=1)
    assert carrier.reports == []
    sweep({"end": True}, session="2")  # a new process counts its messages anew
    assert carrier.link.sent[1:] == [message, {"end": True}]


@pytest.mark.parametrize("values", [{"commit": "bad"}, {"command": ("rm", "-rf")}])
def test_nothing_runs_that_the_user_did_not_trust(carrier, sweep, values):
    sweep({"task": task(**values).to_json()})
    assert carrier.link.sent == []
    ((_, report),) = sweep()["reports"]
    assert report["mark"] == "7 1"
    assert "was not asked to trust this task" in report["problem"][0]


def test_a_message_that_nobody_can_read_runs_nothing_and_ends_nothing(post_of, carrier, sweep):
    notes = []
    carrier.note = notes.append
    values = {**json.loads(task().to_json()), "surprise": 1}
    sweep({"task": json.dumps(values)}, {"task": "[]"}, {"task": "x"}, "no message")
    assert carrier.link.sent == []
    assert len(notes) == 1
    assert "cannot be read" in notes[0]
    old = json.dumps({**json.loads(task().to_json()), "protocol": 0})
    carrier.seen = 4
    ((_, report),) = sweep({"task": old})["reports"]
    assert "is in the format 0" in report["problem"][0]


def test_a_worker_leaves_when_the_sweep_is_over(carrier, sweep):
    sweep()
    sweep(over=True)
    sweep(over=True)
    assert carrier.link.sent == [{"bye": True}]
    assert carrier.leaving


def test_a_worker_ends_its_trials_by_a_request_that_no_process_took(carrier, sweep):
    sweep()
    commit = carrier.post.write({})
    carrier.post.push({"stop/now": commit})
    sweep()
    assert carrier.link.sent == [{"end": True}, {"bye": True}]
    carrier.link.is_open = False
    assert carrier.serve() == 0


def test_a_signal_ends_the_trials_and_the_worker(carrier, sweep):
    sweep()
    carrier._note_signal(15, None)
    document = sweep()
    assert carrier.link.sent == [{"end": True}, {"bye": True}]
    carrier.link.is_open = False
    assert carrier.serve() == 128 + 15
    assert "left" not in document
