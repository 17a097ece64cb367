"""Digests of all environment variables, so that a difference is noticed while no value is recorded."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gittrack.record.machine import environment

FACT = "variable_digests"
_SALT_FILE, _SALT_BYTES, _DIGITS = "variable-salt", 32, 12
# Variables of a session, of a shell or of a run: they differ and are never the reason of another result.
_SESSION = frozenset(
    (
        *("_", "SHLVL", "PWD", "OLDPWD", "DISPLAY"),
        *("WAYLAND_DISPLAY", "WINDOWID", "LINES", "COLUMNS", "LS_COLORS"),
        *("PS1", "PS2", "PROMPT_COMMAND", "COLORTERM", "HISTFILE"),
        *("HISTSIZE", "HISTCONTROL", "MAIL", "LOGNAME", "USERNAME"),
        *("EDITOR", "VISUAL", "PAGER", "LESS", "LESSOPEN"),
        *("LESSCLOSE", "TMPDIR", "INVOCATION_ID", "JOURNAL_STREAM", "MANPATH"),
        *("CONDA_PROMPT_MODIFIER", "VIRTUAL_ENV_PROMPT", "PYTHONPATH"),
    )
)
_SESSION_BEGINNINGS = (
    "SSH_",
    "TERM",
    "TMUX",
    "XDG_",
    "DBUS_",
    "GIT_",
    "GITTRACK_",
    "GPG_",
    "VSCODE_",
)
_SESSION_BEGINNINGS_OF_TOOLS = ("PYTEST_", "BASH_FUNC", "STY", "ITERM_", "KITTY_", "WT_", "GNOME_")


def capture(
    env: Mapping[str, str], folder: Path, moved: tuple[str, str] | None = None
) -> dict[str, Any]:
    """Return the digests of the variables of a command.

    Parameters
    ----------
    env
        The environment of the command.
    folder
        The folder of gittrack in the repository, ``.git/gittrack``, which keeps the salt.
    moved
        The worktree in which the command runs, and the user's tree whose paths it stands for.

    Returns
    -------
    dict
        ``salt`` (which salt it is) and ``names``: the digest of each variable.  Empty without a salt.

    Notes
    -----
    HMAC-SHA-256 (RFC 2104) with a random key of 32 bytes that is never pushed: without the key nobody can
    try values, however short they are.  The name goes into the digest, so equal values do not show.
    """
    salt = _salt(folder / _SALT_FILE)
    if salt is None:
        return {}
    worktree, users_tree = moved or ("", "")
    values = {
        name: value.replace(worktree, users_tree) if worktree else value
        for name, value in sorted(env.items())
        if _is_compared(name)
    }
    names = {name: _digest(salt, name, value) for name, value in values.items()}
    return {FACT: {"salt": hashlib.sha256(b"id" + salt).hexdigest()[:_DIGITS], "names": names}}


def _is_compared(name: str) -> bool:
    if name in _SESSION or name in environment.VARIABLES:  # the latter have their values recorded
        return False
    beginnings = (*_SESSION_BEGINNINGS, *_SESSION_BEGINNINGS_OF_TOOLS)
    return name.isascii() and name.isprintable() and not name.startswith(beginnings)


def _digest(salt: bytes, name: str, value: str) -> str:
    text = os.fsencode(name) + b"\0" + os.fsencode(value)
    return hmac.digest(salt, text, "sha256").hex()[:_DIGITS]


def _salt(path: Path) -> bytes | None:
    """Return the salt of this repository, which is made once; None if it cannot be kept."""
    with contextlib.suppress(OSError):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(_SALT_BYTES))
            with contextlib.suppress(FileExistsError):  # another run has made it
                os.link(temporary, path)
            temporary.unlink()
        salt = path.read_bytes()
        return salt if len(salt) == _SALT_BYTES else None
    return None
