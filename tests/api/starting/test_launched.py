"""Scripts that begin runs in ``git track run``: whose values count, and which run is which."""

import os
import sys
from pathlib import Path

import pytest
from helpers import repo, run_cli

import gittrack


@pytest.fixture(autouse=True)
def _python(sealed):
    """A project without params.yaml, in which ``python`` is ours."""
    repo("git rm -q params.yaml && git commit -qm 'no params'", path=".")


def launch(code, *options, command="python train.py"):
    """Run a script after ``git track run``; return what is on stderr."""
    Path("train.py").write_text(f"import gittrack\n{code}")
    done = run_cli("run", *options, "--", "sh", "-c", command)
    assert done.code == 0, done.err
    return done.err


DEFAULTS = """
run = gittrack.init("mine", config={"lr": 0.01, "model": {"depth": 2, "width": 8}})
run.log({"lr": run.config.lr, "depth": run.config.model.depth, "width": run.config.model.width})
"""


class TestValues:
    def check(self, err):
        (run,) = gittrack.runs()
        assert run.params == {"lr": 0.5, "model": {"depth": 4, "width": 8}}
        assert {name: metric.last for name, metric in run.metrics.items()} == {
            "lr": 0.5,
            "depth": 4,
            "width": 8,
        }
        (line,) = [line for line in err.splitlines() if "overrides" in line]
        assert line.startswith("gittrack: git track run sets lr, model.depth, which overrides ")

    def test_of_the_command_line_count(self):
        self.check(launch(DEFAULTS, "-S", "lr=0.5", "-S", "model.depth=4"))

    def test_of_a_file_count(self):
        Path("params.yaml").write_text("lr: 0.5\nmodel:\n  depth: 4\n")
        self.check(launch(DEFAULTS))

    def test_of_a_sweep_count(self):
        Path("train.py").write_text(f"import gittrack\n{DEFAULTS}")
        done = run_cli("sweep", "-S", "lr=0.1,0.2", "-m", "lr", "--max", "--", "python", "train.py")
        assert done.code == 0, done.err
        assert {run.params["lr"] for run in gittrack.runs()} == {0.1, 0.2}
        assert all(run.metrics["lr"].last == run.params["lr"] for run in gittrack.runs())

    def test_that_are_the_same_need_no_line(self):
        assert "overrides" not in launch(DEFAULTS, "-S", "lr=0.01")


class TestExperiment:
    def test_of_the_script_counts(self):
        launch(DEFAULTS)
        assert gittrack.get("@").experiment == "mine"

    def test_of_the_launcher_counts_more(self):
        launch(DEFAULTS, "-e", "theirs")
        assert gittrack.get("@").experiment == "theirs"


def launched_and_others():
    """Return the launcher's run and those that the command began besides, oldest first."""
    runs = sorted(gittrack.runs(), key=lambda run: run.started)
    first = next(run for run in runs if run.info.parent is None)
    return first, [run for run in runs if run.id != first.id]


