"""What a run printed, as the lines of each stream, without names that every run has anew."""

from __future__ import annotations

import re
from typing import NamedTuple

from gittrack.analysis.console.masks import visible
from gittrack.analysis.span import Span
from gittrack.core.standard.collections import Sequence

CUT = re.compile(r"\n\[\.\.\. [\d,]+ bytes left out \.\.\.\]\n")
_WORKTREE = re.compile(
    # It begins only where a word does: else a long line with many slashes takes quadratic time.
    r"(?<![^\s'\":])([^\s'\":/]*)/[^\s'\":]*/gittrack-[0-9a-z_]{8,16}(?:/up)*/tree(?![\w.-])"
)
_OWN_LINE = re.compile(r"gittrack: (?:.*<run>|it has neither |git track run sets )")


class PrintedOutput(NamedTuple):
    """What a run printed.

    Attributes
    ----------
    text : str
        The content of log.txt.
    streams : sequence of (int, int)
        Which consecutive lines came from which stream: (stream, number of lines).  Empty if both streams
        went to one file or terminal, or if it is not known.
    span : Span
        The time of the run.
    names : sequence of str
        Names of the run itself: its id and its short id.
    folders : sequence of str
        The work trees in which the run may have worked.
    """

    text: str
    streams: Sequence[tuple[int, int]]
    span: Span
    names: Sequence[str] = ()
    folders: Sequence[str] = ()


def lines_of(console: PrintedOutput) -> dict[int, list[str]]:
    """Return the lines of each stream; of all streams under 0 if it is not known which is which."""
    cut = CUT.search(console.text)
    text = console.text[: cut.start()] if cut else console.text
    lines = text.split("\n")
    if not lines[-1] or cut:
        lines.pop()  # nothing, or the first half of a line
    counted = sum(count for _, count in console.streams)
    if not console.streams or (counted < len(lines) if cut else counted != len(lines)):
        return {0: _cleaned(lines, console)}
    streams: dict[int, list[str]] = {}
    start = 0
    for stream, count in console.streams:
        streams.setdefault(stream, []).extend(lines[start : start + count])
        start += count
    cleaned = {stream: _cleaned(part, console) for stream, part in sorted(streams.items())}
    return {stream: part for stream, part in cleaned.items() if part} or {0: []}


def _cleaned(lines: list[str], console: PrintedOutput) -> list[str]:
    """Return lines as a terminal shows them, without names of the run and lines of gittrack itself."""
    text = "\n".join(lines)
    if "\x1b" in text or "\b" in text or "\r" in text:
        text = "\n".join(map(visible, lines))
    if "/gittrack-" in text:
        text = _WORKTREE.sub(r"\1<tree>", text)
    for folder in console.folders:
        if len(folder) > 1:
            text = re.sub(re.escape(folder) + r"(?![\w.-])", "<tree>", text)
    for name in console.names:
        text = text.replace(name, "<run>")
    if "gittrack: " not in text:
        return text.split("\n") if lines else []
    return [line for line in text.split("\n") if not _OWN_LINE.match(line)]
