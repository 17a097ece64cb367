"""The page as one file: modules joined, nothing but data inside, a policy with the hash of its script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess

import helpers
import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.web import assets, one_file

NASTY = "</script><script>alert(1)</script><!-- ${alert(2)} \u202e"


def embedded(content: bytes) -> dict:
    """Return the documents inside a page."""
    data = re.search(rb'<script type="application/json" id="documents">(.*?)</script>', content)
    assert data is not None
    return json.loads(data[1])


def test_the_policy_allows_the_one_script_and_nothing_else():
    page = one_file.join({}).decode()
    script = re.search(r'<script type="module">(.*)</script>\n</body>', page, re.S)
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "unsafe" not in page.partition("<style>")[0]
    assert "connect-src" not in page  # default-src 'none' forbids it
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_values_of_runs_cannot_end_the_script():
    content = one_file.join({"runs": {NASTY: NASTY}})
    assert embedded(content) == {"runs": {NASTY: NASTY}}
    assert content.count(b"<script") == content.count(b"</script>") == 2
    assert content.isascii() or NASTY.encode()[-3:] not in content


def test_a_page_without_runs_is_small():
    assert len(one_file.join({})) < 120_000


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_joined_script_is_valid(tmp_path):
    path = tmp_path / "page.mjs"
    path.write_text(one_file.joined_script())
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
    monkeypatch.setattr(assets, "files", lambda: {k: ("", v) for k, v in files.items()})
    assets.modules.cache_clear()
    try:
        assert [module.path for module in assets.modules()] == [
            "js/c.js",
            "js/a/b.js",
            "js/main.js",
        ]
        script = one_file.joined_script()
    finally:
        assets.modules.cache_clear()
    assert "const { one } = module0;" in script
    assert "const { twice, one: first } = module1;" in script
    assert "return { twice, two };" in script
    assert "export" not in script
    assert "import" not in script


def test_modules_that_import_each_other_are_refused(monkeypatch):
    files = {
        "js/main.js": b'import { a } from "./a.js";\n',
        "js/a.js": b'import { b } from "./main.js";\n',
    }
    monkeypatch.setattr(assets, "files", lambda: {k: ("", v) for k, v in files.items()})
    assets.modules.cache_clear()
    with pytest.raises(TrackError, match=r"js/main.js -> js/a.js -> js/main.js"):
        assets.modules()
    assets.modules.cache_clear()


def test_the_page_of_some_runs(project):
    for number in range(3):
        helpers.record(f"run {number}", {"loss": 1.0}, {"loss": number / 2}, experiment="digits")
    helpers.record("other", {"loss": 1.0}, experiment="letters")
    page = one_file.runs_page(git.find(), {"experiment": ["digits"], "where": ["loss < 1"]})
    documents = embedded(page.content)
    assert documents["runs"]["total"] == 2
    assert {entry["run"] for entry in documents["series"]["series"]} == set(
        documents["runs"]["keys"]
    )
    assert page.about.startswith("2 runs, ")
