"""What the verbs that look share: a word on tags that cannot be read, and the exit status."""

from __future__ import annotations

import sys

from gittrack.cli.output import print_note
from gittrack.read.registry.models import Registry


def status(state: Registry) -> int:
    """Say on stderr how many tags could not be read; return the exit status."""
    if state.damaged:
        sys.stdout.flush()
        print_note(f"warning: {len(state.damaged)} tags cannot be read; see: git track doctor")
    return 1 if state.damaged else 0
