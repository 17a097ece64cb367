"""Make the pages of docs/reference from the code: ``python docs/generate.py``; a test compares them.

The API page comes from the docstrings, in NumPy's sections.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gittrack
import gittrack.sweep

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Made by docs/generate.py from the code: change it there. -->\n\n"
_SECTIONS = ("Parameters", "Attributes", "Returns", "Yields", "Raises", "Notes", "Examples")


class Doc(NamedTuple):
    """A docstring in NumPy's form: the text before the sections, and the sections."""

    text: str
    sections: dict[str, str]


class Public(NamedTuple):
    """A public function, class, method or property, and the name under which users know it."""

    name: str
    value: Any


def parse(docstring: str) -> Doc:
    """Return the text and the sections of a docstring."""
    heading = "|".join(_SECTIONS)
    parts = re.split(rf"^({heading})\n-+\n", inspect.cleandoc(docstring), flags=re.M)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return Doc(parts[0].strip(), {name: body.strip("\n") for name, body in pairs})


def entries(section: str) -> Iterator[tuple[str, str, str]]:
    """Yield (name, type, description) of each entry of a section such as Parameters."""
    for block in re.split(r"\n(?=\S)", section):
        head, _, text = block.partition("\n")
        name, _, kind = head.partition(" : ")
        yield name.strip(), kind.strip(), " ".join(inspect.cleandoc(text).split())


def public() -> Iterator[Public]:
    """Yield everything that ``gittrack`` and ``gittrack.sweep`` offer, with the members of classes."""
    for module in (gittrack, gittrack.sweep):
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                yield Public(f"{module.__name__}.{name}", value)
                yield from _members(name, value)


def _members(name: str, owner: Any) -> Iterator[Public]:
    if not inspect.isclass(owner) or issubclass(owner, Exception):
        return
    for member, value in inspect.getmembers(owner):
        described = inspect.isfunction(value) or isinstance(value, property)
        if described and not member.startswith("_") and member in _own(owner):
            yield Public(f"{name}.{member}", value)


def _own(owner: type) -> set[str]:
    """Return the members that gittrack itself defines, not a base class of Python's."""
    ours = (base for base in owner.__mro__ if base.__module__.startswith("gittrack"))
    return {name for base in ours for name in vars(base)}


def parameters(value: Any) -> list[str]:
    """Return the parameters that a caller can give."""
    if isinstance(value, property):
        return []
    if inspect.isclass(value) and issubclass(value, Exception):
        return []
    names = list(inspect.signature(value).parameters)
    return [name for name in names if name != "self"]


def described(value: Any) -> set[str]:
    """Return the parameters that the docstring describes."""
    section = parse(inspect.getdoc(value) or "").sections.get("Parameters", "")
    return {name.strip(" *") for names, _, _ in entries(section) for name in names.split(",")}


def api() -> str:
    """Return the page of the Python API."""
    lines = ["# Python API\n"]
    for name, value in public():
        level = "##" if name.startswith("gittrack.") else "###"
        lines.append(f"{level} {name}\n")
        lines.append(_describe(name, value))
    return "\n".join(lines)


def _describe(name: str, value: Any) -> str:
    doc = parse(inspect.getdoc(value) or "")
    parts = []
    if not isinstance(value, property) and not inspect.isclass(value):
        parts.append(f"```python\n{name}{_signature(value)}\n```\n")
    parts.append(_links(doc.text) + "\n")
    for section, body in doc.sections.items():
        if section in ("Parameters", "Attributes", "Returns", "Yields", "Raises"):
            parts.append(f"{section}:\n")
            parts += [_entry(section, *entry) for entry in entries(body)]
            parts.append("")
        else:
            parts.append(f"{section}: {_links(body)}\n" if section == "Notes" else _code(body))
    return "\n".join(parts)


def _entry(section: str, name: str, kind: str, text: str) -> str:
    label = f"`{name}`" + (f" ({kind})" if kind else "")
    return f"- {label}: {_links(text)}" if text else f"- {label}"


def _signature(value: Callable[..., Any]) -> str:
    signature = inspect.signature(value)
    kept = [entry for name, entry in signature.parameters.items() if name != "self"]
    bare = [entry.replace(annotation=inspect.Parameter.empty) for entry in kept]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def _links(text: str) -> str:
    """Return text in Markdown: double backticks of docstrings become single ones."""
    return text.replace("``", "`")


def _code(body: str) -> str:
    return f"```python\n{body}\n```\n"


PAGES: dict[str, Callable[[], str]] = {"api.md": api}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(NOTE + page().rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
