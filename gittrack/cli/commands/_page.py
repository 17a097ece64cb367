"""Pages that are one file: for ``ui --file``, ``report --html`` and ``sweep show --html``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.cli.output import print_note
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.show.terminal import text

PARTS = ("code", "log", "env", "files")


def add_with(parser: argparse.ArgumentParser, option: str) -> None:
    """Add ``--with``: what a file holds besides params, metrics and curves."""
    parser.add_argument(
        "--with",
        dest="parts",
        type=_parts,
        default=(),
        metavar="A,B",
        help=(
            f"with {option}: add code, log (the console), env (environment, host, user), "
            "files (small artifacts) to the file"
        ),
    )


def _parts(words: str) -> tuple[str, ...]:
    parts = tuple(word.strip() for word in words.split(",") if word.strip())
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is not one of {', '.join(PARTS)}")
    return parts


def write(
    repo: git.Repo,
    path: str,
    fields: Mapping[str, Sequence[str]],
    parts: Sequence[str] = (),
    first: Mapping[str, Any] | None = None,
) -> None:
    """Write the page of some runs into a file, and print what it holds.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    path : str
        The file; its name ends in ``.html`` or ``.htm``.
    fields, parts, first
        As for `web.one_file.runs_page`.

    Raises
    ------
    TrackError
        If the name has another ending, or if the file cannot be written.
    """
    name = text.escape(path)
    if not path.lower().endswith((".html", ".htm")):
        raise TrackError(
            f"{name!r} is not the name of a page", "use a name that ends in .html", code=2
        )
    from gittrack.web import one_file  # noqa: PLC0415 - with NumPy, which a server starts without

    page = one_file.runs_page(repo, fields, parts, first)
    try:
        Path(path).write_bytes(page.content)
    except OSError as error:
        hint = "name another file"
        raise TrackError(f"cannot write {name}: {error.strerror}", hint) from error
    added = (
        f"; with {', '.join(parts)}" if parts else "; without code, logs, environment and artifacts"
    )
    print_note(f"wrote {name}: {page.about}{added}")
