"""The author of run commits: git's identity, or else the user of this machine."""

from __future__ import annotations

import os
import pwd

from gittrack import git
from gittrack.core.standard.collections import Mapping


def author(config: Mapping[str, str]) -> str:
    """Return the author as ``name <mail>``: git's identity, or else the user of this machine."""
    name = user().translate(str.maketrans("", "", "<>\r\n\0")) or "unknown"
    return git.identity(config) or f"{name} <{name}@{os.uname().nodename}>"


def user() -> str:
    """Return the name of the user on this machine."""
    name = os.environ.get("USER") or os.environ.get("LOGNAME")
    if name:
        return name
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
