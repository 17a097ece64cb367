"""The files besides ``.gitattributes`` of tracked files by which git converts what it stores."""

from __future__ import annotations

import os

from gittrack.core.standard.collections import Iterable, Iterator, Mapping
from gittrack.disk import folders

# What each attribute that converts has in its name, or in that of a macro that is defined in a file.
_WORDS = (b"text", b"eol", b"crlf", b"filter", b"ident", b"encoding")
# The file of the system, by the places where git is installed.
_SYSTEM = ("/etc", "/usr/local/etc", "/opt/homebrew/etc")


def convert_everywhere(common_dir: str, config: Mapping[str, str]) -> bool:
    """Return whether settings of the repository, the user or the system may convert a file.

    Parameters
    ----------
    common_dir
        The folder of the repository.
    config
        Git's configuration.
    """
    if "GIT_ATTR_SOURCE" in os.environ or config.get("attr.tree"):  # attributes of any tree
        return True
    return convert(_files(common_dir, config))


def convert(paths: Iterable[str]) -> bool:
    """Return whether a file of attributes may convert a file."""
    return any(word in content for content in map(folders.content, paths) for word in _WORDS)


def _files(common_dir: str, config: Mapping[str, str]) -> Iterator[str]:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    yield os.path.join(common_dir, "info/attributes")
    yield os.path.expanduser(config.get("core.attributesfile") or f"{home}/git/attributes")
    yield from (f"{folder}/gitattributes" for folder in _SYSTEM)
