"""Git: `gittrack.git.process` starts git, and the other modules call it."""

from gittrack.git.config import identity, parse_config
from gittrack.git.content import diff, exist, missing_objects, read_objects, read_small_objects
from gittrack.git.process import (
    LOOKING,
    OLDEST,
    Answer,
    Call,
    GitError,
    LeftOut,
    Repo,
    detach,
    drop_ahead,
    failure,
    find,
    installed_version,
    look_ahead,
    object_store_path,
    resolve,
    too_old,
)

__all__ = [
    "LOOKING",
    "OLDEST",
    "Answer",
    "Call",
    "GitError",
    "LeftOut",
    "Repo",
    "detach",
    "diff",
    "drop_ahead",
    "exist",
    "failure",
    "find",
    "identity",
    "installed_version",
    "look_ahead",
    "missing_objects",
    "object_store_path",
    "parse_config",
    "read_objects",
    "read_small_objects",
    "resolve",
    "too_old",
]
