"""The uncommitted changes of a run: exactly what lay there, and nothing of the user's is touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from helpers import git, python, repo, run_cli

import gittrack

RECORD = "import gittrack; gittrack.init().finish()"
# A change of every kind; the quotes of the last lines make names that are not UTF-8 and odd.
CHANGES = """
mkdir deep; for name in gone mode link type staged both partly deep/inner; do echo 1 > $name; done
echo ignored/ > .gitignore; ln -s mode old-link
git add .; git commit -qm base
rm gone; chmod +x mode; ln -sf train.py link; rm type; mkdir type; echo 2 > type/file
echo 2 > staged; git add staged; echo 2 > both; git add both; echo 3 > both
git rm -q --cached partly; git rm -q old-link; mkdir ignored; echo 9 > ignored/file
rm -r deep; ln -s ignored deep
echo new > 'un tracked'; : > empty; ln -s nowhere dangling; echo tool > tool; chmod +x tool
printf '\\377\\376\\000bytes' > binary; printf 'caf\\351\\n' >> train.py
printf x > "$(printf 'n\\303\\244me')"; printf x > "$(printf 'lat\\344n')"
printf x > "$(printf 'line\\nbreak')"
echo added > intended; git add -N intended
"""


def record(place: Path, *config: str) -> gittrack.RunRecord:
    done = python(RECORD, place)
    assert done.code == 0, done.err
    return gittrack.runs(repo=place)[0]


def add_all(place: Path) -> str:
    """Return the tree that `git add -A` and `git write-tree` make, in a copy of the repository."""
    copy = place.with_name("copy")
    subprocess.run(["cp", "-a", place, copy], check=True)
    git(copy, "add", "-A")
    return git(copy, "write-tree")


def tree_of(place: Path, run: gittrack.RunRecord) -> str:
    return git(place, "rev-parse", f"{run.code.state}^{{tree}}")


def state_of(place: Path) -> tuple[object, ...]:
    """Return all that recording must not touch."""
    files = {
        str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns)
        for path in sorted(place.rglob("*"))
        if ".git" not in path.relative_to(place).parts
    }
    index = (place / ".git/index").read_bytes()
    head = (place / ".git/HEAD").read_bytes()
    logs = (place / ".git/logs/HEAD").read_bytes()
    return (
        files,
        index,
        head,
        logs,
        git(place, "status", "--porcelain=v2"),
        git(place, "branch", "-a"),
    )


def test_the_snapshot_is_what_git_add_would_take():
    place = repo(CHANGES)
    expected = add_all(place)
    run = record(place)
    assert run.code.dirty
    assert tree_of(place, run) == expected
    assert f"tree: {expected}" in git(place, "show", f"{run.ref}:run.yaml")
    assert git(place, "log", "-1", "--format=%P", run.code.snapshot) == run.code.commit


def test_nothing_of_the_users_is_touched():
    place = repo(CHANGES)
    before = state_of(place)
    record(place)
    run_cli("run", "--", "true", cwd=place)
    assert state_of(place) == before


def test_each_change_is_listed_with_its_patch():
    place = repo(CHANGES)
    found = {item["path"]: item for item in record(place).diff["files"]}
    told = {path: item["status"] for path, item in found.items()}
    assert told == {
        **dict.fromkeys(("mode", "staged", "both", "train.py"), "modified"),
        **dict.fromkeys(("gone", "type", "old-link", "deep/inner"), "deleted"),
        **dict.fromkeys(
            ("un tracked", "empty", "dangling", "tool", "binary", "type/file"), "added"
        ),
        **dict.fromkeys(("n\u00e4me", "lat\udce4n", "line\nbreak", "intended", "deep"), "added"),
        "link": "type changed",
    }
    assert found["both"]["patch"].endswith("-1\n+3\n")
    assert found["train.py"]["patch"].endswith("+caf\udce9\n")
    assert (found["train.py"]["added"], found["train.py"]["removed"]) == (1, 0)
    assert "added" not in found["binary"]
    assert "new mode 100755" in found["mode"]["patch"]
    assert found["link"]["patch"].count("diff --git") == 2
    assert "added" in found["link"]


def test_the_patches_make_the_snapshot():
    place = repo(CHANGES)
    run = record(place)
    text = "".join(item["patch"] for item in run.diff["files"] if item["path"] != "binary")
    other = place.with_name("other")
    git(place, "worktree", "add", "-q", "--detach", str(other), run.code.commit)
    Path("patch").write_bytes(os.fsencode(text))
    git(other, "apply", "--index", str(Path("patch").absolute()))
    (other / "binary").write_bytes((place / "binary").read_bytes())
    git(other, "add", "-A")
    assert git(other, "write-tree") == tree_of(place, run)


def test_a_clean_tree_has_no_snapshot():
    run = record(repo("touch train.py"))
    assert not run.code.dirty
    assert run.code.snapshot is None
    assert run.diff == {}


def test_equal_changes_give_the_same_snapshot():
    first, second = (record(repo("echo 1 >> train.py; echo 2 > new", name)) for name in ("a", "b"))
    assert first.code.snapshot == second.code.snapshot
    assert first.info.recipe == second.info.recipe
    other = record(repo("echo 1 >> train.py; echo 3 > new", "c"))
    assert other.code.snapshot != first.code.snapshot


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_changes_that_git_overlooks_are_captured(flag):
    place = repo(f"git update-index {flag} train.py; echo 2 >> train.py")
    assert git(place, "status", "--porcelain") == ""
    run = record(place)
    assert [item["path"] for item in run.diff["files"]] == ["train.py"]
    assert git(place, "show", f"{run.code.snapshot}:train.py").endswith("2")
    assert git(place, "ls-files", "-v", "train.py")[0] in "hS"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_files_that_git_overlooks_without_need(flag):
    run = record(repo(f"git update-index {flag} train.py params.yaml"))
    assert not run.code.dirty


def test_a_file_that_git_overlooks_and_that_is_gone():
    run = record(repo("git update-index --assume-unchanged train.py; rm train.py"))
    assert [item["status"] for item in run.diff["files"]] == ["deleted"]


SECRETS = (".env", "config/.env.local", "id_rsa", "server.pem", ".netrc", "secrets.yaml")


def test_files_that_may_hold_secrets_are_withheld_and_said_once():
    place = repo("mkdir config; for f in {}; do echo s3cr3t > $f; done".format(" ".join(SECRETS)))
    done = python(RECORD, place)
    run = gittrack.runs(repo=place)[0]
    assert {item["path"] for item in run.diff["withheld"]} == set(SECRETS)
    assert {item["reason"] for item in run.diff["withheld"]} == {"may hold secrets"}
    assert (done.err.count("not captured"), done.err.count("\n")) == (1, 1)
    assert run.code.dirty
    assert run.code.snapshot is None
    assert "s3cr3t" not in git(place, "log", "--all", "-p", "--format=%B", "--glob=refs/runs/*")


def test_a_secret_that_is_tracked_stays_as_it_was_committed():
    place = repo(
        "echo old > .env; echo old > other.env; git add -f .; git commit -qm env; echo s3cr3t > .env;"
        "git update-index --assume-unchanged other.env; echo s3cr3t > other.env; echo 1 >> train.py"
    )
    run = record(place)
    assert {item["path"] for item in run.diff["withheld"]} == {".env", "other.env"}
    assert git(place, "show", f"{run.code.snapshot}:.env") == "old"
    assert git(place, "show", f"{run.code.snapshot}:other.env") == "old"


def test_a_secret_that_is_staged_is_withheld():
    place = repo("echo s3cr3t > .env; git add -f .env; echo 1 >> train.py")
    run = record(place)
    assert [item["path"] for item in run.diff["withheld"]] == [".env"]
    assert git(place, "ls-tree", "--name-only", run.code.snapshot).split() == [
        "params.yaml",
        "train.py",
    ]


def test_large_files_are_withheld():
    place = repo("git config track.maxFileSize 10k; head -c 20000 /dev/zero > data; echo 1 > small")
    run = record(place)
    assert [item["path"] for item in run.diff["withheld"]] == ["data"]
    assert "larger than track.maxFileSize" in run.diff["withheld"][0]["reason"]
    assert [item["path"] for item in run.diff["files"]] == ["small"]


def test_small_files_go_before_large_ones():
    place = repo(
        "git config track.maxSnapshotSize 25k;"
        "for n in a b z; do head -c 12000 /dev/zero > $n; done; echo 1 > zz"
    )
    run = record(place)
    assert sorted(item["path"] for item in run.diff["files"]) == ["a", "b", "zz"]
    assert [item["path"] for item in run.diff["withheld"]] == ["z"]


def test_a_folder_with_too_many_new_files_leaves_room_for_the_code():
    place = repo(
        "git config track.maxSnapshotFiles 3; mkdir images; echo 1 > new.py; echo 2 > b.py;"
        "for n in 1 2 3 4 5; do echo > images/$n; done; echo 3 >> train.py"
    )
    done = python(RECORD, place)
    run = gittrack.runs(repo=place)[0]
    names = ["b.py", "images/1", "new.py", "train.py"]
    assert sorted(item["path"] for item in run.diff["files"]) == names
    reason = "4 new files, more than track.maxSnapshotFiles (3) in all"
    assert run.diff["withheld"] == [{"path": "images/", "reason": reason}]
    assert f"not captured: images/ ({reason})" in done.err


def test_the_size_of_a_large_snapshot_is_printed_and_show_stays_short():
    place = repo("mkdir data; for n in $(seq 150); do echo $n > data/$n; done")
    done = python(RECORD, place)
    assert "has 150 files, 0.0 MiB; add data to .gitignore" in done.err
    shown = run_cli("show", "@", cwd=place).out
    assert "and 110 more files" in shown
    assert "data/150" not in shown


HOME = "mkdir -p Documents project; echo x > Documents/diary.txt; echo 1 > .vault; echo 1 > project/a.py"


def test_in_a_home_folder_only_new_files_below_the_current_folder_are_code(sealed):
    home = repo(f"git config status.showUntrackedFiles no; {HOME}; echo 2 >> train.py", sealed)
    done = python(RECORD, home / "project")
    run = gittrack.runs(repo=home)[0]
    assert [item["path"] for item in run.diff["files"]] == ["project/a.py", "train.py"]
    assert (
        "new files outside project/ are not captured: the work tree contains the home" in done.err
    )


def test_in_the_home_folder_itself_no_new_file_is_code(sealed):
    home = repo(HOME, sealed)
    done = python(RECORD, home)
    run = gittrack.runs(repo=home)[0]
    assert (run.code.dirty, run.diff) == (False, {})
    assert "no new file is captured: the work tree contains the home folder" in done.err


def test_where_git_lists_no_new_files_those_outside_the_current_folder_are_no_code():
    place = repo(f"git config status.showUntrackedFiles no; {HOME}")
    done = python(RECORD, place / "project")
    run = gittrack.runs(repo=place)[0]
    assert [item["path"] for item in run.diff["files"]] == ["project/a.py"]
    assert "outside project/ are not captured: status.showUntrackedFiles=no" in done.err


LOGS = """
import pathlib, gittrack
with gittrack.init() as run:
    pathlib.Path("model.bin").write_text("weights")
    pathlib.Path("plots").mkdir(exist_ok=True)
    pathlib.Path("plots/a.svg").write_text("<svg/>")
    for name in ("model.bin", "plots", "new.py"):
        run.log_artifact(name)
