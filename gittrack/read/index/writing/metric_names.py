"""Which runs have their metrics in columns only: the names of the metrics are a column, too.

Tables read the values that they show from it (see `gittrack.read.index.stored_metrics`).
"""

from __future__ import annotations

import re

from gittrack.core.run.commit_message import key_text, split_key
from gittrack.core.standard.collections import Container, Mapping, Sequence
from gittrack.read.index import completion
from gittrack.read.runs.reader import Raw

_WHOLE = rb"(?:0|[1-9]\d{0,13})"
_FLOAT = rb"-?(?:0|[1-9]\d*)(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)|-?\.inf|\.nan"
# A column has whole numbers as floats; in such a summary, the part tells which of the two it was.
_PLAIN = re.compile(
    rb'^metrics\.(.+): \{"count": %s, "last": (?:%s), "max": (?:%s), "min": (?:%s), '
    rb'"step": (?:-?%s|null)\}$' % (_WHOLE, _FLOAT, _FLOAT, _FLOAT, _WHOLE),
    re.MULTILINE,
)
_MOST_NAMES = 1 << 20  # bytes of the names of metrics in a chunk


def keys_of_rows(
    raws: Sequence[Raw], complete: Mapping[int, bytes], odd: Container[int]
) -> dict[int, bytes]:
    """Return {row: the keys of the metrics, each behind a tab} of runs whose body leaves metrics out.

    Runs whose summaries are not plain are left out, and so are all if their names take very much room.
    """
    of_rows: dict[int, bytes] = {}
    usual: dict[bytes, bool] = {}  # most runs have the same metrics
    for row, body in sorted(complete.items()):
        if row in odd or "metrics" not in completion.truncated_parts(raws[row]):
            continue
        keys = _PLAIN.findall(body)
        text = b"\t" + b"\t".join(keys)
        if text not in usual:
            usual[text] = all(map(_is_usual_name, keys))
        if keys and usual[text] and len(keys) == body.count(b"\nmetrics."):
            of_rows[row] = text
    return of_rows if sum(map(len, usual)) <= _MOST_NAMES else {}


def _is_usual_name(key: bytes) -> bool:
    """Return whether a key is the only one that means its name."""
    try:
        return key_text(split_key(key.decode())[0]).encode() == key
    except ValueError:
        return False
