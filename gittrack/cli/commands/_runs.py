"""Find the runs that the user named, and word them in the output of the verbs that change runs."""

from __future__ import annotations

from gittrack import git
from gittrack.core.standard.collections import Sequence
from gittrack.read.runs import reader, resolve
from gittrack.read.runs.reader import Raw
from gittrack.record.annotate import Target
from gittrack.show.terminal import text
from gittrack.show.terminal.columns import short_id


def find(repo: git.Repo, addresses: Sequence[str], *, trashed: bool = False) -> list[Raw]:
    """Return the runs at the addresses, each once.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    addresses : sequence of str
        What the user typed for each run.
    trashed : bool
        Look in the trash instead (default False).

    Raises
    ------
    TrackError
        If an address has no run or several runs. A verb changes no run if one address is wrong.
    """
    runs = [resolve.resolve(repo, address, trashed=trashed) for address in addresses]
    return list({(raw.experiment, raw.id): raw for raw in runs}.values())


def target(raw: Raw) -> Target:
    """Return the run as the target of an annotation."""
    return Target(raw.id, raw.commit)


def label(repo: git.Repo, raw: Raw) -> str:
    """Return the short id and the name of a run, for output: ``a1b2c3d4 baseline``."""
    name = reader.decode(repo, raw).name
    return " ".join(filter(None, (short_id(raw.id), text.escape(name or ""))))
