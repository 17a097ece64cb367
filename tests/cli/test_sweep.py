"""git track sweep: every trial a run, and the sweep nothing but a commit and its runs."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT, Terminal, git, listed, on_terminal, repo, run_cli, start

import gittrack
from gittrack.disk import lock, read_only
from gittrack.sweeping import workdir

pytestmark = pytest.mark.usefixtures("project")

# What a trial does: a loss that is the value of x, told without an interpreter to start.
TRIAL = """echo "{\\"loss\\": $2}" >> "$GITTRACK_METRICS" """
COMMAND = ("--", "sh", "-c", TRIAL, "sh", "{args}")
EMPTY = ("-p", "empty.yaml")


@pytest.fixture(autouse=True)
def base(project):
    """An empty configuration to lay params over, so that a trial is given nothing else."""
    Path("empty.yaml").write_text("{}\n")
    Path(".gitignore").write_text("made*\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "base")


def sweep(*argv, code=0, command=COMMAND):
    done = run_cli("sweep", *EMPTY, *argv, "-m", "loss", *command)
    assert done.code == code, done.out + done.err
    return done


def shown(address="@"):
    return json.loads(run_cli("sweep", "show", address, "--json").out)


def scores(address="@"):
    return {one["key"]: one["score"] for one in shown(address)["trials"]}


def test_a_sweep_from_the_command_line(project):
    done = sweep("-S", "x=3,1,2", "--name", "first")
    assert done.out.startswith("grid, minimize loss: 3 trials\n")
    assert (
        "the best, trial 1, as a command:\n  git track run -p empty.yaml -S x=1 -- sh" in done.out
    )
    assert "[3/3]  trial 2  finished  loss=2  x=2" in done.err
    found = shown("first")
    assert (found["state"], found["best"], found["size"]) == ("done", "1", 3)
    assert scores() == {"0": 3.0, "1": 1.0, "2": 2.0}
    runs = listed("-w", f'sweep.id == "{found["id"]}" and sweep.order >= 0')
    assert {run["group"] for run in runs} == {found["id"]}
    assert [run["sweep"]["order"] for run in runs] == [2, 1, 0]
    assert git(".", "status", "--short") == ""
    # With nothing of ours: the file, the plan, and the code as its parent.
    ref = f"refs/sweeps/{found['id']}"
    assert git(".", "show", f"{ref}:sweep.yaml").startswith("method: grid\n")
    assert git(".", "rev-parse", f"{ref}^") == git(".", "rev-parse", "HEAD")
    assert run_cli("sweep", "ls").out.splitlines()[1].split()[1:5] == [
        "first",
        "grid",
        "done",
        "3/3",
    ]
    assert run_cli("doctor").code == 0


def test_a_sweep_file_as_wandb_has_it(project):
    Path("made").mkdir()
    Path("made/sweep.yaml").write_text(
        "program: train.py\nmethod: random\nrun_cap: 4\nmetric: {name: loss, goal: maximize}\n"
        "parameters:\n  x: {min: 0.0, max: 1.0}\n"
    )
    done = run_cli("sweep", "made/sweep.yaml", "--dry-run")
    assert done.code == 0
    first, params, example = done.out.splitlines()
    assert (first, params) == ("random, maximize loss: 4 trials", "  x  uniform(0.0,1.0)")
    assert re.fullmatch(r"for example:  python train.py --lr=0.003 .* --x=0\.\d+", example)
    assert listed() == []
    done = run_cli("sweep", *EMPTY, "made/sweep.yaml", "-j", "2", *COMMAND)
    assert done.code == 0, done.out + done.err
    found = scores()
    assert len(set(found.values())) == 4
    again = run_cli("sweep", *EMPTY, "made/sweep.yaml", "--seed", "0", *COMMAND)
    assert again.code == 0
    assert scores() == found, "the params of trial i are a function of (seed, i), not of -j"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "there is nothing to try"),
        (("-S", "x=1"), "the sweep has no metric"),
        (("-S", "x=1,2", "-m", "loss"), "the sweep has no command"),
        (("-S", "x=1,2", "-m", "loss", "--", "no-such-command"), "was not found"),
        (("-S", "x=1,2", "-m", "loss", "--", "python3", "no.py"), "no.py does not exist"),
        (("-S", "x=uniform(0,1)", "-m", "loss", "--", "true"), "x"),
        (("-S", "x=uniform(2,1)", "-m", "loss", "--random", "3", "--", "true"), "x"),
        (("-S", "x=loguniform(0,1)", "-m", "loss", "--random", "3", "--", "true"), "x"),
        (("-S", "x=unifrm(0,1)", "-m", "loss", "--", "true"), "unifrm(...) is not a distribution"),
        (("-S", "x=1,2,3", "-m", "loss", "-n", "2", "--", "true"), "3 combinations"),
        (("-S", "x=range(3,3)", "-m", "loss", "--", "true"), "range has no values"),
        (("-S", "x", "-m", "loss", "--", "true"), "-S x is not KEY=VALUES"),
        (("-S", "x=1", "-S", "x=2", "-m", "loss", "--", "true"), "given twice"),
        (("no-such-file.yaml",), "cannot be read"),
        (("show",), "the following arguments are required: SWEEP"),
        (("show", "first"), "there is no sweep 'first'"),
        (("ls", "-j", "3"), "unrecognized arguments: -j 3"),
        (("file.yaml", "python", "train.py"), "unrecognized arguments"),
    ],
)
def test_what_can_be_known_before_is_said_before(argv, message):
    done = run_cli("sweep", *argv)
    assert done.code != 0
    assert message in done.err
    assert "hint: " in done.err
    assert "Traceback" not in done.err
    assert git(".", "for-each-ref", "refs/runs", "refs/sweeps") == ""


def test_a_sweep_without_a_metric_is_run_and_not_ranked():
    Path("made.yaml").write_text("method: grid\nparameters: {x: {values: [1, 2]}}\n")
    done = run_cli("sweep", *EMPTY, "made.yaml", *COMMAND)
    assert done.code == 0, done.out + done.err
    assert done.out.startswith("grid: 2 trials\n")
    assert "note: without a metric, the trials are run and not ranked" in done.err
    assert "its runs:  git track ls -w" in done.out
    assert scores() == {"0": None, "1": None}
    assert run_cli("sweep", "show", "@").code == run_cli("sweep", "ls").code == 0
    assert offered_metrics() == ["grid"]


def offered_metrics():
    lines = run_cli("__complete", "--", "sweep", "show", "").out.splitlines()
    return [line.partition("\t")[2] for line in lines if not line.startswith("@")]


def test_params_as_json():
    """As ``${args_json}`` and ``${args_json_file}`` of W&B."""
    script = 'cp "$2" made.json; echo "$1" > made.txt'
    Path("made.yaml").write_text(
        json.dumps(
            {
                "method": "grid",
                "command": ["sh", "-c", script, "sh", "${args_json}", "${args_json_file}"],
                "parameters": {"a": {"parameters": {"b": {"value": "x"}}}, "c": {"value": 1.5}},
            }
        )
    )
    assert run_cli("sweep", *EMPTY, "made.yaml").code == 0
    for name in ("made.json", "made.txt"):
        assert json.loads(Path(name).read_text()) == {"a": {"b": "x"}, "c": 1.5}


def test_asha_prints_about_how_much_it_takes():
    Path("made.yaml").write_text(
        "method: asha\nmetric: {name: loss, goal: minimize}\nparameters: {x: {values: [1, 2]}}\n"
        "resource: {name: epochs, max: 9}\nconfigs: 9\n"
    )
    done = run_cli("sweep", *EMPTY, "made.yaml", "--dry-run", *COMMAND)
    assert "about 13 trials; epochs in all: about 27 if each rung" in done.out
    assert "at most 27" in done.err


def test_a_failed_trial_is_no_failed_sweep(project):
    """One fails, one is killed as if out of memory, one kills its own launcher."""
    script = (
        """
    case $2 in
      1) echo broken; exit 3;;
      2) kill -9 $$;;
      3) kill -9 $PPID;;
    esac
    """
        + TRIAL
    )
    done = sweep("-S", "x=range(5)", "-j", "3", command=("--", "sh", "-c", script, "sh", "{args}"))
    statuses = {one["key"]: one["status"] for one in shown()["trials"]}
    assert statuses == dict(
        zip("01234", ("finished", "failed", "killed", "crashed", "finished"), strict=True)
    )
    assert "  | broken\n" in done.err
    assert "done: 5 of 5 done, 3 failed" in done.out
    assert sorted(one["order"] for one in shown()["trials"]) == list(range(5))


def test_a_trial_that_hangs_is_killed_after_its_timeout(project):
    """The trial beside it may be killed too, on a machine that is very slow."""
    script = f"test $2 = 1 || sleep 1000; {TRIAL}"
    words = ("-S", "x=0,1", "-j", "2", "--timeout", "1s")
    done = sweep(*words, command=("--", "sh", "-c", script, "sh", "{args}"))
    trials = {trial["key"]: trial for trial in shown()["trials"]}  # in the order of their starts
    assert trials["0"]["status"] == "killed"
    assert sorted(trial["order"] for trial in trials.values()) == [0, 1]
    assert "trial 0  killed (timeout)" in done.err
    assert "done: 2 of 2 done, " in done.out


def test_retries(project):
    script = f"test -e made || {{ touch made; exit 1; }}; {TRIAL}"
    done = sweep("-S", "x=5", "--retries", "2", command=("--", "sh", "-c", script, "sh", "{args}"))
    assert "[0/1]  trial 0  failed (exit code 1)" in done.err
    assert "(it is tried again)" in done.err
    assert [
        (run["status"], run["sweep"]["attempt"], run["sweep"]["order"]) for run in listed()
    ] == [
        ("finished", 2, 0),
        ("failed", 1, None),
    ]


def test_a_metric_that_is_never_logged_is_said_after_the_first_trial(project):
    done = sweep("-S", "x=1,2", code=1, command=("--", "true"))
    first, second = done.err.index("without the metric 'loss'"), done.err.index("[2/2]")
    assert first < second
    assert "no trial has a score" in done.out


def test_the_best_as_a_command_gives_the_same_run(project):
    Path("made.yaml").write_text("seed: 0\n")
    file = {
        "command": list(COMMAND[1:]),
        "method": "grid",
        "seeds": [5, 6],
        "metric": {"name": "loss"},
    }
    Path("made.json").write_text(json.dumps({**file, "parameters": {"x": {"values": ["1e3"]}}}))
    # Its output goes into the tree, as nohup's does: that is no change of the code.
    argv = ("sweep", "made.json", "-p", "made.yaml", "-e", "other", "--input", "train.py")
    with open("out.txt", "w") as file:
        command = [sys.executable, "-m", "gittrack", *argv]
        subprocess.run(command, stdout=file, stderr=file, check=True)
    told = next(line for line in Path("out.txt").read_text().split("\n") if " track run " in line)
    Path("out.txt").unlink()
    assert run_cli(*shlex.split(told)[2:]).code == 0
    typed, _, best = listed("-w", "experiment == 'other'")
    same = ("recipe", "params", "metrics", "experiment", "seed")
    assert [typed[key] for key in same] == [best[key] for key in same]


def test_a_learning_sweep_without_its_metric_says_how_to_go_on():
    options = ("-S", "x=1,2,3", "--halving", "--resource", "epochs=1,3", "--min")
    done = sweep(*options, code=1, command=("--", "true"))
    hint = done.err.splitlines()[-1]
    again = f"git track sweep resume {shown()['id'][16:]}"
    assert hint.startswith("hint: name a metric that is logged, in a new sweep; if ")
    assert hint.endswith(f", go on: {again}")


@pytest.fixture
def going(project):
    """A sweep of three trials whose second waits for the file ``made``."""
    wait = f"touch made.begun; while ! test -e {project}/made; do sleep 0.01; done"
    script = f"if test $2 = 2; then {wait}; fi; {TRIAL}"
    command = ("sh", "-c", script, "sh", "{args}")
    argv = ("sweep", *EMPTY, "-S", "x=1,2,3", "-m", "loss", "--", *command)
    process = start(sys.executable, "-m", "gittrack", *argv)
    while not Path("made.begun").exists():
        assert process.poll() is None
    yield process
    process.kill()
    process.communicate()


def ended(process):
    out, err = process.communicate()
    return process.returncode, out + err


def test_sweep_stop_lets_running_trials_finish(going):
    done = run_cli("sweep", "stop", "@")
    assert (done.code, done.err) == (0, "")
    Path("made").touch()
    code, text = ended(going)
    assert (code, "stopped: 2 of 3 done" in text) == (1, True)
    assert "git track sweep resume" in text
    done = run_cli("sweep", "resume", "@")
    assert done.code == 0, done.out + done.err
    assert scores() == {"0": 1.0, "1": 2.0, "2": 3.0}
    assert len(listed()) == 3
    assert "is not running" in run_cli("sweep", "stop", "@").err


def test_one_process_runs_a_sweep(going):
    assert "is already running" in run_cli("sweep", "resume", "@").err
    assert shown()["state"] == "running"


def test_a_signal_ends_running_trials_too_and_they_are_run_again(going):
    going.send_signal(signal.SIGTERM)
    code, text = ended(going)
    assert code == 128 + signal.SIGTERM
    assert "trial 1  interrupted" in text
    Path("made").touch()
    assert run_cli("sweep", "resume", "@", "-j", "2").code == 0
    assert scores() == {"0": 1.0, "1": 2.0, "2": 3.0}
    assert [run["status"] for run in listed()] == ["finished", "finished", "killed", "finished"]


def test_ctrl_c_on_a_terminal(project):
    """Once: what runs may finish."""
    script = f"while ! test -e made; do sleep 0.01; done; {TRIAL}"
    argv = ("sweep", *EMPTY, "-S", "x=1,2", "-m", "loss", "--", "sh", "-c", script, "sh", "{args}")
    terminal = Terminal(sys.executable, "-m", "gittrack", *argv, lines=30, columns=120)
    terminal.until("running=1")
    terminal.type("\x03")
    terminal.until("press Ctrl-C again to end them")
    Path("made").touch()
    text, code = terminal.end()
    assert code == 130
    assert "stopped: 1 of 2 done" in text


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_log_that_it_is_sent_to_is_no_change_of_the_code(jobs):
    words = (*EMPTY, "-S", "x=1,2,3", "-m", "loss", "-j", jobs, *COMMAND)
    assert "warning" not in logged("sweep.log", *words)
    assert not any(run["code"]["dirty"] for run in listed())


def test_trials_side_by_side_print_nothing_about_what_they_wrote(project):
    """What either may have written is no evidence: written.yaml has that, and trials are meant to overlap."""
    Path("train.py").write_text(
        "import gittrack, os, pathlib, time\n"
        "with gittrack.init() as run:\n"
        "    run.log({'loss': 1.0})\n"
        "    pathlib.Path(f'here{run.config[\"x\"]}').touch()\n"
        "    while len(list(pathlib.Path('.').glob('here*'))) < 2: time.sleep(0.01)\n"
    )
    Path(".git/info/exclude").write_text("here*\n")
    done = run_cli(
        "sweep", "-S", "x=1,2", "-m", "loss", "-j", "2", "--", sys.executable, "train.py"
    )
    assert (done.code, "another run" in done.err) == (0, False), done.err
    problems = [run.written["problem"] for run in gittrack.runs()]
    assert all("another run was going on in the same folder" in text for text in problems)


def test_another_log_that_it_goes_on_into_is_none_either(going):
    run_cli("sweep", "stop", "@")
    Path("made").touch()
    ended(going)
    assert "warning" not in logged("second.log", "resume", "@")
    assert scores() == {"0": 1.0, "1": 2.0, "2": 3.0}


def logged(name, *argv):
    """Do ``git track sweep ... > NAME 2>&1``; return what is in the file then."""
    own = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open(name, "w") as log:
        argv = [sys.executable, "-m", "gittrack", "sweep", *argv]
        done = subprocess.run(argv, stdout=log, stderr=log, env=own, check=False)
    assert done.returncode == 0, Path(name).read_text()
    return Path(name).read_text()


def test_the_sweep_does_not_go_on_by_itself_with_other_code(going):
    Path("new.txt").write_text("what a trial writes is no code\n")
    with open("train.py", "a") as file:
        file.write("# changed\n")
    Path("made").touch()
    code, text = ended(going)
    assert code == 1
    assert "the code has changed since the sweep began: train.py\n" in text
    done = run_cli("sweep", "resume", "@")
    assert (done.code, "--accept-code" in done.err) == (1, True)
    done = run_cli("sweep", "resume", "@", "--isolate")
    assert done.code == 0, done.out + done.err
    # The code changed while trial 1 was going on, so its result is not that of the recorded code.
    assert scores() == {
        "0": 1.0,
        "1": "NaN",
        "2": 3.0,
    }
    runs = listed()
    assert len({run["recipe"] for run in runs}) == 3, "params differ, the code does not"
    assert git(".", "worktree", "list").count("\n") == 0
    assert run_cli("sweep", "resume", "@", "--accept-code").code == 0
    ref = git(".", "for-each-ref", "--format=%(refname)", "refs/sweeps")
    assert git(".", "rev-list", "--count", f"{ref}^@", "--", "sweep.yaml") == "1"


def test_a_worktree_of_its_own_has_submodules_and_imports_its_own_code(project, monkeypatch):
    repo("echo LOSS = 3 > inner.py; git add .; git commit -qm inner", "../inner")
    git(".", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "lib")
    Path("src").mkdir()
    Path("src/outer.py").write_text("import os\nLOSS, PLACE = 1, os.path.realpath(__file__)\n")
    Path("look.py").write_text(
        "import json, os, sys\nsys.path.append('lib')\nimport inner, outer\n"
        "own = outer.PLACE.startswith(os.path.realpath('.'))\n"
        "with open(os.environ['GITTRACK_METRICS'], 'a') as file:\n"
        "    file.write(json.dumps({'loss': inner.LOSS + outer.LOSS, 'own': int(own)}) + '\\n')\n"
    )
    git(".", "add", ".")
    git(".", "commit", "-qm", "with a module")
    monkeypatch.setenv("PYTHONPATH", str(project / "src"))  # so does pip install -e
    sweep("-S", "x=1", "--isolate", command=("--", sys.executable, "look.py"))
    found = gittrack.get("@").metrics
    assert {name: one.last for name, one in found.items()} == {"loss": 4, "own": 1}
    assert git("lib", "worktree", "list").count("\n") == 0


def test_a_worktree_of_its_own_has_data_and_folders_and_writes_into_no_file_of_the_user(project):
    Path("look.py").write_text(
        "import json, os, sys\nopen('logs/x', 'w')\nopen('model.bin', 'w').write('trial')\n"
        "for path in ('data/x', sys.argv[1], bytes.fromhex(sys.argv[2])):\n"
        "    try:\n        open(path, 'a').write('0')\n"
        "    except OSError:\n        pass\n"
        "with open(os.environ['GITTRACK_METRICS'], 'a') as file:\n"
        "    file.write(json.dumps({'loss': float(open('data/x').read())}) + '\\n')\n"
    )
    Path(".gitignore").write_text("logs\ndata\nmodel.bin\n")
    git(".", "add", ".")
    git(".", "commit", "-qm", "with folders")
    os.makedirs("logs")
    os.makedirs("data")
    for name in ("data/x", "model.bin"):
        Path(name).write_text("1")
    paths = (f"{project}/model.bin", f"{project}/data/x".encode().hex())
    options = ("-S", "x=1", "--isolate", "--input", f"{project}/data", "--output", "model.bin")
    sweep(*options, command=("--", sys.executable, "look.py", *paths))
    assert gittrack.get("@").status == "finished"
    assert gittrack.get("@").artifact("model.bin").read_bytes() == b"trial0"
    assert Path("model.bin").read_text() == "1"
    if read_only.works(read_only.View()):
        assert Path("data/x").read_text() == "1"


def test_hydra_gets_a_group_and_a_value_in_it(project):
    pytest.importorskip("hydra")
    os.unlink("params.yaml")
    for name, text in (
        ("config.yaml", "defaults: [db: pg, _self_]\n"),
        ("db/pg.yaml", "name: 1\ntimeout: 3\n"),
        ("db/mysql.yaml", "name: 2\ntimeout: 4\n"),
    ):
        Path("conf", name).parent.mkdir(parents=True, exist_ok=True)
        Path("conf", name).write_text(text)
    Path("app.py").write_text(
        "import os, hydra\n"
        "@hydra.main(version_base=None, config_path='conf', config_name='config')\n"
        "def main(cfg):\n"
        "    line = f'{{\"loss\": {cfg.db.name * 100 + cfg.db.timeout}}}\\n'\n"
        "    open(os.environ['GITTRACK_METRICS'], 'a').write(line)\nmain()\n"
    )
    git(".", "add", ".")
    git(".", "commit", "-qm", "hydra")
    words = ("-S", "db=mysql", "-S", "db.timeout=10", "--", sys.executable, "app.py", "{overrides}")
    assert run_cli("run", *words).code == 0
    assert gittrack.get("@").metrics["loss"].last == 210
    command = ("--", sys.executable, "app.py", "{overrides}")
    sweep("-S", "db=mysql,pg", "-S", "db.timeout=10,20", command=command)
    assert sorted(scores().values()) == [110, 120, 210, 220]


def test_another_clone_goes_on(going, project, tmp_path):
    going.send_signal(signal.SIGTERM)
    ended(going)
    git(".", "clone", "-q", ".", str(tmp_path / "clone"))
    os.chdir(tmp_path / "clone")
    git(".", "fetch", "-q", "origin", "refs/runs/*:refs/runs/*", "refs/sweeps/*:refs/sweeps/*")
    os.environ["XDG_STATE_HOME"] = str(tmp_path / "elsewhere")
    done = run_cli("sweep", "resume", "@")
    assert (done.code, "the command is not trusted" in done.err) == (3, True)
    (project / "made").touch()
    commit = git(".", "for-each-ref", "--format=%(objectname)", "refs/sweeps")
    done = run_cli("sweep", "resume", "@", "--trust", commit)
    assert done.code == 0, done.out + done.err
    assert scores() == {"0": 1.0, "1": 2.0, "2": 3.0}


def test_gpus_are_dealt_out(project):
    script = 'echo "{\\"gpu\\": $CUDA_VISIBLE_DEVICES, \\"loss\\": 1}" >> "$GITTRACK_METRICS"'
    sweep("-S", "x=range(4)", "--gpus", "3,5", command=("--", "sh", "-c", script))
    assert {run.metrics["gpu"].last for run in gittrack.runs()} == {3, 5}


EARLY = """
import gittrack
params = gittrack.params()
with gittrack.init(config=params) as run:
    for step in range(1, 10):
        run.log({"loss": params["x"]}, step=step)
        if run.should_stop():
            break
