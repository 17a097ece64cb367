"""A script without psutil starts no thread for samples."""

from __future__ import annotations

from helpers import python


def test_without_psutil_a_run_starts_no_thread(project):
    code = """
import _thread
import gittrack
from gittrack.record.machine import usage
usage.find_spec = lambda name: None
with gittrack.init() as run:
    print(_thread._count())
"""
    assert python(code).out == "0\n"
    with_psutil = code.replace("lambda name: None", 'lambda name: "psutil"')
    begun = with_psutil.replace("    print", "    while not _thread._count(): pass\n    print")
    assert python(begun).out == "1\n"
