"""reproduce/environments/cache_key: a cached environment is used only for what it was made from."""

import os
import sys
from pathlib import Path

import pytest

from gittrack.reproduce.environments import cache_key


def name_of(tool="pip", python="3.12", path="requirements.txt"):
    return cache_key.key(tool, python, Path(path).read_bytes(), path)


def test_another_tool_python_or_content_is_another_environment(sealed):
    Path("requirements.txt").write_text("six")
    names = {name_of(), name_of(tool="uv"), name_of(python="3.11")}
    Path("requirements.txt").write_text("six==1")
    assert len({*names, name_of()}) == 4
    assert name_of() == name_of()


def test_what_requirements_refer_to_counts(sealed):
    Path("more").mkdir()
    Path("requirements.txt").write_text("-r more/base.txt\n  -c 'limits.txt' # why\n-e .\n")
    Path("more/base.txt").write_text("--requirement=inner.txt\n-r ../requirements.txt\n")
    Path("more/inner.txt").write_text("six\n")
    files = cache_key.referred_files("pip", "requirements.txt")
    assert sorted(files) == ["limits.txt", "more/base.txt", "more/inner.txt"]
    before = name_of()
    Path("more/inner.txt").write_text("seven\n")
    assert name_of() != before


def test_the_pip_section_of_conda_refers_to_files_too(sealed):
    Path("environment.yml").write_text("dependencies:\n  - pip:\n    - -r requirements.txt\n")
    assert cache_key.referred_files("conda", "environment.yml") == ["requirements.txt"]


@pytest.mark.parametrize("tool", ["uv", "poetry", "pixi"])
def test_the_project_beside_a_lock_file_counts(sealed, tool):
    Path("x.lock").touch()
    before = name_of(tool, path="x.lock")
    Path("pyproject.toml").write_text("[project]")
    assert name_of(tool, path="x.lock") != before


@pytest.mark.parametrize(
    "name", ["x.pth", "__editable___x_finder.py", "x.dist-info/direct_url.json"]
)
def test_packages_that_are_the_code_of_a_worktree_are_seen(tmp_path, name):
    file = tmp_path / "env" / "lib" / "python3.12" / "site-packages" / name
    file.parent.mkdir(parents=True)
    file.write_text("file:///other/src")
    assert not cache_key.needs_code(str(tmp_path / "env"), str(tmp_path / "tree"))
    file.write_text(f"file://{tmp_path}/tree/src")
    assert cache_key.needs_code(str(tmp_path / "env"), str(tmp_path / "tree"))


def test_a_python_that_was_removed_is_seen(tmp_path):
    assert not cache_key.has_lost_python(str(tmp_path))  # an environment without Python
    (tmp_path / "bin").mkdir()
    os.symlink(sys.executable, tmp_path / "bin" / "python")
    assert not cache_key.has_lost_python(str(tmp_path))
    os.unlink(tmp_path / "bin" / "python")
    os.symlink(tmp_path / "gone", tmp_path / "bin" / "python")
    assert cache_key.has_lost_python(str(tmp_path))
