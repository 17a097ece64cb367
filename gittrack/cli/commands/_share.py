"""Questions before something leaves this machine, or before much is removed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gittrack import git
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.core.secrets import redact_url
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


def split_remote(
    repo: git.Repo, words: Sequence[str], option: str | None
) -> tuple[list[str], str | None]:
    """Return the runs among the words of a command line, and the remote: its last word or the option."""
    if option is None and words and words[-1] in remotes.names_of(repo):
        return list(words[:-1]), words[-1]
    return list(words), option


def nothing_to_push(remote: str, pulled: int) -> str:
    """Return the last line of a push that had nothing to send, with the number of runs of other people."""
    return f"{escape(remote)} has everything already{left_out(pulled)}\n"


def left_out(pulled: int) -> str:
    """Return the end of the last line of a push: how many runs of other people were left out."""
    return f"; {count(pulled, 'run')} of other people left out (--all)" if pulled else ""


def nothing_to_pull(remote: str) -> str:
    """Return the last line of a pull that brought nothing."""
    return f"0 new from {escape(remote)}\n"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 run``, ``2 runs``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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