"""


HERE, WORKERS = (), ("--engine", "local-processes", "-j", "1")


@pytest.mark.parametrize(
    ("rule", "machines"),
    [
        ("hyperband, min_iter: 3", HERE),
        ("median, min_trials: 1", WORKERS),
        pytest.param("median, min_trials: 1", HERE, marks=pytest.mark.slow),
        pytest.param("hyperband, min_iter: 3", WORKERS, marks=pytest.mark.slow),
    ],
)
def test_a_trial_asks_whether_to_stop_early(project, rule, machines):
    """One at a time: 1 is kept, 3 and 2 are worse than it when they are looked at."""
    Path("early.py").write_text(EARLY)
    Path("made.yaml").write_text(
        "program: early.py\nmethod: grid\nmetric: {name: loss, goal: minimize}\n"
        f"early_terminate: {{type: {rule}}}\nparameters:\n  x: {{values: [1.0, 3.0, 2.0, 0.5]}}\n"
    )
    done = run_cli("sweep", *EMPTY, "made.yaml", *machines, "--", sys.executable, "early.py")
    assert done.code == 0, done.out + done.err
    found = {one["key"]: one["status"] for one in shown()["trials"]}
    assert found == {"0": "finished", "1": "stopped", "2": "stopped", "3": "finished"}
    assert done.err.count("stopped") == 2
    at = {run["sweep"]["trial"]: run["sweep"]["stopped"] for run in listed()}
    assert at["1"] == (3 if "hyperband" in rule else 1)
    stopped = next(run["id"] for run in listed() if run["sweep"]["trial"] == "1")
    again = run_cli("reproduce", stopped, "--in-place").out
    assert f"stopped it early at step {at['1']}" in again
    with gittrack.init() as run:
        assert not run.should_stop(), "a run that is no trial"


LEARN = """
import gittrack, os, pathlib
params = gittrack.params()
before = os.environ.get("GITTRACK_RESUME")
done = int(pathlib.Path(before, "made.txt").read_text()) if before else 0
with gittrack.init(config=params) as run:
    run.log({"loss": params["x"] / params["epochs"], "new": params["epochs"] - done})
    pathlib.Path("made.txt").write_text(str(params["epochs"]))
    run.log_artifact("made.txt")
