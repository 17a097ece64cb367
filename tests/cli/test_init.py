"""git track init: optional, and never in the way of what is there."""

import pytest
from helpers import git, run_cli


def test_it_scaffolds_what_is_missing(tmp_path):
    git(".", "init", "-q")
    done = run_cli("init")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "wrote     params.yaml\n"
        "wrote     config\n"
        f"added to  .gitignore: {len((tmp_path / '.gitignore').read_text().splitlines())} lines\n"
        f"settings  edit {tmp_path}/.git/gittrack/config, or use: git config track.<name> <value>\n"
        "\n"
        "next: git track run -- python train.py\n"
    )
    assert run_cli("run", "--", "true").code == 0  # params.yaml can be read


def test_the_settings_in_it_take_effect(tmp_path):
    git(".", "init", "-q")
    run_cli("init")
    with open(".git/gittrack/config", "a") as file:
        file.write("[track]\n\texperiment = mine\n")
    assert git(".", "config", "track.experiment") == "mine"


@pytest.mark.usefixtures("project")
def test_what_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / ".gitignore").write_text("*.o")
    before = (tmp_path / "params.yaml").read_text()
    first, second = run_cli("init"), run_cli("init")
    assert first.out.startswith("kept      params.yaml\nwrote     config\n")
    assert second.out.startswith("kept      params.yaml\nkept      config\nkept      .gitignore\n")
    assert (tmp_path / "params.yaml").read_text() == before
    assert (tmp_path / ".gitignore").read_text().startswith("*.o\n")
    assert git(".", "config", "--get-all", "include.path").count("\n") == 0


@pytest.mark.usefixtures("project")
def test_from_a_subfolder_it_sets_up_the_repository(tmp_path):
    (tmp_path / "sub").mkdir()
    run_cli("init", cwd="sub")
    assert (tmp_path / ".git/gittrack/config").exists()
    assert not list((tmp_path / "sub").iterdir())


def test_bare():
    git(".", "init", "-q", "--bare")
    assert run_cli("init") == (
        1,
        "",
        "error: this is a bare repository\nhint: run git track init in a clone with a work tree\n",
    )
