"""The page as one file: modules joined into one script, documents inside, and a policy with its hash.

Modules cannot import each other inside one file, so each becomes a function that returns its exports.  It
relies on the rules for modules in docs/design/web.md.  The joined script is packed to a third by gzip; a
starter unpacks it, and the policy names the hashes of both, so no other script runs.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gittrack import git
from gittrack.show.terminal import text
from gittrack.web import application, assets, file_documents

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w./-]+\.js)";\n?', re.M)
_COMMENT = re.compile(r"/\*\*.*?\*/[ ]?", re.DOTALL)
_EXPORT = re.compile(r"^export (async function|function|class|const) (\w+)", re.M)

_STARTER = """const packed = "%s";
async function start() {
const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const script = document.createElement("script");
script.type = "module";
script.textContent = await new Response(stream).text();
document.body.append(script);
}
start().catch(() => {
document.body.append("This page needs a newer browser: Chrome 80, Firefox 113, Safari 16.4 or later.");
});
"""


class Page(NamedTuple):
    """A page in one file: its content, and one line about it."""

    content: bytes
    about: str


def runs_page(
    repo: git.Repo,
    fields: Mapping[str, Sequence[str]],
    parts: Collection[str] = (),
    first: Mapping[str, Any] | None = None,
) -> Page:
    """Return the page of some runs; the parameters are those of `file_documents.documents`."""
    documents = file_documents.documents(repo, fields, parts, first)
    content = join(documents)
    about = documents["start"]["file"]
    thinned = ", curves thinned" if about["thinned"] else ""
    count = about["runs"]
    runs = f"{count:,} run{'' if count == 1 else 's'}"
    return Page(content, f"{runs}, {text.size(len(content))}{thinned}")


def join(documents: Mapping[str, Any]) -> bytes:
    """Return the page with these documents: HTML that needs no other file and no network."""
    code, style = joined_script(), assets.files()["style.css"][1].decode()
    script = starter(code)
    # "<" would end the element early, or begin a comment in it.
    data = application.encoded(documents).decode().replace("<", "\\u003c")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}' '{_hash(code)}'; style-src '{_hash(style)}'; "
        "img-src data: blob:; media-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    html = assets.index().replace("<head>\n", f"<head>\n{head}\n", 1)
    for old, new in (
        ('<link rel="stylesheet" href="static/style.css">', f"<style>{style}</style>"),
        ("<!-- modules -->\n", ""),
        ('<script type="module" src="static/js/main.js"></script>\n', ""),
        (
            "</body>",
            f'<script type="application/json" id="documents">{data}</script>\n'
            f'<script type="module">{script}</script>\n</body>',
        ),
    ):
        html = html.replace(old, new, 1)
    return html.encode()


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def starter(code: str) -> str:
    """Return a script that holds another one, packed, and runs it."""
    return _STARTER % base64.b64encode(gzip.compress(code.encode(), mtime=0)).decode()


def joined_script() -> str:
    """Return all modules as one script, each after those that it imports."""
    modules = assets.modules()
    names = {module.path: f"module{number}" for number, module in enumerate(modules)}
    return "".join(_joined(module, names) for module in modules)


def compact(code: str) -> str:
    """Return JavaScript without comments, indentation and empty lines: a third of the text.

    A module has no text of several lines, so every line is on its own; `docs/design/web.md` has the rules.
    """
    code = _COMMENT.sub("", code)
    lines = (line.strip() for line in code.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def _joined(module: assets.Module, names: Mapping[str, str]) -> str:
    """Return a module as a function that is called at once and returns what it exports."""
    targets = iter(module.imports)

    def constants(match: re.Match[str]) -> str:
        parts = filter(None, (part.strip() for part in match[1].split(",")))
        pairs = ", ".join(part.replace(" as ", ": ") for part in parts)
        return f"const {{ {pairs} }} = {names[next(targets)]};\n"

    body = compact(_IMPORT.sub(constants, module.text))
    exports = [name for _, name in _EXPORT.findall(body)]
    body = _EXPORT.sub(r"\1 \2", body)
    returned = f"return {{ {', '.join(exports)} }};\n" if exports else ""
    return f"const {names[module.path]} = (() => {{\n{body}{returned}}})();\n"
