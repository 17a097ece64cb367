"""Bodies of run commits that were read before, so that a listing need not ask git for thousands of them.

Derived and disposable: one file below ``gittrack/cache/``, which may be missing, damaged or deleted at any
time.  A commit never changes, so what is kept for its id is true for ever; git is still asked which runs
there are.  The file, written anew as a whole and put in place by a rename:

    gittrack bodies 1 <crc32 of all that follows, 8 hex digits>
    <commit id> <commit id> ...NUL<body>NUL<body>...
"""

from __future__ import annotations

import os
from binascii import crc32
from collections.abc import Mapping

from gittrack.core import layout

_NAME = "bodies"
_HEAD = b"gittrack bodies 1 "


def path(common_dir: str) -> str:
    """Return where the file is, or would be."""
    return f"{layout.cache_dir(common_dir)}/{_NAME}"


def load(common_dir: str) -> dict[str, bytes]:
    """Return {commit id: body}; nothing where there is no such file, or one that is not whole."""
    try:
        with open(path(common_dir), "rb", buffering=0) as file:
            content = file.read()
    except OSError:
        return {}
    if content[: len(_HEAD) + 9] != _head(memoryview(content)[len(_HEAD) + 9 :]):
        return {}
    ids, *bodies = content.split(b"\0")
    return dict(zip(ids[len(_HEAD) + 9 :].decode().split(), bodies, strict=True))


def store(common_dir: str, bodies: Mapping[str, bytes]) -> None:
    """Keep these bodies and no others; in a repository that cannot be written nothing is kept."""
    from gittrack.core import folders  # noqa: PLC0415 - few listings write here

    kept = {oid: text for oid, text in bodies.items() if b"\0" not in text}
    final = path(common_dir)
    draft = f"{final}.{os.getpid()}"
    try:
        folders.make(os.path.dirname(final))
        with open(draft, "wb") as file:
            folders.share(file.fileno(), os.path.dirname(final), 0o664)
            rest = b"\0".join((" ".join(kept).encode(), *kept.values()))
            file.write(_head(rest) + rest)
        os.replace(draft, final)
    except OSError:  # nothing is lost: git has them all
        _remove(draft)


def forget(common_dir: str) -> None:
    """Keep nothing, and drop what a writer that was killed left: for when runs are removed for good."""
    folder = layout.cache_dir(common_dir)
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name.partition(".")[0] == _NAME:
            _remove(f"{folder}/{name}")


def _head(rest: bytes | memoryview) -> bytes:
    return b"%s%08x\n" % (_HEAD, crc32(rest))


def _remove(name: str) -> None:
    try:
        os.unlink(name)
    except OSError:
        return  # it is not there, or the repository cannot be written