"""


def test_halving_goes_on_from_the_rung_before(project):
    Path("made.py").write_text(LEARN)
    Path("made.yaml").write_text(
        "method: halving\nmetric: {name: loss, goal: minimize}\nconfigs: 4\n"
        "resource: {name: epochs, min: 1, max: 4, eta: 2, mode: resume}\n"
        "parameters:\n  x: {min: 0.0, max: 1.0}\n"
    )
    done = run_cli("sweep", *EMPTY, "made.yaml", "--", sys.executable, "made.py")
    assert done.code == 0, done.out + done.err
    trials = shown()["trials"]
    assert sorted(one["budget"] for one in trials) == [1] * 4 + [2] * 2 + [4]
    best = next(one for one in trials if one["key"] == shown()["best"])
    assert best["budget"] == 4
    new = {run["sweep"]["trial"]: run["metrics"]["new"]["last"] for run in listed()}
    assert sorted(new.values()) == [1] * 6 + [2]
    assert "7 trials; epochs in all: 12 if each rung trains anew (restart), 8" in done.out
    git(".", "config", "track.link", "made.py")
    done = run_cli("reproduce", best["run"])  # gets what the trial went on from, again
    assert done.out.startswith("EXACT"), done.out + done.err


SAVES_AND_WAITS = """
import gittrack, os, pathlib, sys, time
params, begun = gittrack.params(), pathlib.Path(sys.argv[1])
before = os.environ.get("GITTRACK_RESUME")
done = int(pathlib.Path(before, "state.txt").read_text()) if before else 0
with gittrack.init(config=params) as run:
    for epoch in range(done, params["epochs"]):
        run.log({"loss": params["x"], "begins": done}, step=epoch)
        pathlib.Path("state.txt").write_text(str(epoch + 1))
        run.log_artifact("state.txt")
        if not begun.exists():
            begun.touch()
            time.sleep(60)
