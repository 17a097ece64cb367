"""What a run uses of its machine while it goes on: processor, memory, disk, network, GPU."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec


@cache
def is_possible() -> bool:
    """Return whether there can be samples: whether psutil is installed (extra ``gittrack[system]``)."""
    return find_spec("psutil") is not None
