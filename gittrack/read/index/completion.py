"""Complete the bodies of runs that are truncated, from the files of these runs."""

from __future__ import annotations

import json
import re

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any
from gittrack.read.runs.reader import Raw

_TRUNCATED = b"\n%s: " % commit_message.TRUNCATED.encode()
_FILES = {"run": layout.RUN, "params": layout.PARAMS, "metrics": layout.METRICS}
# A line of metrics.yaml: a name, which has quotes if it is not plain, and numbers.
_METRIC = re.compile(
    r'([A-Za-z_][A-Za-z0-9_./@+-]*|"(?:[^"\\]|\\.)*"): (\{"count": [^{}"]*(?:"[a-z]+": [^{}"]*)*\})'
)


def complete(repo: git.Repo, raws: Sequence[Raw]) -> dict[int, bytes]:
    """Return {number of the run: complete body} of the runs whose body is truncated.

    One git process reads the files of all of them.  A run of which a file is missing or damaged is left out,
    and so are all in a partial clone that has not all of these files: each then has its own problem.
    """
    rows = truncated_rows(raws)
    parts = {row: truncated_parts(raws[row]) for row in rows}
    names = [(row, part) for row in rows for part in parts[row]]
    objects = [f"{raws[row].commit}:{_FILES[part]}" for row, part in names]
    files: dict[int, dict[str, bytes | None]] = {row: {} for row in rows if parts[row]}
    for (row, part), content in zip(names, _contents(repo, objects), strict=True):
        files[row][part] = content
    bodies = {row: _body(raws[row], of_run) for row, of_run in files.items()}
    return {row: body for row, body in bodies.items() if body is not None}


def completed(repo: git.Repo, raws: list[Raw]) -> list[Raw]:
    """Return runs with complete bodies; without this, each truncated one is decoded by a git process."""
    bodies = complete(repo, raws)
    return [raw._replace(body=bodies.get(row, raw.body)) for row, raw in enumerate(raws)]


def truncated_rows(raws: Sequence[Raw]) -> list[int]:
    """Return the numbers of the runs whose body is truncated."""
    return [row for row, raw in enumerate(raws) if _TRUNCATED in (raw.body or b"")]


def _contents(repo: git.Repo, names: Sequence[str]) -> list[bytes | None]:
    """Return the content of each object; None for one that cannot be read."""
    try:
        return git.readable_objects(repo, names)
    except git.LeftOut:
        return [None] * len(names)


def truncated_parts(raw: Raw) -> list[str]:
    """Return which parts the body of a run leaves out, if they are not known otherwise."""
    try:
        parts = commit_message.find(raw.body or b"", commit_message.TRUNCATED)
    except ValueError:
        return []
    if not isinstance(parts, list):
        return []
    elsewhere = ("metrics",) if raw.metrics is not None else ()
    return [part for part in _FILES if part in parts and part not in elsewhere]


def _body(raw: Raw, files: Mapping[str, bytes | None]) -> bytes | None:
    """Return the complete body, with the lines of files in their order; None if it cannot be made."""
    try:
        lines = (raw.body or b"").decode().strip("\n").split("\n")
        by_key = {line.partition(": ")[0]: line for line in lines}
        if len(by_key) < len(lines) or not raw.body or not raw.body.endswith(b"\n"):
            return None
        del by_key[commit_message.TRUNCATED]
        for part, content in files.items():
            if content is None:
                return None
            of_file = {key: f"{key}: {text}" for key, text in _lines(part, content)}
            others = [key for key in by_key if not of_file or _part_of(key) != part]
            by_key = {key: by_key[key] for key in others} | of_file
    except (ValueError, TrackError):
        return None
    return ("\n" + "\n".join(by_key.values()) + "\n").encode()


def _part_of(key: str) -> str:
    """Return which file has the value of a line."""
    kind = key.partition(".")[0]
    return kind if kind in ("params", "metrics") else "run"


def _lines(part: str, content: bytes) -> list[tuple[str, str]]:
    """Return the key and the text of each line that a file would have in a body.

    Raises ValueError or TrackError if the file is damaged.
    """
    if part == "metrics":
        matches = [_METRIC.fullmatch(line) for line in content.decode().rstrip("\n").split("\n")]
        plain = [(match[1], match[2]) for match in matches if match]
        if len(plain) == len(matches):
            return [(f"metrics.{_key(name)}", text) for name, text in plain]
    from gittrack.core import yaml_read  # noqa: PLC0415 - few runs are truncated
    from gittrack.core.run import schemas  # noqa: PLC0415 - few runs are truncated

    document = yaml_read.load_stored(content, _FILES[part])
    if not isinstance(document, dict) or schemas.problem(_FILES[part], document):
        raise ValueError("damaged")
    leaves: list[tuple[tuple[str, ...], Any]]
    if part == "metrics":
        leaves = [(("metrics", name), summary) for name, summary in document.items()]
    else:
        prefix = ("params",) if part == "params" else ()
        leaves = list(commit_message.flatten(document, prefix))
    return [
        (commit_message.join_key(parts), commit_message.value_text(leaf))
        for parts, leaf in leaves
        if part != "run" or leaf is not None
    ]


def _key(name: str) -> str:
    return commit_message.key_text(json.loads(name) if name.startswith('"') else name)
