"""Serve the page on this machine: Werkzeug's threaded server, with bounds on connections and time."""

from __future__ import annotations

import os
import socket
import time
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Callable

FIRST_PORT = 7117
_TRIES = 20
_MOST_CONNECTIONS = 128
_SILENCE_SECONDS = 15  # between two parts of a request
_REQUEST_SECONDS = 120  # for the whole of it
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens.

    Parameters
    ----------
    host : str
        The address or name to listen on.
    port : int or None
        The port; None: the first free one from 7117 on.

    Raises
    ------
    TrackError
        If the port is taken, or if the address is not one of this machine.
    """
    ports = range(FIRST_PORT, FIRST_PORT + _TRIES) if port is None else (port,)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in ports:
        try:
            return socket.create_server((host, number), family=family, backlog=128)
        except (OSError, OverflowError) as error:
            problem = error
    reason = getattr(problem, "strerror", None) or str(problem)
    hint = "choose another with --port" if port is not None else "choose a free one with --port"
    raise TrackError(f"the page cannot be served on {host}, port {ports[-1]}: {reason}", hint)


class Server(ThreadedWSGIServer):
    """Werkzeug's threaded server; connections are counted, and those that take too long are closed."""

    def __init__(self, listener: socket.socket, application: Callable[..., Any]) -> None:
        host, port = listener.getsockname()[:2]
        self._since: dict[socket.socket, float] = {}
        super().__init__(host, port, application, _Handler, fd=os.dup(listener.fileno()))
        listener.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own, or refuse it if there are too many."""
        if len(self._since) >= _MOST_CONNECTIONS:
            try:
                request.setblocking(False)
                request.send(_BUSY)
            except OSError:
                pass  # the other side has gone
            self.shutdown_request(request)
            return
        self._since[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self._since.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End the connections that have taken too long; called twice a second."""
        limit = time.monotonic() - _REQUEST_SECONDS
        for request, since in list(self._since.items()):
            if since < limit:
                try:
                    request.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._since.pop(request, None)  # it has ended by itself

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write no log: the answers have the errors."""


class _Handler(WSGIRequestHandler):
    timeout = _SILENCE_SECONDS
    server_version = "gittrack"
    sys_version = ""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write no log of requests."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write no log of errors of clients."""
