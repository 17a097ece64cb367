"""Compare the body of a run with its files as text: most have the same lines, and no YAML is parsed.

A body and a YAML file have the same text for a value: ``params.model.hidden: 64`` in the body is
``hidden: 64`` in the mapping ``model`` of params.yaml.  Only text that has one meaning for both readers is
compared here: words as keys, and values without escapes.  Of all other text nothing is said, and the files
have to be parsed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from gittrack.core.run import commit_message
from gittrack.core.scalars import is_bare

_LONGEST = 999  # characters of a key that YAML reads on one line
_DEEPEST = 32  # levels
_MOST = 10_000  # lines
_WORD = r"[A-Za-z0-9_/-]+"
_STRING = r'"[ !#-\[\]-~]*"'
_NUMBER = r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,9})?"
_ITEM = rf"(?:{_NUMBER}|{_STRING}|true|false|null|\.nan|-?\.inf)"
_LIST = rf"\[(?:{_ITEM}(?:, {_ITEM})*)?\]"
_KEY = '"[a-z_]{1,99}": '
_MAPPING = rf"\{{{_KEY}{_ITEM}(?:, {_KEY}{_ITEM})*\}}"
_BARE = r"[A-Za-z_][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*"
_LINE = rf"{_WORD}(?:\.{_WORD})*: (?:{_ITEM}|{_BARE}|{_LIST}|{_MAPPING})"
_BODY = re.compile(rf"{_LINE}(?:\n{_LINE})*")


def facts(
    body: str, run: bytes | None, params: bytes | None, metrics: bytes | None
) -> list[str] | None:
    """Return the lines of the facts of a run whose files have the values of its body; else None.

    None if text cannot prove it.

    Parameters
    ----------
    body : str
        The body of the run commit, without line breaks at its ends.
    run, params, metrics : bytes or None
        The content of run.yaml, params.yaml and metrics.yaml; None for a file that the run does not have.
    """
    parts = [
        _lines(data, prefix)
        for data, prefix in ((run, ""), (params, "params."), (metrics, "metrics."))
        if data is not None
    ]
    if run is None or not all(parts):
        return None
    lines = sorted(line for part in parts for line in part)
    if (
        "\n".join(lines) != body
        or not _BODY.fullmatch(body)
        or not all(map(_has_one_meaning, lines))
    ):
        return None
    own = parts[0]
    nested = metrics is not None and any(_key(line).count(".") > 1 for line in parts[-1])
    other = ("params.", "metrics.", f"{commit_message.TRUNCATED}:")
    return None if nested or any(line.startswith(other) for line in own) else own


def shapes(lines: Sequence[str]) -> list[str]:
    """Return bodies whose facts have the types of those in lines of `facts`, but few different values.

    What belongs to a sweep is one body; each other fact is one of its own.
    """
    typed = list(map(_typed, lines))
    sweep = "\n".join(line for line in typed if line.startswith("sweep."))
    return [*(line for line in typed if not line.startswith("sweep.")), *([sweep] if sweep else [])]


def _typed(line: str) -> str:
    """Return a line with a usual text or number as its value, except for the number of the format."""
    key, _, value = line.partition(": ")
    if value[0] == '"':
        return f'{key}: ""'
    if value[0] in "-0123456789" and key != "format":
        return f"{key}: 1.5" if "." in value or "e" in value else f"{key}: 1"
    return line


def _key(line: str) -> str:
    return line.partition(": ")[0]


def _lines(data: bytes, prefix: str) -> list[str]:
    """Return the lines of a body that a YAML file in block style has; none if it may have another meaning."""
    lines: list[str] = []
    keys: set[str] = set()
    prefixes, is_open = (
        [prefix],
        False,
    )  # of the mappings around a line; whether the last one is still empty
    text = data.decode("ascii", "replace")
    for line in text.removesuffix("\n").split("\n"):
        rest = line.lstrip(" ")
        depth, odd = divmod(len(line) - len(rest), 2)
        if (
            odd
            or not depth < min(len(prefixes), _DEEPEST)
            or (is_open and depth < len(prefixes) - 1)
        ):
            return []
        del prefixes[depth + 1 :]
        name, colon, value = rest.partition(": ")
        word = _word(name if colon else rest.removesuffix(":"))
        is_open = not colon and rest.endswith(":")
        key = prefixes[depth] + word
        if not word or key in keys or not (colon or is_open):
            return []
        keys.add(key)
        if is_open:
            prefixes.append(f"{key}.")
        else:
            lines.append(f"{key}: {value}")
    return [] if is_open else lines


@functools.lru_cache(maxsize=4096)  # the same keys in most runs
def _word(key: str) -> str:
    """Return the word that a key of a YAML file is; empty if it may be something else."""
    word = key[1:-1] if key[:1] == key[-1:] == '"' else key
    is_text = word != key or is_bare(key)
    is_short = len(key) <= _LONGEST
    return word if is_text and is_short and re.fullmatch(_WORD, word) else ""


def _has_one_meaning(line: str) -> bool:
    """Return whether a line of `_BODY` has the same value in a body and in YAML."""
    value = line.partition(": ")[2]
    if value[0] == "{":
        keys = re.findall(_KEY, value)
        return len(set(keys)) == len(keys)
    return not value[0].isalpha() or value in ("true", "false", "null") or is_bare(value)
