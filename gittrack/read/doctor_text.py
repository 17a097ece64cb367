"""Compare the body of a run with its files as text: most have the same lines, and no YAML is parsed.

A body and a YAML file have the same text for a value: ``params.model.hidden: 64`` in the body is
``hidden: 64`` in the mapping ``model`` of params.yaml.  Only text that has one meaning for both readers is
compared here: words as keys, and values without escapes.  Of all other text nothing is said, and the files
have to be parsed.

Most runs have the same keys, so a file is taken apart into its values and the rest, which is looked at once.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import Any, NamedTuple

from gittrack.core.run import commit_message
from gittrack.core.scalars import is_bare
from gittrack.core.standard import functools
from gittrack.core.standard.collections import Callable, Sequence

_LONGEST = 999  # characters of a key that YAML reads on one line
_DEEPEST = 32  # levels
_LONGEST_REST = 16 << 10  # characters without values; the layouts of longer files are not kept
_WORD = r"[A-Za-z0-9_/-]+"
_STRING = r'"[ !#-\[\]-~]*"'
_NUMBER = r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,9})?"
_ITEM = rf"(?:{_NUMBER}|{_STRING}|true|false|null|\.nan|-?\.inf)"
_LIST = rf"\[(?:{_ITEM}(?:, {_ITEM})*)?\]"
_KEY = '"[a-z_]{1,99}": '
_MAPPING = rf"\{{{_KEY}{_ITEM}(?:, {_KEY}{_ITEM})*\}}"
_BARE = r"[A-Za-z_][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*"
_LINE = rf"{_WORD}(?:\.{_WORD})*: (?:{_ITEM}|{_BARE}|{_LIST}|{_MAPPING})"
_VALUE = re.compile(r": (.*)")  # the first of a line
_STRINGS = re.compile(rf"\[{_STRING}(?:, {_STRING})*\]")
_PLAIN = frozenset('"-.0123456789[_')  # with which a value begins that has one meaning
_WORDS = ("true", "false", "null")
_BODY = re.compile(rf"{_LINE}(?:\n{_LINE})*")


class Facts(NamedTuple):
    """The facts of a run as text: dotted keys, and the text of the value of each."""

    keys: Sequence[str]
    values: Sequence[str]

    def lines(self) -> list[str]:
        """Return the facts as lines of a body."""
        return [f"{key}: {value}" for key, value in zip(self.keys, self.values, strict=True)]

    def shape(self) -> str:
        """Return a body whose facts have the same types; the bodies of most runs have the same shape."""
        pairs = zip(self.keys, self.values, strict=True)
        typed = [f"{key}: {value if key == 'format' else _typical(value)}" for key, value in pairs]
        return "\n".join(typed)


def facts(
    body: str, run: bytes | None, params: bytes | None, metrics: bytes | None
) -> Facts | None:
    """Return the facts of a run whose files have the values of its body; None if text cannot prove it.

    Parameters
    ----------
    body : str
        The body of the run commit, without line breaks at its ends.
    run, params, metrics : bytes or None
        The content of run.yaml, params.yaml and metrics.yaml; None for a file that the run does not have.
    """
    if run is None:
        return None
    values: list[str] = []
    rests: list[str | None] = []
    for data in (run, params, metrics):
        rest, its_values = (None, []) if data is None else _split(data)
        rests.append(rest)
        values += its_values
    is_long = sum(len(rest or "") for rest in rests) > _LONGEST_REST
    layout = (_layout_of.__wrapped__ if is_long else _layout_of)(*rests)
    if (
        layout is None
        or layout.body % layout.sorted(values) != body
        or not _BODY.fullmatch(body)
        or not all(map(_has_one_meaning, [text for text in values if text[0] not in _PLAIN]))
    ):
        return None
    return Facts(layout.facts, values[: len(layout.facts)])


class _Layout(NamedTuple):
    """The keys of the files of a run, which are the same in many runs.

    Parameters
    ----------
    facts : tuple of str
        The dotted keys of run.yaml, whose values are the first ones.
    body : str
        The body, with ``%s`` for each value.
    sorted : callable
        Returns values of the files in the order of the body.
    """

    facts: tuple[str, ...]
    body: str
    sorted: Callable[[Sequence[str]], Any]


@functools.lru_cache(maxsize=256)
def _layout_of(run: str, params: str | None, metrics: str | None) -> _Layout | None:
    """Return the layout of files without their values; None if they may have another meaning.

    The order of lines is that of their keys, because none has a colon.
    """
    files = ((run, ""), (params, "params."), (metrics, "metrics."))
    parts = [_keys(text, prefix) for text, prefix in files if text is not None]
    own = parts[0]
    nested = metrics is not None and any(key.count(".") > 1 for key in parts[-1])
    if not all(parts) or nested or any(key.startswith(("params.", "metrics.")) for key in own):
        return None
    if commit_message.TRUNCATED in own:
        return None
    keys = [key for part in parts for key in part]
    order = sorted(range(len(keys)), key=lambda number: f"{keys[number]}: ")
    body = "\n".join(f"{keys[number]}: %s" for number in order)
    return _Layout(tuple(own), body, itemgetter(*order))


def _split(data: bytes) -> tuple[str, list[str]]:
    """Return a file without the values of its lines, and these values."""
    pieces = _VALUE.split(data.decode("ascii", "replace"))
    return ": ".join(pieces[::2]), pieces[1::2]


def _keys(rest: str, prefix: str) -> list[str]:
    """Return the dotted keys of a YAML file in block style; none if it may have another meaning."""
    result: list[str] = []
    keys: set[str] = set()
    prefixes = [prefix]  # of the mappings around a line
    is_open = False  # whether the last one is still empty
    for line in rest.removesuffix("\n").split("\n"):
        text = line.lstrip(" ")
        depth, odd = divmod(len(line) - len(text), 2)
        if (
            odd
            or not depth < min(len(prefixes), _DEEPEST)
            or (is_open and depth < len(prefixes) - 1)
        ):
            return []
        del prefixes[depth + 1 :]
        name, colon, _ = text.partition(": ")
        word = _word(name if colon else text.removesuffix(":"))
        is_open = not colon and text.endswith(":")
        key = prefixes[depth] + word
        if not word or key in keys or not (colon or is_open):
            return []
        keys.add(key)
        if is_open:
            prefixes.append(f"{key}.")
        else:
            result.append(key)
    return [] if is_open else result


@functools.lru_cache(maxsize=4096)  # the same keys in most runs
def _word(key: str) -> str:
    """Return the word that a key of a YAML file is; empty if it may be something else."""
    word = key[1:-1] if key[:1] == key[-1:] == '"' else key
    is_text = word != key or is_bare(key)
    is_short = len(key) <= _LONGEST
    return word if is_text and is_short and re.fullmatch(_WORD, word) else ""


def _has_one_meaning(value: str) -> bool:
    """Return whether a value of `_BODY` that is not in `_PLAIN` is the same in a body and in YAML."""
    if value[0] == "{":
        keys = re.findall(_KEY, value)
        return len(set(keys)) == len(keys)
    return value in _WORDS or is_bare(value)


def _typical(value: str) -> str:
    """Return a usual value of the same type, or the value itself."""
    first = value[0]
    if first == '"' or (first.isalpha() and value not in _WORDS):
        return '""'
    if first in "-0123456789":
        return "1.5" if "." in value or "e" in value else "1"
    return '[""]' if first == "[" and _STRINGS.fullmatch(value) else value
