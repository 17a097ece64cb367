"""The words of push and pull, and their last lines; with few imports, because mostly nothing is new."""

from __future__ import annotations

import sys

from gittrack import git
from gittrack.core.standard.collections import Sequence
from gittrack.share.hosts.listing import names_in


def split_remote(
    repo: git.Repo, words: Sequence[str], option: str | None
) -> tuple[list[str], str | None]:
    """Return the runs among the words of a command line, and the remote: its last word or the option."""
    if option is None and words and words[-1] in names_in(git.parse_config(repo.config().output())):
        return list(words[:-1]), words[-1]
    return list(words), option


def nothing_to_push(remote: str, pulled: int) -> str:
    """Return the last line of a push that had nothing to send, with the number of runs of other people."""
    return f"{remote} has everything already{left_out(pulled)}"


def nothing_to_pull(remote: str) -> str:
    """Return the last line of a pull that brought nothing."""
    return f"0 new from {remote}"


def left_out(pulled: int) -> str:
    """Return the end of the last line of a push: how many runs of other people were left out."""
    return f"; {count(pulled, 'run')} of other people left out (--all)" if pulled else ""


def count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 run``, ``2 runs``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def print_line(text: str) -> None:
    """Print a line, with an escape for each character that can control a terminal."""
    if text.isascii() and text.isprintable():
        sys.stdout.write(f"{text}\n")
        return
    from gittrack.cli.output import print_result  # noqa: PLC0415 - 10 ms that few names need
    from gittrack.show.terminal.text import escape  # noqa: PLC0415

    print_result(f"{escape(text)}\n")
