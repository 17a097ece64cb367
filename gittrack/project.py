"""Make and set up a repository: only the demo and ``git track init`` do."""

from __future__ import annotations

import os

from gittrack.git import Call, Repo, identity, parse_config


def include_config(repo: Repo, path: str) -> None:
    """Have the repository's own configuration include a file beside it, once."""
    known = repo.call("config", "--local", "--get-all", "include.path", shared=True).wait()
    if path not in os.fsdecode(known.out).splitlines():
        repo.read("config", "--local", "--add", "include.path", path)


def new(path: str) -> None:
    """Make a repository in ``path`` with all files in one commit, by the user or a stand-in."""
    environment = {}
    if identity(parse_config(Call(["config", "--list", "-z"], cwd=path).output())) is None:
        environment = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "demo"), ("EMAIL", "demo@localhost"))
        }
    for args in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("commit", "--quiet", "--no-gpg-sign", "--no-verify", "-m", "A small classifier of digits"),
    ):
        Call(list(args), cwd=path, env=environment).output()
