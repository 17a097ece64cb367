"""What changed while a run was going on is noticed at its end, printed, and recorded."""

import os
import re
import resource
import sys
import time
from pathlib import Path

import pytest
from helpers import git, repo, run_cli

import gittrack
from gittrack import git as our_git
from gittrack.record.evidence import changes


@pytest.fixture(autouse=True)
def project(monkeypatch):
    """A repository with a helper module, a table of results and data that git ignores."""
    folder = repo(
        "echo 'V = 1' > helper.py; echo a > results.csv; echo data > .gitignore; mkdir data\n"
        "echo 1 > data/x; git add . && git commit -qm more"
    )
    monkeypatch.chdir(folder)
    return folder


def look(*data: dict, tree=None, new: tuple[str, ...] = (), outputs=(), tracked=None):
    """Look for changes since a minute ago in the current repository."""
    found = our_git.find()
    listing = (tracked or git(".", "ls-files", "-v", "-z")).encode()
    files = changes.CodeFiles(
        tree or git(".", "rev-parse", "HEAD^{tree}"), listing, frozenset(new), outputs
    )
    return changes.look(found, Path("no-journal"), files, data, time.time_ns() - 60 * 10**9)


def run(script: str, *options: str):
    """Record a shell script; return the run and what was printed on stderr."""
    done = run_cli("run", *options, "--", "sh", "-c", script)
    assert done.code == 0, done.err
    return gittrack.get("@"), done.err


def test_nothing_changed():
    record, err = run("true", "--input", "data")
    assert (record.changed, record.diff) == (None, {})
    assert "changed" not in err


def test_code_that_changes_is_printed_and_makes_the_run_inexact():
    record, err = run("echo 'V = 2' > helper.py")
    sentence = "code changed while the run was going on: helper.py"
    assert record.changed == ["helper.py"]
    assert record.diff["inexact"] == [sentence]
    assert sentence in err


def test_data_that_changes_is_printed_and_makes_the_run_inexact():
    record, err = run("echo 2 > data/x", "--input", "data")
    assert record.changed == ["data"]
    assert "data changed while the run was going on: data" in err


def test_data_that_is_removed_counts_as_changed():
    record, _ = run("rm -r data", "--input", "data")
    assert record.changed == ["data"]


def test_the_patches_of_a_dirty_run_stay():
    Path("train.py").write_text("print(2)\n")
    record, _ = run("echo 'V = 2' > helper.py")
    assert [item["path"] for item in record.diff["files"]] == ["train.py"]
    assert len(record.diff["inexact"]) == 1


def test_a_new_module_of_the_snapshot_counts():
    Path("new.py").write_text("1\n")
    record, _ = run("echo 2 > new.py")
    assert record.changed == ["new.py"]


def test_code_that_is_put_back_or_touched_has_not_changed():
    record, _ = run("touch helper.py; cp train.py old; echo > train.py; cp old train.py; rm old")
    assert record.changed is None


def test_deleted_code_has_changed():
    record, _ = run("rm helper.py")
    assert record.changed == ["helper.py"]


def test_code_that_was_deleted_before_the_run_has_not_changed():
    Path("helper.py").unlink()
    record, _ = run("true")
    assert record.changed is None


def test_code_that_a_sparse_checkout_leaves_out_has_not_changed():
    Path("lib").mkdir()
    Path("lib/part.py").write_text("1\n")
    git(".", "add", "lib")
    git(".", "commit", "-qm", "lib")
    git(".", "sparse-checkout", "set", "data")
    assert not Path("lib").exists()
    record, _ = run("true")
    assert record.changed is None


def test_a_tracked_table_that_the_run_writes_is_no_change_of_code():
    record, _ = run("echo b >> results.csv")
    assert record.changed is None


def test_an_output_is_no_change_of_code():
    record, _ = run("echo 'V = 3' > helper.py", "--output", "helper.py")
    assert record.changed is None


def test_a_link_is_compared_by_its_target():
    os.symlink("helper.py", "link.py")
    git(".", "add", "link.py")
    git(".", "commit", "-qm", "link")
    assert look().names == ()
    Path("link.py").unlink()
    os.symlink("train.py", "link.py")
    assert look().names == ("link.py",)


@pytest.mark.parametrize("count", [0, 100])  # of more files, which git gets in another way
def test_names_with_signs_of_git_are_compared_as_they_are(count):
    names = ["*.py", ":(top)a.py", "-a.py", "[hm]elper.py", "Makefile", ".config/A.PY"]
    paths = [Path(name) for name in (*names, *(f"m{number}.py" for number in range(count)))]
    Path(".config").mkdir()
    for path in paths:
        path.write_text("1")
    git(".", "add", ".")
    git(".", "commit", "-qm", "more")
    assert look().names == ()
    for name in (*names, "results.csv"):
        Path(name).write_text("2")
    assert sorted(look().names) == sorted(names)


def test_names_that_git_reads_as_quoted_or_as_two_are_compared_as_they_are():
    names = ['"quoted.py', "two\nlines.py"]
    for name in names:
        Path(name).write_text("1")
    git(".", "add", ".")
    git(".", "commit", "-qm", "odd names")
    tree = git(".", "rev-parse", "HEAD^{tree}")
    assert look(tree=tree).names == ()
    for name in names:
        Path(name).write_text("2")
    assert sorted(look(tree=tree).names) == names


