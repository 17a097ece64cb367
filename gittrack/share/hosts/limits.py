"""What hosts document: how large an object can be, and what else they limit."""

from __future__ import annotations

from gittrack.core.standard.typing import NamedTuple

_MB = 1024**2


class HostLimits(NamedTuple):
    """HostLimits of a host.

    Parameters
    ----------
    host : str
        A part of its URL.
    max_object : int or None
        The size of the largest object that it takes, in bytes; None if it is not known.
    words : str
        All that is known, in words.
    """

    host: str
    max_object: int | None
    words: str


_EVERY = (  # the first whose host is part of the URL counts
    HostLimits(
        "github.com",
        100 * _MB,
        "100 MB an object, 2 GB a push; up to 5,000 refs are recommended",
    ),
    HostLimits("gitlab", None, "large numbers of refs are slow"),
    HostLimits("bitbucket", None, "its hooks run on every ref"),
    HostLimits("dev.azure.com", 100 * _MB, "100 MB an object, 5 GB a push"),
    HostLimits("visualstudio.com", 100 * _MB, "100 MB an object, 5 GB a push"),
    HostLimits("codeup", None, "branches and tags only"),
)
_UNKNOWN = HostLimits("", None, "")


_PUSH_SECONDS = 10.0  # GitHub asks for at most 6 pushes a minute


def seconds_between_pushes(url: str) -> float:
    """Return how many seconds automatic pushes to a URL should be apart; 0 without known limits."""
    return _PUSH_SECONDS if limits_of(url).words else 0.0


def limits_of(url: str) -> HostLimits:
    """Return the documented limits of the host of a URL; of several URLs, of the first that has some."""
    return next((limits for limits in _EVERY if limits.host in url.lower()), _UNKNOWN)
