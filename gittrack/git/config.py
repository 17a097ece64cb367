"""Git's configuration, from the output of `git config --list`, and by variables."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import Any

# For talking calls if nobody can answer: git, ssh and the credential manager refuse instead of prompting.
UNATTENDED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "SSH_ASKPASS_REQUIRE": "force",  # ssh asks this program, which refuses, and never the terminal
    "GCM_INTERACTIVE": "never",
}


def parse_config(listing: bytes) -> dict[str, str]:
    """Return {lower-case key: value} of ``git config --list -z``; the last value of a key wins.

    A key without ``=`` is ``true``, as for git.
    """
    result = {}
    for entry in os.fsdecode(listing).split("\0"):
        key, line_break, value = entry.partition("\n")
        if key:
            section, _, name = key.rpartition(".")
            result[f"{section}.{name.lower()}"] = value if line_break else "true"
    return result


def identity(config: Mapping[str, Any]) -> str | None:
    """Return ``name <mail>`` of the committer from git's variables or configuration, or None."""
    name = os.environ.get("GIT_COMMITTER_NAME") or config.get("user.name")
    mail = os.environ.get("GIT_COMMITTER_EMAIL") or config.get("user.email")
    if not name and not mail:
        return None
    clean = str.maketrans("", "", "<>\n\0")
    return f"{(name or mail or '').translate(clean)} <{(mail or '').translate(clean)}>"
