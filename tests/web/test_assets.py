"""The modules of the page joined into one script, and the files that a browser may ask for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.web import assets
from gittrack.web.application import Application
from gittrack.web.security import Guard


def forget() -> None:
    assets.modules.cache_clear()
    assets.script.cache_clear()


def test_a_browser_asks_for_one_script_and_has_the_rest():
    before, after = assets.page("a <b>")
    assert set(assets.served()) == {"page.js"}
    assert re.findall(rb"static/[\w.]+", before + after) == [b"static/page.js"]
    assert b"<title>a &lt;b&gt; \xc2\xb7 gittrack</title>" in before
    assert assets.style().encode() in before
    assert f"style-src '{assets.digest(assets.style())}'" in assets.policy()
    assert b"</script><b" not in assets.embedded("start", b'["</script><b>"]')


def first_document(page: bytes) -> dict:
    data = re.search(rb'<script type="application/json" id="start">(.*)</script>', page)
    return json.loads(data[1])


def test_the_page_of_a_server_has_its_first_document_inside(served, monkeypatch):
    assert first_document(served.get("/").body) == served.get("/data/start").json

    def broken(self):
        raise TrackError("the repository is damaged", "see: git track doctor")

    monkeypatch.setattr(Application, "_start", broken)
    reply = served.get("/")
    assert (reply.status, reply.headers["transfer-encoding"]) == (200, "chunked")
    assert first_document(reply.body)["error"]["message"] == "the repository is damaged"


def test_a_proxy_that_speaks_http_1_0_gets_the_page_with_its_length(project):
    headers: dict[str, str] = {}
    request = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost", "PATH_INFO": "/"}
    request |= {"QUERY_STRING": "token=t", "SERVER_PROTOCOL": "HTTP/1.0"}
    application = Application(git.find(), Guard("t", "f00d"))
    (page,) = application(request, lambda status, fields: headers.update(fields))
    assert headers["Content-Length"] == str(len(page))
    assert first_document(page)["live"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_joined_script_is_valid(tmp_path):
    path = tmp_path / "page.mjs"
    path.write_text(assets.script())
    done = subprocess.run(["node", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_modules_are_joined_after_those_that_they_import(monkeypatch):
    files = {
        "js/main.js": b'import {\n  twice,\n  one as first,\n} from "./a/b.js";\n'
        b'import { one } from "./c.js";\nshow(twice(one));\n',
        "js/a/b.js": b'import { one } from "../c.js";\n'
        b"export function twice(n) {\n  return n + one;\n}\nexport const two = 2;\n",
        "js/c.js": b"export const one = 1;\n",
    }
    monkeypatch.setattr(assets, "files", lambda: files)
    forget()
    try:
        assert [module.path for module in assets.modules()] == [
            "js/c.js",
            "js/a/b.js",
            "js/main.js",
        ]
        script = assets.script()
    finally:
        forget()
    assert "const { one } = module0;" in script
    assert "const { twice, one: first } = module1;" in script
    assert "module1 = { twice, two };" in script
    assert "export" not in script
    assert "import" not in script


def test_comments_and_indentation_are_left_out():
    code = """// @ts-check
/** About. */

/**
 * Return it.
 * @param {string} a
 */
function f(/** @type {any} */ a) {
  // nothing
  const url = "(a) // b"; // it isn't removed with a quote behind it
  return a ? `/${a}/` : "//"; // the rest
}
"""
    url = """const url = "(a) // b"; // it isn't removed with a quote behind it"""
    assert assets.compact(code) == f'function f(a) {{\n{url}\nreturn a ? `/${{a}}/` : "//";\n}}\n'


def test_modules_that_import_each_other_are_refused(monkeypatch):
    files = {
        "js/main.js": b'import { a } from "./a.js";\n',
        "js/a.js": b'import { b } from "./main.js";\n',
    }
    monkeypatch.setattr(assets, "files", lambda: files)
    forget()
    with pytest.raises(TrackError, match=r"js/main.js -> js/a.js -> js/main.js"):
        assets.modules()
    forget()