"""


@pytest.mark.slow  # it waits for a sweep twice
@pytest.mark.parametrize("machines", [(), WORKERS])
def test_an_interrupted_trial_continues_from_its_own_checkpoint(project, scratch, machines):
    Path("late.py").write_text(SAVES_AND_WAITS)
    git(".", "add", "late.py")
    Path("made.yaml").write_text(
        "method: halving\nmetric: {name: loss, goal: minimize}\nconfigs: 2\n"
        "resource: {name: epochs, min: 2, max: 4, eta: 2, mode: resume}\n"
        "parameters:\n  x: {min: 0.0, max: 1.0}\n"
    )
    words = ("sweep", *EMPTY, "made.yaml", *machines, "--", sys.executable, "late.py")
    process = start(sys.executable, "-m", "gittrack", *words, str(scratch / "begun"))
    while not (scratch / "begun").exists():
        assert process.poll() is None, process.stderr.read()
        os.sched_yield()
    assert run_cli("sweep", "stop", "--now", "@").code == 0
    process.communicate()
    assert run_cli("sweep", "resume", "@", *machines).code == 0
    (first,) = (run["id"] for run in listed() if run["sweep"].get("interrupted"))
    (again,) = (run for run in listed() if run["sweep"].get("continues") == first)
    assert again["metrics"]["begins"]["last"] == 1
    assert run_cli("reproduce", again["id"], "--in-place").out.startswith("EXACT")


def rooms():
    folder = Path(".git/gittrack/sweeps")
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def test_gc_removes_the_folder_of_a_sweep_that_has_ended(project):
    sweep("-S", "x=1,2")
    (found,) = rooms()
    done = run_cli("gc", "--dry-run")
    assert "working folders of sweeps that nobody runs: 1, " in done.out
    assert rooms() == [found]
    run_cli("gc")
    assert rooms() == []
    assert run_cli("gc").out == "nothing to remove\n"
    assert shown()["state"] == "done"
    assert "is not running" in run_cli("sweep", "stop", "@").err
    assert run_cli("sweep", "resume", "@").code == 0
    assert scores() == {"0": 1.0, "1": 2.0}
    assert len(listed()) == 2
    # Also where nothing else of the sweep is left, and where a gc was killed while it removed a folder.
    git(".", "update-ref", "-d", f"refs/sweeps/{found}")
    os.rename(f".git/gittrack/sweeps/{found}", f".git/gittrack/sweeps/.gone-{found}-01234567")
    run_cli("gc")
    assert rooms() == []


def test_gc_leaves_the_folder_of_a_sweep_that_goes_on(going):
    assert run_cli("gc").out == "nothing to remove\n"
    assert len(rooms()) == 1
    assert run_cli("sweep", "stop", "@").code == 0
    Path("made").touch()
    assert "stopped: 2 of 3 done" in ended(going)[1]
    run_cli("gc")
    assert rooms() == []
    done = run_cli("sweep", "resume", "@")
    assert done.code == 0, done.out + done.err
    assert scores() == {"0": 1.0, "1": 2.0, "2": 3.0}
    assert sorted(run["sweep"]["order"] for run in listed()) == [0, 1, 2]


def test_gc_leaves_the_folder_while_trials_of_a_killed_sweep_end(project):
    """The sweep's process is gone; a launcher, which holds the other lock, is held up."""
    wait = "echo $PPID > made.new; mv made.new made; sleep 60"
    argv = ("sweep", *EMPTY, "-S", "x=1,2", "-m", "loss", "--", "sh", "-c", wait)
    process = start(sys.executable, "-m", "gittrack", *argv)
    while not Path("made").exists():
        assert process.poll() is None
    launcher = int(Path("made").read_text())
    os.kill(launcher, signal.SIGSTOP)
    process.kill()
    process.communicate()
    run_cli("gc")
    (found,) = rooms()
    os.kill(launcher, signal.SIGCONT)
    os.close(lock.take(f".git/gittrack/sweeps/{found}/trials"))
    run_cli("gc")
    assert rooms() == []


