"""Questions before something leaves this machine, or before much is removed."""

from __future__ import annotations

import sys

from gittrack import git
from gittrack.cli.commands._share_words import count
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_url
from gittrack.core.standard.collections import Sequence
from gittrack.share import remotes
from gittrack.show.terminal.text import escape


def check_consent(repo: git.Repo, remote: str, url: str, *, yes: bool, needed: bool) -> None:
    """Ask before the first push to a URL, and remember the answer.

    Raises
    ------
    TrackError
        If the user says no, or if nobody can answer.
    """
    if not needed or remotes.has_consent(repo, remote, url):
        return
    if not yes and not ask(f"push runs to {shown_url(url)}?"):
        raise TrackError("nothing was pushed", "see what would be sent: git track push --dry-run")
    remotes.remember_consent(repo, remote, url)


def shown_url(url: str) -> str:
    """Return the URLs of a remote as text for a terminal, without passwords."""
    return escape(", ".join(map(redact_url, url.split(", "))))


def may_remove(number: int, most: int) -> bool:
    """Return whether runs that others removed go to the trash; ask if they are many.

    If nobody can answer, they stay: the rest of a pull goes on.
    """
    if number <= most:
        return True
    if not _has_terminal():
        print_note(f"others removed {number} runs: to move them to the trash, add --yes")
        return False
    return ask(f"others removed {number} runs: move them to the trash here too?")


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> bool:
    """Ask on the terminal; raise TrackError if nobody can answer."""
    if not _has_terminal():
        raise TrackError(f"nobody can answer: {question}", "add --yes if the answer is yes")
    print_note(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def print_unavailable(failed: Sequence[tuple[str, str]]) -> None:
    """Print which large files did not come, one line for each reason."""
    reasons: dict[str, list[str]] = {}
    for digest, reason in failed:
        reasons.setdefault(reason, []).append(digest)
    for reason, digests in reasons.items():
        files = count(len(digests), "large file")
        print_note(f"{files} did not come ({digests[0][:12]}): {escape(reason)}")
    if reasons:
        print_note("get one later: git track get RUN PATH")
