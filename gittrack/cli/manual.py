"""Generate the manual page from the argument parsers, so that help and manual page always agree."""

from __future__ import annotations

import argparse
from itertools import groupby

from gittrack.core.standard.collections import Mapping, Sequence


def page(
    verbs: Mapping[str, argparse.ArgumentParser],
    groups: Mapping[str, Sequence[str]],
    settings: Mapping[str, tuple[str, str]],
    sections: str,
    version: str,
) -> str:
    """Return the manual page.

    Parameters
    ----------
    verbs : mapping of str to argparse.ArgumentParser
        The parser of each verb, such as ``ls`` or ``model ls``.
    groups : mapping of str to sequence of str
        The title of each section, and the verbs that it describes.
    settings : mapping of str to (str, str)
        {name: (default, meaning)}.
    sections : str
        The sections after those. A first line in capitals is a heading; indented lines stay as they are.
    version : str
        The version of gittrack.

    Returns
    -------
    str
        The page in the macros of man(7).
    """
    lines = [
        f'.TH GIT\\-TRACK 1 "" "gittrack {_escape(version)}" "Git Manual"',
        ".SH NAME",
        "git\\-track \\- ML experiment tracking that is nothing but git",
        ".SH SYNOPSIS",
        *[line for verb, parser in verbs.items() for line in _synopsis(verb, parser)][1:],
        ".SH DESCRIPTION",
        "A run of training code is a commit on a hidden ref, refs/runs/<experiment>/<id>.",
        *(line for title, names in groups.items() for line in _group(title, names, verbs)),
        *_settings(settings),
        *_prose(sections),
    ]
    return "\n".join(lines) + "\n"


def _synopsis(verb: str, parser: argparse.ArgumentParser) -> list[str]:
    usage = " ".join(parser.format_usage().split()).removeprefix(f"usage: git track {verb}")
    usage = usage.replace(" [-h]", "", 1)
    return [".br", f"\\fBgit track {_escape(verb)}\\fR{_escape(usage.rstrip())}"]


def _group(
    title: str, names: Sequence[str], verbs: Mapping[str, argparse.ArgumentParser]
) -> list[str]:
    lines = [f".SH {_escape(title.upper())}"]
    for name in names:
        parser = verbs[name]
        lines += [f".SS git track {_escape(name)}", *_paragraphs(parser.description or "")]
        for action in parser._actions:
            if action.dest != "help" and (action.option_strings or action.help):
                lines += [".TP", _option(action), _escape(action.help or "")]
    return lines


def _option(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"\\fI{_escape(str(action.metavar or action.dest))}\\fR"
    names = ", ".join(f"\\fB{_escape(name)}\\fR" for name in action.option_strings)
    if action.nargs == 0:
        return names
    choices = "|".join(map(str, action.choices)) if action.choices else None
    return f"{names} \\fI{_escape(str(choices or action.metavar or action.dest.upper()))}\\fR"


def _settings(settings: Mapping[str, tuple[str, str]]) -> list[str]:
    lines = [
        ".SH SETTINGS",
        "Git configuration: for a repository, for a user (\\-\\-global), or for one command",
        "(git \\-c track.experiment=digits track run ...).",
    ]
    for name, (default, meaning) in settings.items():
        whole = f"{meaning} (default: {default})" if default else meaning
        lines += [".TP", f"\\fBtrack.{_escape(name)}\\fR", _escape(whole.replace("`", ""))]
    return lines


def _prose(sections: str) -> list[str]:
    lines: list[str] = []
    for block in sections.strip().split("\n\n"):
        first, _, rest = block.partition("\n")
        if first.isupper() and not first.startswith(" "):
            lines.append(f".SH {_escape(first)}")
            block = rest
        lines += _paragraphs(block)
    return lines


def _paragraphs(content: str) -> list[str]:
    """Return text as roff paragraphs; indented lines stay as they are."""
    lines: list[str] = []
    for number, block in enumerate(content.strip("\n").split("\n\n")):
        lines += [".PP"] if number else []
        for indented, part in groupby(block.split("\n"), lambda line: line.startswith("  ")):
            escaped = [_escape(line.removeprefix("  ") if indented else line) for line in part]
            lines += [".RS 4", ".nf", *escaped, ".fi", ".RE"] if indented else escaped
    return lines


def _escape(content: str) -> str:
    """Return text that contains no instructions to roff."""
    plain = content.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain[:1] in (".", "'") else plain
