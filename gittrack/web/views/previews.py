"""The artifacts of a run: which of them the page can show, and how it asks for their content."""

from __future__ import annotations

from typing import Any

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.read.runs.record import RunRecord

IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
AUDIO = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".flac": "audio/flac"}
FRAMES = {".html": "text/html", ".htm": "text/html", ".svg": "image/svg+xml"}
TABLES = (".csv", ".tsv")
TEXTS = (".txt", ".log", ".md", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".py", ".xml")
_BY_ENDING = {
    **dict.fromkeys(IMAGES, "image"),
    **dict.fromkeys(AUDIO, "audio"),
    **dict.fromkeys(FRAMES, "page"),
    **dict.fromkeys(TABLES, "table"),
    **dict.fromkeys(TEXTS, "text"),
}
FIGURE = ".plotly.json"


def ending(path: str) -> str:
    """Return the ending of a path in small letters, such as ``.png``; empty if it has none."""
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :].lower() if "." in name else ""


def preview(path: str) -> str | None:
    """Return how the page can show an artifact: `docs/design/web.md` has the words; None: not at all."""
    return "figure" if path.lower().endswith(FIGURE) else _BY_ENDING.get(ending(path))


def outputs(record: RunRecord) -> list[dict[str, Any]]:
    """Return the artifacts of a run, each with its preview and the id of its content."""
    missing = record.missing
    return [
        {
            **item,
            "path": str(item["path"]),
            "preview": None if "link" in item else preview(str(item["path"])),
            "oid": item.get("sha256") if "link" not in item else None,
            "missing": absent.why if (absent := missing.get(f"artifacts/{item['path']}")) else None,
        }
        for item in record.outputs
    ]


def item_of(record: RunRecord, oid: str) -> dict[str, Any]:
    """Return the artifact of a run with this content, by its SHA-256.  Raises TrackError if there is none."""
    for item in record.outputs:
        if item.get("sha256") == oid and "link" not in item:
            return item
    raise TrackError("the run has no such artifact", "see: git track files RUN")


def path_of(record: RunRecord, oid: str) -> str:
    """Return the path in the run of the artifact with this content.  Raises TrackError if there is none."""
    return f"{layout.ARTIFACTS}/{item_of(record, oid)['path']}"
