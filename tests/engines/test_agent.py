"""What an agent refuses before it runs anything; the other side of its channel is the test."""

import json

import pytest

from gittrack.engines import agent
from gittrack.engines import task as tasks
from gittrack.search.plan import Trial


class Script:
    """A channel that brings some messages and is closed then."""

    def __init__(self, *messages):
        self.came, self.sent, self.is_open, self.handles = [list(messages)], [], True, []

    def receive(self):
        self.is_open = bool(self.came)
        return self.came.pop() if self.came else []

    def send(self, message):
        self.sent.append(message)

    def close(self): ...


def sent(*messages, trusted=None):
    channel = Script(*messages)
    before = [agent.signal.getsignal(number) for number in agent._ENDING]
    try:
        assert agent.Agent(channel, 2, (), trusted).serve() == 0
    finally:
        for number, handler in zip(agent._ENDING, before, strict=True):
            agent.signal.signal(number, handler)
    return channel.sent


def task(commit):
    location = tasks.Location("/nowhere", "/nowhere/.git", "token")
    return {
        "task": tasks.Task(
            "20260101-000000-aaaa1111", commit, location, Trial("7", 7, {}), 1, 0, True
        ).to_json()
    }


def problems(messages):
    return [message["report"]["problem"] for message in messages if "report" in message]


def test_a_commit_that_nobody_trusts_is_refused():
    messages = sent(task("c0ffee"), trusted={"beef"})
    assert messages[0]["hello"]["places"] == 2
    ((text, hint),) = problems(messages)
    assert "was not asked to trust the code c0ffee" in text
    assert hint.endswith("git track worker aaaa1111 --trust c0ffee")


def test_a_machine_that_does_not_see_the_repository_says_so():
    ((text, hint),) = problems(sent(task("beef"), trusted={"beef"}))
    assert "does not share the file system of /nowhere" in text
    assert "--meet remote" in hint


def test_a_task_of_another_version_and_a_question():
    location = ["/p", "/p/.git", "", "", False, ""]
    look = dict(zip(tasks.Location._fields, location, strict=True))
    messages = sent({"task": '{"protocol": 99}'}, {"look": [look, "20260101-000000-aaaa1111"]})
    assert "format 99" in messages[1]["problem"][0]
    assert {"sees": False} in messages


@pytest.mark.parametrize(
    "trial",
    [{}, 5, {"key": "../7"}, {"params": 5}, {"config": "x"}, {"budget": [1]}, {"surprise": 1}],
)
def test_a_task_that_nobody_can_read_ends_no_other_trial(trial):
    values = json.loads(task("beef")["task"])
    forged = {**values["trial"], **trial} if trial and isinstance(trial, dict) else trial
    messages = sent({"task": json.dumps({**values, "trial": forged})}, {"task": "x"})
    texts = [message["problem"][0] for message in messages if "problem" in message]
    assert len(texts) == 2
    assert all("cannot be read" in text for text in texts)
