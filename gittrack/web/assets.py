"""The static files of the page, read once; its modules are joined into one script.

A browser that asks for sixty modules needs a third of a second of CPU for that alone, and in one file they
cannot import each other.  So each becomes a block with a variable that has its exports.  It relies on the
rules for modules in docs/design/web.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gittrack.core.errors import TrackError

FOLDER = Path(__file__).parent / "static"
MAIN = "js/main.js"
_COMMENT = re.compile(r"/\*\*.*?\*/[ ]?", re.DOTALL)
# Behind code.  Inside a string there would be a quote up to the end of the line.
_NOTE = re.compile(r"""(?<=[;{},)\]]) // [^"'`\n]*$""", re.M)
_EXPORT = re.compile(r"^export (async function|function|class|const) (\w+)", re.M)
_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w./-]+\.js)";\n?', re.M)


class Module(NamedTuple):
    """One JavaScript module: its path below ``static``, its text, and the modules that it imports."""

    path: str
    text: str
    imports: tuple[str, ...]


@cache
def files() -> dict[str, bytes]:
    """Return {path below ``static``: content} of the modules and the style."""
    paths = (path for path in sorted(FOLDER.rglob("*")) if path.suffix in (".css", ".js"))
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


@cache
def served() -> dict[str, tuple[str, bytes]]:
    """Return {name: (type, content)} of all files that a browser may ask a server for."""
    return {
        "style.css": ("text/css; charset=utf-8", files()["style.css"]),
        "page.js": ("text/javascript; charset=utf-8", script().encode()),
    }


@cache
def index() -> str:
    """Return ``index.html``."""
    return (FOLDER / "index.html").read_text(encoding="utf-8")


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
    text = files()[path].decode()
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


@cache
def script() -> str:
    """Return all modules as one script, each after those that it imports."""
    names = {module.path: f"module{number}" for number, module in enumerate(modules())}
    return "".join(_joined(module, names) for module in modules())


def compact(code: str) -> str:
    """Return JavaScript without comments, indentation and empty lines: a third of the text.

    A module has no text of several lines, so every line is on its own; `docs/design/web.md` has the rules.
    """
    code = _NOTE.sub("", _COMMENT.sub("", code))
    lines = (line.strip() for line in code.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def _joined(module: Module, names: Mapping[str, str]) -> str:
    """Return a module as a block that puts what it exports into a variable.

    Not as a function that is called at once: a browser would parse all that is in it twice.
    """
    targets = iter(module.imports)

    def constants(match: re.Match[str]) -> str:
        parts = filter(None, (part.strip() for part in match[1].split(",")))
        pairs = ", ".join(part.replace(" as ", ": ") for part in parts)
        return f"const {{ {pairs} }} = {names[next(targets)]};\n"

    body = compact(_IMPORT.sub(constants, module.text))
    exports = [name for _, name in _EXPORT.findall(body)]
    body = _EXPORT.sub(r"\1 \2", body)
    name = names[module.path]
    assignment = f"{name} = {{ {', '.join(exports)} }};\n" if exports else ""
    return f"let {name};\n{{\n{body}{assignment}}}\n"
