"""A worker that joined over a git remote: it carries messages between the remote and the agent, its child.

The agent runs the trials and delivers their runs.  It trusts this process, which hands on only tasks of the
commit that the user trusts.  Where runs go and the setup are not taken from the remote.  If this process is
killed, the agent ends its trials.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import time
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable
from gittrack.engines import task as tasks
from gittrack.engines.channel import UNREADABLE, Message
from gittrack.engines.links import ProcessLink
from gittrack.engines.remote import post as posts
from gittrack.engines.remote.post import Document, DocumentSender, Post
from gittrack.engines.task import Location

_TICK_SECONDS = 0.2
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class WorkerTerms(NamedTuple):
    """What a worker takes from its own user, and not from the remote.

    Attributes
    ----------
    sweep, commit : str
        The sweep, and its commit that may run.
    location : Location
        Where its runs go.
    setup : str
        Shell commands that are read before each trial.
    """

    sweep: str
    commit: str
    location: Location
    setup: str = ""


def new_name() -> str:
    """Return a name for a worker that no other has, and that can be a part of a ref."""
    host = re.sub(r"[^A-Za-z0-9]+", "-", os.uname().nodename).strip("-") or "host"
    return f"{host}-{os.getpid()}-{os.urandom(3).hex()}"


class Carrier:
    """Carries messages between a remote and an agent.

    Parameters
    ----------
    post : Post
        The messages of the sweep on the remote.
    link : ProcessLink
        Leads to the agent.
    terms : WorkerTerms
        What the worker does not take from the remote.
    note : callable
        Prints a line for the user.
    """

    def __init__(
        self, post: Post, link: ProcessLink, terms: WorkerTerms, note: Callable[[str], None]
    ) -> None:
        self.post, self.link, self.terms, self.note = post, link, terms, note
        self.name = new_name()
        self.sender = DocumentSender(post, f"{posts.FROM}/{self.name}")
        self.hello: Message = {}
        self.running: list[str] = []
        self.live: Message = {}
        self.reports: list[tuple[int, Message]] = []  # that the other side has not read yet
        self.report = 0
        self.session, self.seen, self.number = "", 0, 0
        self.pushed: tuple[Any, ...] = ()
        self.signalled, self.leaving, self.is_over, self.is_down = 0, False, False, False

    def serve(self) -> int:
        """Work until the sweep is over or a signal came; return the exit status."""
        for number in _ENDING:
            signal.signal(number, self._note_signal)
        try:
            while self.link.is_open:
                self._step()
            if self.sender.number and not self.is_over:
                self._push(leaves=True)
            elif self.sender.number:
                self.post.push({}, self.sender.obsolete)
        except git.GitError as error:
            self.note(
                f"warning: the remote does not know yet that this worker left: {error.message}"
            )
        finally:
            self.link.close()
            self.post.close()
        if not (self.leaving or self.signalled):
            self.note(f"warning: {self.link.reason()}")
            return 1
        return 128 + self.signalled if self.signalled else 0

    def _step(self) -> None:
        """Wait a moment for messages of the agent, and exchange messages with the remote if it is time."""
        with contextlib.suppress(InterruptedError):
            select.select(self.link.channel.handles, [], [], _TICK_SECONDS)
        for message in self.link.receive():
            self._take(message)
        if self.signalled and not self.leaving:
            self._send({"end": True})
            self._leave()
        try:
            if time.monotonic() >= self.post.next_look:
                self._look()
            is_new = self._facts() != self.pushed
            if self.hello and not self.is_over and self.sender.is_due(urgent=is_new):
                self._push()
            self.is_down = False
        except git.GitError as error:
            if not self.is_down:
                self.note(f"the git remote cannot be reached, and is tried again: {error.message}")
            self.is_down = True

    def _take(self, message: Message) -> None:
        """Note what the agent says."""
        self.hello = message.get("hello") or self.hello
        if "running" in message:
            self.running, self.live = message["running"], message.get("live", self.live)
        if "report" in message:
            self._add_report(message["report"])

    def _add_report(self, report: Message) -> None:
        self.report += 1
        self.reports.append((self.report, report))
        self.running = [mark for mark in self.running if mark != report.get("mark")]

    def _facts(self) -> tuple[Any, ...]:
        """Return what the process of the sweep should know at once."""
        return self.session, tuple(self.running), tuple(self.live), self.report

    def _push(self, *, leaves: bool = False) -> None:
        document = {
            **{"hello": self.hello, "running": self.running, "live": self.live},
            **{"reports": list(self.reports), "session": self.session, "seen": self.seen},
            **({"left": True} if leaves else {}),
        }
        facts = self._facts()
        self.sender.push(document)
        self.pushed = facts

    def _look(self) -> None:
        """Read what the process of the sweep says."""
        names = self.post.fetch(posts.TO, posts.STOP)
        number, name = posts.latest(names, posts.TO)
        if not number or f"{posts.STOP}/finish" in names or f"{posts.STOP}/now" in names:
            self.is_over = self.is_over or not number
            if f"{posts.STOP}/now" in names:
                self._send({"end": True})
            self._leave()
        if number and number != self.number:
            self.number = number
            (document,) = self.post.read([names[name]])
            try:
                self._hand_on(document)
            except UNREADABLE as error:
                self.note(f"warning: a message of the process of the sweep cannot be read: {error}")

    def _hand_on(self, document: Document) -> None:
        """Hand new messages to the agent."""
        session = str(document.get("session"))
        if session != self.session:  # another process runs the sweep now
            self.session, self.seen = session, 0
        if document.get("over"):
            self._leave()
        ours = (document.get("workers") or {}).get(self.name) or {}
        self.reports = [pair for pair in self.reports if pair[0] > int(ours.get("read") or 0)]
        for number, message in ours.get("messages") or ():
            if number > self.seen:
                self.seen = number
                self._hand_one(message)

    def _hand_one(self, message: Message) -> None:
        if "task" in message:
            self._hand_task(str(message["task"]))
        elif message.get("end"):
            self._send({"end": True})
        elif message.get("bye"):
            self._leave()

    def _hand_task(self, text: str) -> None:
        """Hand a task to the agent, unless it is not one of the commit that the user trusts."""
        again = f"join again there: git track worker {self.terms.sweep[16:]}"
        try:
            task = tasks.from_json(text)
        except TrackError as error:
            self._refuse(text, error.message, error.hint)
            return
        if (task.sweep, task.commit) != self.terms[:2] or task.command:
            host = os.uname().nodename
            self._refuse(text, f"the worker on {host} was not asked to trust this task", again)
            return
        mine = task._replace(location=self.terms.location, setup=self.terms.setup)
        self._send({"task": mine.to_json()})

    def _refuse(self, text: str, message: str, hint: str) -> None:
        """Report why a task does not run."""
        values: dict[str, Any] = json.loads(text)
        mark = f"{values['trial']['key']} {values['attempt']}"
        self._add_report({"mark": mark, "problem": [message, hint]})

    def _leave(self) -> None:
        """Let the agent go: it takes no more tasks, and ends after those that it has."""
        if not self.leaving:
            self.leaving = True
            self._send({"bye": True})

    def _send(self, message: Message) -> None:
        with contextlib.suppress(OSError):  # the agent is gone, which the next step shows
            self.link.channel.send(message)

    def _note_signal(self, number: int, frame: object) -> None:
        if self.signalled:  # a second one: at once
            self.link.process.kill()
        self.signalled = number
