"""Every verb has help and is documented, what the documents show runs, and the reference is the code's."""

import importlib
import inspect
import re
import subprocess
import sys

import pytest
from helpers import ROOT, python, repo, run_cli

from gittrack.cli import main
from gittrack.launch import launcher

sys.path.insert(0, str(ROOT / "docs"))
import generate

README = (ROOT / "README.md").read_text()
PAGES = sorted(ROOT.glob("docs/**/*.md"))
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text() for path in (*ROOT.glob("*.md"), *PAGES)
}
RUNNABLE = {
    name: blocks
    for name, text in DOCUMENTS.items()
    if (blocks := re.findall(r"<!-- runnable -->\n+```(\w+)\n(.*?)```", text, re.S))
}
ALL_VERBS = [
    *main.VERBS,
    *(f"{verb} {inner}" for verb in main.NESTED for inner in main.inner_verbs(verb)),
]


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_verb_has_help(verb):
    done = run_cli(verb, "-h")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: git track {verb}")


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_help_fits_into_80_columns(verb):
    lines = main.parser(verb).format_help().splitlines()
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_verb_is_in_the_documents_and_in_the_overview(verb):
    assert any(re.search(rf"git track {verb}\b", text) for text in DOCUMENTS.values()), verb
    assert f"\n  {verb} " in main.overview()


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_every_option_has_a_description(verb):
    for action in main.parser(verb)._actions:
        assert action.help or not action.option_strings, f"{verb} {action.option_strings}"


def test_the_design_names_every_folder():
    """After a change: python docs/generate.py."""
    design = DOCUMENTS["docs/design/layers.md"]
    rows = dict(re.findall(r"^\| `([\w/]+)/` \| (.*) \|$", design, re.M))
    assert rows == generate.folders()


def named_modules(text):
    """Return what a document names in the package, such as ``core/paths.py`` or ``git/process.find``."""
    layers = "|".join(path.name for path in (ROOT / "gittrack").iterdir() if path.is_dir())
    return set(re.findall(rf"`((?:{layers})(?:/\w+)+(?:\.\w+)*)(?:/|\(\))?`", text))


def exists(name):
    path = ROOT / "gittrack" / name
    module, *attributes = path.name.split(".")
    file = path.parent / f"{module}.py"
    if path.exists() or not file.exists() or not attributes:
        return path.exists() or file.exists()
    value = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    for attribute in attributes:
        value = getattr(value, attribute, None)
    return value is not None


@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTS if "design" in name or name == "CONTRIBUTING.md"]
)
def test_every_module_that_a_document_names_exists(name):
    assert {module for module in named_modules(DOCUMENTS[name]) if not exists(module)} == set()


def test_a_module_that_does_not_exist_is_noticed():
    assert named_modules("see `core/paths.py`, `git/process.begin()` and `hooks/README.md`") == {
        "core/paths.py",
        "git/process.begin",
    }
    assert exists("core/paths.py")
    assert exists("core/paths.fault")
    assert not exists("core/paths.check")
    assert not exists("core/path.py")


def test_git_finds_the_verbs(project):
    bin_folder = project / "bin"
    bin_folder.mkdir()
    script = bin_folder / "git-track"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gittrack "$@"\n')
    script.chmod(0o755)
    line = f'PATH="{bin_folder}:$PATH" PYTHONPATH="{ROOT}" git track -h'
    shown = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert shown == main.overview()


def test_the_variables_of_a_command_are_in_its_help_and_in_the_documents():
    shown = run_cli("run", "-h").out
    for name in launcher.environment_names():
        assert name in shown
    for name in ("GITTRACK_PARAMS", "GITTRACK_METRICS", "GITTRACK_MODE"):
        assert name in DOCUMENTS["docs/recording.md"]


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_code_of_a_document_runs(name):
    """All blocks, in order, in one repository."""
    project = repo()
    folder = project.parent / "bin"
    folder.mkdir()
    (folder / "git-track").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gittrack "$@"\n')
    (folder / "git-track").chmod(0o755)
    for language, code in RUNNABLE[name]:
        if language == "python":
            done = python(code, cwd=project)
        else:
            line = f'export PATH="{folder}:$PATH" PYTHONPATH="{ROOT}"\n{code}'
            shell = subprocess.run(
                ["sh", "-e", "-c", line], cwd=project, capture_output=True, text=True, check=False
            )
            done = (shell.returncode, shell.stdout, shell.stderr)
        assert done[0] == 0, f"{code}\n{done[1]}{done[2]}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_names_a_verb_that_is_not_there(name):
    lines = re.findall(r"^(?:\$ )?git track ([a-z]+)\b", DOCUMENTS[name], re.M)
    assert set(lines) <= set(main.VERBS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", DOCUMENTS[name])
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", generate.PAGES)
def test_reference_pages_are_those_of_the_code(name):
    """After a change: python docs/generate.py."""
    assert DOCUMENTS[f"docs/reference/{name}"] == generate.content(name)


@pytest.mark.parametrize(
    "value", [pytest.param(value, id=name) for name, value in generate.public()]
)
def test_every_public_object_and_every_parameter_of_it_is_described(value):
    doc = generate.parse(inspect.getdoc(value) or "")
    assert doc.text
    assert set(generate.parameters(value)) - generate.described(value) == set()
    empty = {
        entry
        for entry, kind, text in generate.entries(doc.sections.get("Parameters", ""))
        if entry and not (kind and text)
    }
    assert empty == set(), "parameters without a type or a description"
    described = {
        name: f"{kind} {text}"
        for names, kind, text in generate.entries(doc.sections.get("Parameters", ""))
        for name in names.replace("*", "").split(", ")
    }
    silent = [
        name
        for name in generate.optional_parameters(value)
        if not re.search("default|optional", described[name], re.I)
    ]
    assert silent == [], "parameters whose default is not described"


@pytest.mark.parametrize(
    ("parameters", "missing"),
    [
        ("", {"a", "b", "more"}),
        ("a : int\n    A number.", {"b", "more"}),
        ("a, b : int\n    Two numbers.\n*more : str\n    Words.", set()),
    ],
)
def test_a_parameter_that_is_not_described_is_found(parameters, missing):
    def function(a, b, *more):
        pass

    function.__doc__ = f"Do it.\n\nParameters\n----------\n{parameters}\n"
    assert set(generate.parameters(function)) - generate.described(function) == missing


def test_the_readme_is_short_and_fits_into_80_columns():
    lines = README.splitlines()
    assert 120 <= len(lines) <= 150
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_block_of_python_runs(name):
    if name != "docs/reference/api.md":  # it holds signatures
        blocks = re.findall(r"^```python$", DOCUMENTS[name], re.M)
        assert len(blocks) == sum(kind == "python" for kind, _ in RUNNABLE.get(name, []))
