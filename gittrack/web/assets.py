"""The static files of the page, read once; its modules are joined into one script.

A browser that asks for sixty modules needs a third of a second of CPU for that alone, and in one file they
cannot import each other.  So each becomes a block with a variable that has its exports.  It relies on the
rules for modules in docs/design/web.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping
from gittrack.core.standard.functools import cache
from gittrack.web import security

FOLDER = Path(__file__).parent / "static"
MAIN = "js/main.js"
# A page in one file never calls what these export.
SERVER_ONLY = ("js/data_http.js", "js/live.js", "js/merge.js")
STYLE = '<link rel="stylesheet" href="static/style.css">\n'
SCRIPT = '<script type="module" src="static/page.js"></script>\n'
_COMMENT = re.compile(r"/\*\*.*?\*/[ ]?", re.DOTALL)
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
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
    return {"page.js": ("text/javascript; charset=utf-8", script().encode())}


@cache
def style() -> str:
    """Return the style of the page, without comments and indentation."""
    rules = _STYLE_COMMENT.sub("", files()["style.css"].decode())
    return "".join(f"{line.strip()}\n" for line in rules.splitlines() if line.strip())


@cache
def index() -> str:
    """Return ``index.html``."""
    return (FOLDER / "index.html").read_text(encoding="utf-8")


def page(title: str) -> tuple[bytes, bytes]:
    """Return what a server sends before and after the documents inside the page.

    Its style is inside, because a request takes a browser longer than to read it.  Its script is not, because
    a browser compiles one that it asked for while it waits.

    Parameters
    ----------
    title : str
        The title of the page; a browser paints its window again if it changes later.
    """
    html = index().replace("<title>gittrack</title>", _title(title), 1)
    before, after = html.replace(STYLE, f"<style>{style()}</style>\n", 1).split("</body>")
    return before.encode("utf-8", "replace"), f"</body>{after}".encode()


def _title(title: str) -> str:
    return f"<title>{escape(title or 'runs')} · gittrack</title>"


@cache
def policy() -> str:
    """Return the policy of the page of a server: the usual one, with the hash of the style."""
    return security.POLICY.replace("style-src 'self'", f"style-src '{digest(style())}'")


def digest(content: str) -> str:
    """Return the hash of a script or a style in a policy."""
    value = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(value).decode()}"


def embedded(name: str, document: bytes) -> bytes:
    """Return the element of a page that holds JSON."""
    data = document.replace(b"<", b"\\u003c")  # it would end the element, or begin a comment in it
    return b'<script type="application/json" id="%s">%s</script>\n' % (name.encode(), data)


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
def script(*, in_file: bool = False) -> str:
    """Return all modules as one script, each after those that it imports.

    Parameters
    ----------
    in_file : bool
        For a page in one file, which has no server: its modules are left out.
    """
    names = {module.path: f"module{number}" for number, module in enumerate(modules())}
    return "".join(
        f"let {names[module.path]} = {{}};\n"
        if in_file and module.path in SERVER_ONLY
        else _joined(module, names)
        for module in modules()
    )


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
