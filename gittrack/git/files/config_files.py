"""The files in which git looks for settings: what shows that none of them has changed."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.typing import NamedTuple

# Settings that bring further files, which are not looked at here.
_MORE_FILES = ("include.", "includeif.", "extensions.")


class ConfigStamp(NamedTuple):
    """The state of the files of git's configuration, and of the variables that change it.

    Attributes
    ----------
    files : tuple
        Inode, size and time of the last change in ns of each file; None if there is no such file.
    variables : tuple
        Names and values of git's variables about its configuration.
    """

    files: tuple[tuple[int, int, int] | None, ...]
    variables: tuple[tuple[str, str | None], ...]

    def latest(self) -> int:
        """Return the time of the last change in ns; 0 without a file."""
        return max((file[2] for file in self.files if file is not None), default=0)


def stamp(common_dir: str) -> ConfigStamp:
    """Return the present state of the configuration of a repository."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    own = (os.path.expanduser("~/.gitconfig"), f"{home}/git/config")
    chosen = os.environ.get("GIT_CONFIG_GLOBAL")
    system = os.environ.get("GIT_CONFIG_SYSTEM", "/etc/gitconfig")
    files = (f"{common_dir}/config", *((chosen,) if chosen is not None else own), system)
    names = sorted(name for name in os.environ if name.startswith("GIT_CONFIG"))
    variables = tuple((name, os.environ.get(name)) for name in names)
    return ConfigStamp(tuple(map(_state, files)), variables)


def are_all(config: Mapping[str, str]) -> bool:
    """Return whether a configuration names no further files."""
    return not any(key.startswith(_MORE_FILES) for key in config)


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, max(status.st_mtime_ns, status.st_ctime_ns)
