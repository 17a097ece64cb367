"""The warning about tags that cannot be read, and its exit status, for the verbs that list models."""

from __future__ import annotations

import sys

from gittrack.cli.output import print_note
from gittrack.read.registry.models import Registry


def status(state: Registry) -> int:
    """Warn on stderr about tags that could not be read; return 1 if there are any, else 0."""
    if state.damaged:
        sys.stdout.flush()
        print_note(f"warning: {len(state.damaged)} tags cannot be read; see: git track doctor")
    return 1 if state.damaged else 0
