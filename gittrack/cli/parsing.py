"""The argument parsers: one for each verb, of one look."""

from __future__ import annotations

import argparse
import os
import sys

from gittrack.core.fast_typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


def verbs_help(prog: str, verbs: Mapping[str, str]) -> str:
    """Return the lines of a help text on the verbs below ``prog``, each with what it does."""
    lines = "".join(f"  {verb:<11} {about}\n" for verb, about in verbs.items())
    return f"verbs\n{lines}\nMore on each: {prog} VERB -h"


def are_options(parser: argparse.ArgumentParser, words: Sequence[str]) -> bool:
    """Say whether ``words`` are nothing but options of the parser, each with its value."""
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, _ = word.partition("=") if word.startswith("--") else (word[:2], word[2:], "")
        action = _option(parser, name) if word.startswith("-") else None
        if action is None:
            return False
        if action.nargs != 0 and not equals:
            if not left:
                return False
            del left[0]
    return True


def _option(parser: argparse.ArgumentParser, name: str) -> argparse.Action | None:
    """Return the option of a name; of one with two dashes, the beginning is enough, as in argparse."""
    actions = parser._option_string_actions
    if name in actions or not name.startswith("--"):
        return actions.get(name)
    matches = [action for option, action in actions.items() if option.startswith(name)]
    return matches[0] if len(matches) == 1 else None