def test_a_sweep_that_comes_while_gc_removes_its_folder_has_one_of_its_own(project, monkeypatch):
    """Between its opening the lock and its taking it: it must not be at work in a folder without a name."""
    folder = project / ".git/gittrack/sweeps/20260101-000000-00000000"
    folder.mkdir(parents=True)
    taken = lock.acquire
    calls = []

    def late(path):
        handle = taken(path)
        calls.append(path)
        if len(calls) == 1:
            folder.rename(folder.with_name(".gone"))
        return handle

    monkeypatch.setattr(lock, "acquire", late)
    entered = workdir.enter(str(project / ".git"), folder.name, lambda: None)
    assert lock.is_at(entered.owner, folder / "owner")
    assert lock.is_at(entered.trials, folder / "trials")
    workdir.leave(entered)


def test_what_has_no_room_on_a_terminal_is_named(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NO_COLOR", "1")
    options = [word for n in range(2) for word in ("-S", f"z_rather_long_param_{n}=1,2")]
    sweep("-S", "x=3", *options, "--name", "a-name-that-is-longer-than-all-others")
    text, code = on_terminal("sweep", "ls")
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    assert "not shown: method, started, time (--csv)" in text
    text, _ = on_terminal("sweep", "show", "@", columns=60)
    address = shown()["id"][16:]
    assert max(map(len, text.splitlines()[2:7])) <= 60
    assert f"not shown: z_rather_long_param_1 (git track sweep show {address} --csv)" in text
    for style in ((), ("--csv",)):
        table, _, _ = run_cli("sweep", "show", "@", *style).out.partition("what each")
        assert "z_rather_long_param_1" in table
    assert "a-name-that-is-longer-than-all-others" in run_cli("sweep", "ls").out


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (("show", "@", "--plot", "made.png", "--json"), "--plot and --json do not go together"),
        (("show", "@", "--plot", "made.png", "--csv"), "--plot and --csv do not go together"),
        (("show", "@", "--csv", "--fanova"), "--csv and --fanova do not go together"),
        (("show", "@", "-n", "1", "--json"), "-n and --json do not go together"),
        (("show", "@", "-n", "1", "--plot", "made.png"), "-n and --plot do not go together"),
        (("show", "@", "--seed", "0"), "unrecognized arguments: --seed 0"),
        (("show", "@", "--", "true"), "unrecognized arguments: true"),
        (
            ("resume", "@", "--isolate", "--accept-code"),
            "--isolate and --accept-code do not go together",
        ),
        (
            ("-S", "x=1", "-m", "loss", "--min", "--max", "--", "true"),
            "argument --max: not allowed with argument --min",
        ),
        (
            ("-S", "x=1", "-m", "loss", "--seed", "7", "--", "true"),
            "--seed has no effect on a grid, because nothing is drawn",
        ),
    ],
)
def test_no_option_is_silently_ignored(argv, problem):
    done = run_cli("sweep", *argv)
    assert (done.code, done.err.splitlines()[0]) == (2, f"error: {problem}")
    assert done.err.splitlines()[1].startswith("hint: ")


