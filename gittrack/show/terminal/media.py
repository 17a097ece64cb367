"""The media of a run as rows of text, one for each name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gittrack.core.run import media_index
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
