"""Hooks around a run: one may refuse it, one hears of it; the samples, each as it is meant."""

import json
import os
import sys
from pathlib import Path

import pytest
from helpers import ROOT, git, listed, record, run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture(autouse=True)
def _tools(project, monkeypatch):
    """Let hooks find ``git track``, as after an installation."""
    folder = project.parent / "tools"
    folder.mkdir(exist_ok=True)
    program = folder / "git-track"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m gittrack "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}")


LOGS = ("--", "sh", "-c", """echo '{"loss": 1}' >> "$GITTRACK_METRICS\"""")


def hook(name, script):
    path = Path(f".git/hooks/{name}")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def install(*names):
    done = run_cli("hooks", "install", *names)
    assert (done.code, done.err) == (0, "")
    return done.out


def refused(*argv):
    done = run_cli("run", *argv, *LOGS)
    assert done.code == 1, done.err
    assert done.err.startswith("error: the pre-run hook refused the run: ")
    return done.err


def allowed(*argv):
    done = run_cli("run", *argv, *LOGS)
    assert done.code == 0, done.err
    return done


def test_hooks_in_a_folder_of_the_work_tree_do_not_dirty_it():
    git(".", "config", "core.hooksPath", ".husky")
    assert "git ignores them in this clone" in install("clean-tree")
    assert git(".", "status", "--porcelain") == ""
    allowed()
    allowed()
    assert run_cli("hooks", "uninstall", "clean-tree").code == 0
    assert "husky" not in Path(".git/info/exclude").read_text()


class TestPreRun:
    def test_it_refuses_and_nothing_is_recorded(self):
        hook("pre-run", "echo not today; exit 3")
        assert refused() == (
            "error: the pre-run hook refused the run: not today\nhint: to run without the hook: --no-verify\n"
        )
        with pytest.raises(gittrack.TrackError, match="refused the run: not today"):
            gittrack.init()
        assert listed() == []
        assert not Path(".git/gittrack/live").exists() or os.listdir(".git/gittrack/live") == []

    def test_no_verify_runs_it_and_the_run_says_so(self):
        hook("pre-run", "exit 1")
        allowed("--no-verify")
        ref = gittrack.get("@").ref
        assert "verified: false\n" in git(".", "show", f"{ref}:run.yaml") + "\n"

    def test_it_gets_the_facts(self):
        hook("pre-run", 'cp "$GITTRACK_PARAMS" got.yaml; env | grep GITTRACK_ | sort > got')
        allowed(
            "-n", "a", "-e", "x/y", "-t", "good", "--seed", "3", "-S", "lr=5", "--input", "train.py"
        )
        told = dict(line.split("=", 1) for line in Path("got").read_text().splitlines())
        assert told["GITTRACK_EXPERIMENT"] == "x/y"
        assert (told["GITTRACK_NAME"], told["GITTRACK_SEED"]) == ("a", "3")
        assert json.loads(told["GITTRACK_COMMAND"]) == list(LOGS[1:])
        assert json.loads(told["GITTRACK_TAGS"]) == ["good"]
        assert json.loads(told["GITTRACK_INPUTS"]) == ["train.py"]
        assert told["GITTRACK_FINGERPRINT"] == gittrack.get("a").info.fingerprint
        assert "lr: 5\n" in Path("got.yaml").read_text()
        snapshot = gittrack.get("a").info.code.snapshot
        assert "got.yaml" in git(".", "ls-tree", "--name-only", snapshot), "the code that ran"

    def test_what_it_prints_is_shown(self):
        hook("pre-run", "echo all is well")
        assert "all is well" in allowed().err

    def test_hooks_path_holds(self):
        os.mkdir("githooks")
        git(".", "config", "core.hooksPath", "githooks")
        Path("githooks/pre-run").write_text("#!/bin/sh\necho from there; exit 1\n")
        os.chmod("githooks/pre-run", 0o755)
        assert "from there" in refused()

    def test_a_script_in_a_run_is_not_asked_again(self):
        hook("pre-run", "echo x >> asked")
        code = "import gittrack; gittrack.init().finish()"
        run_cli("run", "--", sys.executable, "-c", code)
        assert Path("asked").read_text() == "x\n"


class TestPostRun:
    def test_it_hears_of_every_run(self):
        script = 'echo "$GITTRACK_RUN $GITTRACK_STATUS $GITTRACK_REF" >> .git/heard'
        hook("post-run", f'{script}; cp "$GITTRACK_PARAMS" .git/params')
        allowed("-n", "a")
        assert "lr: 0.003\n" in Path(".git/params").read_text()
        record("b")
        a, b = (gittrack.get(name) for name in "ab")
        assert Path(".git/heard").read_text() == "".join(
            f"{run.id} finished {run.ref}\n" for run in (a, b)
        )

    def test_its_failure_is_told_and_harms_nothing(self):
        hook("post-run", "echo oh no; exit 4")
        done = allowed()
        assert "oh no" in done.err
        assert "the post-run hook ended with 4" in done.err
        assert listed()[0]["status"] == "finished"


