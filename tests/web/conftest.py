"""A server of the page in this process, on a port of its own, and raw requests to it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from gittrack import git
from gittrack.web.application import Application, Start
from gittrack.web.security import Guard
from gittrack.web.serving import Server, listen

TOKEN = "0123456789abcdef"


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running(NamedTuple):
    """A server that runs in a thread."""

    server: Server
    guard: Guard

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/?token={self.guard.token}"

    def raw(self, data: bytes) -> Reply:
        """Send bytes, and read the answer until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as connection:
            connection.sendall(data)
            return parsed(read_all(connection))

    def get(self, path: str, *lines: str, method: str = "GET", cookie: bool = True) -> Reply:
        """Send a request with these header lines; Host and the cookie are added if they are not named."""
        headers = list(lines)
        if not any(line.startswith("Host:") for line in lines):
            headers.append(f"Host: 127.0.0.1:{self.server.port}")
        if cookie:
            headers.append(f"Cookie: {self.guard.cookie}={self.guard.token}")
        head = "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", *headers))
        return self.raw(f"{head}\r\n".encode("latin-1"))


def read_all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def parsed(data: bytes) -> Reply:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Reply(int(first.split()[1]), {k.lower(): v for k, v in headers.items()}, body)


def serving(guard: Guard, **options: Any) -> Iterator[Running]:
    """Serve the repository of the current folder, and stop at the end."""
    application = Application(git.find(), guard, **options)
    server = Server(listen("127.0.0.1", 0), application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield Running(server, guard)
    server.shutdown()
    thread.join()


@pytest.fixture
def served(project) -> Iterator[Running]:
    """The page of a repository of one commit, without runs."""
    yield from serving(Guard(TOKEN, "f00d"), start=Start())
