"""Media among the artifacts of a run: their paths, and the index of each name.

A medium of the name ``val/confusion`` at step 3 is the artifact ``media/val/confusion/3.png``.  Its entry of
outputs.yaml has a mapping ``media`` with name, step, type and further facts.  When the run ends, each name
gets an ``index.jsonl`` beside its files: one JSON object a file, in the order of logging.
"""

from __future__ import annotations

from gittrack.core import digests
from gittrack.core.standard import json
from gittrack.core.standard.collections import Iterable, Mapping
from gittrack.core.standard.typing import Any

FOLDER = "media"
INDEX = "index.jsonl"
KEY = "media"  # of an entry of outputs.yaml
_PLAIN = " _-+=,()[]~"
_LONGEST_PART = 120  # bytes


def folder(name: str) -> str:
    """Return the folder of a name, as a path among the artifacts.

    The parts of the name are folders.  Characters that some file system refuses are written as ``%2A``.  So
    is a dot in a later part, because a folder must not have the name of a file.
    """
    parts = name.split("/")
    paths = (_part(part, "." if number == 0 else "") for number, part in enumerate(parts))
    return "/".join((FOLDER, *paths))


def _part(text: str, plain: str) -> str:
    if not text.strip(". "):
        return "".join(f"%{byte:02X}" for byte in text.encode()) or "%"
    escaped = "".join(
        char if char.isalnum() or char in _PLAIN or (char in plain and number) else _escape(char)
        for number, char in enumerate(text)
    )
    data = escaped.encode("utf-8")
    if len(data) <= _LONGEST_PART and not escaped.endswith((" ", ".")):
        return escaped
    digest = digests.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{data[:100].decode(errors='ignore')}-{digest}"


def _escape(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def file_name(step: float, number: int, ending: str) -> str:
    """Return the name of the file of a step; ``number`` counts the files of one step from 0."""
    return f"{step}_{number}{ending}" if number else f"{step}{ending}"


def by_name(outputs: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return {name: entries of outputs.yaml} of the media, in the order of logging."""
    names: dict[str, list[Mapping[str, Any]]] = {}
    for item in outputs:
        if isinstance(item.get(KEY), Mapping):
            names.setdefault(str(item[KEY]["name"]), []).append(item)
    return names


def size_of(outputs: Iterable[Mapping[str, Any]]) -> int:
    """Return how many bytes the media have, with the files that belong to tables, without the indexes."""
    return sum(
        int(item.get("size") or 0)
        for item in outputs
        if str(item["path"]).startswith(f"{FOLDER}/") and _file(item) != INDEX
    )


def index(entries: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the content of the index of one name: a JSON object a line, with the file and its facts."""
    lines = (
        json.dumps(
            {"step": item[KEY]["step"], "file": _file(item), **_facts(item)}, sort_keys=False
        )
        for item in entries
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _file(item: Mapping[str, Any]) -> str:
    return str(item["path"]).rpartition("/")[2]


def _facts(item: Mapping[str, Any]) -> dict[str, Any]:
    facts = {key: value for key, value in item[KEY].items() if key != "step"}
    return {**facts, "sha256": item.get("sha256"), "size": item.get("size")}


def index_path(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the path of the index of one name, beside its files."""
    return f"{folder_of(entries)}/{INDEX}"


def folder_of(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the folder of the files of one name, as a path among the artifacts."""
    return str(next(iter(entries))["path"]).rpartition("/")[0]
