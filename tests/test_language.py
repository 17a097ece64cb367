"""Names are nouns and verbs that say what they are; text is plain international English.

A value is named by what it *is* (`runs`, `message`, `metric`), not by a participle or a pronoun.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ROOT

PACKAGE = ROOT / "gittrack"
# Participles and pronouns, which leave the reader to find the noun.
WORDS = {
    *("found", "told", "one", "said", "asked", "kept", "heard", "begun", "late", "place", "it"),
    *("made", "left", "known", "shown", "wanted", "gone", "held", "given", "taken", "there"),
}
# Turns of phrase that must be parsed twice.
PHRASES = (
    *(
        r"\btold\b",
        r"(?<![Tt]here )\bis no\b",
        r"\bare no\b(?! )",
        r"\bstands? above\b",
        r"\bby then\b",
    ),
    *(r"\bsuch as it is\b", r"\bin the place of\b", r"\bsays of\b"),
)
# Classes that share a name, each with a reason.
SAME_NAME = {
    "Table": "of the terminal, and the medium that users log",
    "Text": "of a registry tag, and the medium that users log",
    "GittrackCallback": "one for each framework, imported from its module",
    "Registry": "the public one reads the registry by the other",
    "RunRecord": "the public one adds how a notebook shows it",
    "Answer": "of git, and of the server of the page",
    "Changes": "in the code of a run, and since the page was loaded",
}
# Names that run.yaml stores.
STORED = {"core/run/trials.py: known"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield (path, tree) of the modules of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if relative.parts[0] != "_files":
            yield relative.as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def bound(tree: ast.AST) -> Iterator[str]:
    """Yield the names that code gives: of values, parameters, functions and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield the strings of a module: docstrings, help and messages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def riddles(text: str) -> list[str]:
    """Return the phrases in a text that are not plain English."""
    plain = " ".join(text.split())
    return [match[0] for pattern in PHRASES for match in re.finditer(pattern, plain)]


def test_values_are_named_by_nouns():
    names = {
        f"{path}: {name}"
        for path, tree in modules()
        for name in bound(tree)
        if name.strip("_").lower() in WORDS
    }
    assert names == STORED


def test_a_class_name_has_one_meaning():
    names = Counter(
        node.name
        for _, tree in modules()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in names.items() if count > 1} == set(SAME_NAME)


def test_docstrings_help_and_messages_are_plain():
    phrases = {
        f"{path}: {phrase} in {text[:60]!r}"
        for path, tree in modules()
        for text in texts(tree)
        for phrase in riddles(text)
    }
    assert phrases == set()


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=str)
def test_documents_are_plain(path: Path):
    assert riddles(path.read_text(encoding="utf-8")) == []


def test_the_rules_see_what_they_are_about():
    code = "def told(place, *, n):\n    for one in place:\n        found = n\n"
    assert set(bound(ast.parse(code))) & WORDS == {"told", "place", "one", "found"}
    assert riddles("what is no number\nis told of") == ["told", "is no"]
    assert riddles("This value is not a number.") == []