@pytest.mark.parametrize(
    ("argv", "usage"),
    [
        ((), "usage: git track sweep [FILE | "),
        (("resume",), "usage: git track sweep resume SWEEP "),
        (("stop",), "usage: git track sweep stop "),
        (("ls",), "usage: git track sweep ls "),
        (("show",), "usage: git track sweep show "),
    ],
)
def test_each_verb_has_its_own_help(argv, usage):
    text = run_cli("sweep", *argv, "-h").out
    assert text.startswith(usage)
    assert ("--accept-code" in text) == (argv == ("resume",))
    assert ("--halving" in text) == (argv == ())


def test_options_may_come_before_the_verb():
    sweep("-S", "x=3,1", "--name", "show")  # a name is no verb
    lines = run_cli("sweep", "-n", "1", "--csv", "show", "show").out.splitlines()
    assert len(lines) == 2
    assert json.loads(run_cli("sweep", "--json", "ls").out)[0]["name"] == "show"
    assert run_cli("sweep", "-j2", "--gpu=0", "resume", "@").code == 0


def test_a_sweep_file_may_be_called_like_a_verb_with_its_folder():
    Path("ls").write_text("method: grid\nmetric: {name: loss}\nparameters: {x: {values: [1]}}\n")
    assert run_cli("sweep", "./ls", "--dry-run", *COMMAND).out.startswith("grid, minimize loss")


