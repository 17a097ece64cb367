"""git track watch: a screen that follows live runs and leaves the terminal as it was."""

from __future__ import annotations

import sys

import helpers
import pytest

from gittrack.cli import keyboard
from gittrack.cli.commands.watch import cut

pytestmark = pytest.mark.usefixtures("project")
LIVE = """
import gittrack, sys
run = gittrack.init(name="live")
for step in range(20):
    run.log({"loss": 1.0 / (step + 1)})
print("began", flush=True)
sys.stdin.readline()
"""


def test_it_follows_a_run_and_ends_with_q():
    helpers.record("old", {"acc": 0.25}, {"acc": 0.5})
    terminal = helpers.Terminal(sys.executable, "-m", "gittrack", "watch", lines=30, columns=100)
    terminal.until("acc")
    terminal.until("1 runs")
    process = helpers.start(sys.executable, "-c", LIVE)
    process.stdout.readline()
    terminal.until("2 runs, 1 running")
    terminal.until("loss")
    process.communicate("\n")
    terminal.type("?")
    terminal.until("other metric")
    terminal.type("q")
    shown, code = terminal.end()
    assert code == 0
    assert "\x1b[?1049h" in shown
    assert shown.rstrip().endswith("\x1b[?25h\x1b[?1049l")
    assert any("\u2800" < char <= "\u28ff" for char in shown)


def test_ctrl_c_ends_it_too():
    terminal = helpers.Terminal(sys.executable, "-m", "gittrack", "watch", lines=20, columns=80)
    terminal.until("no run matches")
    terminal.type("\x03")
    assert terminal.end()[1] == 0


def test_without_a_terminal_it_is_refused():
    done = helpers.run_cli("watch")
    assert (done.code, done.out) == (1, "")
    assert "watch needs a terminal" in done.err


def test_mistakes_are_printed_before_the_screen_changes():
    shown, code = helpers.on_terminal("watch", "-w", "loss <", columns=80)
    assert code == 1
    assert "in the query, column" in shown
    assert "\x1b[?1049h" not in shown


def test_keys_have_names():
    keys = {
        "\x1b[A": ["up"],
        "\x1b": ["escape"],
        "\r": ["enter"],
        "jj k": ["j", "j", "space", "k"],
        "\x1b[Bé\x7f": ["down", "é", "backspace"],
        "\x1b[1;5A\x1b[5~x": ["", "", "x"],
        "\x00": [""],
        "": [],
    }
    assert {typed: keyboard.keys_of(typed) for typed in keys} == keys


def test_all_keys_count_and_a_filter_is_typed():
    for number in range(3):
        helpers.record(f"run {number}", {"loss": 1.0}, {"loss": number}, config={"lr": number})
    terminal = helpers.Terminal(sys.executable, "-m", "gittrack", "watch", lines=30, columns=90)
    terminal.until("3 runs")
    terminal.type(" j c")  # at once: picks two runs and compares them
    terminal.until("equal: ")
    terminal.type("\x1b")
    terminal.until("step")
    terminal.type("b")
    terminal.until("against ")
    terminal.type("g")
    terminal.until("loss (mean")
    terminal.type("gb")
    terminal.type("/loss <\r")
    terminal.until("in the query, column")
    terminal.type("/lr >= 1\r")
    terminal.until("2 runs  lr >= 1")
    terminal.type("q")
    assert terminal.end()[1] == 0


def test_lines_are_cut_and_safe():
    assert cut("\x1b[1mabcdef\x1b[m", 3) == "\x1b[1mabc\x1b[m"
    assert cut("日本語", 5) == "日本"
    assert cut("a\x1b]0;title\x07b", 80) == "a\\x1b]0;title\\x07b"