FOLDS = """
for fold in range(3):
    run = gittrack.init(name=f"fold{fold}", config={"fold": fold})
    for step in range(2):
        run.log({"loss": fold}, step=step)
    run.finish()
"""
CHILD = """
import os
fold = os.environ["FOLD"]
gittrack.init(name=f"fold{fold}").log({"loss": int(fold)})
"""
THREADS = """
from concurrent.futures import ThreadPoolExecutor
def train(fold):
    with gittrack.init(name=f"fold{fold}") as run:
        gittrack.log({"loss": fold})
with ThreadPoolExecutor(3) as pool:
    list(pool.map(train, range(3)))
"""
TASKS = """
import asyncio
async def train(fold):
    run = gittrack.init(name=f"fold{fold}")
    await asyncio.sleep(0)
    gittrack.log({"loss": fold})
    await asyncio.sleep(0)
    run.finish()
async def main():
    await asyncio.gather(*map(train, range(3)))
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (FOLDS, "python train.py"),
        (CHILD, "for n in 0 1 2; do FOLD=$n python train.py; done"),
        (THREADS, "python train.py"),
        (TASKS, "python train.py"),
    ],
    ids=["loop", "processes", "threads", "tasks"],
)
class TestFurtherRuns:
    def test_are_runs_of_their_own(self, code, command):
        launch(code, "-g", "G", command=command)
        first, others = launched_and_others()
        assert sorted(run.name for run in (first, *others)) == ["fold0", "fold1", "fold2"]
        for run in (first, *others):
            assert run.metrics["loss"].last == int(run.name[-1])
            assert (run.group, run.status) == ("G", "finished")
        assert {run.info.parent for run in others} == {first.id}

    def test_without_the_launcher_have_no_parent(self, code, command):
        Path("train.py").write_text(f"import gittrack\n{code}")
        assert (
            os.system(
                f"PYTHONPATH={Path(gittrack.__file__).parent.parent}; export PYTHONPATH; {command}"
            )
            == 0
        )
        assert [run.info.parent for run in gittrack.runs()] == [None] * 3


def test_further_runs_get_a_group_and_the_given_values():
    err = launch(FOLDS, "-S", "lr=0.5")
    first, others = launched_and_others()
    assert {run.group for run in (first, *others)} == {first.id}
    assert [run.params for run in others] == [{"fold": 1, "lr": 0.5}, {"fold": 2, "lr": 0.5}]
    assert f"recording run {others[0].id[-8:]} fold1 of default" in err


class TestNested:
    def test_a_run_in_a_block_is_a_child(self):
        with gittrack.init(name="outer") as outer:
            with gittrack.init(name="inner") as inner, gittrack.init(name="innermost"):
                pass
            gittrack.init(name="plain").finish()
        gittrack.init(name="after").finish()
        parents = {run.name: run.info.parent for run in gittrack.runs()}
        assert parents == {
            "outer": None,
            "inner": outer.id,
            "innermost": inner.id,
            "plain": outer.id,
            "after": None,
        }

    def test_a_run_after_a_plain_one_ends_that(self, capfd):
        first = gittrack.init()
        second = gittrack.init()
        assert (first.status, second.status) == ("finished", "running")
        assert (
            f"run {first.id[-8:]} has ended, because the next one begins" in capfd.readouterr().err
        )
        third = gittrack.init(reinit="create_new")
        assert (second.status, third.status) == ("running", "running")
        second.finish(), third.finish()

    def test_a_process_that_a_recording_one_starts_has_it_as_parent(self):
        with gittrack.init(name="outer") as outer:
            code = "import gittrack; gittrack.init(name='inner').finish()"
            path = Path(gittrack.__file__).parent.parent
            assert os.system(f'PYTHONPATH={path} python -c "{code}"') == 0
        assert gittrack.get("inner").info.parent == outer.id

    def test_an_unknown_reinit(self):
        with pytest.raises(gittrack.TrackError, match="there is no reinit 'yes'"):
            gittrack.init(reinit="yes")


def test_the_example_of_the_readme_works_after_git_track_init():
    readme = (Path(gittrack.__file__).parent.parent / "README.md").read_text()
    example = readme.partition("## From Python")[2].partition("```python\n")[2]
    Path("train.py").write_text(example.partition("```")[0])
    assert run_cli("init").code == 0
    done = run_cli("run", "--", "python", "train.py")
    assert done.code == 0, done.err
    run = gittrack.get("@")
    assert (run.experiment, run.params["lr"]) == ("digits", 0.001)  # of params.yaml
    assert run.metrics["test_accuracy"].last == 0.97


def test_an_annotation_before_the_first_init_does_not_take_its_place():
    script = "import gittrack, subprocess, sys\n"
    script += "for words in (['tag', '@', '+early'], ['note', '@', 'half way']):\n"
    script += "    subprocess.run([sys.executable, '-m', 'gittrack', *words], check=True)\n"
    script += "with gittrack.init() as run: run.log({'loss': 1.0})\n"
    Path("train.py").write_text(script)
    done = run_cli("run", "-n", "first", "--", sys.executable, "train.py")
    assert done.code == 0, done.err
    (run,) = gittrack.runs()
    assert (run.name, run.tags, run.note, run.metrics["loss"].last) == (
        "first",
        ("early",),
        "half way",
        1.0,
    )


def test_a_process_that_outlives_the_command_says_that_it_records_nothing_more():
    os.mkfifo("go")
    os.mkfifo("err")
    Path("train.py").write_text("""
import gittrack, os, sys
run = gittrack.init()
if os.fork():
    os._exit(0)
os.setsid()
open("go").read()
sys.stderr = open("err", "w")
run.log({"loss": 1})
""")
    assert run_cli("run", "--", sys.executable, "train.py").code == 0
    Path("go").write_text("")
    run_id = gittrack.get("@").id
    assert f"nothing more is recorded: the run {run_id} has ended" in Path("err").read_text()