class TestReproduce:
    def test_hooks_of_the_code_that_is_reproduced_do_not_run(self):
        """With a relative hooksPath a worktree would bring the hooks of its own commit; the user's run."""
        os.mkdir("githooks")
        Path("githooks/pre-run").write_text(f"#!/bin/sh\necho x >> {os.getcwd()}/.git/ran\n")
        os.chmod("githooks/pre-run", 0o755)
        git(".", "config", "core.hooksPath", "githooks")
        git(".", "add", ".")
        git(".", "commit", "-qm", "hooks")
        allowed("-n", "a")
        assert Path(".git/ran").read_text() == "x\n"
        Path("githooks/pre-run").write_text(f"#!/bin/sh\necho mine >> {os.getcwd()}/.git/ran\n")
        assert run_cli("reproduce", "a").out.startswith("EXACT")
        assert Path(".git/ran").read_text() == "x\nmine\n"
        os.unlink("githooks/pre-run")
        assert run_cli("reproduce", "a").out.startswith("EXACT")
        assert Path(".git/ran").read_text() == "x\nmine\n"

    def test_the_users_own_do(self):
        allowed("-n", "a")
        hook("pre-run", "echo no more; exit 1")
        done = run_cli("reproduce", "a")
        assert (done.code, done.out) == (
            3,
            "NOT RUN  the pre-run hook refused the run: no more\nto run without the hook: --no-verify\n",
        )
        assert run_cli("reproduce", "a", "--no-verify").out.startswith("EXACT")


class TestInstall:
    def test_list_install_uninstall(self):
        assert "   clean-tree      pre-run   Refuses a run if" in run_cli("hooks").out
        assert install("clean-tree", "disk-space") == (
            "installed clean-tree (pre-run)\ninstalled disk-space (pre-run)\n"
        )
        assert "*  clean-tree " in run_cli("hooks", "list").out
        run_cli("hooks", "uninstall", "clean-tree", "disk-space")
        assert not Path(".git/hooks/pre-run").exists()
        assert not Path(".git/hooks/pre-run.d").exists()

    def test_a_hook_of_ones_own_is_kept_and_chained(self):
        hook("pre-run", "echo mine")
        assert "your own pre-run hook is kept" in install("clean-tree")
        assert "mine" in allowed().err
        Path("new").touch()
        assert "uncommitted changes" in refused()
        assert "a hook of your own too" in run_cli("hooks").out
        run_cli("hooks", "uninstall", "clean-tree")
        assert Path(".git/hooks/pre-run").read_text() == "#!/bin/sh\necho mine\n"

    def test_a_hook_that_is_a_link_leads_where_it_led(self):
        Path("tools").mkdir()
        Path("tools/check").write_text("#!/bin/sh\necho linked\n")
        os.chmod("tools/check", 0o755)
        Path(".git/hooks/pre-run").symlink_to("../../tools/check")
        git(".", "add", ".")
        git(".", "commit", "-qm", "tools")
        install("clean-tree")
        assert "linked" in allowed().err
        run_cli("hooks", "uninstall", "clean-tree")
        assert os.readlink(".git/hooks/pre-run") == "../../tools/check"

    def test_all_samples_together(self):
        git(".", "config", "track.minDisk", "1")
        git(".", "config", "track.testCommand", "true")
        git(".", "config", "track.bestMetric", "acc")
        Path(".git/info/exclude").write_text("runs.md\n")
        names = [path.name for path in sorted((ROOT / "hooks").iterdir())]
        names = [name for name in names if name not in ("README.md", "dispatcher")]
        assert len(names) == 10
        install(*names)
        allowed("-n", "a", "--seed", "1")
        assert run_cli("reproduce", "a").out.startswith("EXACT")
        assert "has done the same already" in refused("--seed", "1")
        assert "| a " in Path("runs.md").read_text()
        assert git(".", "status", "--porcelain") == ""

    def test_summary_leaves_a_tracked_file_alone(self):
        Path("runs.md").write_text("mine\n")
        git(".", "add", ".")
        git(".", "commit", "-qm", "runs")
        install("summary")
        assert "runs.md is tracked by git" in allowed("-n", "a").err
        assert Path("runs.md").read_text() == "mine\n"

    def test_run_by_hand(self):
        install("clean-tree")
        Path("new").touch()
        done = run_cli("hooks", "run", "pre-run")
        assert (done.code, "uncommitted changes" in done.err) == (1, True)
        assert run_cli("hooks", "run", "post-run").err == "there is no post-run hook\n"

    def test_a_name_that_there_is_not(self):
        assert run_cli("hooks", "install", "clean-three").err == (
            "error: there is no hook 'clean-three'\nhint: did you mean clean-tree?\n"
        )
        assert run_cli("hooks", "install").code == 2


