"""A small Git LFS server: the batch API with basic transfers, for tests.

The protocol is that of Git LFS: docs/api/batch.md and docs/api/basic-transfers.md of https://github.com/git-lfs/git-lfs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TYPE = "application/vnd.git-lfs+json"


class LfsServer(ThreadingHTTPServer):
    """Objects in a folder.  Set ``most`` to limit their size, and ``lies`` to send other bytes."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.most = 1 << 40
        self.lies: bytes | None = None
        self.endless = ""  # the object whose bytes never end
        self.requests: list[str] = []
        self.paused: threading.Event | None = None  # set when a transfer is in its middle
        folder.mkdir()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: LfsServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self._body())
        if not self.path.endswith("/objects/batch"):
            self._answer(404, {"message": "no locks here"})
            return
        self.server.requests.append(f"{asked['operation']} {self.path}")
        objects = [self._object(asked["operation"], item) for item in asked["objects"]]
        self._answer(200, {"transfer": "basic", "objects": objects, "hash_algo": "sha256"})

    def _object(self, operation: str, item: dict) -> dict:
        oid, size = item["oid"], item["size"]
        path = self.server.folder / oid
        answer = {"oid": oid, "size": size}
        action = {"href": f"{self.server.url}/store/{oid}", "expires_in": 3600}
        if operation == "upload":
            if size > self.server.most:
                return answer | {"error": {"code": 422, "message": "object is too large"}}
            return answer if path.exists() else answer | {"actions": {"upload": action}}
        if not path.exists():
            return answer | {"error": {"code": 404, "message": "Object does not exist"}}
        if self.server.lies is None and path.stat().st_size != size:
            return answer | {"error": {"code": 422, "message": "the size is another one"}}
        return answer | {"actions": {"download": action}}

    def do_PUT(self) -> None:
        oid = self.path.rpartition("/")[2]
        data = self._body()
        if data is None or hashlib.sha256(data).hexdigest() != oid:
            self._answer(422, {"message": "other content"})
            return
        (self.server.folder / oid).write_bytes(data)
        self.server.requests.append(f"PUT {oid[:8]}")
        self._answer(200, {})

    def do_GET(self) -> None:
        oid = self.path.rpartition("/")[2]
        data = self.server.lies or (self.server.folder / oid).read_bytes()
        start = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        self.server.requests.append(f"GET {oid[:8]} {start}")
        if oid == self.server.endless:
            self._send_without_end()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        half = start + (len(data) - start) // 2
        self.wfile.write(data[start:half])
        self._pause()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(data[half:])

    def _send_without_end(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            for _ in range(1 << 10):  # 1 GB, if nobody stops it
                self.wfile.write(bytes(1 << 20))

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length", 0))
        first = self.rfile.read(length // 2)
        self._pause()
        return first + self.rfile.read(length - length // 2)

    def _pause(self) -> None:
        """Wait in the middle of a transfer until the other side ends, if a test wants to kill it there."""
        if self.server.paused is not None and self.command in ("PUT", "GET"):
            self.wfile.flush()
            self.server.paused.set()
            with contextlib.suppress(OSError):
                self.connection.settimeout(60)
                while self.rfile.read(1 << 16):
                    pass

    def _answer(self, code: int, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[LfsServer]:
    """Serve until the end of the block."""
    server = LfsServer(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
