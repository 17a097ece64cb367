"""What decides whether an environment in the cache fits: its lock file, what that refers to, the Python."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from gittrack.core.standard.collections import Iterable, Iterator

# Files beside a lock file that its tool reads too.
_BESIDE = {
    "uv": ("pyproject.toml", "uv.toml"),
    "poetry": ("pyproject.toml", "poetry.toml"),
    "pixi": ("pyproject.toml", "pixi.toml"),
}
_REFERENCE = re.compile(
    r"^\s*(?:-\s+['\"]?)?(?:--requirement|--constraint|-r|-c)[\s=]*['\"]?([^\s'\"#]+)", re.MULTILINE
)
_PATHS_OF_CODE = ("*.pth", "*.egg-link", "__editable__*", "*.dist-info/direct_url.json")


def key(tool: str, python: str, content: bytes, path: str) -> str:
    """Return the name of an environment in the cache; two with one name can be used for each other.

    Parameters
    ----------
    tool
        The tool that makes it.
    python
        What stands for its Python: the recorded version, or a program too.
    content
        The content of the lock file.
    path
        The lock file in the code, beside which are the files that it refers to.
    """
    digest = hashlib.sha256()
    for part in (tool.encode(), python.encode(), content, *_contents(referred_files(tool, path))):
        digest.update(b"%d " % len(part) + part)
    return digest.hexdigest()[:16]


def referred_files(tool: str, path: str) -> list[str]:
    """Return the files that a tool reads besides a lock file: projects, ``-r`` and ``-c`` in requirements."""
    project = os.path.dirname(path)
    beside = [os.path.join(project, name) for name in _BESIDE.get(tool, ())]
    if tool not in ("pip", "conda"):
        return [name for name in beside if os.path.isfile(name)]
    seen, waiting = [path], [path]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in seen:
                seen.append(name)
                waiting.append(name)
    return seen[1:]


def _references(path: str) -> Iterator[str]:
    try:
        text = Path(path).read_text(errors="replace")
    except OSError:  # a URL, or a file that is missing: the tool will say so
        return
    for name in _REFERENCE.findall(text):
        yield os.path.normpath(os.path.join(os.path.dirname(path), name))


def _contents(paths: Iterable[str]) -> Iterator[bytes]:
    for path in paths:
        try:
            yield Path(path).read_bytes()
        except OSError:
            yield b""


def needs_code(environment: str, code: str) -> bool:
    """Return whether packages of an environment are, or were made from, files of a worktree.

    It can be used only as long as the worktree is there, and only for this code.
    """
    names = {code, os.path.realpath(code)}
    folders = Path(environment).glob("**/site-packages")
    files = (file for folder in folders for name in _PATHS_OF_CODE for file in folder.glob(name))
    texts = (file.read_text(errors="replace") for file in files if file.is_file())
    return any(name in text for text in texts for name in names)


def has_lost_python(environment: str) -> bool:
    """Return whether the Python of an environment leads to a program that is not there any more."""
    python = os.path.join(environment, "bin", "python")
    return os.path.islink(python) and not os.path.exists(python)
