"""Make the pages of docs/reference from the code: ``python docs/generate.py``; a test compares them.

The API page comes from the docstrings, in NumPy's sections.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gittrack
import gittrack.sweep
from gittrack.cli import reference

FOLDER = Path(__file__).parent / "reference"
LAYERS = Path(__file__).parent / "design" / "layers.md"
NOTE = "<!-- Made by docs/generate.py from the code: change it there. -->\n\n"
_FACTS = """
One name is the key in `--json`, the column of `ls --columns` and `git track export`, the key of `ls
--sort` and the name in a query (`-w`). A name means the fact if there is one, then a metric, then a
param; `metrics.x` and `params.x` say which.
"""
_SETTINGS = """
Settings are git configuration: for a repository (`git config track.experiment digits`), for a user
(`--global`), or for one command (`git -c track.experiment=digits track run ...`). Sizes are written
`500k`, `10m`, `2g`. `git track init` writes the settings down as comments, with a `params.yaml` and
lines for `.gitignore`. The sample hooks have settings of their own:
[hooks/README.md](../../hooks/README.md).
"""
# Functions return objects of these classes; users do not construct them.
_RETURNED = (gittrack.ModelVersion, gittrack.Run, gittrack.RunRecord)
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
    if isinstance(value, property) or value in _RETURNED:
        return []
    if inspect.isclass(value) and issubclass(value, Exception):
        return []
    names = list(inspect.signature(value).parameters)
    return [name for name in names if name != "self"]


def optional_parameters(value: Any) -> list[str]:
    """Return the parameters that have a default."""
    named = set(parameters(value))
    if not named:
        return []
    entries = inspect.signature(value).parameters.values()
    return [
        entry.name for entry in entries if entry.name in named and entry.default is not entry.empty
    ]


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


def facts() -> str:
    """Return the page of the facts of a run."""
    return _page("The facts of a run", _FACTS, reference.facts_table())


def settings() -> str:
    """Return the page of the settings."""
    return _page("Settings", _SETTINGS, reference.settings_table())


def _page(title: str, text: str, table: str) -> str:
    return f"# {title}\n\n{textwrap.fill(' '.join(text.split()), 120, break_on_hyphens=False)}\n\n{table}"


PAGES: dict[str, Callable[[], str]] = {"api.md": api, "facts.md": facts, "settings.md": settings}


def content(name: str) -> str:
    """Return the content of a page."""
    return NOTE + PAGES[name]().rstrip() + "\n"


def folders() -> dict[str, str]:
    """Return {folder of the package: the first line of its docstring}."""
    package = Path(gittrack.__file__).parent
    files = [path for path in package.glob("*/**/__init__.py") if "_files" not in path.parts]
    docstrings = {path: ast.get_docstring(ast.parse(path.read_text())) or "" for path in files}
    return {
        path.parent.relative_to(package).as_posix(): text.splitlines()[0]
        for path, text in sorted(docstrings.items())
    }


def main() -> None:
    """Write every page of the reference, and the table of folders in the page of layers."""
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        (FOLDER / name).write_text(content(name), encoding="utf-8")
    rows = "".join(f"| `{folder}/` | {text} |\n" for folder, text in folders().items())
    layers = LAYERS.read_text(encoding="utf-8")
    head, _, rest = re.split(r"(?<=\|---\|---\|\n)((?:\| `.*\n)+)", layers, maxsplit=1)
    LAYERS.write_text(head + rows + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
