"""Digests of all environment variables, so that a difference is noticed while no value is recorded."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.record.machine import environment, keyed_digests

FACT = "variable_digests"
# Variables of a session, of a shell or of a run: they differ and are never the reason of another result.
_SESSION = frozenset(
    (
        *("_", "SHLVL", "PWD", "OLDPWD", "DISPLAY"),
        *("WAYLAND_DISPLAY", "WINDOWID", "LINES", "COLUMNS", "LS_COLORS"),
        *("PS1", "PS2", "PROMPT_COMMAND", "COLORTERM", "HISTFILE"),
        *("HISTSIZE", "HISTCONTROL", "MAIL", "LOGNAME", "USERNAME"),
        *("EDITOR", "VISUAL", "PAGER", "LESS", "LESSOPEN"),
        *("LESSCLOSE", "TMPDIR", "INVOCATION_ID", "JOURNAL_STREAM", "MANPATH"),
        *("UV_NO_SYNC", "UV_PROJECT_ENVIRONMENT"),  # a rerun sets them; packages are recorded
        *("CONDA_PROMPT_MODIFIER", "VIRTUAL_ENV_PROMPT", "STY", "WT_SESSION", "WT_PROFILE_ID"),
        *("TERM", "TERMCAP", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP", "XDG_SEAT", "XDG_VTNR"),
        *("XDG_DATA_DIRS", "XDG_CONFIG_DIRS"),
    )
)
# A beginning is one that no program uses for settings of its own: STYLE, WT_DECAY and TERM_WEIGHT count.
_SESSION_BEGINNINGS = (
    *("SSH_", "TERM_PROGRAM", "TERM_SESSION", "TERMINFO", "TERMINAL_EMULATOR", "TMUX"),
    *("XDG_SESSION", "XDG_SEAT", "XDG_MENU", "DBUS_", "GIT_", "GITTRACK_", "GPG_", "VSCODE_"),
    *("PYTEST_", "BASH_FUNC", "ITERM_", "KITTY_", "GNOME_"),
)


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
    """
    key = keyed_digests.key(folder)
    if key is None:
        return {}
    worktree, users_tree = moved or ("", "")
    values = {
        name: value.replace(worktree, users_tree) if worktree else value
        for name, value in sorted(env.items())
        if _is_compared(name)
    }
    names = {name: key.digest(name, os.fsencode(value)) for name, value in values.items()}
    return {FACT: key.facts(names)}


def _is_compared(name: str) -> bool:
    if name in _SESSION or name in environment.VARIABLES:  # the latter have their values recorded
        return False
    return name.isascii() and name.isprintable() and not name.startswith(_SESSION_BEGINNINGS)
