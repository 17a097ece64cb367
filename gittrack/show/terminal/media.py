"""The media of a run as rows of text, one for each name, and images as coloured blocks."""

from __future__ import annotations

from itertools import zip_longest

from gittrack.analysis.differences import ImageChange, Preview
from gittrack.core.run import media_index
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.show.terminal import text

Item = Mapping[str, Any]  # an entry of outputs.yaml


def split(outputs: Sequence[Item]) -> tuple[dict[str, list[Item]], list[Item]]:
    """Return {name: entries} of the media, and the entries of all other artifacts.

    Indexes, and files that belong to a table, are neither.
    """
    names = media_index.by_name(outputs)
    if not names:
        return {}, list(outputs)
    folders = tuple(f"{media_index.folder_of(entries)}/" for entries in names.values())
    others = [item for item in outputs if not str(item["path"]).startswith(folders)]
    return names, others


def rows(names: Mapping[str, Sequence[Item]]) -> list[tuple[str, str]]:
    """Return (name, type, number, steps and size) of each name."""
    return [(text.escape(name), _facts(entries)) for name, entries in names.items()]


def _facts(entries: Sequence[Item]) -> str:
    types = ", ".join(dict.fromkeys(str(item["media"]["type"]) for item in entries))
    steps = [item["media"]["step"] for item in entries]
    first, last = text.value(min(steps)), text.value(max(steps))
    span = f"step {first}" if first == last else f"steps {first} to {last}"
    size = text.size(sum(int(item.get("size") or 0) for item in entries))
    missing = sum(item.get("where") == "left out" for item in entries)
    count = f"{len(entries):,} at {span}" if len(entries) > 1 else f"at {span}"
    return text.escape(f"{types}  {count}  {size}") + (f"  ({missing} left out)" if missing else "")


def image_line(change: ImageChange) -> str:
    """Return how two images differ: their sizes, and how many pixels by how much."""
    sizes = [f"{width:,} x {height:,}" for width, height in (change.a, change.b)]
    if change.pixels is None or change.mean is None:
        return f"A {sizes[0]}, B {sizes[1]} pixels"
    count = change.a[0] * change.a[1]
    if not change.pixels:
        return f"{sizes[0]}: the same pixels in another file"
    amount = f"by {change.mean:.3g} on average, {change.largest} at most, of 255"
    return f"{sizes[0]}: {change.pixels:,} of {count:,} pixels differ, {amount}"


def side_by_side(a: Preview, b: Preview) -> list[str]:
    """Return two small images as lines of coloured half blocks, for a terminal with 256 colours."""
    width = len(a[0]) if a else 0
    lines = zip_longest(_blocks(a), _blocks(b), fillvalue="")
    return [f"  {first or ' ' * width}   {second}" for first, second in lines]


def _blocks(image: Preview) -> list[str]:
    """Return the lines of an image; each character has one pixel above and one below."""
    lines = []
    for number in range(0, len(image), 2):
        below = image[number + 1] if number + 1 < len(image) else (None,) * len(image[number])
        cells = [_cell(pair) for pair in zip(image[number], below, strict=True)]
        lines.append("".join(cells) + "\x1b[m")
    return lines


def _cell(pixels: tuple[Sequence[int], Sequence[int] | None]) -> str:
    upper, lower = pixels
    background = "\x1b[49m" if lower is None else f"\x1b[48;5;{_colour(lower)}m"
    return f"\x1b[38;5;{_colour(upper)}m{background}\N{UPPER HALF BLOCK}"


def _colour(pixel: Sequence[int]) -> int:
    """Return the nearest of the 256 colours of xterm: a cube of 6 x 6 x 6, and 24 greys."""
    if max(pixel) - min(pixel) < 10 and 3 < pixel[1] < 247:
        return 232 + min(23, max(0, round((pixel[1] - 8) / 10)))
    red, green, blue = ((value - 35) // 40 if value > 114 else int(value > 47) for value in pixel)
    return 16 + 36 * red + 6 * green + blue
