"""A script without psutil starts no thread for samples."""

from __future__ import annotations

from helpers import python


def test_without_psutil_a_run_starts_no_thread(project):
    code = """
import threading
import gittrack
from gittrack.record.machine import usage
usage.find_spec = lambda name: None
with gittrack.init() as run:
    print(sorted(thread.name for thread in threading.enumerate()))
"""
    assert "gittrack system" not in python(code).out
    with_psutil = code.replace("lambda name: None", 'lambda name: "psutil"')
    assert "gittrack system" in python(with_psutil).out
