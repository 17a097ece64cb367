"""The filters of the user are no way in for the code of a fetched run."""

from pathlib import Path

import pytest
from helpers import git, record, repo, run_cli

pytestmark = pytest.mark.usefixtures("project")

EVIL = """
cat > evil.py <<'END'
import pathlib, sys
pathlib.Path(%r).touch()
sys.stdout.buffer.write(sys.stdin.buffer.read())
END
printf '#!/bin/sh\\ntouch %s; exec cat\\n' > evil.sh; chmod +x evil.sh
echo '*.dat filter=mine' > .gitattributes; echo data > a.dat; git add .; git commit -qm evil
"""


@pytest.mark.parametrize("program", ["python3 -m evil", "./evil.sh"])
def test_a_worktree_is_filled_without_running_its_own_code(tmp_path, program):
    sign = tmp_path / "came"
    place = repo(EVIL % (str(sign), sign), tmp_path / "r")
    (tmp_path / "r" / "x.py").write_text("1")
    done = run_cli("run", "--", "true", cwd=place)
    assert done.code == 0, done.err
    git(place, "config", "filter.mine.smudge", program)
    done = run_cli("checkout", "@", str(tmp_path / "look"), cwd=place)
    assert done.code == 0, done.err
    assert not sign.exists()
    assert Path(tmp_path, "look", "a.dat").read_text() == "data\n"


def test_a_filter_of_the_user_still_works():
    Path(".gitattributes").write_text("*.dat filter=mine\n")
    Path("a.dat").write_text("data\n")
    Path("run.sh").write_text("echo 1\n")
    Path("run.sh").chmod(0o755)
    git(".", "add", ".")
    git(".", "commit", "-qm", "data")
    git(".", "config", "filter.mine.smudge", "sed s/data/smudged/")
    git(".", "config", "filter.mine.clean", "sed s/smudged/data/")
    record()
    done = run_cli("checkout", "@", "../look")
    assert done.code == 0, done.err
    assert Path("../look/a.dat").read_text() == "smudged\n"
    assert git("../look", "status", "--porcelain") == ""
    assert Path("../look/run.sh").stat().st_mode & 0o100


def test_a_required_filter_that_fails_leaves_no_worktree():
    Path(".gitattributes").write_text("*.dat filter=mine\n")
    Path("a.dat").write_text("data\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "data")
    record()
    git(".", "config", "filter.mine.smudge", "false")
    git(".", "config", "filter.mine.required", "true")
    assert run_cli("checkout", "@", "../look").code == 1
    assert len(git(".", "worktree", "list").splitlines()) == 1
