"""SHA-1 and SHA-256 of short content, without OpenSSL, whose library takes 3 ms to load.

OpenSSL digests long content four times as fast, so `large` loads it.
"""

from __future__ import annotations

import sys

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash, sha1, sha256
else:
    try:
        from _sha1 import sha1

        if sys.version_info >= (3, 12):
            from _sha2 import sha256
        else:
            from _sha256 import sha256
    except ImportError:  # a Python that was built without them
        import hashlib

        from gittrack.core.standard.functools import partial

        # A machine whose OpenSSL allows few digests (FIPS) allows these for names of content.
        sha1 = partial(hashlib.sha1, usedforsecurity=False)
        sha256 = partial(hashlib.sha256, usedforsecurity=False)

__all__ = ["large", "of_git", "sha256", "text_of"]
LARGE = 1 << 20  # bytes


def large() -> _Hash:
    """Return an empty SHA-256 for content that may be long."""
    import hashlib  # noqa: PLC0415 - few runs have large files

    return hashlib.sha256()


def text_of(content: bytes) -> str:
    """Return the SHA-256 of content, in hexadecimal digits."""
    digest = large() if len(content) >= LARGE else sha256()
    digest.update(content)
    return digest.hexdigest()


def of_git(hash_name: str, data: bytes, size: int = 0) -> _Hash:
    """Return the digest of an object of git, to which more data can be added.

    Parameters
    ----------
    hash_name : str
        ``"sha1"`` or ``"sha256"``.
    data : bytes
        The first bytes.
    size : int, default 0
        How many bytes the object has.
    """
    if size >= LARGE:
        import hashlib  # noqa: PLC0415 - few objects are large

        return hashlib.new(hash_name, data, usedforsecurity=False)
    return {"sha1": sha1, "sha256": sha256}[hash_name](data)
