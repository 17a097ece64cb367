"""An executor over agents: gives each task to the agent with the most room, and sees when one is gone."""

from __future__ import annotations

import select
import time
from concurrent import futures
from typing import Any

from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.engines.channel import Pace
from gittrack.engines.executor import LiveState, WorkerLost
from gittrack.engines.links import Link
from gittrack.engines.task import Location, Task

LOST_SECONDS = 45.0  # without a message; agents send one every 5 s
_LOOK_SECONDS = 0.5
_PROBE_SECONDS = 20.0
_MOST_STARTS = 3  # of a worker that ends before it ran anything

Report = Mapping[str, Any]


class Agents:
    """Runs tasks on agents.

    Parameters
    ----------
    links : sequence of Link
        The agents that there are now.
    start : callable, optional
        Starts an agent to replace one that is gone, its argument; returns None for none.
        Without it, agents come and go by themselves.
    discover : callable, optional
        Returns agents that joined since the last call.
    warn : callable
        Prints a warning.
    """

    def __init__(
        self,
        links: Sequence[Link],
        *,
        start: Callable[[Link], Link | None] | None = None,
        discover: Callable[[], Sequence[Link]] = lambda: (),
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.links, self.start, self.discover, self.warn = list(links), start, discover, warn
        self.tasks: dict[str, tuple[Link, futures.Future[Report]]] = {}  # by mark
        self.failures = 0
        self.next_look, self.pace = 0.0, Pace(_LOOK_SECONDS)

    @property
    def places(self) -> int:
        """How many tasks run at once now."""
        return sum(max(link.places, self._load(link)) for link in self.links if not link.leaving)

    def _load(self, link: Link) -> int:
        return sum(1 for other, _ in self.tasks.values() if other is link)

    def submit(self, task: Task) -> futures.Future[Report]:
        """Give a task to the agent with the most room."""
        future: futures.Future[Report] = futures.Future()
        links = [link for link in self.links if not link.leaving]
        link = max(links, key=lambda link: link.places - self._load(link))
        self.tasks[task.mark] = link, future
        try:
            link.channel.send({"task": task.to_json()})
        except OSError:
            self._drop(link, link.reason())
        return future

    def adopt(self, key: str) -> futures.Future[Report] | None:
        """Return the future of a trial that an agent runs since an earlier process of the sweep."""
        for link in self.links:
            for mark in link.running:
                if mark.rpartition(" ")[0] == key and mark not in self.tasks:
                    future: futures.Future[Report] = futures.Future()
                    self.tasks[mark] = link, future
                    return future
        return None

    def wait(self, timeout: float) -> None:
        """Handle messages until a task ended, at most so many seconds."""
        deadline = time.monotonic() + timeout
        while True:
            before = len(self.tasks)
            self._look()
            rest = deadline - time.monotonic()
            if len(self.tasks) < before or rest <= 0:
                return
            handles = [handle for link in self.links for handle in link.channel.handles]
            files = sum(1 for link in self.links if not link.channel.handles)
            pause = self.pace.seconds(files) if files else _LOOK_SECONDS
            select.select(handles, [], [], min(rest, pause))

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self.next_look:
            self.next_look = now + _LOOK_SECONDS
            self.links += self.discover()
        for link in list(self.links):
            for message in link.receive():
                self._take(link, message)
            if not link.is_open:
                self._drop(link, link.reason())
            elif link.silent_for() > LOST_SECONDS and (self._load(link) or link.heard is not None):
                self._drop(link, f"the worker on {link.name} was silent for {LOST_SECONDS:.0f} s")

    def _take(self, link: Link, message: Mapping[str, Any]) -> None:
        if "report" in message:
            self.pace.note()
            self.failures = 0
            waiting = self.tasks.pop(str(message["report"].get("mark")), None)
            if waiting is not None:
                waiting[1].set_result(message["report"])
        elif "problem" in message:
            self.warn(f"{link.name}: {': '.join(map(str, message['problem']))}")

    def _drop(self, link: Link, reason: str) -> None:
        """Forget an agent that is gone; its tasks are lost."""
        if link not in self.links:
            return
        self.links.remove(link)
        marks = [mark for mark, (other, _) in self.tasks.items() if other is link]
        link.close()
        self.failures += 1
        replacement = self.start(link) if self.start is not None else None
        self.links += [replacement] if replacement is not None else []
        for mark in marks:
            _, future = self.tasks.pop(mark)
            future.set_exception(WorkerLost(reason))
        if not marks and not link.left:
            self.warn(reason)
        if self.start is not None and self.failures >= _MOST_STARTS:
            raise TrackError(
                f"workers end before they run a trial: {reason}", "see whether they can run"
            )

    def sees(self, location: Location, sweep_id: str) -> bool:
        """Return whether all agents share the file system; one that does not answer in time does."""
        waiting = []
        for link in self.links:
            with contextlib.suppress(OSError):  # it is gone already, which the next look shows
                link.channel.send({"look": [location._asdict(), sweep_id]})
                waiting.append(link)
        deadline = time.monotonic() + _PROBE_SECONDS
        while waiting and time.monotonic() < deadline:
            handles = [handle for link in waiting for handle in link.channel.handles]
            select.select(handles, [], [], _LOOK_SECONDS)
            for link in list(waiting):
                answers = [message["sees"] for message in link.receive() if "sees" in message]
                if answers and not answers[0]:
                    return False
                if answers or not link.is_open:
                    waiting.remove(link)
        return True

    def end_running(self) -> None:
        """Ask all agents to end their trials."""
        for link in self.links:
            try:
                link.channel.send({"end": True})
            except OSError:
                self._drop(link, link.reason())

    def where(self) -> Mapping[str, str]:
        """Return {mark of a running attempt: host}."""
        return {mark: link.name for mark, (link, _) in self.tasks.items()}

    def live(self) -> Mapping[str, LiveState]:
        """Return what running trials have now, as far as their agents sent it."""
        return {
            mark: LiveState(link.live[mark], link.heard)
            for mark, (link, _) in self.tasks.items()
            if mark in link.live and link.heard is not None
        }

    def close(self) -> None:
        """Let the agents go."""
        for link in self.links:
            link.leaving = True
            link.close()
        self.links = []
