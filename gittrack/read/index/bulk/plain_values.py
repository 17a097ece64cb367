"""Which values in columns are certainly those that `gittrack.read.runs.reader.decode` gives."""

from __future__ import annotations

from gittrack.core import layout
from gittrack.core.run import commit_message, facts, run_info
from gittrack.core.run.commit_message import MISSING
from gittrack.core.standard.collections import Iterable
from gittrack.core.standard.typing import Any
from gittrack.read.index import columns


class NotPlain(Exception):
    """All runs have to be decoded."""


class UnreadableText:
    """A text that cannot be read as a value."""


_UNREADABLE = UnreadableText()


def value_of(text: bytes) -> Any:
    """Return the value of a param or a fact; an `UnreadableText` if the text has none."""
    value = columns.parsed(text)
    return _UNREADABLE if value is MISSING else value


def part_of(text: bytes) -> Any:
    """Return a part of the summary of a metric; an `UnreadableText` if the text has none."""
    value = columns.parsed_part(text)
    return _UNREADABLE if value is MISSING else value


def is_wrong(key: str, value: Any) -> bool:
    """Return whether a run with this fact is damaged, is of a later version, or is not plain."""
    first, _, rest = key.partition(".")
    if (
        isinstance(value, UnreadableText)
        or value is None  # `commit_message.encode` leaves such facts out
        or key == "code"
        or '"' in (key if first == "code" else first)  # another way to write the key of a fact
        or (key == "format" and value != layout.FORMAT)
    ):
        return True
    if rest and first != "code":  # a trial, or a mapping
        return first in _NESTED and not (facts.STORED.get(first) == facts.MAPPINGS and "." in rest)
    try:
        run_info.check_fact(key, value)
    except (ValueError, OverflowError, OSError):
        return True
    return False


_NESTED = {key.partition(".")[0] for key in facts.STORED}


def require_plain_keys(names: Iterable[str]) -> None:
    """Raise NotPlain if a key is not in its usual form, or if a param is inside another one."""
    params: set[tuple[str, ...]] = set()
    try:
        for name in names:
            kind, _, key = name.partition(".")
            if kind == "params":
                parts = commit_message.split_key(key)
                if commit_message.join_key(parts) != key:
                    raise NotPlain
                params.add(parts)
            elif kind == "metrics":
                key = key.rpartition(":")[0]
                if commit_message.key_text(commit_message.split_key(key)[0]) != key:
                    raise NotPlain
    except ValueError as error:
        raise NotPlain from error
    inside = any(parts[:length] in params for parts in params for length in range(1, len(parts)))
    if inside:
        raise NotPlain
