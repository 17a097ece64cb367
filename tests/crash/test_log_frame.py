"""What a killed launcher leaves of a line that had no end yet."""

import subprocess
import sys

from helpers import ROOT, recover

import gittrack


def test_the_last_frame_outlives_a_kill(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # The command kills its launcher when that has passed on, and so kept, what was printed.
    script = r"printf 'line\n 10%%\r 20%%'; read x; kill -9 $PPID; sleep 100"
    argv = [sys.executable, "-m", "gittrack", "run", "--", "sh", "-c", script]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    shown = b""
    while not shown.endswith(b"20%"):
        shown += process.stdout.read1()
    process.communicate(b"\n")
    assert recover().code == 0
    assert gittrack.get("@").log == "line\n 20%"
