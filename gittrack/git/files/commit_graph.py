"""Examine the files of a commit graph: a file, or a folder with a chain of layers."""

from __future__ import annotations

import os

from gittrack.core import digests

_CHAIN = "commit-graph-chain"
_PART = 1 << 18  # bytes that are read at once
_MOST = 1 << 16  # bytes of a chain, or of what a layer has of the layers below it


def size(path: str) -> int:
    """Return how many bytes the files of a commit graph have together."""
    total = 0
    for file, _ in _files(path, _chain(path)):
        try:
            total += os.path.getsize(file)
        except OSError:  # `problem` names it
            continue
    return total


def problem(path: str, hash_name: str) -> str:
    """Return what is wrong with a commit graph, apart from what a program wrote into it; empty if nothing is.

    Each file must end with its checksum.  The name of a layer is its checksum, and it has the names of those
    below it: else git stops, or warns with each command.

    Parameters
    ----------
    path : str
        The file or folder.
    hash_name : str
        ``"sha1"`` or ``"sha256"``.
    """
    chain = _chain(path)
    problems = (
        _of_file(file, hash_name, below) or (below is not None and _of_layer(file, below)) or ""
        for file, below in _files(path, chain)
    )
    first = next(filter(None, problems), "")
    return problem(path, hash_name) if first and _chain(path) != chain else first


def _chain(path: str) -> list[str]:
    """Return the names of the layers, the lowest first; git may just write others."""
    try:
        with open(f"{path}/{_CHAIN}", errors="replace") as file:
            return file.read(_MOST).split()
    except OSError:
        return []


def _files(path: str, chain: list[str]) -> list[tuple[str, list[str] | None]]:
    """Return the files, each with the names of the layers below it; None for a file of no chain."""
    if not os.path.isdir(path):
        return [(path, None)]
    return [(f"{path}/graph-{name}.graph", chain[:number]) for number, name in enumerate(chain)]


def _of_file(path: str, hash_name: str, below: list[str] | None) -> str:
    """Return what is wrong with a file; a layer may be in the repository that this one borrows from."""
    name = os.path.basename(path)
    try:
        digest = _digest(path, hash_name)
    except FileNotFoundError:
        borrows = os.path.exists(f"{os.path.dirname(path)}/../alternates")
        return "" if below is None or borrows else f"{name} is missing"
    except OSError as error:
        return f"{name}: {error.strerror}"
    if digest is None or (below is not None and name != f"graph-{digest}.graph"):
        return f"{name} does not have its checksum"
    return ""


def _digest(path: str, hash_name: str) -> str | None:
    """Return the checksum at the end of a file; None if that is not the hash of what is before it."""
    digest = digests.of_git(hash_name, b"")
    with open(path, "rb") as file:
        rest = os.fstat(file.fileno()).st_size - digest.digest_size
        while rest > 0 and (part := file.read(min(rest, _PART))):
            digest.update(part)
            rest -= len(part)
        is_sound = rest == 0 and file.read() == digest.digest()
    return digest.hexdigest() if is_sound else None


def _of_layer(path: str, below: list[str]) -> str:
    """Return what is wrong with the names of layers below that a layer has.

    The header has 8 bytes, the table of contents (name, position) for each part and for the end.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(8)
            table = file.read(12 * (head[6] + 1))
            parts = {table[at : at + 4]: table[at + 4 : at + 12] for at in range(0, len(table), 12)}
            file.seek(int.from_bytes(parts.get(b"BASE", b""), "big"))
            names = file.read(min(head[7] * _length(below), _MOST)).hex()
    except (FileNotFoundError, IndexError):
        return ""
    is_same = names == "".join(below)
    return "" if is_same else f"{_CHAIN} has other layers below {os.path.basename(path)}"


def _length(names: list[str]) -> int:
    return len(names[0]) // 2 if names else 20