class TestSamples:
    def test_clean_tree(self):
        install("clean-tree")
        allowed()
        Path("new.py").touch()
        assert "?? new.py" in refused()

    def test_no_duplicate(self):
        install("no-duplicate")
        allowed("-n", "a", "--seed", "1")
        assert f"the run {gittrack.get('a').id} has done the same already" in refused("--seed", "1")
        allowed("--seed", "2")
        allowed("--seed", "1", "-S", "lr=7")
        Path("train.py").write_text("changed\n")
        allowed("--seed", "1")

    def test_inputs_present(self):
        install("inputs-present")
        git(".", "config", "track.inputs", "data")
        assert "the data data is missing" in refused()
        os.mkdir("data")
        assert "the data data is empty" in refused()
        Path("data/x").touch()
        allowed("--input", "data", "-n", "a")
        allowed("--input", "data")
        Path("data/x").write_text("changed")
        assert f"the data data is not what the run {gittrack.get('@').id} had" in refused(
            "--input", "data"
        )

    def test_disk_space(self):
        install("disk-space")
        git(".", "config", "track.minDisk", "1")
        allowed()
        git(".", "config", "track.minDisk", "999999999")
        assert "less than the 999999999 MiB of track.minDisk" in refused()

    def test_gpu_free(self, project):
        install("gpu-free")
        smi = project.parent / "tools/nvidia-smi"
        smi.write_text("#!/bin/sh\nexit 9\n")  # no driver
        smi.chmod(0o755)
        allowed()
        smi.write_text("#!/bin/sh\necho '123, python'\n")
        assert "another process computes on the GPU:\n123, python" in refused()
        smi.write_text("#!/bin/sh\n")
        allowed()

    def test_tests_pass(self):
        install("tests-pass")
        allowed()
        git(".", "config", "track.testCommand", "echo 1 failed; false")
        assert "the tests fail (echo 1 failed; false):\n1 failed" in refused()

    def test_lock_files(self):
        install("lock-files")
        allowed()
        Path("requirements.txt").write_text("# pinned\nPyYAML==0.0.1\nno-such-package==1\n")
        told = refused()
        assert "PyYAML is " in told
        assert "no-such-package is not installed, not 1" in told
        git(".", "config", "track.lockFile", "other.txt")
        allowed()

    def test_push_run(self):
        install("push-run")
        allowed()
        git(".", "init", "-q", "--bare", "../remote.git")
        git(".", "remote", "add", "origin", "../remote.git")
        allowed("-n", "a")
        ref = gittrack.get("a").ref
        assert git("../remote.git", "for-each-ref", "--format=%(refname)") == ref

    def test_push_run_merges_annotations(self):
        install("push-run")
        git(".", "config", "fetch.prune", "true")
        git(".", "init", "-q", "--bare", "../remote.git")
        git(".", "remote", "add", "origin", "../remote.git")
        allowed("-n", "a", "-t", "ours")
        commit = git(".", "rev-parse", gittrack.get("a").ref)
        git("..", "clone", "-q", "--mirror", "remote.git", "other.git")
        git("../other.git", "config", "--unset", "remote.origin.mirror")
        git("../other.git", "notes", "--ref=runs", "append", "-m", "theirs", commit)
        git("../other.git", "push", "-q", "origin", "refs/notes/runs")
        assert run_cli("note", "a", "mine").code == 0
        allowed("-n", "b")
        for folder in (".", "../remote.git"):
            shown = git(folder, "notes", "--ref=runs", "show", commit)
            assert ("theirs" in shown, "mine" in shown) == (True, True)
        assert git(".", "for-each-ref", "refs/notes/push-run") == ""

    def test_summary(self):
        install("summary")
        allowed("-n", "a")
        assert "| a " in Path("runs.md").read_text()
        assert git(".", "status", "--porcelain") == ""

    def test_summary_leaves_a_tracked_file_alone(self):
        Path("runs.md").write_text("mine\n")
        git(".", "add", ".")
        git(".", "commit", "-qm", "runs")
        install("summary")
        assert "runs.md is tracked by git" in allowed("-n", "a").err
        assert Path("runs.md").read_text() == "mine\n"

    def test_best_so_far(self):
        install("best-so-far")
        git(".", "config", "track.bestMetric", "acc")
        git(".", "config", "track.bestCommand", "echo $GITTRACK_NAME >> .git/best")
        for name, value in (("a", 0.5), ("b", 0.4), ("c", 0.9)):
            record(name, {"acc": value})
        assert Path(".git/best").read_text() == "a\nc\n"
        git(".", "config", "track.bestMin", "true")
        record("d", {"acc": 0.1})
        assert Path(".git/best").read_text() == "a\nc\nd\n"
