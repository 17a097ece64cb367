"""The static files of the page: a fixed list, read once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gittrack.core.errors import TrackError

FOLDER = Path(__file__).parent / "static"
MAIN = "js/main.js"
_KINDS = {".css": "text/css", ".js": "text/javascript"}
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w./-]+\.js)";\n?', re.M)


class Module(NamedTuple):
    """One JavaScript module: its path below ``static``, its text, and the modules that it imports."""

    path: str
    text: str
    imports: tuple[str, ...]


@cache
def files() -> dict[str, tuple[str, bytes]]:
    """Return {path below ``static``: (type, content)} of all files that a browser may ask for."""
    paths = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in _KINDS)
    return {
        path.relative_to(FOLDER).as_posix(): (
            f"{_KINDS[path.suffix]}; charset=utf-8",
            path.read_bytes(),
        )
        for path in paths
    }


@cache
def index() -> str:
    """Return ``index.html``."""
    return (FOLDER / "index.html").read_text(encoding="utf-8")


def page() -> bytes:
    """Return ``index.html`` for a server: it names all modules, so that the browser asks for them at once."""
    links = [f'<link rel="modulepreload" href="static/{module.path}">' for module in modules()]
    return index().replace("<!-- modules -->", "\n".join(links)).encode()


@cache
def modules() -> tuple[Module, ...]:
    """Return the modules that ``js/main.js`` needs, each after those that it imports.

    Raises
    ------
    TrackError
        If a module is missing, or if modules import each other in a cycle.
    """
    ordered: dict[str, Module] = {}
    _visit(MAIN, (), ordered)
    return tuple(ordered.values())


def _visit(path: str, above: tuple[str, ...], ordered: dict[str, Module]) -> None:
    if path in above:
        raise TrackError(f"modules import each other: {' -> '.join((*above, path))}")
    if path in ordered:
        return
    if path not in files():
        raise TrackError(
            f"the module {path} is missing from this installation", "install gittrack again"
        )
    text = files()[path][1].decode()
    imports = tuple(_resolve(path, target) for _, target in _IMPORT.findall(text))
    for target in imports:
        _visit(target, (*above, path), ordered)
    ordered[path] = Module(path, text, imports)


def _resolve(path: str, target: str) -> str:
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
