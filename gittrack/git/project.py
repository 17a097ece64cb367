"""Make and set up a repository: only the demo and ``git track init`` do."""

from __future__ import annotations

import os

from gittrack.git import Call, Repo


def include_config(repo: Repo, path: str) -> None:
    """Have the repository's own configuration include a file beside it, once."""
    included = repo.call("config", "--local", "--get-all", "include.path", shared=True).wait()
    if path not in os.fsdecode(included.out).splitlines():
        repo.read("config", "--local", "--add", "include.path", path)


def new(path: str) -> None:
    """Make a repository in ``path`` with all files in one commit, by the user or a stand-in."""
    Call(["init", "--quiet", "--initial-branch=main"], cwd=path).output()
    if Call(["var", "GIT_COMMITTER_IDENT"], cwd=path).wait().code != 0:  # as where git is new
        for key, value in (("user.name", "demo"), ("user.email", "demo@localhost")):
            Call(["config", key, value], cwd=path).output()
    Call(["config", "commit.gpgSign", "false"], cwd=path).output()  # no passphrase in a demo
    Call(["config", "diff.context", "0"], cwd=path).output()  # short patches
    Call(["add", "--all"], cwd=path).output()
    message = "A small classifier of digits"
    Call(["commit", "--quiet", "--no-verify", "-m", message], cwd=path).output()
