"""Sharing by the clock, as people see it: a push of nothing over http and ssh, and what colleagues notice."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from measure import Row, against, alternate, cli, git, most, quietly

_TESTS = Path(__file__).parent.parent / "share"
_SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
_REPEATS = 9


def nothing_new(source: Path, server: Path) -> Iterator[Row]:
    """Yield a push of nothing against ``git ls-remote``, over http and ssh on this machine.

    ``source`` has pushed all of its runs to ``server``.
    """
    sys.path.insert(0, str(_TESTS))
    import git_server

    with git_server.serve(server.parent) as served:
        login = f"{git_server.USER}:{git_server.PASSWORD}".replace(" ", "%20")
        yield from _against_ls_remote(source, "http", served.url(login))
    if os.path.exists(_SSHD) and shutil.which("ssh"):
        git(source, "config", "core.sshCommand", _ssh(server.parent / "keys"))
        url = f"ssh://{getpass.getuser()}@localhost{server}"
        yield from _against_ls_remote(source, "ssh", url)
    git(source, "remote", "set-url", "origin", f"file://{server}")


def _against_ls_remote(source: Path, label: str, url: str) -> Iterator[Row]:
    git(source, "remote", "set-url", "origin", url)
    push, version = [*cli(), "push", "--yes"], [*cli(), "--version"]
    for _ in range(2):  # the second one remembers that nothing is new
        quietly(push, source)
    list_refs = ["git", "ls-remote", "origin"]
    ours, theirs = alternate(
        lambda: quietly(push, source), lambda: quietly(list_refs, source), _REPEATS
    )
    start, _ = alternate(lambda: quietly(version, source), lambda: None, _REPEATS)
    yield against(f"push nothing over {label}, against ls-remote, by the clock", ours, theirs, None)
    yield against("    without git track --version", ours - start, theirs, 1.2)


def _ssh(keys: Path) -> str:
    """Return a command of ssh that starts a server for each connection, with new keys."""
    keys.mkdir(mode=0o700)
    for name in ("host", "user"):
        quietly(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(keys / name)], keys)
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    server = (
        f"{_SSHD} -i -q -f /dev/null -h {keys}/host -o AuthorizedKeysFile={keys}/user.pub"
        " -o StrictModes=no -o UsePAM=no -o PermitRootLogin=yes -o PidFile=none"
    )
    return (
        f"ssh -F none -i {keys}/user -o ProxyCommand='{server}' -o UserKnownHostsFile=/dev/null"
        " -o LogLevel=ERROR -o StrictHostKeyChecking=no -o IdentitiesOnly=yes"
    )


def colleague(source: Path, server: Path) -> Iterator[Row]:
    """Yield the clone and the fetch of somebody who does not want the runs, against a server without any."""
    folder = server.parent
    plain = folder / "plain.git"
    git(folder, "init", "-q", "--bare", plain.name)
    sides = {"with": server, "without": plain}
    for bare in sides.values():
        git(source, "push", "-q", f"file://{bare}", "HEAD:refs/heads/main")
        git(bare, "symbolic-ref", "HEAD", "refs/heads/main")

    def clone(side: str) -> None:
        shutil.rmtree(folder / side, ignore_errors=True)
        quietly(["git", "clone", "-q", f"file://{sides[side]}", side], folder)

    def fetch(side: str) -> None:
        quietly(["git", "fetch", "-q"], folder / side)

    for verb, call in (("clone", clone), ("fetch", fetch)):
        times = alternate(lambda call=call: call("with"), lambda call=call: call("without"), 9)
        yield against(f"git {verb} of a colleague, by the clock, against no runs", *times, None)
    numbers = [_objects(folder / side) for side in sides]
    yield most("    more objects in this clone", numbers[0] - numbers[1], 0)


def _objects(repo: Path) -> int:
    return len(git(repo, "cat-file", "--batch-all-objects", "--batch-check").splitlines())
