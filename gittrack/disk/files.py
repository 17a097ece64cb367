"""The files that come with gittrack: templates and sample hooks.

In a wheel, they are inside the package; in a checkout or an editable install, beside it.
"""

from __future__ import annotations

from pathlib import Path

from gittrack.core.errors import TrackError

_PACKAGE = Path(__file__).resolve().parent.parent


def bundled(*parts: str) -> Path:
    """Return the path of a bundled file or folder, such as ``bundled("templates", "demo")``."""
    for root in (_PACKAGE / "_files", _PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise TrackError(
        f"{'/'.join(parts)} is missing from this installation", "install gittrack again"
    )
