"""Whatever shows text from a run shows it escaped: a run full of control characters, on a terminal."""

import re

import pytest
from helpers import ROOT, on_terminal, record, run_cli

import gittrack

EVIL = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202e\u200b\r\b\x7f"
# What we ourselves may send on a terminal: colours, and the line ends of the terminal.
OURS = re.compile(r"\x1b\[[0-9;]*m")
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")

LOOKS = (
    *(
        ["ls"],
        ["ls", "--all-params"],
        ["ls", "--md"],
        ["ls", "--csv"],
        ["export"],
        ["top", "m", "--csv"],
        ["top", "m"],
        ["top", "m", "--over", "seed"],
    ),
    *(
        ["show", "@"],
        ["diff", "@", "@~1"],
        ["diff", "@", "@~1", "@~2"],
        ["diff", "@", "@~1", "--md"],
    ),
    *(["log"], ["plot", "m", "@", "@~1"], ["plot", "m" + EVIL], ["report", "@", "@~1", "--md"]),
    *(["report", "@", "@~1"], ["files", "@"], ["cat", "@", "log.txt"], ["params"], ["metrics"]),
    *(["experiments"], ["tag", "@"], ["note", "@"], ["archive", "@"], ["archive", "--undo", "@"]),
    *(["ls", "-w", f'"{EVIL}" in tags'], ["ls", "-w", EVIL], ["show", EVIL], ["top", EVIL]),
    *(["doctor"], ["rename", "@", "n" + EVIL], ["rm", "@"], ["restore"], ["gc", "--dry-run"]),
    *(["ls", "--sort", EVIL], ["ls", "--columns", EVIL], ["run", "--dry-run", "--", "echo", EVIL]),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("evil")


def fill():
    with open("evil" + EVIL.replace("/", ""), "w") as file:
        file.write(EVIL)
    for n in range(3):
        code = (
            "import gittrack, sys\n"
            f"run = gittrack.init(config={{'p' + {EVIL!r}: {EVIL!r} + '{n}', 'seed': {n}}})\n"
            f"run.log({{'m': {n}, 'm' + {EVIL!r}: {n}}})\n"
            f"run.note({EVIL!r}); run.add_tags({EVIL!r})\n"
            f"run.log_artifact('evil' + {EVIL!r})\n"
            f"print({EVIL!r})\n"
        )
        import sys

        done = run_cli(
            *("run", "-n", f"n{n}{EVIL}", "-g", EVIL, "-t", f"{EVIL}{n}", "-S", "+x=1"),
            *("--", sys.executable, "-c", code),
        )
        assert done.code == 0, done.err


def test_nothing_steers_the_terminal(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("GIT_PAGER", "cat")
    fill()
    for argv in LOOKS:
        shown, _ = on_terminal(*argv, columns=120)
        plain = OURS.sub("", shown).replace("\r\n", "\n")
        found = STEERING.findall(plain)
        assert not found, (argv, found, plain)
        assert "bug" not in plain, (argv, plain)
    assert gittrack.runs()[0].note == EVIL


def test_what_goes_to_programs_is_exact(project):
    record("a" + EVIL, note=EVIL)
    import json

    assert json.loads(run_cli("ls", "--json").out)[0]["note"] == EVIL
