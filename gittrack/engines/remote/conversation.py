"""The conversation of the process of a sweep with all workers that joined over a git remote.

What it tells its workers is one document: for each worker, the messages that it has not read yet, and which
of its reports were read.  So a message may be pushed several times, and is handled once.
"""

from __future__ import annotations

import os
import time
from typing import Any

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.engines.channel import UNREADABLE, Message
from gittrack.engines.links import Link
from gittrack.engines.remote import post as posts
from gittrack.engines.remote import worker_document
from gittrack.engines.remote.post import Document, DocumentSender, Post

REQUESTS = ("finish", "now")  # of `git track sweep stop`


class WorkerChannel:
    """Leads to one worker; see `channel.MessageChannel`.

    Parameters
    ----------
    conversation : Conversation
        Carries its messages.
    name : str
        The name of the worker.
    """

    def __init__(self, conversation: Conversation, name: str) -> None:
        self.conversation, self.name, self.is_open = conversation, name, True
        self.incoming: list[Message] = []
        self.unread: list[tuple[int, Message]] = []  # messages that the worker has not read yet
        self.reports_read, self.number = 0, 0
        self.commit = ""  # of its last document
        self.hello: Message | None = None

    @property
    def handles(self) -> list[int]:
        """None: one has to look."""
        return []

    def receive(self) -> list[Message]:
        """Return the messages that came, without waiting."""
        messages, self.incoming = self.incoming, []
        return messages

    def send(self, message: Message) -> None:
        """Add a message to those that the next push carries."""
        self.unread.append((self.conversation.next_message(), message))

    def close(self) -> None:
        """Take no more messages."""
        self.is_open = False
        self.conversation.forget(self)

    def take(self, document: Document, *, is_alive: bool) -> None:
        """Handle a document of the worker; ``is_alive`` is whether it is known to have been made just now.

        Raises one of `channel.UNREADABLE` before anything of it counts.
        """
        content = worker_document.parse(document)
        self.hello = content.hello or self.hello
        if is_alive and self.hello:  # now it gets trials
            self.incoming.append({"hello": self.hello})
            self.hello = None
        self.incoming.append({"running": content.running, "live": content.live})
        for number, report in content.reports:
            if number > self.reports_read:
                self.reports_read = number
                self.incoming.append({"report": report})
        if content.session == self.conversation.session:
            self.unread = [pair for pair in self.unread if pair[0] > content.seen]
        if content.has_left:
            self.incoming.append({"left": True})


class Conversation:
    """Exchanges messages with the workers of a sweep over its remote.

    Parameters
    ----------
    post : Post
        The messages of the sweep.
    facts : mapping
        What every worker must know.
    on_stop : callable
        Called with the request of `git track sweep stop` from another clone.
    warn : callable
        Prints a warning.

    Raises
    ------
    GitError
        If the remote cannot be reached.
    """

    def __init__(
        self,
        post: Post,
        facts: Mapping[str, Any],
        on_stop: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> None:
        self.post, self.facts, self.on_stop, self.warn = post, facts, on_stop, warn
        self.session, self.message, self.is_down = os.urandom(8).hex(), 0, False
        self.channels: dict[str, WorkerChannel] = {}
        self.links: dict[str, Link] = {}
        names = post.fetch(posts.TO, posts.FROM, posts.STOP)
        self.sender = DocumentSender(post, posts.TO, posts.latest(names, posts.TO)[0])
        self.sender.obsolete = [
            name for name in names if name.startswith((f"{posts.TO}/", f"{posts.STOP}/"))
        ]
        self.pushed: Document = {}
        self._read(names, is_first=True)
        self._push()
        self.looked = time.monotonic()

    def next_message(self) -> int:
        """Return the number of a new message."""
        self.message += 1
        return self.message

    def forget(self, channel: WorkerChannel) -> None:
        """Talk no more to a worker that is gone, and delete what it said."""
        self.channels.pop(channel.name, None)
        self.links.pop(channel.name, None)
        self.sender.obsolete.append(f"{posts.FROM}/{channel.name}/{channel.number}")

    def look(self) -> list[Link]:
        """Exchange messages if it is time; return the workers that joined.

        Raises TrackError if another process runs the sweep.
        """
        before = set(self.links)
        if time.monotonic() - self.looked > posts.BEAT_SECONDS:
            self._wait_for_workers()  # this process did something else, such as wait for the remote
        try:
            if time.monotonic() >= self.post.next_look:
                self._read(self.post.fetch(posts.FROM, posts.STOP), is_first=False)
            if self._is_push_due():
                self._push()
            if self.is_down:
                self._wait_for_workers()
            self.is_down = False
        except git.GitError as error:
            if not self.is_down:
                self.warn(f"the git remote cannot be reached, and is tried again: {error.message}")
            self.is_down = True
            self._wait_for_workers()
        self.looked = time.monotonic()
        return [link for name, link in self.links.items() if name not in before]

    def _wait_for_workers(self) -> None:
        """Count the silence of workers from now on: they were not silent, but nobody heard them."""
        for link in self.links.values():
            link.began = time.monotonic()
            link.heard = None if link.heard is None else link.began

    def _read(self, names: Mapping[str, str], *, is_first: bool) -> None:
        for request in REQUESTS:
            if f"{posts.STOP}/{request}" in names and not is_first:
                self.on_stop(request)
                self.sender.obsolete.append(f"{posts.STOP}/{request}")
        workers = {name.split("/")[1] for name in names if name.startswith(f"{posts.FROM}/")}
        for worker in sorted(workers):
            number, name = posts.latest(names, f"{posts.FROM}/{worker}")
            if number:
                self._take(worker, number, names[name], is_first=is_first)

    def _take(self, worker: str, number: int, commit: str, *, is_first: bool) -> None:
        """Handle the message with a number, unless it was handled before."""
        channel = self.channels.get(worker)
        if channel is None:
            channel = WorkerChannel(self, worker)
            self.channels[worker] = channel
            self.links[worker] = Link(worker, channel, 0)
        if number <= channel.number:
            return
        is_alive = not is_first
        channel.number = number
        (document,) = self.post.read([commit])
        try:
            channel.take(document, is_alive=is_alive)
        except UNREADABLE as error:
            self.warn(f"a message of the worker {worker} cannot be read: {error}")

    def _document(self) -> Document:
        workers = {
            name: {"read": channel.reports_read, "messages": list(channel.unread)}
            for name, channel in self.channels.items()
        }
        return {**self.facts, "session": self.session, "workers": workers}

    def _is_push_due(self) -> bool:
        is_new = self._document() != self.pushed or bool(self.sender.obsolete[1:])
        return self.sender.is_due(urgent=is_new) and is_new

    def _push(self) -> None:
        document = self._document()
        if not self.sender.push(document):
            raise TrackError(
                f"another process runs the sweep now: it took over on {self.post.route.name}",
                "look at it: git track sweep show; only one process can run it",
            )
        self.pushed = document

    def close(self, *, ends: bool) -> None:
        """Delete all messages, so that workers leave; unless trials still run, whose workers are let go.

        If another process runs the sweep now, the messages are those of its workers, and stay.
        """
        try:
            names = self.post.fetch(posts.TO, posts.FROM, posts.STOP)
            if not self.sender.made_the_last(names):
                return
            if not ends or self.post.push({}, names):  # a host may refuse to delete
                self.facts = {**self.facts, "over": True}
                self._push()
        except git.GitError as error:
            self.warn(f"workers do not know yet that the sweep is over: {error.message}")
        finally:
            self.post.close()
