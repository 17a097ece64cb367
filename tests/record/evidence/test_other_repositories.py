"""record/evidence/other_repositories: code that a command took from another git repository."""

import os
import sys
from pathlib import Path

from helpers import git, repo, run_cli

import gittrack


def inexact():
    return gittrack.get("@").diff.get("inexact", [])


def test_a_script_of_another_repository_is_named_and_caps_the_verdict(project):
    repo("echo K=1 > h.py; echo 'import h; print(h.K)' > t.py; git add .; git commit -qm t", "../P")
    top, commit = os.path.realpath("../P"), git("../P", "rev-parse", "HEAD")[:12]
    done = run_cli("run", "-n", "a", "--", sys.executable, "../P/t.py")
    sentence = (
        f"used code of the repository {top} at {commit}, which is not recorded with "
        f"{os.path.realpath('.')}: h.py, t.py"
    )
    assert f"warning: {sentence}\n" in done.err
    assert inexact() == [sentence]
    done = run_cli("reproduce", "a")
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN"), done.out
    assert sentence in done.out


def test_a_script_of_a_shell_counts_too(project):
    repo("echo 'echo 1' > t.sh; git add .; git commit -qm t", "../shell")
    assert run_cli("run", "--", "sh", "../shell/t.sh").code == 0
    assert inexact()[0].endswith(": t.sh")


def test_submodules_packages_and_files_of_no_repository_are_no_other_repository(project, scratch):
    repo("echo V=1 > inner.py; git add .; git commit -qm inner", "../inner")
    git(".", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "lib")
    repo("mkdir -p venv; touch venv/pyvenv.cfg; echo > venv/installed.py", "../tool")
    Path(scratch, "free.py").write_text("")
    folders = ["lib", "../tool/venv", str(scratch)]
    Path("t.py").write_text(
        f"import sys; sys.path += {folders}\nimport inner, installed, free, gittrack\n"
    )
    git(".", "add", ".")
    git(".", "commit", "-qm", "t")
    assert run_cli("run", "--", sys.executable, "t.py").code == 0
    assert inexact() == []


def test_a_clone_inside_the_tree_is_another_repository(project):
    repo("echo V=1 > inner.py; git add .; git commit -qm inner", "third")
    Path(".git/info/exclude").write_text("third\n")
    code = "import sys; sys.path.append('third'); import inner"
    assert run_cli("run", "--", sys.executable, "-c", code).code == 0
    assert inexact()[0].endswith(": inner.py")
