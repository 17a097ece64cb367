"""Which agent gets a task, and how one that is gone is noticed; the agents are the test."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.engines import agents
from gittrack.engines import task as tasks
from gittrack.engines.executor import WorkerLost
from gittrack.engines.links import Link
from gittrack.search.plan import Trial

PLACE = tasks.Location("/p", "/p/.git", "token")


class Mailbox:
    """A channel: what came, and what was sent."""

    def __init__(self):
        self.came, self.sent, self.is_open, self.handles = [], [], True, []

    def receive(self):
        came, self.came = self.came, []
        return came

    def send(self, message):
        if not self.is_open:
            raise BrokenPipeError
        self.sent.append(message)

    def close(self):
        self.is_open = False


def task(key):
    return tasks.Task("s", "c", PLACE, Trial(key, 0, {}), 1, 0, True)


@pytest.fixture
def two():
    return [Link("a", Mailbox(), 1), Link("b", Mailbox(), 2)]


def given(link):
    return [tasks.from_json(one["task"]).trial.key for one in link.channel.sent if "task" in one]


def test_tasks_go_where_most_room_is_and_reports_come_back(two):
    engine = agents.Agents(two)
    futures = [engine.submit(task(key)) for key in "123"]
    assert engine.places == 3
    assert sorted(map(len, map(given, two))) == [1, 2]
    two[1].channel.came = [{"report": {"mark": f"{key} 1"}} for key in given(two[1])]
    engine.wait(0)
    assert [future.done() for future in futures].count(True) == 2
    assert set(engine.where().values()) == {"a"}


def test_an_agent_says_who_it_is_and_what_it_runs(two):
    engine = agents.Agents(two[:1])
    two[0].channel.came = [{"hello": {"host": "gpu3", "places": 8}}, {"running": ["7.r1 2"]}]
    engine.wait(0)
    assert (engine.places, two[0].name) == (8, "gpu3")
    assert engine.adopt("7") is None
    adopted = engine.adopt("7.r1")
    two[0].channel.came = [{"report": {"mark": "7.r1 2", "host": "gpu3"}}]
    engine.wait(0)
    assert adopted.result()["host"] == "gpu3"


def test_a_worker_that_left_an_earlier_process_gets_no_task(two):
    warnings = []
    two[0].channel.came = [{"hello": {"host": "gpu3", "places": 8}}, {"left": True}]
    engine = agents.Agents(two, warn=warnings.append)
    engine.wait(0)
    engine.submit(task("1"))
    assert (given(two[0]), given(two[1]), warnings) == ([], ["1"], [])


def test_a_trial_that_ended_before_it_was_asked_for_is_not_waited_for(two):
    engine = agents.Agents(two[:1])
    two[0].channel.came = [{"running": ["7 1", "8 1"]}, {"report": {"mark": "7 1"}}]
    engine.wait(0)
    assert engine.adopt("7") is None
    assert engine.adopt("8") is not None


@pytest.mark.parametrize("silent", [False, True])
def test_the_tasks_of_an_agent_that_is_gone_are_lost(two, silent):
    engine = agents.Agents(two[:1], warn=lambda text: None)
    future = engine.submit(task("1"))
    if silent:
        two[0].began -= agents.LOST_SECONDS + 1
    else:
        two[0].channel.is_open = False
    engine.wait(0)
    with pytest.raises(WorkerLost, match=r"the worker on a (was silent for 45 s|is gone)"):
        future.result()
    assert engine.places == 0


def test_an_agent_is_started_again_until_that_is_useless(two):
    started = []

    def start(link):
        started.append(Link("again", Mailbox(), 1))
        return started[-1]

    engine = agents.Agents(two[:1], start=start, warn=lambda text: None)
    two[0].channel.is_open = False
    engine.wait(0)
    future = engine.submit(task("1"))
    started[0].channel.came = [{"report": {"mark": "1 1"}}]
    engine.wait(0)
    assert future.done()
    for number in range(2):
        started[number].channel.is_open = False
        engine.wait(0)
    started[2].channel.is_open = False
    with pytest.raises(TrackError, match="workers end before they run a trial"):
        engine.wait(0)


def test_agents_that_join_later_are_used(two):
    engine = agents.Agents([], discover=lambda: two[:1])
    assert engine.places == 0
    engine.wait(0)
    assert engine.places == 1
    engine.close()
    assert two[0].channel.sent == [{"bye": True}]
