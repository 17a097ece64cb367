"""What the verbs that change runs share: addresses into runs, and how a run is called in an answer."""

from __future__ import annotations

from collections.abc import Sequence

from gittrack import git
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.reader import Raw
from gittrack.record.annotate import Target
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id


def find(repo: git.Repo, addresses: Sequence[str], *, trashed: bool = False) -> list[Raw]:
    """Return the runs that the addresses mean, each once; all of them are looked up before any is changed."""
    runs = [resolve.resolve(repo, address, trashed=trashed) for address in addresses]
    return list({(raw.experiment, raw.id): raw for raw in runs}.values())


def target(raw: Raw) -> Target:
    """Return the run as what something is said about."""
    return Target(raw.id, raw.commit)


def called(repo: git.Repo, raw: Raw) -> str:
    """Return how an answer names a run: ``a1b2c3d4 baseline``."""
    name = reader.decode(repo, raw).name
    return " ".join(filter(None, (short_id(raw.id), text.escape(name or ""))))
