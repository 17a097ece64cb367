"""Ask before the command of a run that this machine did not record is run for the first time."""

from __future__ import annotations

import sys

from gittrack.commands._common import note
from gittrack.core import trust
from gittrack.core.errors import TrackError
from gittrack.read.record import RunRecord
from gittrack.show import text
from gittrack.show.columns import short_id


def check(run: RunRecord, trusted: str | None) -> None:
    """Show what would be executed and ask; ``trusted`` is a run commit that may be run unasked.

    Raises TrackError with the code 3 where the answer is no, or nobody can be asked.
    """
    commit = str(run.info.commit)
    if trusted == commit:
        trust.remember(commit)
    if trust.is_trusted(commit):
        return
    info = run.info
    note(f"the run {run.id} was not recorded on this machine; it would execute:")
    note(f"  command  {[text.escape(word) for word in info.command]}")
    note(f"  code     {info.code.state}  ({text.escape(info.cwd or '.')})")
    for item in run.diff.get("files", []):
        note(f"  changed  {text.escape(str(item['path']))}  {item['status']}")
    hint = f"look at it, then: git track reproduce {short_id(run.id)} --trust {commit}"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise TrackError("it is not trusted, and there is no terminal to ask", hint, code=3)
    sys.stderr.write(f"type the first 8 characters of {commit} to run it: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != commit[:8]:
        raise TrackError("it is not trusted", hint, code=3)
    trust.remember(commit)
