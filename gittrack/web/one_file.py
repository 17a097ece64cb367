"""The page as one file: its script, documents inside, and a policy with its hash.

The script and the style are packed to a third by gzip, and a starter unpacks them.  The policy names the
hashes of all three, so no other script runs.
"""

from __future__ import annotations

import base64
import gzip
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.show.terminal import text
from gittrack.web import application, assets, file_documents

_STARTER = """const packed = "%s";
const look = "%s";
function unpacked(text) {
const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
async function start() {
const style = document.createElement("style");
style.textContent = await unpacked(look);
document.head.append(style);
const script = document.createElement("script");
script.type = "module";
script.textContent = await unpacked(packed);
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
    code, style = assets.script(in_file=True), assets.style()
    script = starter(code, style)
    scripts = " ".join(f"'{assets.digest(content)}'" for content in (script, code))
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src '{assets.digest(style)}'; "
        "img-src data: blob:; media-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    html = assets.index().replace("<head>\n", f"<head>\n{head}\n", 1)
    data = assets.embedded("documents", application.encoded(documents)).decode()
    for old, new in (
        (assets.STYLE, ""),
        (assets.SCRIPT, ""),
        ("</body>", f'{data}<script type="module">{script}</script>\n</body>'),
    ):
        html = html.replace(old, new, 1)
    return html.encode()


def starter(code: str, style: str) -> str:
    """Return a script that holds another one and a style, both packed, and puts them into the page."""
    return _STARTER % (_packed(code), _packed(style))


def _packed(content: str) -> str:
    return base64.b64encode(gzip.compress(content.encode(), mtime=0)).decode()