@pytest.mark.parametrize("option", ["-S", "--random", "--halving", "--resource", "-m", "--min"])
def test_a_sweep_file_says_what_to_try(option):
    values = {"-S": ["x=1"], "--random": ["3"], "--resource": ["epochs=1,9"], "-m": ["loss"]}
    done = run_cli("sweep", "file.yaml", option, *values.get(option, []), *COMMAND)
    assert "cannot be combined with a sweep file" in done.err


def test_so_many_lines_of_csv(project):
    sweep("-S", "x=3,1,2")
    assert len(run_cli("sweep", "show", "@", "--csv", "-n", "2").out.splitlines()) == 3


def test_the_bar_calls_best_what_the_report_does(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NO_COLOR", "1")
    Path("made.yaml").write_text(
        "method: grid\nmetric: {name: loss, goal: minimize}\nseeds: [0, 1]\n"
        "parameters: {x: {values: [1, 2]}}\n"
    )
    # The luckiest run, with a loss of 0, is of x=1, whose mean is 5; that of x=2 is 4.
    script = "case $2$GITTRACK_SEED in 10) l=0;; 11) l=10;; *) l=4;; esac\n"
    script += """echo "{\\"loss\\": $l}" >> "$GITTRACK_METRICS" """
    argv = ("sweep", "made.yaml", *EMPTY, "--", "sh", "-c", script, "sh", "{args}")
    text, code = on_terminal(*argv, columns=120)
    assert code == 0
    bar = re.findall(r"(\d)/4 .*best=(\S+?)\]", text.replace("\r", "\n"))
    assert dict(bar) == {"2": "5", "3": "5", "4": "4"}
    assert re.search(r"^1  1 +[0-9a-f]{8} +4  2$", text.replace("\r", ""), re.M), text


def test_a_metric_whose_name_is_known_is_maximized_or_minimized(project):
    script = """echo "{\\"val_accuracy\\": $(cut -d: -f2 $GITTRACK_PARAMS)}" >> $GITTRACK_METRICS"""
    argv = (*EMPTY, "-S", "x=3,1,2", "-m", "val_accuracy", "--", "sh", "-c", script)
    done = run_cli("sweep", *argv)
    assert "note: maximize val_accuracy, because the name has the word 'accuracy'" in done.err
    assert done.out.startswith("grid, maximize val_accuracy: 3 trials\n")
    assert "the best, trial 0, as a command" in done.out
    assert shown()["goal"] == "maximize"


def test_a_metric_whose_direction_nobody_knows_is_refused(project):
    argv = ("sweep", *EMPTY, "-S", "x=1,2", "-m", "score", "--dry-run", "--", "true")
    done = run_cli(*argv)
    assert (done.code, done.out) == (2, "")
    assert "it is not known which direction of score is better" in done.err
    assert "add --min or --max" in done.err
    git(".", "config", "track.goal.score", "max")
    done = run_cli(*argv)
    assert done.out.startswith("grid, maximize score: 2 trials\n")
    assert done.err == "note: maximize score, because track.goal.score says so\n"


def test_a_sweep_goes_on_in_the_direction_that_it_began_with(project):
    git(".", "config", "track.goal.loss", "max")
    sweep("-S", "x=3,1,2")
    git(".", "config", "track.goal.loss", "min")
    assert (shown()["goal"], shown()["best"]) == ("maximize", "0")
