"""The peak memory of a process."""

from __future__ import annotations

import resource
import sys


def peak_bytes(usage: resource.struct_rusage, platform: str = sys.platform) -> int:
    """Return the peak memory of a process in bytes.

    Notes
    -----
    ``ru_maxrss`` is in bytes on macOS and in KiB on Linux and the BSDs (their manual pages of getrusage).
    """
    return usage.ru_maxrss * (1 if platform == "darwin" else 1024)


def own_peak_bytes() -> int:
    """Return the peak resident memory of this process so far, in bytes."""
    return peak_bytes(resource.getrusage(resource.RUSAGE_SELF))
