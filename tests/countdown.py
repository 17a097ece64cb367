"""Kill a process just before its N-th step, for every N until it ends by itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable

# The beginning of a snippet of Python: ``take_step()`` counts, and ends the process with SIGKILL.
CODE = """
import os, signal, sys
left = int(os.environ["STEPS"])

def take_step():
    global left
    # What imports do is no step: only the first process of all compiles modules and writes them.
    if not sys._getframe(2).f_code.co_filename.startswith("<frozen importlib"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
"""
FOREVER = 1_000_000


def at_every_step(kill_at: Callable[[int], bool]) -> int:
    """Call ``kill_at`` with 1, 2 and so on, until three processes ended before their step.

    ``kill_at`` returns whether its process was killed.  The number of steps varies by a few: random ids
    may share a folder of objects, and files that are very young are read again.
    """
    survivors = 0
    for step in itertools.count(1):
        survivors += not kill_at(step)
        if survivors == 3:
            return step
    raise AssertionError
