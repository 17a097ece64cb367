"""The argument parsers of the verbs, which all print help and errors in the same form."""

from __future__ import annotations

import argparse
import os
import sys

from gittrack.core.standard.typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import ModuleType

    from gittrack.core.standard.collections import Mapping, Sequence


_COLUMNS = 80  # of a file or a pipe
_MAX_COLUMNS = 100  # long lines are hard to read


class Parser(argparse.ArgumentParser):
    """A parser that prints errors in the form of all other errors."""

    def error(self, message: str) -> NoReturn:
        """Print an error and a hint; exit with 2."""
        self.exit(2, f"error: {message}\nhint: see: {self.prog} -h\n")


class _Formatter(argparse.HelpFormatter):
    """Fill paragraphs to the width of the terminal, and keep indented lines as they are."""

    def __init__(self, prog: str) -> None:
        columns = os.get_terminal_size().columns if sys.stdout.isatty() else _COLUMNS
        # With a width, argparse does not import `shutil` to find it.
        super().__init__(prog, width=min(columns, _MAX_COLUMNS) - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        blocks = text.strip().split("\n\n")
        return "\n\n".join(
            block
            if "\n  " in f"\n{block}"
            else super(_Formatter, self)._fill_text(block, width, indent)
            for block in blocks
        )


def parser(verb: str, module: ModuleType) -> Parser:
    """Return the parser of one verb.

    Parameters
    ----------
    verb : str
        The verb as a user types it, such as ``ls`` or ``model ls``.
    module : module
        The module of the verb: its docstring is the help text, its ``arguments(parser)`` adds the options.
    """
    # The words of argparse have no translation, but looking for one imports `locale`, for 1.2 ms.
    argparse._ = str  # type: ignore[attr-defined]
    verb_parser = Parser(
        prog=f"git track {verb}",
        description=module.__doc__,
        formatter_class=_Formatter,
    )
    module.arguments(verb_parser)
    return verb_parser


def verbs_help(prog: str, verbs: Mapping[str, str]) -> str:
    """Return the part of a help text that lists the verbs below ``prog``."""
    lines = "".join(f"  {verb:<11} {about}\n" for verb, about in verbs.items())
    return f"verbs\n{lines}\nHelp for one verb: {prog} VERB -h"


def are_options(parser: argparse.ArgumentParser, words: Sequence[str]) -> bool:
    """Return whether all ``words`` are options of the parser or values of such options."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, _ = word.partition("=") if word.startswith("--") else (word[:2], word[2:], "")
        action = _option(parser, name) if word.startswith("-") else None
        if action is None:
            return False
        if action.nargs != 0 and not equals:
            if not rest:
                return False
            del rest[0]
    return True


def _option(parser: argparse.ArgumentParser, name: str) -> argparse.Action | None:
    """Return the option with a name; a unique beginning of a long option is enough, as in argparse."""
    actions = parser._option_string_actions
    if name in actions or not name.startswith("--"):
        return actions.get(name)
    matches = [action for option, action in actions.items() if option.startswith(name)]
    return matches[0] if len(matches) == 1 else None
