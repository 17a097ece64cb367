"""Bad input: one `error:` line and one `hint:` line on stderr, never a traceback."""

import os
import shutil
import stat
import subprocess
import sys

import pytest
from helpers import git, record, repo, run_cli

VERBS_WITH_ARGUMENTS = [
    *(["run", "--", "true"], ["ls"], ["top", "acc"], ["show", "@"], ["diff", "@", "@"]),
    *(["recover"], ["doctor"], ["init"]),
]


@pytest.mark.parametrize("argv", VERBS_WITH_ARGUMENTS, ids=" ".join)
def test_outside_any_repository(argv):
    assert run_cli(*argv) == (
        1,
        "",
        "error: this is not inside a git repository\nhint: make one here: git init\n",
    )


def test_without_a_verb_the_overview_is_shown():
    done = run_cli()
    assert (done.code, done.out.splitlines()[0]) == (2, "usage: git track VERB ...")
    assert run_cli("--help") == (0, done.out, "")


def test_an_unknown_verb():
    assert run_cli("shwo") == (2, "", "error: there is no verb 'shwo'\nhint: did you mean show?\n")
    assert run_cli("xyzzy").err == "error: there is no verb 'xyzzy'\nhint: see: git track -h\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["top"], "the following arguments are required: METRIC"),
        (["show"], "the following arguments are required: RUN"),
        (["diff"], "the following arguments are required: RUN"),
        (["ls", "-n", "0"], "argument -n: '0' is not a whole number above 0"),
        (["ls", "--json", "--csv"], "argument --csv: not allowed with argument --json"),
        (["ls", "--nope"], "unrecognized arguments: --nope"),
        (["run", "--seed", "x", "--", "true"], "argument --seed: invalid int value: 'x'"),
    ],
)
def test_usage_errors_end_with_2(argv, message):
    assert run_cli(*argv) == (
        2,
        "",
        f"error: {message}\nhint: see: git track {argv[0]} -h\n",
    )


def old_git(folder, version):
    """A git of an earlier version: what came later, it does not know."""
    real = shutil.which("git")
    script = folder / "git"
    script.write_text(f"""#!/bin/sh
for word; do case $word in
    version|--version) echo "git version {version}"; exit 0 ;;
    --path-format=*) if [ {version} = 2.30.2 ]; then exec {real} rev-parse "$word"; fi ;;
esac; done
exec {real} "$@"
""")
    script.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("version", ["2.30.2", "2.35.8"])
def test_git_is_too_old(tmp_path, version):
    project = repo()
    (tmp_path / "old").mkdir()
    env = old_git(tmp_path / "old", version)
    record(repo=project)  # with the git of today, which is then known to be new enough
    for argv in (["run", "--", "touch", "ran"], ["doctor"]):
        assert run_cli(*argv, cwd=project, env=env) == (
            1,
            "",
            f"error: git {version} is too old\nhint: install git 2.36 or later\n",
        )
    assert not (project / "ran").exists()


def test_whether_git_is_new_enough_is_asked_once(tmp_path, project):
    for _ in range(2):
        trace = tmp_path / "trace"
        trace.unlink(missing_ok=True)
        run_cli("run", "--", "true", env={"GIT_TRACE2": str(trace)})
    assert " git version" not in trace.read_text()


def test_no_git_at_all(tmp_path, project):
    (tmp_path / "bin").mkdir()
    done = run_cli("ls", env={"PATH": str(tmp_path / "bin")})
    assert done == (1, "", "error: git is not installed\nhint: install git 2.36 or later\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_repository_that_is_read_only(project):
    record("a")
    folders = [project / ".git", *(p for p in (project / ".git").rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        done = run_cli("run", "--", "touch", "ran")
        assert done.code == 1
        assert done.err.startswith("error: the run cannot be recorded in ")
        assert not (project / "ran").exists()
        assert run_cli("ls").code == 0
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_where_the_journal_cannot_be_made_nothing_is_run(project):
    (project / ".git/gittrack").write_text("in the way")
    done = run_cli("run", "--", "touch", "ran")
    assert done == (
        1,
        "",
        f"error: the run cannot be recorded in {project}/.git: Not a directory\n"
        "hint: make the repository writable and see that its disk has room\n",
    )
    assert not (project / "ran").exists()


def test_a_repository_of_somebody_else_is_gits_to_refuse(project):
    env = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    done = run_cli("ls", env=env)
    assert done.code == 1
    assert done.err.startswith(
        f"error: git: detected dubious ownership in repository at '{project}'"
    )


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("track.maxFileSize", "ten", "the setting track.maxFileSize is 'ten', which is not a size"),
        ("track.experiment", "a b", "'a b' cannot be the name of an experiment"),
    ],
)
def test_settings_that_cannot_be_used(project, setting, value, message):
    git(".", "config", setting, value)
    done = run_cli("run", "--", "true")
    assert (done.code, done.err.splitlines()[0]) == (1, f"error: {message}")


@pytest.mark.parametrize("verb", ["ls", "ls --json", "show @", "export"])
def test_a_full_disk_of_the_output_is_not_damage_of_the_repository(project, verb):
    record("a", {"loss": 1.0})
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "gittrack", *verb.split()]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: No space left on device\nhint: make room where the output goes\n"


def test_a_hostile_argument_is_shown_escaped(project):
    done = run_cli("show", "\x1b]0;title\x07")
    assert done.err == (
        "error: there is no run '\\x1b]0;title\\x07': no runs are recorded here\n"
        "hint: record one: git track run -- COMMAND\n"
    )
