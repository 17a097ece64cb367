"""The pure modules of the page, tested by node, and compared with what the command line prints."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers import NASTY_FLOATS, NASTY_TEXT

from gittrack.core.run import facts
from gittrack.show.data import jsonable
from gittrack.show.terminal import text
from gittrack.web import assets

HERE = Path(__file__).parent
SCRIPTS = assets.FOLDER / "js"
MODULES = sorted(SCRIPTS.rglob("*.js"))

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")


@needs_node
def test_pure_modules():
    files = sorted((HERE / "js").glob("*.test.mjs"))
    code = "".join(f'await import("{path}");' for path in files)  # one process for all of them
    argv = ["node", "--input-type=module", "-e", code]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def by_javascript(cases: list[tuple[object, str]]) -> list[str]:
    """Return what js/format.js shows of values of some kinds."""
    code = f"""
    import {{ show }} from "{SCRIPTS}/format.js";
    const cases = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(cases.map(([value, kind]) => show(value, kind))));
    """
    argv = ["node", "--input-type=module", "-e", code, json.dumps(jsonable.plain(cases))]
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


def is_long(number: float) -> bool:
    """Return whether a number is whole and has more digits than a table shows, or is NaN."""
    return number != number or (abs(number) >= 1e5 and number == number // 1)


@needs_node
def test_values_look_as_on_the_command_line():
    # JSON does not tell 123456.0 from 123456: the page shows all digits of both.
    numbers = [*NASTY_FLOATS, 0.00012345678, 123456.7, 99999.5, 1e-4, 12345.0, -0.1, 3, -7, 0]
    texts = [t for t in NASTY_TEXT if len(t) <= 40 and not re.search("[\ud800-\udfff]", t)]
    seconds = [0.0, 0.004, 0.99, 1.04, 9.96, 59.4, 200, 3600.0, 90_000.2]
    sizes = [0, 512, 1023.9, 1536, 1 << 20, 5 << 40]
    cases = [
        *((number, "number", text.value(number)) for number in numbers if not is_long(number)),
        *((word, "text", text.value(word)) for word in texts),
        *((value, "mixed", text.value(value)) for value in (True, False, None)),
        *((duration, facts.SECONDS, text.duration(duration)) for duration in seconds),
        *((size, facts.BYTES, text.size(size)) for size in sizes),
        (["a b", "c'd"], facts.WORDS, text.command_line(["a b", "c'd"])),
    ]
    shown = by_javascript([(value, kind) for value, kind, _ in cases])
    expected = [line for _, _, line in cases]
    assert shown == expected


def test_every_module_follows_the_rules_of_the_joined_file():
    """See docs/design/web.md."""
    allowed = (
        r'^(?:import \{[^}]*\} from "\.{1,2}/[\w./-]+\.js";'
        r"|export (?:async function|function|class|const) \w)"
    )
    for path in MODULES:
        source = path.read_text()
        lines = [line for line in source.splitlines() if re.match(r"\s*(?:import|export)\b", line)]
        bad = [line for line in lines if not re.match(allowed, line)]
        assert bad == [], path
        assert "</script" not in source, path
        assert "<!--" not in source, path
        assert all(line.count("`") % 2 == 0 for line in source.splitlines()), path
        code = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
        assert not re.search(r"\bimport\(|innerHTML|outerHTML|insertAdjacentHTML|\beval\(", code), (
            path
        )
        assert len(source.splitlines()) <= 250, path
        assert source.startswith("// @ts-check\n/** "), path


def test_every_module_is_part_of_the_page():
    reached = {module.path for module in assets.modules()}
    assert {path.relative_to(assets.FOLDER).as_posix() for path in MODULES} == reached
