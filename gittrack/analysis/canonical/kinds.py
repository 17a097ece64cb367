"""The kinds of files whose content may be equal although their bytes differ."""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping

PACKED: Mapping[str, bytes] = {  # the first bytes of files that hold one packed file
    "gzip": b"\x1f\x8b",
    "bz2": b"BZh",
    "xz": b"\xfd7zXZ\0",
    "lzma": b"\x5d\0\0",
    "zlib1": b"\x78\x01",
    "zlib3": b"\x78\x5e",
    "zlib6": b"\x78\x9c",
    "zlib9": b"\x78\xda",
}
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
_PICKLES = (".pkl", ".pickle", ".p", ".joblib", ".sav")
_JSON = (".json", ".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv")


def kind(first: bytes, name: str = "") -> str | None:
    """Return the kind of a file; None if its bytes are its content.

    Parameters
    ----------
    first : bytes
        The begin of the file.
    name : str
        Its name.
    """
    base = name.rpartition("/")[2].lower()
    if first[:4] in _ARCHIVES:
        return "zip"
    packing = next((name for name, magic in PACKED.items() if first.startswith(magic)), None)
    if packing:
        return packing
    if "tfevents" in base:
        return "events"
    if first[:5] == b"%PDF-" or base.endswith(".svg"):
        return "document"
    if first[:4] == b"PAR1":
        return "parquet"
    if base.endswith(".safetensors"):
        return "safetensors"
    if base.endswith(_JSON):
        return "json"
    if base.endswith(_TABLES):
        return "table"
    is_pickle = first[:1] == b"\x80" and first[1:2] in (b"\2", b"\3", b"\4", b"\5")
    return "pickle" if is_pickle or base.endswith(_PICKLES) else None
