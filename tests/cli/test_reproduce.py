"""git track reproduce, verify, checkout: run it again from its commit, and say whether it is the same."""

import json
import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

import pytest
from helpers import (
    Terminal,
    git,
    listed,
    python,
    record,
    repo,
    run_cli,
    start,
    without_begin_and_end,
)

import gittrack
from gittrack.disk import read_only

TRAIN = """
import random, sys, os
import gittrack
known = os.path.exists("params.yaml") or "GITTRACK_PARAMS" in os.environ
params = gittrack.params() if known else {"lr": 0.5}
run = gittrack.init(config=params)
random.seed(params.get("seed", 0))
for step in range(5):
    run.log({"loss": random.random() * params["lr"], "epoch_time": os.getpid()})
with open("model.bin", "w") as file:
    file.write(f"{random.random()}")
run.log_artifact("model.bin")
run.finish()
"""


@pytest.fixture
def project(sealed):
    """A repository with a training script that is deterministic."""
    folder = repo(path=".")
    Path("train.py").write_text(TRAIN)
    Path(".gitignore").write_text("model.bin\ndata\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "train")
    return folder


def train(*options, name="first"):
    done = run_cli("run", "-n", name, *options, "--", sys.executable, "train.py")
    assert done.code == 0, done.err
    return gittrack.get(name)


def reproduce(*argv, code=0):
    done = run_cli("reproduce", *argv)
    assert done.code == code, done.out + done.err
    return done


def left():
    """What a rerun may not leave: worktrees, processes, changes."""
    return git(".", "worktree", "list").count("\n"), git(".", "status", "--short")


def test_exact(project):
    first = train("--seed", "3", "-S", "lr=0.25")
    done = reproduce("first")
    assert done.out.startswith(
        "EXACT  the same: 1 metric with 5 points, 1 artifact, 1 written file\n"
        "left out, because they measure time or memory:\n"
        "  epoch_time: from step 0 on, "
    )
    again = gittrack.get("@")
    assert (again.reproduces, again.recipe, again.params) == (first.id, first.recipe, first.params)
    assert (again.seed, again.code.branch) == (3, None)
    assert left() == (0, "")


def test_the_users_tree_may_be_anything_by_then(project):
    """Uncommitted changes and an untracked module are what ran; the branch is gone, the garbage collected."""
    Path(".git/info/exclude").write_text("__pycache__/\n")
    git(".", "switch", "-qc", "topic")
    Path("helper.py").write_text("FACTOR = 2\n")
    text = Path("train.py").read_text()
    Path("train.py").write_text(text.replace("import gittrack\n", "import gittrack, helper\n", 1))
    train()
    git(".", "checkout", "-q", "-f", "main")
    os.unlink("helper.py")
    git(".", "branch", "-D", "topic")
    git(".", "commit", "-q", "--amend", "-m", "other")
    git(".", "gc", "-q", "--prune=now")
    Path("train.py").write_text("raise SystemExit(1)\n")
    reproduce("first")
    assert left() == (0, " M train.py")


def test_recorded_without_the_launcher_and_from_a_subfolder(project):
    os.makedirs("sub")
    Path("sub/train.py").write_text(TRAIN)
    git(".", "add", ".")
    git(".", "commit", "-qm", "sub")
    code = "import os, sys; os.chdir('sub'); os.execv(sys.executable, [sys.executable, 'train.py'])"
    process = start(sys.executable, "-c", code)
    assert without_begin_and_end(process.communicate()[1]) == ""
    first = gittrack.get("@")
    assert (first.cwd, first.command) == ("sub", ("python", "train.py"))
    env = {"PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
    done = run_cli("reproduce", first.id, env=env)
    assert (done.code, done.out[:5]) == (0, "EXACT"), done.out + done.err


def test_detached_rebased_and_with_arguments(project):
    """From a subfolder, on a detached HEAD whose commits were then rebased away."""
    os.makedirs("sub dir")
    Path("sub dir/args.py").write_text(
        TRAIN.replace("import random, sys, os", "import random, sys, os\nprint(sys.argv[1:])")
    )
    git(".", "add", ".")
    git(".", "commit", "-qm", "sub")
    git(".", "switch", "-q", "--detach")
    words = ["--note", "two words", "-x", "$HOME"]
    done = run_cli(
        "run",
        "-n",
        "first",
        "-p",
        "../params.yaml",
        "--",
        sys.executable,
        "args.py",
        *words,
        cwd="sub dir",
    )
    assert (done.code, done.out) == (0, f"{words}\n")
    git(".", "rebase", "-q", "--onto", "HEAD~2", "HEAD~1", "--force-rebase")
    git(".", "reflog", "expire", "--expire=now", "--all")
    git(".", "gc", "-q", "--prune=now")
    done = reproduce("first")
    assert f"{words}\n" in done.err
    assert gittrack.get("@").cwd == "sub dir"


def test_in_a_linked_worktree_that_is_gone_by_then(project):
    git(".", "worktree", "add", "-q", "../linked", "-b", "topic")
    Path("../linked/train.py").write_text(TRAIN + "# changed\n")
    run_cli("run", "-n", "first", "--", sys.executable, "train.py", cwd="../linked")
    assert reproduce("first").out.startswith("EXACT")
    done = run_cli("reproduce", "first", "--in-place", cwd="../linked")
    assert (done.code, done.out[:5]) == (0, "EXACT"), done.out
    git(".", "worktree", "remove", "--force", "../linked")
    reproduce("first")
    assert left() == (0, "")


def test_submodules_come_from_the_users_copy(project):
    content = "echo FACTOR = 3 > factor.py; echo __pycache__/ > .gitignore"
    repo(f"{content}; git add .; git commit -qm factor", "../module")
    git(".", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../module", "lib")
    Path("train.py").write_text("import sys; sys.path.insert(0, 'lib')\nimport factor\n" + TRAIN)
    git(".", "commit", "-qam", "with a module")
    first = train()
    assert first.code.dirty is False
    reproduce("first")
    assert gittrack.get("@").code.state == first.info.code.state
    assert git("lib", "worktree", "list").count("\n") == 0
    assert left() == (0, "")
    shutil.rmtree(".git/modules/lib/objects/pack", ignore_errors=True)
    git("lib", "checkout", "-q", "--orphan", "other")
    git("lib", "commit", "-qm", "other")
    for ref in git("lib", "for-each-ref", "--format=%(refname)").splitlines():
        if ref != "refs/heads/other":
            git("lib", "update-ref", "-d", ref)
    git("lib", "reflog", "expire", "--expire=now", "--all")
    git("lib", "gc", "-q", "--prune=now")
    done = reproduce("first", code=3)
    assert done.out.startswith("NOT RUN  the submodule lib does not have the commit ")
    assert left()[0] == 0


def test_in_place(project):
    Path("train.py").write_text(TRAIN + "# changed\n")
    first = train()
    assert reproduce("first", "--in-place").out.startswith("EXACT")
    refused = reproduce("first", "--in-place", "--keep", code=2)
    assert "--in-place and --keep do not go together" in refused.err
    again = gittrack.get("@")
    assert (again.reproduces, again.recipe, again.code.branch) == (first.id, first.recipe, "main")
    Path("train.py").write_text(TRAIN)
    done = reproduce("first", "--in-place", code=3)
    assert done.out.startswith("NOT RUN  this work tree is not at the code that ran, ")
    assert len(listed()) == 2


def test_a_run_that_failed_fails_again(project):
    Path("train.py").write_text(TRAIN + "assert False, 'always'\n")
    run_cli("run", "-n", "first", "--", sys.executable, "train.py")
    done = reproduce("first", code=3)
    assert done.out.startswith("FAILED  the run ")
    assert " failed (exit code 1), as " in done.out
    assert "did; until then they are the same\n" in done.out
    assert "AssertionError: always" in done.out
    train_ok = TRAIN + "# mended\n"
    Path("train.py").write_text(train_ok)
    train(name="mended")
    done = run_cli("verify", "first", "mended")
    assert (done.code, done.out[:9]) == (3, "DIFFERENT")


def test_controls_are_what_they_were(project):
    """A rerun computes with the threads and the hash seed of the run, whatever is set by then."""
    Path("train.py").write_text(
        TRAIN
        + "print([os.environ.get(n) for n in ('OMP_NUM_THREADS', 'PYTHONHASHSEED', 'MKL_CBWR')])\n"
    )
    done = run_cli(
        "run",
        "-n",
        "first",
        "--threads",
        "1",
        "--",
        sys.executable,
        "train.py",
        env={"PYTHONHASHSEED": "8"},
    )
    assert done.out == "['1', '8', None]\n"
    done = run_cli("reproduce", "first", env={"OMP_NUM_THREADS": "2", "MKL_CBWR": "COMPATIBLE"})
    assert (done.code, "['1', '8', None]\n" in done.err) == (0, True), done.err


def test_what_was_not_captured_is_told(project):
    Path(".env").write_text("FACTOR=2\n")
    Path("train.py").write_text(TRAIN + "run = gittrack.init\nassert os.path.exists('.env')\n")
    train()
    Path("params.yaml").write_text("lr: 1\n")
    done = reproduce("first", code=3)
    assert "not captured with its code: .env" in done.out


def test_different_and_why(project):
    Path("train.py").write_text(TRAIN.replace('random.seed(params.get("seed", 0))', ""))
    train()
    done = reproduce("first", code=3)
    assert done.out.startswith(
        "DIFFERENT  not the same: metrics: 1, artifacts: 1; compared: 1 metric with 5 points, 1 artifact\n"
        "left out"
    )
    assert "artifact model.bin: its content differs" in done.out
    assert "add --runs 3 to see" in done.out
    assert "neither has a seed" in done.out
    done = reproduce("first", "--runs", "2", "--verify", "none")
    assert "the 2 reruns are not the same: the program itself is not deterministic here" in done.out


def test_a_param_changed_knowingly(project):
    train()
    done = reproduce("first", "-S", "lr=0.5", code=3)
    assert done.out.startswith("DIFFERENT")
    assert "param: lr: " in done.out
    assert "changed knowingly: lr=0.5" in done.out
    assert gittrack.get("@").params["lr"] == 0.5
    assert run_cli("reproduce", "first", "-S", "lrr=1").err.startswith(
        "error: the configuration has no key"
    )


def test_a_change_that_the_script_does_not_heed_is_told_of(project):
    Path("train.py").write_text(
        "import gittrack\nwith gittrack.init(config={'lr': 3}) as run: run.log({'loss': 1})\n"
    )
    os.unlink("params.yaml")
    train()
    done = reproduce("first", "-S", "lr=5")
    assert "git track run sets lr, which overrides init(config=...)" in done.err


def test_close(project):
    train()
    shifted = TRAIN.replace("random.random() * params", "(random.random() + 1e-9) * params")
    Path("train.py").write_text(shifted)
    train(name="second")
    done = run_cli("verify", "first", "second")
    assert (
        done.code,
        done.out.startswith("CLOSE  the same within tolerance: 1 metric with "),
    ) == (3, True)
    assert "code: train.py" in done.out
    assert run_cli("verify", "first", "second", "--verify", "close").code == 0
    found = json.loads(run_cli("verify", "first", "second", "--json").out)
    assert (found["verdict"], found["divergences"][0]["step"]) == ("CLOSE", 0)
    assert run_cli("verify", "first", "second", "--rtol", "0", "--atol", "0").out.startswith("DIFF")


def test_a_rerun_that_fails_shows_the_end_of_its_log_and_keeps_its_tree(project):
    Path("flag").write_text("")
    Path(".git/info/exclude").write_text("flag\n")
    Path("train.py").write_text(TRAIN + "assert os.path.exists('flag'), 'no flag here'\n")
    train()
    done = reproduce("first", code=3)
    assert done.out.startswith("FAILED  the run ")
    assert "AssertionError: no flag here" in done.out
    kept = done.err.rpartition("the worktree is kept in ")[2].split()[0]
    assert os.path.exists(f"{kept}/train.py")
    assert os.stat(str(Path(kept).parents[3])).st_mode & 0o777 == 0o700
    git(".", "worktree", "remove", "--force", kept)


def test_data_that_git_ignores_is_linked_and_checked(project):
    os.makedirs("data")
    Path("data/x").write_text("1")
    Path("train.py").write_text(TRAIN + "open('data/x').read()\n")
    train("--input", "data")
    reproduce("first")
    assert [item["path"] for item in gittrack.get("@").inputs] == ["data"]
    assert gittrack.get("@").code.state == gittrack.get("first").code.state
    Path("data/x").write_text("2")
    done = reproduce("first", code=3)
    assert done.out.startswith("NOT RUN  the input data has changed since: ")
    Path("data/x").unlink()
    Path("data").rmdir()
    assert reproduce("first", code=3).out.startswith("NOT RUN  the input data is missing\n")


def test_outputs_of_the_command_line_are_kept_again(project):
    run_cli("run", "-n", "sh", "--output", "out.txt", "--", "sh", "-c", "echo result > out.txt")
    reproduce("sh")
    assert gittrack.get("@").artifact("out.txt").read_text() == "result\n"
    run_cli("run", "-n", "date", "--output", "t", "--", "sh", "-c", "date +%N > t")
    assert "artifact t: its content differs" in reproduce("date", code=3).out


@pytest.mark.parametrize("room", ["1m", "0"])
def test_artifacts_too_large_for_git_are_compared_by_their_digests(project, room):
    git(".", "config", "track.maxArtifactSize", "3")
    git(".", "config", "track.maxStoreSize", room)
    train()
    assert reproduce("first", "--verify", "exact").out.startswith("EXACT ")
    run_cli("run", "-n", "date", "--output", "t", "--", "sh", "-c", "date +%s.%N > t")
    assert "artifact t: its content differs" in reproduce("date", code=3).out


def test_an_artifact_without_a_digest_is_not_called_the_same(project):
    """As an earlier gittrack recorded those that were too large."""
    code = """
import sys, gittrack
from gittrack.core.run import events
with gittrack.init() as run:
    if sys.argv[1:]:
        run.log({"loss": 1.0})
    run._append(events.OUTPUT, values={"path": "model.bin", "size": 9, "where": "left out"})
"""
    Path("old.py").write_text(code)
    for words in (["x"], []):
        run_cli("run", "-n", "old", "--", sys.executable, "old.py", *words)
        done = reproduce("@", "--verify", "close", code=3)
        assert done.out.startswith("UNKNOWN  nothing that was compared differs")
        assert "an artifact was not stored, so nothing shows whether its content" in done.out
        assert "not compared, because their content was not stored: model.bin\n" in done.out


def test_a_run_with_nothing_to_compare_is_not_called_the_same(project):
    run_cli("run", "-n", "nothing", "--", "true")
    done = reproduce("nothing", code=3)
    assert done.out.startswith(
        "UNKNOWN  there is nothing to compare: the run has neither metrics nor artifacts\n"
        "hint: log a metric in the script, or name the files that it writes: git track run --output PATH\n"
    )
    assert "differs besides" not in done.out
    reproduce("nothing", "--verify", "close", code=3)
    reproduce("nothing", "--verify", "none")
    found = json.loads(reproduce("nothing", "--runs", "2", "--json", code=3).out)
    assert (found["verdict"], found["deterministic"]) == ("UNKNOWN", None)
    assert found["reason"].startswith("there is nothing to compare")
    done = run_cli("verify", "nothing", "@")
    assert (done.code, done.out[:7]) == (3, "UNKNOWN")
    train(name="something")
    done = run_cli("verify", "nothing", "@~1", "something", "--verify", "none", "--json")
    assert [one["verdict"] for one in json.loads(done.out)] == ["UNKNOWN", "DIFFERENT"]


def test_times_alone_are_nothing_to_compare(project):
    logs = """echo '{"epoch_time": 1}' >> "$GITTRACK_METRICS\""""
    run_cli("run", "-n", "times", "--", "sh", "-c", logs)
    done = reproduce("times", code=3)
    assert done.out.startswith(
        "UNKNOWN  there is nothing to compare: the run has no artifacts, and no "
    )
    assert "time or memory:\n  the same in both: epoch_time\n" in done.out
    git(".", "config", "track.volatile", "nothing_is")
    assert reproduce("times").out.startswith("EXACT")


def test_a_failure_with_nothing_to_compare_says_no_more_than_that(project):
    run_cli("run", "-n", "bad", "--", "false")
    done = reproduce("bad", code=3)
    assert done.out.startswith("FAILED")
    assert "did; until then there is nothing to compare\n" in done.out


def test_paths_named_by_the_setting_are_linked(project):
    os.makedirs("data")
    Path("data/x").write_text("1")
    Path("train.py").write_text(TRAIN + "open('data/x').read()\n")
    train()
    done = reproduce("first", code=3)
    assert done.out.startswith("FAILED")
    assert "\nhint: the worktree has only those ignored files that are inputs" in done.err
    git(".", "config", "track.link", "data")
    reproduce("first")
    assert gittrack.get("@").code.state == gittrack.get("first").code.state


def test_code_is_imported_from_the_commit_whatever_the_path_says(project):
    """As after pip install -e: the path names the user's own tree, where the module has changed since."""
    os.makedirs("src")
    Path("src/helper.py").write_text("FACTOR = 1\n")
    Path("train.py").write_text("import helper\n" + TRAIN + "print(helper.__file__)\n")
    env = {"PYTHONPATH": f"{os.getcwd()}/src"}
    done = run_cli("run", "-n", "first", "--", sys.executable, "train.py", env=env)
    assert done.out == f"{os.getcwd()}/src/helper.py\n"
    Path("src/helper.py").write_text("raise SystemExit(1)\n")
    done = run_cli("reproduce", "first", env=env)
    assert done.out.startswith("EXACT"), done.err
    assert "/tree/src/helper.py\n" in done.err


@pytest.mark.parametrize(
    "command", ["python {tree}/train.py", "sh run.sh", "sh -c 'env python train.py'"]
)
def test_every_command_runs_the_recorded_code(project, command):
    """The command names the user's tree, or a wrapper starts a Python that imports from it."""
    os.makedirs("src")
    Path("src/helper.py").write_text("FACTOR = 1\n")
    Path("train.py").write_text("import helper\n" + TRAIN + "print(helper.__file__)\n")
    Path("run.sh").write_text("exec python train.py\n")
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    env = {"PATH": path, "PYTHONPATH": f"{os.getcwd()}/src"}
    words = shlex.split(command.format(tree=os.getcwd()))
    assert run_cli("run", "-n", "first", "--", *words, env=env).code == 0
    Path("src/helper.py").write_text("raise SystemExit(1)\n")
    Path("train.py").write_text("raise SystemExit(2)\n")
    done = run_cli("reproduce", "first", env=env)
    assert done.out.startswith("EXACT"), done.out + done.err
    assert "/tree/src/helper.py\n" in done.err
    assert gittrack.get("@").command == tuple(words)


def test_a_relative_interpreter_data_beside_the_tree_and_ignored_folders(project):
    """The command starts in an untracked folder, and writes into ignored folders and its input."""
    os.makedirs(".venv/bin")
    Path(".venv/pyvenv.cfg").touch()
    os.symlink(sys.executable, ".venv/bin/python")
    for folder in ("exp", "models", "../far", "data"):
        os.makedirs(folder)
    Path(".gitignore").write_text("model.bin\n.venv\nmodels\ndata/*\n!data/keep\n")
    Path("data/keep").touch()
    Path("data/x").write_text("1")
    Path("../far/y").write_text("2")
    more = "open('../models/m', 'w').write(open('../data/x').read() + open('../../far/y').read())\n"
    Path("train.py").write_text(TRAIN + more + "open('../data/x', 'w').write('rerun')\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "folders")
    options = ("--input", "../data", "--input", "../../far", "--output", "../models/m")
    words = (
        "run",
        "-n",
        "first",
        "-S",
        "lr=1",
        *options,
        "--",
        "../.venv/bin/python",
        "../train.py",
    )
    done = run_cli(*words, cwd="exp")
    assert done.code == 0, done.err
    Path("data/x").write_text("1")
    done = run_cli("reproduce", "first")
    assert done.out.startswith("UNKNOWN  nothing that was compared differs"), done.out + done.err
    assert Path("data/x").read_text() == "1"


def test_uv_leaves_the_users_environment_alone(project):
    Path(".gitignore").write_text(".venv\nflag\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "uv")
    Path(".venv").mkdir()
    Path(".venv/pyvenv.cfg").touch()
    Path("run.py").write_text(
        "import os; print('UV_NO_SYNC' in os.environ, file=open('flag', 'w'))\n"
    )
    assert run_cli("run", "-n", "first", "--output", "flag", "--", "python", "run.py").code == 0
    assert gittrack.get("first").artifact("flag").read_text() == "False\n"
    done = run_cli("reproduce", "first")
    assert gittrack.get("@").artifact("flag").read_text() == "True\n"
    assert "UV_NO_SYNC" not in done.out


def test_folders_that_git_does_not_track(project):
    """A program writes into an ignored folder and through a link, and makes a folder itself."""
    Path("train.py").write_text(
        "import os\nos.mkdir('made')\nfor name in ('logs/a', 'models', 'made'):\n    open(name + '/x', 'w')\n"
    )
    os.makedirs("logs/a")
    os.makedirs("../disk")
    os.symlink("../disk", "models")
    Path(".gitignore").write_text("models\nlogs\nmade\n")
    Path("logs/old").touch()
    assert run_cli("run", "-n", "first", "--", sys.executable, "train.py").code == 0
    assert gittrack.get("first").written["folders"] == ["logs", "models", "logs/a"]
    done = run_cli("reproduce", "first")
    assert gittrack.get("@").status == "finished", done.out + done.err


def test_hooks_of_the_repository_do_not_run(project):
    train()
    for name in ("post-checkout", "post-commit", "reference-transaction"):
        hook = Path(f".git/hooks/{name}")
        hook.write_text(f"#!/bin/sh\ntouch {os.getcwd()}/ran-{name}\n")
        hook.chmod(0o755)
    Path(".git/info/exclude").write_text("ran-*\n")
    reproduce("first")
    assert not os.path.exists("ran-post-checkout")


def test_a_run_from_elsewhere_is_asked_about(project):
    Path("helper.py").write_text("1\n")
    first = train("--output", "model.bin")
    os.unlink(os.path.join(os.environ["XDG_STATE_HOME"], "gittrack/trusted"))
    done = reproduce("first", code=3)
    commit = first.info.commit
    assert "was not recorded on this machine; it would execute:" in done.err
    assert "'train.py']" in done.err
    assert "  runs     train.py  " in done.err
    assert "  differs  helper.py  +1 -0\n" in done.err
    assert "  keeps    model.bin\n" in done.err
    assert f"--trust {commit}" in done.err
    assert len(listed()) == 1
    assert reproduce("first", "--trust", "0" * 40, code=3).out == ""
    reproduce("first", "--trust", commit)
    reproduce("first")
    os.unlink(os.path.join(os.environ["XDG_STATE_HOME"], "gittrack/trusted"))
    terminal = Terminal(sys.executable, "-m", "gittrack", "reproduce", "first")
    terminal.until("type the first 8 characters of ")
    terminal.type(f"{commit[:8]}\n")
    shown, code = terminal.end()
    assert (code, "EXACT" in shown) == (0, True)


def test_what_was_forged_is_refused(project):
    """A run commit that somebody has made by hand: listings and we believe its message."""
    ref = train().ref
    message = git(".", "log", "-1", "--format=%B", ref)
    for old, new, told in (
        ('cwd: "."\n', 'cwd: "../../.."\n', "its path ../../.. leads out of its code\n"),
        ('"train.py"]', '"a\\u0000b"]', "its command has 'a\\x00b' in it\n"),
    ):
        text = message.replace(old, new)
        made = git(".", "commit-tree", f"{ref}^{{tree}}", "-p", f"{ref}^", "-m", text)
        git(".", "update-ref", ref, made)
        done = reproduce("first", "--trust", made, code=3)
        assert done.out.startswith(f"NOT RUN  {told}")
        assert left()[0] == 0


def test_what_cannot_be_run(project):
    assert run_cli("run", "-n", "typed", "--", "python", "-", stdin="print(1)").code == 0
    done = reproduce("typed", code=3)
    assert done.out.startswith(
        "NOT RUN  its code came from standard input, which was not recorded\n"
    )
    run_cli("run", "-n", "secret", "--", "echo", "--api-key", "abc")
    done = reproduce("secret", code=3)
    assert done.out.startswith("NOT RUN  its command contains a secret, which was not recorded\n")
    record("live")
    with gittrack.init(name="going"):
        assert "not committed yet" in run_cli("reproduce", "going").err


def test_a_shallow_clone_says_what_is_missing(project):
    train()
    Path("x").write_text("x")
    git(".", "add", "x")
    git(".", "commit", "-qm", "more")
    git(".", "clone", "-q", "--depth=1", f"file://{os.getcwd()}", "../shallow")
    git("../shallow", "fetch", "-q", "--depth=1", "origin", "refs/runs/*:refs/runs/*")
    done = run_cli("reproduce", "first", cwd="../shallow")
    assert (done.code, done.out.startswith("NOT RUN  its code, ")) == (3, True)
    assert "is not in this repository" in done.out


def test_ctrl_c_leaves_no_worktree_and_no_process(project):
    Path("train.py").write_text(
        "import gittrack, os, sys, time\n"
        "run = gittrack.init()\nrun.log({'m': 1})\n"
        "if 'GITTRACK_REPRODUCES' in os.environ:\n"
        "    print('begun', os.getpid(), file=sys.stderr, flush=True)\n"
        "    time.sleep(60)\n"
    )
    train()
    process = start(sys.executable, "-m", "gittrack", "reproduce", "first")
    line = process.stderr.readline()
    assert line.startswith("begun")
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode != 0
    assert left()[0] == 0
    assert not Path(f"/proc/{line.split()[1]}").exists()


def test_repeat_under_other_seeds(project):
    first = train("--seed", "3", "-S", "+seed=3")
    done = run_cli("repeat", "first", "--seeds", "2")
    assert done.code == 0, done.err
    assert [line.partition(":")[0] for line in done.out.splitlines()[:2]] == ["seed 4", "seed 5"]
    assert "compare them: git track top METRIC --over seed\n" in done.out
    assert "only from 3 finished runs a side on" in done.out
    run_cli("repeat", "first", "--seeds", "1")
    runs = gittrack.runs()
    assert [run.seed for run in runs] == [6, 5, 4, 3]
    assert [run.params["seed"] for run in runs] == [6, 5, 4, 3]
    assert len({run.metrics["loss"].last for run in runs}) == 4
    assert {run.code.state for run in runs} == {first.info.code.state}
    assert {run.reproduces for run in runs} == {None}
    (group,) = json.loads(run_cli("top", "loss", "--over", "seed", "--json").out)["groups"]
    assert group["n"] == 4
    assert left() == (0, "")


def test_a_script_that_has_its_own_seed_is_told_of(project):
    Path("train.py").write_text(
        "import gittrack\nwith gittrack.init(config={'seed': 3}) as run: run.log({'loss': 1})\n"
    )
    train()
    done = run_cli("repeat", "first", "--seeds", "1")
    assert "git track run sets seed, which overrides init(config=...)" in done.err


def test_checkout(project):
    Path("new.py").write_text("1\n")
    first = train("-S", "lr=0.125")
    os.unlink("new.py")
    done = run_cli("checkout", "first", "../look")
    assert (done.code, done.err) == (0, "")
    assert Path("../look/new.py").read_text() == "1\n"
    assert "lr: 0.125\n" in Path("../look/params.yaml").read_text()
    assert git("../look", "rev-parse", "HEAD") == first.info.code.state
    assert run_cli("checkout", "first", "../look").err.startswith("error: ../look exists already")
    assert run_cli("checkout", "first", "../branch", "-b", "again").code == 0
    assert git("../branch", "branch", "--show-current") == "again"


def test_a_checkout_writes_nowhere_else(project):
    """The code of a run that was fetched may hold links."""
    Path("../victim").write_text("lr: 2\n")
    os.unlink("params.yaml")
    os.symlink("../victim", "params.yaml")
    assert run_cli("run", "-n", "link", "-S", "lr=1", "--", "true").code == 0
    done = run_cli("checkout", "link", "../links")
    assert (done.code, Path("../victim").read_text()) == (0, "lr: 2\n")
    assert "warning: params.yaml is a link" in done.err


def test_points_that_are_missing_are_not_taken_for_none(project):
    oid = git(".", "rev-parse", f"{train().ref}:metrics.csv")
    os.unlink(f".git/objects/{oid[:2]}/{oid[2:]}")
    done = run_cli("verify", "first", "first")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: metrics.csv of the run ")


def test_code_that_a_script_loads_from_the_users_tree_is_never_exact(project):
    """The path stands in the script itself, so that nothing can redirect it."""
    os.makedirs("lib")
    Path("lib/factor.py").write_text("FACTOR = 1\n")
    Path("train.py").write_text(
        f"import sys; sys.path.insert(0, {os.getcwd() + '/lib'!r}); import factor; print(factor.FACTOR)\n"
    )
    git(".", "add", ".")
    git(".", "commit", "-qm", "c")
    assert run_cli("run", "-n", "first", "--", sys.executable, "train.py").code == 0
    done = run_cli("reproduce", "first")
    sentence = "loaded from your own tree, not from the recorded code: lib/factor.py"
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN"), done.out
    assert sentence in done.out
    assert gittrack.get("@").diff["inexact"] == [sentence]


def test_a_variable_that_names_the_tree_is_no_difference(project):
    env = {"PATH": f"{os.getcwd()}/bin:{os.environ['PATH']}", "DATA": f"{os.getcwd()}/train.py"}
    Path("train.py").write_text("print(1)\n")
    assert run_cli("run", "-n", "first", "--", sys.executable, "train.py", env=env).code == 0
    assert "although" not in run_cli("reproduce", "first", env=env).out
    done = run_cli("reproduce", "first", env={**env, "DATA": "none"})
    assert (done.code, done.out.split()[0]) == (0, "EXACT")
    assert "although variable, values are not recorded: DATA\n" in done.out


WRITES = """
import os, sys
for path in ("data/x", "data/new", "model.bin", *sys.argv[1:]):
    try:
        open(path, "a").write("1")
    except OSError as error:
        print(error.strerror, path)
"""


def files_of_the_user(project):
    """Make a program that writes into large data, its code, and an absolute path; return a look at them."""
    Path("train.py").write_text(WRITES + f"open({os.getcwd() + '/data/z'!r}, 'a').write('1')\n")
    os.makedirs("data")
    os.truncate(os.open("data/big", os.O_CREAT | os.O_RDWR), 257 << 20)
    for name in ("data/x", "data/z", "model.bin"):
        Path(name).write_text("1")

    def look():
        paths = [path for path in Path().rglob("*") if path.is_file() and ".git" not in path.parts]
        return {str(path): path.stat().st_mtime_ns for path in paths}

    return look


def test_a_rerun_writes_no_file_of_the_user(project):
    look = files_of_the_user(project)
    words = ("--input", "data/big", "--", sys.executable, "train.py", f"{os.getcwd()}/model.bin")
    run_cli("run", "-n", "first", *words)
    before = look()
    done = run_cli("reproduce", "first")
    assert (done.code, look()) == (3, before), done.out
    if read_only.works(read_only.View()):
        assert "your own tree and shared data are read-only for a rerun: " in done.out


def test_a_rerun_reports_what_it_wrote_where_nothing_can_be_read_only(project):
    """As in a container without namespaces, for a path that nothing can redirect."""
    files_of_the_user(project)
    Path("train.py").write_text("import sys\nopen(bytes.fromhex(sys.argv[2]), 'w').write('2')\n")
    target = f"{os.getcwd()}/data/z"
    words = ("--", sys.executable, "train.py", target, target.encode().hex())
    assert run_cli("run", "-n", "first", *words).code == 0
    code = """
import sys
from gittrack.cli import main
from gittrack.disk import read_only
read_only.works = lambda view: False
sys.exit(main.main(["reproduce", "first"]))
"""
    done = python(code)
    sentence = "your own files changed while the command was going on: data/z"
    assert (done.code, done.out.split()[0]) == (3, "UNKNOWN"), done.out + done.err
    assert sentence in done.out
    assert f"warning: {sentence}" in done.err
