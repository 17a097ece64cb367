"""What hosts keep of a ref that was deleted there, and how to make them forget it."""

from __future__ import annotations

_HOSTS = (  # the first name that is part of the URL counts
    (
        "github.com",
        "GitHub shows the commit to whoever knows its id, also in forks, until its support removes it: "
        "ask at support.github.com to clear cached views",
    ),
    (
        "gitlab",
        "GitLab keeps the commit until its housekeeping prunes it: Settings > Repository > "
        "Repository cleanup, or ask the administrator",
    ),
    (
        "dev.azure.com",
        "Azure DevOps keeps the commit for whoever knows its id; its support removes it",
    ),
    ("bitbucket", "Bitbucket keeps the commit until its support collects garbage; ask for that"),
)
_UNKNOWN = (
    "the host keeps the commit until it collects garbage: on the server, "
    "git reflog expire --expire=now --all && git gc --prune=now"
)


def of_host(url: str) -> str:
    """Return a sentence about what the host of a URL may keep."""
    return next((text for host, text in _HOSTS if host in url.lower()), _UNKNOWN)
