"""Signatures of registry tags and run commits, checked by git; unsigned objects cost no process."""

from __future__ import annotations

from gittrack import git
from gittrack.core.registry.model_state import UNSIGNED, Signature, Version
from gittrack.core.standard.collections import Sequence
from gittrack.git import signing


def of_versions(repo: git.Repo, versions: Sequence[Version]) -> dict[str, Signature]:
    """Return {tag id: signature} of the tags that register versions."""
    tags = [version.event for version in versions if version.event is not None]
    signed = [event.oid for event in tags if event.text.signed]
    unsigned = {event.oid: Signature(UNSIGNED) for event in tags if not event.text.signed}
    return unsigned | dict(zip(signed, signing.check(repo, "tag", signed), strict=True))


def of_commit(repo: git.Repo, oid: str, content: bytes | None) -> Signature:
    """Return the signature of a commit from its ``content``; None counts as unsigned."""
    head = (content or b"").partition(b"\n\n")[0]
    if b"\ngpgsig" not in head:
        return Signature(UNSIGNED)
    return signing.check(repo, "commit", [oid])[0]
