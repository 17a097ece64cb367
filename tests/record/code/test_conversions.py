"""Files of which a checkout gives other bytes than those that ran are listed under `inexact`."""

from pathlib import Path

import pytest
from helpers import git, repo, run_cli

import gittrack


@pytest.fixture(autouse=True)
def project(monkeypatch):
    monkeypatch.chdir(repo())


def inexact() -> list[str]:
    """Record a run of `true`; return its sentences on what is not exact."""
    done = run_cli("run", "--", "true")
    assert done.code == 0, done.err
    sentences = gittrack.get("@").diff.get("inexact", [])
    assert all(sentence in done.err for sentence in sentences)
    return sentences


def commit(**files: str) -> None:
    """Commit files whose names have `__` for a dot."""
    for name, text in files.items():
        Path(name.replace("__", ".")).write_bytes(text.encode())
    git(".", "add", "-A")
    git(".", "commit", "-qm", "files")


OTHER = "a checkout gives other bytes (line endings or a filter): "


def test_a_repository_without_conversions_is_exact():
    commit(a__py="1\r\n", b__py="2\n")
    assert inexact() == []


def test_crlf_in_the_work_tree_that_git_does_not_store():
    commit(**{"__gitattributes": "* text=auto\n"})
    commit(a__py="1\r\n", b__py="2\n")
    assert inexact() == [OTHER + "a.py"]


def test_lf_in_the_work_tree_of_which_a_checkout_makes_crlf():
    commit(**{"__gitattributes": "*.py text eol=crlf\n"}, a__py="1\n", b__py="2\r\n")
    assert inexact() == [OTHER + "a.py, train.py"]


@pytest.mark.parametrize("value", ["true", "input"])
def test_autocrlf(value):
    git(".", "config", "core.autocrlf", value)
    Path("a.py").write_bytes(b"1\n")
    Path("b.py").write_bytes(b"1\r\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "both")
    expected = "a.py, params.yaml, train.py" if value == "true" else "b.py"
    assert inexact() == [OTHER + expected]


def test_a_dirty_file_is_compared_with_its_snapshot():
    commit(**{"__gitattributes": "* text=auto\n"}, a__py="1\n")
    Path("a.py").write_bytes(b"2\r\n")
    assert inexact() == [OTHER + "a.py"]


def test_text_as_it_is_checked_out_is_exact():
    commit(**{"__gitattributes": "* text=auto\n*.bat eol=crlf\n*.bin -text\n"})
    commit(a__py="1\n", b__bat="2\r\n", c__bin="3\r\n\0")
    assert inexact() == []


def test_a_filter_that_drops_text():
    git(".", "config", "filter.strip.clean", "sed s/secret//")
    commit(**{"__gitattributes": "*.nb filter=strip\n"}, a__nb="1\n", b__nb="secret\n")
    assert inexact() == [OTHER + "b.nb"]


def test_a_dirty_file_under_lfs_is_not_exact_but_an_unchanged_one_is():
    git(".", "config", "filter.lfs.clean", "sha256sum")
    git(".", "config", "filter.lfs.smudge", "cat")
    commit(**{"__gitattributes": "*.bin filter=lfs\n"}, a__bin="content", b__bin="content")
    assert inexact() == []
    Path("a.bin").write_text("other")
    (sentence,) = inexact()
    assert sentence.startswith("the changed content passes a filter")
    assert "a.bin" in sentence


def test_a_filter_that_is_not_installed_changes_nothing():
    commit(**{"__gitattributes": "*.bin filter=lfs\n"}, a__bin="pointer")
    assert inexact() == []


def test_a_filter_that_fails_is_reported_and_the_run_goes_on():
    commit(**{"__gitattributes": "*.nb filter=bad\n"}, a__nb="1\n")
    git(".", "config", "filter.bad.smudge", "false")
    git(".", "config", "filter.bad.required", "true")
    git(".", "config", "filter.bad.clean", "cat")
    assert any("could not be checked" in sentence for sentence in inexact())


def test_names_with_spaces():
    commit(**{"__gitattributes": "* text=auto\n"})
    commit(**{"my file__py": "1\r\n", "x  y": "2\r\n3\r\n", "z": "\n"})
    assert inexact() == [OTHER + "my file.py, x  y"]


def test_the_python_api_lists_them_too():
    commit(**{"__gitattributes": "* text=auto\n"}, a__py="1\r\n")
    with gittrack.init(repo=".") as run:
        pass
    assert gittrack.get(run.id).diff["inexact"] == [OTHER + "a.py"]