"""


def test_what_a_run_made_and_logged_is_not_code_of_the_next_one():
    place = repo("echo 1 > new.py")
    assert python(LOGS, place).code == 0
    run = record(place)
    assert [item["path"] for item in run.diff["files"]] == ["new.py"]  # it was there before the run
    (place / "plots/a.svg").write_text("<svg>changed by hand</svg>")
    assert [item["path"] for item in record(place).diff["files"]] == ["new.py", "plots/a.svg"]


def test_an_output_of_a_command_is_not_code_of_another_one():
    place = repo()
    line = ("--output", "out.txt", "--", "sh", "-c", "echo 1 > out.txt")
    assert run_cli("run", *line, cwd=place).code == 0
    assert record(place).diff == {}


def test_files_that_git_would_put_into_a_pack():
    place = repo("git config core.bigFileThreshold 1k; head -c 9000 /dev/urandom > data")
    run = record(place)
    git(place, "gc", "--quiet", "--prune=now")
    assert git(place, "fsck", "--no-dangling") == ""
    assert git(place, "cat-file", "-s", f"{run.code.snapshot}:data") == "9000"


def test_what_was_staged_outlives_the_index():
    place = repo("echo staged > staged; git add staged; echo 1 >> train.py")
    code = """
import os, subprocess, gittrack
run = gittrack.init()
subprocess.run("git reset -q --hard && git gc -q --prune=now", shell=True, check=True)
run.finish()
"""
    done = python(code, place)
    assert (done.code, done.out) == (0, "")
    assert "code changed while the run was going on: train.py" in done.err
    (run,) = gittrack.runs(repo=place)
    assert git(place, "show", f"{run.code.snapshot}:staged") == "staged"
    assert git(place, "fsck", "--no-dangling") == ""


def test_a_nested_repository_is_noted():
    place = repo("echo 1 >> train.py")
    repo(path=place / "nested")
    run = record(place)
    assert run.diff["inexact"] == [
        "nested/ is a repository of its own; only its commit is recorded"
    ]
    kind = git(place, "ls-tree", run.code.snapshot, "nested").split()[:2]
    assert kind == ["160000", "commit"]


def test_a_nested_repository_without_a_commit_does_not_spoil_the_rest():
    place = repo("echo 1 >> train.py; mkdir nested; git init -q nested; echo 1 > nested/file")
    run = record(place)
    assert [item["path"] for item in run.diff["files"]] == ["train.py"]
    assert "nested/" in str(run.diff["inexact"])


WITH_ATTRIBUTES = "echo '*.bin filter=lfs' > .gitattributes; git add .; git commit -qm model;"
FAILING_FILTER = "git config filter.lfs.required true; git config filter.lfs.clean false;"


@pytest.mark.parametrize("begin", ["python", "git track run"])
@pytest.mark.parametrize("tracked", [True, False])
def test_a_required_filter_that_fails_does_not_stop_the_run(begin, tracked):
    """A tracked file of the same size makes `git status` fail, a new one only `git update-index`."""
    first = "echo 1 > model.bin;" if tracked else ""
    changes = "echo 2 > model.bin; echo 1 >> train.py"
    project = repo(f"{first} {WITH_ATTRIBUTES} {FAILING_FILTER} {changes}")
    launched = begin == "git track run"
    done = run_cli("run", "--", "true", cwd=project) if launched else python(RECORD, project)
    assert done.code == 0, done.err
    (run,) = gittrack.runs(repo=project)
    assert run.status == "finished"
    assert done.err.count("could not be captured completely") == 1
    (problem,) = run.diff["inexact"]
    part = "the code" if tracked else "the uncommitted changes"
    assert problem.startswith(f"{part} could not be captured completely: git: ")
    assert "clean filter 'lfs' failed" in problem
    assert (run.code.commit, run.code.branch) == (git(project, "rev-parse", "HEAD"), "main")
    assert (run.code.dirty, run.code.snapshot) == (True, None)


def test_a_filter_that_fails_on_a_detached_head():
    project = repo(
        f"echo 1 > model.bin; {WITH_ATTRIBUTES} git checkout -q --detach; {FAILING_FILTER}"
        "echo 2 > model.bin"
    )
    run = record(project)
    assert (run.code.commit, run.code.branch) == (git(project, "rev-parse", "HEAD"), None)


def test_an_unreadable_name_is_shown_escaped():
    place = repo("printf x > \"$(printf 'a\\033[31mb')\"")
    record(place)
    done = run_cli("show", "@", cwd=place)
    assert done.code == 0
    assert "\x1b" not in done.out


HOOKS = (
    *(
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
        "pre-auto-gc",
    ),
    *("prepare-commit-msg", "post-merge", "post-rewrite", "pre-push"),
)


def test_nothing_that_a_repository_names_is_run():
    place = repo("echo '*.py diff=mine' > .gitattributes; git add .; git commit -qm attributes")
    ran = Path("ran").absolute()
    program = Path("program").absolute()
    program.write_text(f'#!/bin/sh\necho "$0" "$@" >> {ran}\ncat "$1" 2>/dev/null\n')
    program.chmod(0o755)
    for name in HOOKS:
        (place / ".git/hooks" / name).symlink_to(program)
    for key in (
        *(
            "core.fsmonitor",
            "diff.external",
            "diff.mine.textconv",
            "diff.mine.command",
            "core.pager",
        ),
        *("pager.log", "core.editor", "gpg.program", "core.sshCommand", "credential.helper"),
        *("pager.diff", "pager.status", "interactive.diffFilter", "core.askPass"),
    ):
        git(place, "config", key, str(program))
    git(place, "config", "log.showSignature", "true")
    git(place, "config", "commit.gpgSign", "true")
    git(place, "config", "core.untrackedCache", "true")
    (place / "train.py").write_text("print(1)\n")
    record(place)
    (place / "train.py").write_text("print(2)\n")
    record(place)
    for argv in ("ls", "show @", "diff @ @~1", "top x", "doctor", "recover", "run -- true"):
        run_cli(*argv.split(), cwd=place)
    assert len(gittrack.runs(repo=place)) == 3
    assert not ran.exists(), ran.read_text()


def test_the_users_hook_on_refs_is_run():
    place = repo()
    hook = place / ".git/hooks/reference-transaction"
    hook.write_text('#!/bin/sh\ntest "$1" = committed && cat >> ../audit\nexit 0\n')
    hook.chmod(0o755)
    run = record(place)
    audits = [
        path.read_text() for path in (place.with_name("audit"), place / "audit") if path.exists()
    ]
    assert run.ref in "".join(audits)


def test_a_signed_head_is_not_verified():
    place = repo()
    head = git(place, "cat-file", "commit", "HEAD")
    top, _, message = head.partition("\n\n")
    signed = f"{top}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n{message}\n"
    Path("signed").write_text(signed)
    commit = git(place, "hash-object", "-t", "commit", "-w", str(Path("signed").absolute()))
    git(place, "reset", "-q", "--hard", commit)
    git(place, "config", "log.showSignature", "true")
    git(place, "config", "gpg.program", "/bin/false")
    run = record(place)
    assert (run.code.commit, run.code.dirty) == (commit, False)
    assert git(place, "rev-parse", "HEAD^{tree}") in git(place, "show", f"{run.ref}:run.yaml")
