"""Names of refs on a host: as they are here, or as branches, because some hosts take only branches and tags.

Then each ref is a branch of its own (``refs/runs/a/ID`` is ``refs/heads/gittrack/runs/a/ID``): all that holds
for refs holds for it, such as that each is refused alone, and git alone can bring it back.  Tags stay tags.
"""

from __future__ import annotations

import re

from gittrack.core import layout
from gittrack.core.standard.collections import Iterable
from gittrack.core.standard.typing import NamedTuple

BRANCHES = "refs/heads/gittrack/"
_SAME = ("refs/heads/", "refs/tags/")
_REFS = "refs/"


# What git does not allow in the name of a ref; a hostile host can list such names all the same.
_INVALID = r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|[./]$"
_ID = "[0-9a-f]{40}|[0-9a-f]{64}"


def listed(output: str) -> dict[str, str]:
    """Return {name: id} of the output of ``git ls-remote``, without what cannot be a ref."""
    lines = (line.partition("\t") for line in output.split("\n"))
    invalid, an_id = re.compile(_INVALID), re.compile(_ID)  # not for a push or a pull of nothing
    return {
        name: oid
        for oid, _, name in lines
        if name.startswith(_REFS) and invalid.search(name) is None and an_id.fullmatch(oid)
    }


class RefNames(NamedTuple):
    """How the refs of a repository are named on a host.

    Parameters
    ----------
    as_branches : bool, default False
        Whether all refs except tags and branches are branches there.
    """

    as_branches: bool = False

    def on_host(self, ref: str) -> str:
        """Return the name on the host of a ref, or of a pattern of refs."""
        if not self.as_branches or not ref.startswith(_REFS) or ref.startswith(_SAME):
            return ref
        return BRANCHES + ref[len(_REFS) :]

    def here(self, name: str) -> str:
        """Return the ref that has a name on the host."""
        if self.as_branches and name.startswith(BRANCHES):
            return _REFS + name[len(BRANCHES) :]
        return name

    def fetched(self, refspec: str) -> str:
        """Return a refspec of a fetch, whose source is on the host."""
        force, source, separator, target = _split(refspec)
        return f"{force}{self.on_host(source)}{separator}{target}"

    def pushed(self, refspec: str) -> str:
        """Return a refspec of a push, whose target is on the host; a name alone goes to the same ref.

        A negative refspec (``^refs/...``) names refs of this repository.
        """
        if refspec.startswith("^"):
            return refspec
        force, source, separator, target = _split(refspec)
        if self.as_branches and not separator:
            separator, target = ":", source
        return f"{force}{source}{separator}{self.on_host(target)}"


def _split(refspec: str) -> tuple[str, str, str, str]:
    force = "+" if refspec.startswith("+") else ""
    return (force, *refspec[len(force) :].partition(":"))


def detect(names: Iterable[str]) -> RefNames:
    """Return how refs are named on a host that lists these names: runs that are branches show it."""
    every = list(names)
    branches = tuple(map(RefNames(as_branches=True).on_host, _SHOWING))
    is_direct = any(name.startswith(_SHOWING) for name in every)
    return RefNames(not is_direct and any(name.startswith(branches) for name in every))


_SHOWING = (layout.RUNS, layout.LIVE_RUNS, layout.SWEEPS, layout.ARCHIVE)
