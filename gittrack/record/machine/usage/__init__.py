"""What a run uses of its machine while it goes on: processor, memory, disk, network, GPU."""

from __future__ import annotations

import sys

from gittrack.core.standard.functools import cache
from gittrack.core.standard.importlib import find_spec


@cache
def is_possible() -> bool:
    """Return whether there can be samples: whether psutil is installed (extra ``gittrack[system]``)."""
    return "psutil" in sys.modules or find_spec("psutil") is not None
