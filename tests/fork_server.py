"""Processes of git-track for tests, forked from a process that has imported it already.

To start Python and to import the package takes longer than most commands.  Each worker of pytest
has one server: it imports the command line once, runs nothing itself, and forks a process for
each request, which is then a process like any other, with its own id, folder, environment,
standard streams and exit.  What only a new interpreter can show (imports, `PYTHON*` variables,
another encoding) is run by a new interpreter; `can_run` says which.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PIPE_SIZE = 1 << 16  # what a pipe takes before anybody reads it
REQUEST_SIZE = 1 << 17


def can_run(env: Mapping[str, str], stdin: bytes) -> bool:
    """Say whether a forked process does what a new interpreter would do."""
    return (
        hasattr(os, "pidfd_open")
        and len(stdin) <= PIPE_SIZE
        and _of_the_interpreter(env) == _of_the_interpreter(_start_environment())
        and len(json.dumps(dict(env))) < REQUEST_SIZE // 2
    )


def run(
    argv: tuple[str, ...], cwd: str, env: Mapping[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    """Run git-track with these arguments in a forked process; return its code and its output."""
    (in_read, in_write), *pipes = (os.pipe() for _ in range(4))
    os.write(in_write, stdin)
    os.close(in_write)
    writers = [write for _read, write in pipes]
    request = {"argv": argv, "cwd": cwd, "env": dict(env), "umask": _umask()}
    socket.send_fds(_server(os.getpid()), [json.dumps(request).encode()], [in_read, *writers])
    for number in (in_read, *writers):
        os.close(number)
    out, err, status = _read_all([read for read, _write in pipes])
    return int(status), out, err


@lru_cache(maxsize=1)
def _start_environment() -> Mapping[str, str]:
    search = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": search}


def _of_the_interpreter(env: Mapping[str, str]) -> dict[str, str]:
    return {key: env[key] for key in env if key.startswith(("PYTHON", "LC_", "LANG"))}


@lru_cache(maxsize=1)
def _server(_process: int) -> socket.socket:
    """Start the server of this process; it ends when our end of the channel is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * REQUEST_SIZE)
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        cwd="/",
        env=_start_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    atexit.register(_end, ours, process)
    return ours


def _end(channel: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Let the server end, and wait for it."""
    channel.close()
    process.wait()


def _umask() -> int:
    mask = os.umask(0o77)
    os.umask(mask)
    return mask


def _read_all(readers: list[int]) -> list[bytes]:
    """Read some pipes at once until the last writer has closed each."""
    parts: dict[int, list[bytes]] = {reader: [] for reader in readers}
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader, selectors.EVENT_READ)
        while selector.get_map():
            for key, _events in selector.select():
                data = os.read(key.fd, PIPE_SIZE)
                parts[key.fd].append(data)
                if not data:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return [b"".join(parts[reader]) for reader in readers]


def _serve(channel: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request; return the request in it, and None at the end."""
    running: dict[int, tuple[int, int]] = {}  # the descriptor of a process: its id, its status pipe
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ)
        while True:
            for key, _events in selector.select():
                if key.fd in running:
                    selector.unregister(key.fd)
                    _report(key.fd, *running.pop(key.fd))
                    continue
                data, files, _flags, _address = socket.recv_fds(channel, REQUEST_SIZE, 4)
                if not data:
                    return None
                *streams, status = files
                process = os.fork()
                if not process:
                    _become(streams, [channel.fileno(), *_descriptors(running), status])
                    return json.loads(data)
                for number in streams:
                    os.close(number)
                handle = os.pidfd_open(process)
                running[handle] = (process, status)
                selector.register(handle, selectors.EVENT_READ)


def _descriptors(running: Mapping[int, tuple[int, int]]) -> list[int]:
    return [number for handle, (_process, status) in running.items() for number in (handle, status)]


def _become(streams: list[int], others: list[int]) -> None:
    """Take the standard streams of the request, in the new process."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for number in (*streams, *others):
        os.close(number)


def _report(handle: int, process: int, status: int) -> None:
    """Write how a process ended to its pipe, as `subprocess` would say it."""
    _process, code = os.waitpid(process, 0)
    os.write(status, str(os.waitstatus_to_exitcode(code)).encode())
    os.close(status)
    os.close(handle)


def _import_commands() -> None:
    """Import what most commands need, and nothing that a command looks for in `sys.modules`."""
    import gittrack.cli.commands as package

    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith(".watch"):  # imports NumPy
            importlib.import_module(module.name)
    for name in ("gittrack.api.run", "gittrack.cli.main", "gittrack.cli.parsing", "yaml"):
        importlib.import_module(name)


def _main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _import_commands()
    gc.freeze()
    request = _serve(socket.socket(fileno=int(sys.argv[1])))
    if request is None:
        return
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv = ["gittrack", *request["argv"]]
    sys.orig_argv = [sys.executable, "-m", "gittrack", *request["argv"]]
    _run_and_end()


def _run_and_end() -> None:
    """Run git-track, then what Python does at the end, but for freeing each object of the server."""
    code: object = 0
    try:
        runpy.run_module("gittrack", run_name="__main__", alter_sys=True)
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001  Python prints it and ends, as here
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else code is not None)


if __name__ == "__main__":
    _main()
