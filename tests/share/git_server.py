"""``git http-backend`` behind basic authentication, on the loopback device; it can cut connections."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USER, PASSWORD = "ann", "correct horse"


class Server(ThreadingHTTPServer):
    """A server for the repositories of a folder.

    ``cut_after`` is the number of bytes of an answer to a POST after which the connection ends, and
    ``most_bytes`` the largest body of a request, as many proxies have one.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.cut_after, self.most_bytes, self.requests = folder, None, 10**9, 0

    def url(self, login: str = "") -> str:
        return f"http://{login}{'@' if login else ''}127.0.0.1:{self.server_port}/server.git"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.requests += 1
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        body = self._body()
        if self.headers.get("Authorization") != f"Basic {login}":
            self.send_response(401, "Unauthorized")
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self._end(b"this host wants a login\n")
            return
        if len(body) > self.server.most_bytes:
            self.send_response(413, "Content Too Large")
            self._end(b"")
            return
        head, _, answer = self._backend(body).partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for field in fields.items():
            self.send_header(*field)
        self._end(answer)

    do_POST = do_GET

    def _end(self, answer: bytes) -> None:
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        cut = self.server.cut_after if self.command == "POST" else None
        self.wfile.write(answer[:cut])
        self.close_connection = self.close_connection or cut is not None

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _backend(self, body: bytes) -> bytes:
        path, _, query = self.path.partition("?")
        variables = {
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": USER,
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        argv = ["git", "http-backend"]
        return subprocess.run(
            argv, env={**os.environ, **variables}, input=body, capture_output=True, check=True
        ).stdout


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[Server]:
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
