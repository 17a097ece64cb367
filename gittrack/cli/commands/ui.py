"""Show the page: runs, curves, comparisons and sweeps in a browser; it only reads.

It prints its address, which holds a secret for this session, and ends with Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys

from gittrack import git
from gittrack.cli.commands import _browser, _page
from gittrack.cli.options import add_experiment, add_where, check_exclusive
from gittrack.cli.output import print_note
from gittrack.core import layout
from gittrack.read.runs import query, resolve

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``git track ui``."""
    add = parser.add_argument
    add("runs", nargs="*", metavar="RUN", help="only these runs")
    add_experiment(parser)
    add_where(parser)
    add("--file", metavar="FILE", help="write the page as one file, FILE.html, and serve nothing")
    _page.add_with(parser, "--file")
    add("--port", type=_port, metavar="N", help="the port (default: the first free one from 7117)")
    add(
        "--host",
        action="append",
        metavar="H",
        help="listen on this address (default: 127.0.0.1); give it again for further names of the server",
    )
    add("--base-path", default="", metavar="P", help="the path that a proxy puts before the page")
    add("--no-open", action="store_true", help="open no browser")


def run(args: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C, or write it as a file."""
    file = ("--file", args.file)
    for option in ("port", "host", "base_path"):
        other = (f"--{option.replace('_', '-')}", getattr(args, option))
        check_exclusive("a file needs no server", file, other)
    repo = git.find()
    _check(repo, args)
    keys = tuple(_key(repo, address) for address in args.runs)
    if args.file:
        _page.write(repo, args.file, _fields(args, keys), args.parts)
        return 0
    return _serve(repo, args, keys)


def _check(repo: git.Repo, args: argparse.Namespace) -> None:
    """Raise an error for an experiment or a query that means nothing, before anything is served."""
    if args.experiment or args.where:
        query.listing(repo, experiment=args.experiment, query=args.where, limit=1)


def _key(repo: git.Repo, address: str) -> str:
    raw = resolve.resolve(repo, address)
    return f"{raw.experiment}/{raw.id}"


def _fields(args: argparse.Namespace, keys: tuple[str, ...]) -> dict[str, list[str]]:
    experiment = layout.experiment_slug(args.experiment) if args.experiment else ""
    return {"experiment": [experiment], "where": [args.where or ""], "run": list(keys)}


def _serve(repo: git.Repo, args: argparse.Namespace, keys: tuple[str, ...]) -> int:
    from gittrack.web import application, security, serving  # noqa: PLC0415 - a file needs no server

    names = args.host or ["127.0.0.1"]
    hosts = {*security.LOOPBACK, *(name.lower() for name in names)}
    guard = security.Guard(
        os.urandom(24).hex(), os.urandom(4).hex(), frozenset(hosts), names[0] in ("0.0.0.0", "::")
    )
    start = application.Start(args.experiment or "", args.where or "", keys)
    app = application.Application(repo, guard, args.base_path, start)
    server = serving.Server(serving.listen(names[0], args.port), app)
    name = "127.0.0.1" if guard.numeric else names[0]
    host = f"[{name}]" if ":" in name else name
    address = f"http://{host}:{server.port}{app.base_path}/?token={guard.token}"
    _print_address(address, names[0], server.port)
    if args.no_open or not _has_display():
        server.serve_forever()
        return 0
    import webbrowser  # noqa: PLC0415 - only a desktop has a browser

    with _browser.redirection(address, layout.home(repo.common_dir)) as file:
        webbrowser.open(file)
        server.serve_forever()
    return 0


def _print_address(address: str, host: str, port: int) -> None:
    print(address)
    if host not in _LOOPBACK:
        print_note("warning: everybody in this network who has the address can read all runs here")
    elif not _has_display():
        user = f"{os.environ.get('USER', 'USER')}@{os.uname().nodename}"
        print(f"from another machine: ssh -L {port}:localhost:{port} {user}")
    print("it ends with Ctrl-C")
    sys.stdout.flush()


def _has_display() -> bool:
    """Return whether a browser can be opened: not over ssh, and not without a screen."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform == "darwin" or bool(screen)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)
