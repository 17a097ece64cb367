"""Make and set up a repository, for the demo and ``git track init``."""

from __future__ import annotations

import os

from gittrack.git import Call, Repo


def include_config(repo: Repo, path: str) -> None:
    """Include a file in the configuration of the repository, if it is not included yet."""
    included = repo.call("config", "--local", "--get-all", "include.path", shared=True).wait()
    if path not in os.fsdecode(included.out).splitlines():
        repo.read("config", "--local", "--add", "include.path", path)


def make_repository(path: str) -> None:
    """Make a repository in ``path`` with all its files in one commit, by the user or by a default name."""
    Call(["init", "--quiet", "--initial-branch=main"], cwd=path).output()
    if Call(["var", "GIT_COMMITTER_IDENT"], cwd=path).wait().code != 0:  # no name is configured
        for key, value in (("user.name", "demo"), ("user.email", "demo@localhost")):
            Call(["config", key, value], cwd=path).output()
    Call(["config", "commit.gpgSign", "false"], cwd=path).output()  # no passphrase in a demo
    Call(["config", "diff.context", "0"], cwd=path).output()  # short patches
    Call(["add", "--all"], cwd=path).output()
    message = "A small classifier of digits"
    Call(["commit", "--quiet", "--no-verify", "-m", message], cwd=path).output()
