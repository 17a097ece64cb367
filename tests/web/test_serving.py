"""The server itself: ports, slow and many clients, and its end."""

from __future__ import annotations

import contextlib
import re
import selectors
import signal
import socket
import subprocess
import sys

import helpers
import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.web import serving
from gittrack.web.application import Application
from gittrack.web.security import Guard
from gittrack.web.serving import listen

TOKEN_LINE = r"http://127\.0\.0\.1:(\d+)/\?token=[0-9a-f]{48}\n"


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def test_the_first_free_port_is_taken(monkeypatch):
    with listen("127.0.0.1", 0) as taken:
        monkeypatch.setattr(serving, "FIRST_PORT", taken.getsockname()[1])
        with listen("127.0.0.1", None) as other:
            assert other.getsockname()[1] > taken.getsockname()[1]
        with pytest.raises(TrackError, match=r"cannot be served on 127\.0\.0\.1, port") as error:
            listen("127.0.0.1", taken.getsockname()[1])
        assert error.value.hint == "choose another with --port"


def test_a_host_of_another_machine_is_refused():
    for host in ("nowhere.invalid", "203.0.113.7"):
        with pytest.raises(TrackError, match="cannot be served"):
            listen(host, 0)


def test_a_client_that_says_nothing_is_dropped_and_holds_nobody_up(served, monkeypatch):
    with connect(served.server.port):
        assert served.get("/data/start").status == 200
    monkeypatch.setattr(serving._Handler, "timeout", 0.1)
    with connect(served.server.port) as silent:
        assert silent.recv(10) == b""


def test_a_client_that_sends_letter_by_letter_is_dropped(served, monkeypatch):
    monkeypatch.setattr(serving, "_REQUEST_SECONDS", 0.0)
    with connect(served.server.port) as slow, contextlib.suppress(OSError):
        slow.sendall(b"GET / HT")
        assert slow.recv(10) == b""


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_connections_are_bounded(served, count, monkeypatch):
    monkeypatch.setattr(serving, "_MOST_CONNECTIONS", 20)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(served.server.port)) for _ in range(count)]
        waiting = stack.enter_context(selectors.DefaultSelector())
        for connection in connections:
            waiting.register(connection, selectors.EVENT_READ)
        while len(waiting.get_map()) > 20:  # the others are refused at once
            for key, _ in waiting.select():
                waiting.unregister(key.fileobj)
        assert len(served.server._since) <= 20


def started(*argv: str, **env: str) -> tuple[subprocess.Popen, str]:
    """Start `git track ui`, and return its process and the lines that it prints first."""
    process = helpers.start(sys.executable, "-m", "gittrack", "ui", "--port", "0", *argv, env=env)
    lines = ""
    while not lines.endswith("it ends with Ctrl-C\n"):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines += line
    return process, lines


def test_the_command_prints_its_address_and_ends_with_ctrl_c(project):
    process, lines = started(SSH_CONNECTION="1 2 3 4", DISPLAY=":0", USER="ada")
    found = re.match(TOKEN_LINE, lines)
    port = int(found[1])
    assert f"from another machine: ssh -L {port}:localhost:{port} ada@" in lines
    token = lines.partition("token=")[2][:48]
    with connect(port) as connection:
        connection.sendall(f"GET /?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


def test_another_host_is_a_warning(project):
    process, lines = started("--no-open", "--host", "0.0.0.0", "--base-path", "/proxy/x")
    process.terminate()
    _, err = process.communicate()
    assert "everybody in this network" in err
    assert "/proxy/x/?token=" in lines
    assert "ssh -L" not in lines


def test_a_base_path_works_whether_the_proxy_leaves_it_on_or_not(project):
    application = Application(git.find(), Guard("t", "i"), "proxy/x/")
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "QUERY_STRING": "token=t"}
    answers = []
    for path in ("/proxy/x/", "/", "/proxy/x/data/start", "/data/start", "/proxy/y/"):
        application({**environ, "PATH_INFO": path}, lambda status, headers: answers.append(status))
    assert answers == ["200 OK"] * 4 + ["404 Not Found"]
