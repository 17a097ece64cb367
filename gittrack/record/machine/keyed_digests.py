"""Keyed digests: a difference is noticed, while nobody without the key of a repository can try values."""

from __future__ import annotations

import os

from gittrack.core import digests
from gittrack.core.standard import contextlib
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple

_FILE, _BYTES, _DIGITS = "variable-salt", 32, 12
_BLOCK = 64  # bytes of a block of SHA-256
_INNER, _OUTER = (int.from_bytes(bytes([mask]) * _BLOCK, "big") for mask in (0x36, 0x5C))


class DigestKey(NamedTuple):
    """The secret key of a repository.

    Notes
    -----
    HMAC-SHA-256 (RFC 2104) with a random key of 32 bytes that is never pushed.  The name goes into the
    digest, so equal values of two names do not show.
    """

    secret: bytes

    def digest(self, name: str, value: bytes) -> str:
        """Return the digest of a value that has a name."""
        return _hmac(self.secret, os.fsencode(name) + b"\0" + value).hex()[:_DIGITS]

    def facts(self, names: dict[str, str]) -> dict[str, Any]:
        """Return what a run records: ``salt``, which key it is, and ``names``, the digest of each name."""
        return {"salt": digests.sha256(b"id" + self.secret).hexdigest()[:_DIGITS], "names": names}


def _hmac(secret: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA-256 of RFC 2104; the module `hmac` loads OpenSSL, see `core.digests`."""
    block = int.from_bytes(secret.ljust(_BLOCK, b"\0"), "big")
    inner, outer = ((block ^ mask).to_bytes(_BLOCK, "big") for mask in (_INNER, _OUTER))
    return digests.sha256(outer + digests.sha256(inner + message).digest()).digest()


def key(folder: Path) -> DigestKey | None:
    """Return the key that lies in ``.git/gittrack``, and make it once; None if it cannot be kept."""
    path = folder / _FILE
    with contextlib.suppress(OSError):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(_BYTES))
            with contextlib.suppress(FileExistsError):  # another run has made it
                os.link(temporary, path)
            temporary.unlink()
        secret = path.read_bytes()
        return DigestKey(secret) if len(secret) == _BYTES else None
    return None
