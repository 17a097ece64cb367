"""core/digests: the digests of the standard library, with and without OpenSSL."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys

import pytest

from gittrack.core import digests
from gittrack.record.machine.keyed_digests import DigestKey

CONTENT = (b"", b"abc", bytes(range(256)) * 40)


@pytest.mark.parametrize("content", CONTENT)
def test_they_are_those_of_hashlib(content):
    assert digests.sha256(content).hexdigest() == hashlib.sha256(content).hexdigest()
    long = digests.large()
    long.update(content)
    assert long.hexdigest() == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content", CONTENT)
@pytest.mark.parametrize("name", ["sha1", "sha256"])
@pytest.mark.parametrize("size", [0, digests.LARGE])
def test_objects_of_git_can_be_of_any_size(content, name, size):
    digest = digests.of_git(name, b"blob 7\0", size)
    digest.update(content)
    assert digest.hexdigest() == hashlib.new(name, b"blob 7\0" + content).hexdigest()


@pytest.mark.parametrize("content", CONTENT)
def test_keyed_digests_are_those_of_hmac(content):
    secret = bytes(range(32))
    expected = hmac.digest(secret, b"NAME\0" + content, "sha256").hex()[:12]
    assert DigestKey(secret).digest("NAME", content) == expected


def test_a_python_without_its_own_digests_uses_hashlib():
    """Also on a machine that refuses SHA-1 for security (FIPS)."""
    code = (
        "import hashlib, sys\n"
        "for name in ('_sha1', '_sha2', '_sha256'): sys.modules[name] = None\n"
        "sha1 = hashlib.sha1\n"
        "def strict(data, usedforsecurity=True):\n"
        "    if usedforsecurity: raise ValueError('disabled for FIPS')\n"
        "    return sha1(data)\n"
        "hashlib.sha1 = strict\n"
        "from gittrack.core import digests\n"
        "print(digests.sha256(b'abc').hexdigest(), digests.of_git('sha1', b'abc').hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = hashlib.sha256(b"abc").hexdigest(), hashlib.sha1(b"abc").hexdigest()
    assert tuple(done.stdout.split()) == expected