def test_without_a_free_descriptor_the_same_files_are_candidates():
    code = changes.CodeFiles(None, b"H helper.py\0H gone.py\0H results.csv\0")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        candidates = [code.changed_since(os.getcwd(), moment) for moment in (0, 2**62)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert candidates == [["helper.py", "gone.py"], ["gone.py"]]


@pytest.mark.parametrize("many", [0, 10**6])  # from so many files on, git looks first
def test_git_finds_the_same_changes_as_a_look_at_each_file(monkeypatch, many):
    monkeypatch.setattr(changes, "_MANY_FILES", many)
    git(".", "config", "core.trustctime", "false")
    names = (
        "ab",
        "flag",
        "gone",
        "index",
        "link",
        "mode",
        "new",
        "note",
        "same",
        "staged",
        "table",
    )
    for name in names:
        Path(f"{name}.py").write_text("1\n")
    Path("new.py").unlink()
    git(".", "add", ".")
    git(".", "commit", "-qm", "many kinds")
    Path("note.py").write_text("2\n")  # uncommitted, and new, when the run begins
    Path("new.py").write_text("2\n")
    git(".", "add", "note.py", "new.py")
    tree = git(".", "write-tree")
    git(".", "reset", "-q")
    assert look(tree=tree, new=("new.py",)).names == ()
    state = os.stat("ab.py")
    Path("ab.py").write_text("2\n")  # of the same size, and with the same time
    os.utime("ab.py", ns=(state.st_atime_ns, state.st_mtime_ns))
    Path("gone.py").unlink()
    git(".", "rm", "-q", "--cached", "index.py")
    Path("link.py").unlink()
    os.symlink("table.py", "link.py")
    Path("mode.py").chmod(0o755)
    Path("new.py").write_text("3\n")
    Path("note.py").write_text("1\n")  # as in the commit
    os.utime("same.py")
    Path("staged.py").write_text("2\n")
    git(".", "add", "staged.py")
    git(".", "commit", "-qm", "staged", "staged.py")
    expected = ["ab.py", "gone.py", "link.py", "new.py", "note.py", "staged.py"]
    assert sorted(look(tree=tree, new=("new.py",)).names) == expected
    earlier = git(".", "ls-files", "-v", "-z")
    git(".", "update-index", "--assume-unchanged", "flag.py")
    Path("flag.py").write_text("2\n")
    for tracked in (None, earlier):  # the flag was set before the run began, or meanwhile
        assert "flag.py" in look(tree=tree, new=("new.py",), tracked=tracked).names


def test_files_whose_bytes_are_known_are_compared_without_git():
    Path("train.py").write_text("2\n")
    ids = {"train.py": git(".", "hash-object", "train.py"), "helper.py": "0" * 40}
    code = changes.CodeFiles(None, ids=ids)
    found = our_git.find()
    assert changes.has_same_bytes(found, code, "train.py")
    Path("other").write_text("2\n")
    os.replace("other", "helper.py")
    Path("train.py").unlink()
    os.symlink("helper.py", "train.py")
    for path in ("train.py", "helper.py", "gone.py"):
        assert not changes.has_same_bytes(found, code, path)


def test_many_names_are_cut_in_the_sentence_only():
    for number in range(7):
        Path(f"m{number}.py").write_text("1")
    git(".", "add", ".")
    git(".", "commit", "-qm", "many")
    for number in range(7):
        Path(f"m{number}.py").write_text("2")
    result = look()
    assert len(result.names) == 7
    assert result.sentences[0].endswith("m4.py and 2 more")


def test_a_run_of_the_python_api_notices_changes_too():
    run_of_script = (
        "import gittrack\nfrom pathlib import Path\n"
        "with gittrack.init() as run:\n"
        "    run.log_input('data')\n"
        "    Path('helper.py').write_text('V = 2')\n    Path('data/x').write_text('2')\n"
    )
    Path("script.py").write_text(run_of_script)
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "script.py"]) == 0
    assert gittrack.get("@").changed == ["helper.py", "data"]


def test_such_a_run_is_not_taken_as_done_already():
    command = ("run", "--input", "data", "--skip-existing", "--", "sh", "-c", "echo 2 >> data/x")
    assert run_cli(*command).code == 0
    Path("data/x").write_text("1\n")
    assert "has done the same" not in run_cli(*command).err


def test_a_sweep_does_not_keep_such_a_trial_as_the_best():
    script = "echo '{{\"loss\": 1}' >> $GITTRACK_METRICS; echo 'V = 9' > helper.py # {args}"
    done = run_cli("sweep", "-S", "lr=1,2", "-m", "loss", "--", "sh", "-c", script)
    assert "code changed while the run was going on: helper.py" in done.err
    trial = gittrack.get("@")
    assert trial.metrics["loss"].last == 1.0  # what was measured stays in the run
    page = run_cli("sweep", "show", trial.sweep.id[16:]).out
    assert re.search(r"0 +[0-9a-f]{8} +nan ", page)
    assert "best" not in page
