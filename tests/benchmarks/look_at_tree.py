"""The look at the work tree after a command, against a stat of the same files.

Run: ``python tests/benchmarks/look_at_tree.py [FILES]``.  It may take at most twice as long.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from gittrack.record.evidence import written


def seconds(call) -> float:
    """Return the shortest of five times of a call."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def stat_all(root: str) -> None:
    """Call `lstat` for every file below a folder, as a plain program does."""
    for folder, _, names in os.walk(root):
        for name in names:
            os.lstat(os.path.join(folder, name))


def main(count: int) -> None:
    """Print both times and their ratio."""
    with tempfile.TemporaryDirectory() as root:
        for number in range(count):
            path = Path(root, f"d{number // 100}", f"f{number}")
            path.parent.mkdir(exist_ok=True)
            path.touch()
        plain = seconds(lambda: stat_all(root))
        look = seconds(lambda: written.look(root, time.time_ns() + 10**12))
    print(
        f"{count:,} files: stat {plain * 1e3:.1f} ms, look {look * 1e3:.1f} ms, {look / plain:.2f} x"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
