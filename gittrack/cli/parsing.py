"""The argument parsers: one for each verb, of one look."""

from __future__ import annotations

import argparse
import os
import sys

from gittrack.core.fast_typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import ModuleType


class Parser(argparse.ArgumentParser):
    """A parser whose errors look like all others."""

    def error(self, message: str) -> NoReturn:
        """Print an error and a hint; exit with 2."""
        self.exit(2, f"error: {message}\nhint: see: {self.prog} -h\n")


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Lay out help; told the width, argparse does not import `shutil` to ask for it."""
    columns = os.get_terminal_size().columns if sys.stdout.isatty() else 100
    return argparse.RawDescriptionHelpFormatter(prog, width=min(columns, 100) - 2)


def parser(verb: str, module: ModuleType) -> Parser:
    """Return the parser of one verb, such as ``ls`` or ``model ls``, that ``module`` is for."""
    # Its words are English: asking `gettext` for each takes 1.5 ms and finds no catalogue.
    argparse._ = str  # type: ignore[attr-defined]
    made = Parser(
        prog=f"git track {verb}",
        description=module.__doc__,
        formatter_class=_formatter,
    )
    module.arguments(made)
    return made
