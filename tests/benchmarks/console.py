"""The comparison of two consoles of 10 MB of which every line differs by times, against reading them.

Run: ``python tests/benchmarks/console.py [LINES]``.  It may take at most 2 s for 110,000 lines.
"""

import sys
import time

from gittrack.analysis.console import comparison
from gittrack.analysis.console.streams import PrintedOutput
from gittrack.analysis.span import Span

SPAN = Span(1_760_000_000.0, 1_760_000_060.0)  # 2025-10-09, 08:53:20 to 08:54:20 in UTC


def console(count: int, shift: int) -> str:
    """Return lines as a logger writes them; ``shift`` changes their times only."""
    lines = []
    for number in range(count):
        moment = f"08:54:{(number + shift) % 20:02d},{(number * 7 + shift) % 1000:03d}"
        result = f"step {number:6d} loss {1 / (number + 1):.6f} acc {number / count:.4f}"
        lines.append(
            f"2025-10-09 {moment} INFO {result} ({(number + shift) % 37 + 1.5:.1f} ms/step)"
        )
    return "\n".join(lines) + "\n"


def split(a: str, b: str) -> int:
    """Return how many lines differ, as a plain program finds it."""
    return sum(x != y for x, y in zip(a.split("\n"), b.split("\n"), strict=True))


def main(count: int) -> None:
    """Print both times, in seconds of the processor, and their ratio."""
    texts = console(count, 0), console(count, 3)
    started = time.process_time()
    assert split(*texts) == count
    middle = time.process_time()
    first, second = (PrintedOutput(text, (), SPAN) for text in texts)
    result = comparison.compare(first, second, rtol=1e-5, atol=1e-8)
    ended = time.process_time()
    assert (result.differing, result.masked) == ((), count)
    plain, full = middle - started, ended - middle
    size = len(texts[0]) / 1e6
    print(f"{size:.1f} MB: split {plain:.2f} s, compare {full:.2f} s, ratio {full / plain:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 110_000)
