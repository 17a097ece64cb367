"""git track run: the command keeps its console and its exit code, and what it did is a run."""

import hashlib
import os
import subprocess
import sys

import pytest
from helpers import ROOT, git, listed, masked, python, repo, run_cli

import gittrack
from gittrack.show.data import jsonable

pytestmark = pytest.mark.usefixtures("project")
SUMMARY = "run SHORT finished in TIME\n"


def show(run="@"):
    found = gittrack.get(run)
    return {**jsonable.run(found.info), "inputs": found.inputs, "outputs": found.outputs}


def stored(name, run="@"):
    """The content of a file of the run, by plain git."""
    return git(".", "show", f"{show(run)['ref']}:{name}")


def sh(script, *options, **more):
    """Run a line of shell as a run."""
    return run_cli("run", *options, "--", "sh", "-c", script, **more)


class TestConsole:
    def test_stdin_stdout_and_stderr_are_the_commands_own(self):
        done = sh("cat; echo problem >&2", stdin="typed\n")
        assert (done.code, done.out) == (0, "typed\n")
        assert masked(done.err) == "problem\n" + SUMMARY

    def test_bytes_pass_unchanged_when_they_are_no_text(self):
        done = sh(r"printf '\377\033[31m\r\000'")
        assert done.out.encode(errors="surrogateescape") == b"\xff\x1b[31m\r\0"

    def test_a_pipe_stays_a_pipe(self):
        assert sh("test -t 1 || echo pipe").out == "pipe\n"

    def test_the_console_is_kept_in_the_log(self):
        sh("echo out; echo err >&2")
        assert sorted(stored("log.txt").splitlines()) == ["err", "out"]

    def test_of_a_progress_bar_only_the_last_frame_is_kept(self):
        script = r"printf '\r 0%%'; for n in 1 2 3; do printf '\r %s0%%' $n; done; echo; echo over"
        done = sh(script)
        assert done.out.encode() == b"\r 0%\r 10%\r 20%\r 30%\nover\n"  # nothing is changed here
        assert stored("log.txt") == " 30%\nover"

    def test_a_bar_on_stderr_overwrites_nothing_of_stdout(self):
        sh(r"printf 'epoch 1: '; printf '\r 10%%' >&2; printf '\r 20%%\n' >&2; echo done")
        assert sorted(stored("log.txt").splitlines()) == [" 20%", "epoch 1: done"]

    def test_windows_line_ends_and_an_unfinished_bar_stay(self):
        sh(r"printf 'a\r\nb\r\n 10%%\r 20%%\r'")
        assert gittrack.get("@").log == "a\r\nb\r\n 20%\r"

    def test_a_bar_of_megabytes_pushes_no_line_out_of_a_small_log(self):
        git(".", "config", "track.maxLogSize", "4k")
        frames = (
            "import sys; print('first'); [sys.stdout.write(f'\\r{n:99}') for n in range(20000)]"
        )
        run_cli("run", "--", sys.executable, "-c", f"{frames}; print(); print('last')")
        assert stored("log.txt").split() == ["first", "19999", "last"]

    def test_a_silent_command_has_no_log(self):
        sh("true")
        assert "log.txt" not in git(".", "ls-tree", "--name-only", show()["ref"]).splitlines()

    def test_a_long_log_keeps_its_head_and_tail(self):
        git(".", "config", "track.maxLogSize", "4k")
        sh("seq 1 20000")
        log = stored("log.txt")
        assert log.startswith("1\n2\n3\n")
        assert log.endswith("\n19999\n20000")
        assert "bytes left out ...]" in log
        assert len(log) < 4096 + 100

    def test_a_reader_that_leaves_early_ends_the_command(self):
        line = f"{sys.executable} -m gittrack run -- yes | head -n 1"
        done = python(f"import os; os.system({line!r})")
        assert done.out == "y\n"
        assert listed()[0]["signal"] == "SIGPIPE"


class TestEnd:
    def test_exit_code(self):
        done = sh("exit 3")
        assert (done.code, masked(done.err)) == (3, "run SHORT failed (exit code 3) in TIME\n")
        assert (show()["status"], show()["exit_code"]) == ("failed", 3)

    def test_signal(self):
        done = sh("kill -TERM $$")
        assert (done.code, masked(done.err)) == (143, "run SHORT killed (SIGTERM) in TIME\n")
        run = show()
        assert (run["status"], run["signal"], run["exit_code"]) == ("killed", "SIGTERM", None)

    def test_duration_and_memory(self):
        run_cli("run", "--", sys.executable, "-c", "x = bytearray(50 << 20)")
        assert show()["duration"] > 0
        assert 50 << 20 < show()["peak_memory"] < 500 << 20

    def test_a_command_that_is_not_found(self):
        done = run_cli("run", "--", "no-such-command", "x")
        assert done.code == 127
        assert done.err == (
            "error: the command 'no-such-command' was not found\nhint: check the spelling and PATH\n"
        )
        assert listed() == []

    def test_a_command_that_cannot_be_executed(self):
        done = run_cli("run", "--", "./train.py")
        assert (done.code, done.err) == (
            126,
            "error: ./train.py is not executable\nhint: try: chmod +x ./train.py\n",
        )
        assert listed() == []

    def test_a_script_whose_interpreter_is_missing(self, project):
        (project / "go").write_text("#!/no/such/interpreter\n")
        (project / "go").chmod(0o755)
        done = run_cli("run", "--", "./go")
        assert done.code == 127
        assert "error: the interpreter that ./go names does not exist\nhint: " in done.err

    def test_no_command(self):
        done = run_cli("run", "-n", "x")
        assert done.code == 2
        assert done.err == (
            "error: no command is given\nhint: write it after --: git track run -- python train.py\n"
        )

    def test_the_codes_127_and_126_of_the_command_itself_are_its_own(self):
        assert sh("exit 127").code == 127
        assert show()["exit_code"] == 127

    def test_a_script_without_an_interpreter_line_is_for_the_shell(self, project):
        (project / "go").write_text("echo $1; exit 4\n")
        (project / "go").chmod(0o755)
        done = run_cli("run", "--", "./go", "far")
        assert (done.code, done.out) == (4, "far\n")


class TestIdentity:
    @pytest.mark.parametrize("name", ["@", "x@", "me@home", "20260101-000000-aaaaaaaa"])
    def test_a_name_is_not_an_address(self, name):
        done = run_cli("run", "-n", name, "--", "true")
        assert (done.code, "looks like an address" in done.err) == (1, True)

    def test_arguments_are_utf_8_in_any_locale(self):
        env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        assert run_cli("run", "-n", "né", "--", "true", env=env).code == 0
        assert listed()[0]["name"] == "né"

    def test_a_mistyped_setting_is_told(self):
        git(".", "config", "track.maxfile", "1m")
        git(".", "config", "track.experiment", "x")
        done = run_cli("run", "--", "true")
        assert (
            "warning: there is no setting track.maxfile: did you mean track.maxFileSize" in done.err
        )
        assert done.err.count("warning") == 1

    def test_an_empty_setting_is_named(self):
        with open(".git/config", "a") as file:
            file.write("[track]\n\texperiment =\n")
        done = run_cli("run", "--", "true")
        assert done.err.startswith("error: the setting track.experiment is empty\n")

    def test_everything_that_can_be_said_about_a_run(self):
        words = ("-e", "digits/mlp", "-n", "first", "-t", "a", "-t", "b c", "-m", "why", "-g", "G")
        sh("true", *words)
        run = show("first")
        assert run["experiment"] == "digits/mlp"
        assert (run["tags"], run["note"], run["group"]) == (["a", "b c"], "why", "G")
        assert run["command"] == ["sh", "-c", "true"]
        assert run["ref"] == f"refs/runs/digits/mlp/{run['id']}"

    def test_the_usual_experiment_is_a_setting(self):
        git(".", "config", "track.experiment", "mnist")
        sh("true")
        assert show()["experiment"] == "mnist"

    def test_a_bad_experiment_is_refused_before_anything_runs(self):
        done = sh("touch ran", "-e", "../x")
        assert (done.code, done.err) == (
            1,
            "error: '../x' cannot be the name of an experiment\n"
            "hint: use letters, digits, '.', '_' and '-', with '/' between the parts\n",
        )
        assert not os.path.exists("ran")

    def test_the_seed_reaches_the_command(self):
        done = sh("echo $GITTRACK_SEED $PYTHONHASHSEED", "--seed", "7")
        assert (done.out, show()["seed"]) == ("7 7\n", 7)

    def test_it_stands_above_one_in_a_file(self, project):
        (project / "params.yaml").write_text("seed: 1\nlr: 2\n")
        assert sh("echo {args}", "--seed", "7").out == "--lr 2 --seed 7\n"
        assert (show()["seed"], show()["params"]) == (7, {"lr": 2, "seed": 7})

    def test_a_seed_in_the_configuration_is_the_seed(self):
        assert sh("echo $GITTRACK_SEED", "-S", "+seed=3").out == "3\n"
        assert show()["seed"] == 3

    def test_the_code_is_the_commit_or_a_snapshot_of_what_is_not_committed(self):
        sh("true", "-n", "clean")
        with open("train.py", "a") as file:
            file.write("# changed\n")
        sh("true", "-n", "dirty")
        clean, dirty = show("clean"), show("dirty")
        assert (clean["code"]["dirty"], clean["code"]["snapshot"]) == (False, None)
        assert clean["code"]["commit"] == git(".", "rev-parse", "HEAD")
        assert git(".", "show", dirty["code"]["snapshot"] + ":train.py").endswith("# changed")
        assert git(".", "status", "--porcelain") == "M train.py".rjust(11)

    def test_secrets_on_the_command_line_are_not_recorded(self):
        run_cli("run", "--", "echo", "--api-key", "12345", "--token=67890")
        assert show()["command"] == ["echo", "--api-key", "***", "--token=***"]


class TestConfiguration:
    def test_params_yaml_is_taken_where_there_is_one(self):
        assert sh("cat $GITTRACK_PARAMS").out == "lr: 0.003\nmodel:\n  hidden: 64\n"
        assert show()["params"] == {"lr": 0.003, "model": {"hidden": 64}}

    def test_later_files_win(self):
        with open("a.yaml", "w") as file:
            file.write("lr: 1\nmodel: {hidden: 8, depth: 2}\n")
        with open("b.json", "w") as file:
            file.write('{"model": {"hidden": 16}, "name": "b"}')
        sh("true", "-p", "a.yaml", "-p", "b.json")
        assert show()["params"] == {"lr": 1, "model": {"depth": 2, "hidden": 16}, "name": "b"}

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *(("1e-3", 0.001), ("1E5", 100000.0), ("3", 3), ("-0.0", -0.0), (".inf", float("inf"))),
            *(("true", True), ("no", "no"), ("null", None), ("", None), ("012", 12)),
            *(("relu", "relu"), ('"3"', "3"), ("[1, 2.5]", [1, 2.5]), ("{a: 1}", {"a": 1})),
            *(("a=b", "a=b"), ("2024-01-01", "2024-01-01"), ("1:30", "1:30")),
        ],
    )
    def test_overrides_are_typed_as_yaml(self, text, value):
        assert sh("true", "-S", f"lr={text}").code == 0
        found = gittrack.get("@").params["lr"]
        assert (type(found), repr(found)) == (type(value), repr(value))

    def test_an_override_goes_deep_and_a_plus_adds(self):
        sh("true", "-S", "model.hidden=128", "-S", "+model.act=relu", "-S", "+new.key=1")
        assert show()["params"] == {
            "lr": 0.003,
            "model": {"act": "relu", "hidden": 128},
            "new": {"key": 1},
        }

    def test_a_key_that_the_file_does_not_have_is_an_error(self):
        done = sh("touch ran", "-S", "model.hiden=128")
        assert (done.code, done.err) == (
            1,
            "error: the configuration has no key 'model.hiden'\n"
            "hint: did you mean model.hidden? add a new one with: -S +model.hiden=128\n",
        )
        assert not os.path.exists("ran")

    def test_without_a_file_any_key_will_do(self):
        os.unlink("params.yaml")
        sh("true", "-S", "lr=1", "-S", "a.b=2")
        assert show()["params"] == {"a": {"b": 2}, "lr": 1}

    def test_what_is_no_override(self):
        done = sh("true", "-S", "lr")
        assert done.err == "error: -S lr is not KEY=VALUE\nhint: write it like this: -S lr=1e-3\n"

    def test_a_missing_file(self):
        done = sh("true", "-p", "nope.yaml")
        assert (done.code, done.err) == (
            1,
            "error: the configuration nope.yaml cannot be read: No such file or directory\n"
            "hint: check the path\n",
        )

    def test_broken_yaml_is_named_with_line_and_column(self):
        with open("params.yaml", "w") as file:
            file.write("lr: 1\nmodel: [1, 2\n")
        done = sh("true")
        assert (done.code, done.err) == (
            1,
            "error: params.yaml, line 3, column 1: did not find expected ',' or ']'\n"
            "hint: correct the YAML there\n",
        )

    def test_broken_json_is_named_with_line_and_column(self):
        with open("c.json", "w") as file:
            file.write('{\n "lr": 1,,\n}')
        assert sh("true", "-p", "c.json").err.startswith("error: c.json, line 2, column 10: ")


class TestTemplate:
    def echo(self, *words, options=()):
        return run_cli("run", *options, "--", "printf", r"%s\n", *words).out.splitlines()

    def test_params_is_the_path_of_the_resolved_configuration(self):
        done = run_cli("run", "-S", "lr=1", "--", "cat", "{params}")
        assert done.out == "lr: 1\nmodel:\n  hidden: 64\n"

    def test_args_are_options(self):
        more = ("-S", "+batch_size=64", "-S", "+fast=true", "-S", "+slow=false", "-S", "+l=[1, 2]")
        assert self.echo("{args}", options=more) == [
            *("--batch-size", "64", "--fast", "--l", "1", "2", "--lr", "0.003"),
            *("--model.hidden", "64"),
        ]

    def test_overrides_are_hydras(self):
        more = ("-S", "+name=a b", "-S", "+none=null", "-S", "+l=[1, 2]")
        assert self.echo("{overrides}", options=more) == [
            *("l=[1,2]", "lr=0.003", "model.hidden=64", "name='a b'", "none=null"),
        ]

    def test_pairs_and_flags_are_those_of_wandb(self):
        more = ("-S", "+batch_size=64", "-S", "+fast=true", "-S", "+slow=false")
        assert self.echo("{pairs}", options=more) == [
            *("--batch_size=64", "--fast=True", "--lr=0.003", "--model.hidden=64", "--slow=False"),
        ]
        assert self.echo("{flags}", options=more) == [
            *("--batch_size=64", "--fast", "--lr=0.003", "--model.hidden=64"),
        ]

    def test_a_doubled_brace_is_a_brace_and_other_braces_are_left_alone(self):
        words = ("{{params}", "${HOME}", "{x}", "a{{b")
        assert self.echo(*words) == ["{params}", "${HOME}", "{x}", "a{b"]

    def test_inside_a_word_it_is_quoted_as_for_a_shell(self):
        assert self.echo("x {args} y") == ["x --lr 0.003 --model.hidden 64 y"]

    def test_the_run_keeps_the_command_as_typed(self):
        run_cli("run", "--", "true", "{args}")
        assert show()["command"] == ["true", "{args}"]


class TestMetrics:
    def test_from_the_shell(self):
        done = sh(
            """for i in 1 2 3; do echo "{\\"step\\": $i, \\"loss\\": 0.$i}"; done >> $GITTRACK_METRICS"""
        )
        assert masked(done.err) == "run SHORT finished in TIME  loss=0.3\n"
        assert show()["metrics"] == {
            "loss": {"last": 0.3, "min": 0.1, "max": 0.3, "step": 3, "count": 3}
        }

    def test_from_awk_without_steps(self):
        script = """
            BEGIN { file = ENVIRON["GITTRACK_METRICS"]
                    for (i = 1; i <= 3; i++) printf "{\\"a\\": %g, \\"b\\": %d}\\n", 1/i, i >> file }
        """
        run_cli("run", "--", "awk", script)
        assert [(m["last"], m["step"]) for m in show()["metrics"].values()] == [
            (0.333333, 2),
            (3, 2),
        ]

    def test_lines_that_are_no_points_are_counted_and_the_others_kept(self):
        lines = ('{"a": 1}', "oops", '{"a": "text"}', '{"a": 2}')
        done = sh(
            "printf '%s\\n' \"$@\" >> $GITTRACK_METRICS".replace(
                '"$@"', " ".join(f"'{line}'" for line in lines)
            )
        )
        assert done.code == 0
        assert (
            "warning: in GITTRACK_METRICS 2 lines are not points; line 2: not a JSON object\n"
            in done.err
        )
        assert show()["metrics"]["a"]["count"] == 2


class TestFiles:
    def test_an_input_is_fingerprinted(self):
        with open("data.csv", "w") as file:
            file.write("1,2\n")
        sh("true", "--input", "data.csv")
        digest = hashlib.sha256(b"1,2\n").hexdigest()
        assert show()["inputs"] == [
            {"path": "data.csv", "kind": "file", "size": 4, "sha256": digest}
        ]

    def test_a_folder_is_fingerprinted_as_a_whole(self):
        os.makedirs("data/sub")
        for name in ("data/b", "data/sub/a"):
            with open(name, "w") as file:
                file.write(name)
        sh("true", "--input", "data/")
        listing = "cd data && find . -type f -printf '%P\\n' | LC_ALL=C sort"
        by_hand = f"{listing} | xargs -d '\\n' sha256sum | sha256sum"
        found = show()["inputs"][0]
        assert (found["path"], found["kind"], found["files"]) == ("data", "folder", 2)
        assert found["sha256"] == sh(by_hand).out.split()[0]

    def test_data_whose_time_was_put_back_is_read_again(self):
        def digest(content):
            with open("data", "w") as file:
                file.write(content)
            os.utime("data", (1_000_000_000, 1_000_000_000))
            sh("true", "--input", "data")
            return show()["inputs"][0]["sha256"]

        assert digest("one") != digest("two")

    def test_an_input_that_is_missing_is_an_error_before_anything_runs(self):
        done = sh("touch ran", "--input", "nope")
        assert (done.code, done.err) == (
            1,
            "error: the input nope does not exist\nhint: check the path\n",
        )
        assert not os.path.exists("ran")
        assert listed() == []

    def test_an_output_is_kept(self):
        sh("mkdir -p out; echo weights > out/model; ln -s model out/best", "--output", "out")
        outputs = show()["outputs"]
        assert [(o["path"], o["size"], o["where"]) for o in outputs] == [
            ("out/best", 5, "git"),
            ("out/model", 8, "git"),
        ]
        assert stored("artifacts/out/model") == "weights"
        assert git(".", "ls-tree", "-r", show()["ref"], "artifacts").startswith("120000 blob")

    @pytest.mark.parametrize(
        ("script", "problem"),
        [
            ("true", "the output out does not exist: not stored"),
            ("mkfifo out", "the output out is not stored, because it is not a regular file"),
            (
                "mkdir out; ln -s /etc/passwd out/x",
                "the output out/x is not stored, because it is a link that leads outside its folder",
            ),
            (
                "head -c 2048 /dev/zero > out",
                "the output out is over track.maxArtifactSize: "
                "it is kept in this repository's store, and not in git",
            ),
            (
                "truncate -s 3M out",
                "the output out is over track.maxArtifactSize: only its digest is recorded, "
                "because the store would be larger than track.maxStoreSize",
            ),
        ],
    )
    def test_an_output_that_cannot_be_kept_is_said_and_the_run_stands(self, script, problem):
        git(".", "config", "track.maxArtifactSize", "1k")
        git(".", "config", "track.maxStoreSize", "1m")
        done = sh(script, "--output", "out")
        expected = f"warning: {problem.format(here=os.getcwd())}\n{SUMMARY}"
        assert (done.code, masked(done.err)) == (0, expected)
        assert show()["status"] == "finished"
        assert all(output["where"] != "git" for output in show()["outputs"])

    def test_two_outputs_of_one_name_are_refused(self, project):
        for folder in ("x", "/tmp/../" + str(project) + "/y"):
            os.makedirs(folder, exist_ok=True)
        done = run_cli("run", "--output", "../x/out", "--output", "../y/out", "--", "touch", "ran")
        assert (done.code, "two outputs would both be called out" in done.err) == (1, True)
        assert not os.path.exists("ran")

    def test_a_grandchild_that_keeps_the_pipe_does_not_keep_us(self):
        """Output of a child that outlives the command is waited for two seconds at most."""
        done = run_cli("run", "--", "sh", "-c", "(while :; do echo x; sleep 0.01; done) & exit 0")
        assert done.code == 0
        assert listed()[0]["status"] == "finished"

    def test_the_watcher_may_be_killed(self):
        """Whoever kills our watcher does not make the run fail."""
        script = (
            "for p in $(ps -o pid= --ppid $PPID); do [ $p = $$ ] || kill -9 $p; done; echo done"
        )
        done = run_cli("run", "--", "sh", "-c", script)
        assert (done.code, "bug" in done.err) == (0, False)
        assert listed()[0]["status"] == "finished"


class TestSkipExisting:
    def test_what_a_finished_run_has_done_already_is_not_run(self, project):
        argv = (
            "run",
            "--skip-existing",
            "-S",
            "lr=1",
            "--input",
            "params.yaml",
            "--",
            "sh",
            "-c",
            "echo ran",
        )
        assert run_cli(*argv).out == "ran\n"
        done = run_cli(*argv)
        (run,) = listed()
        assert done == (0, "", f"run {run['id'][16:]} has done the same already: nothing was run\n")
        assert not os.listdir(".git/gittrack/live")

    @pytest.mark.parametrize(
        "change", [("-S", "lr=2"), ("--seed", "1"), ("--input", "params.yaml")]
    )
    def test_anything_else_is(self, change):
        argv = ("run", "--skip-existing")
        run_cli(*argv, "--", "sh", "-c", "echo ran")
        assert run_cli(*argv, *change, "--", "sh", "-c", "echo ran").out == "ran\n"

    def test_other_code_and_a_failure_are_run_again(self, project):
        argv = ("run", "--skip-existing", "--", "sh", "-c", "echo ran; test -f ok")
        assert run_cli(*argv).code == 1
        assert run_cli(*argv).code == 1
        (project / "ok").touch()
        assert run_cli(*argv).out == "ran\n"
        assert run_cli(*argv).out == ""
        (project / "train.py").write_text("changed")
        assert run_cli(*argv).out == "ran\n"

    def test_a_script_that_says_more_about_itself_is_found_too(self):
        code = "import gittrack; gittrack.init(config={'more': 1}).log({'m': 1}); print('ran')"
        argv = ("run", "--skip-existing", "--", sys.executable, "-c", code)
        assert (run_cli(*argv).out, run_cli(*argv).out) == ("ran\n", "")

    def test_one_that_something_was_said_about_is_found_too(self):
        argv = ("run", "--skip-existing", "--", "echo", "ran")
        assert run_cli(*argv).out == "ran\n"
        assert run_cli("tag", "@", "+best").code == 0
        assert run_cli(*argv).out == ""


class TestDryRun:
    def test_it_says_what_would_run_and_does_nothing(self):
        done = run_cli(
            *("run", "--dry-run", "--seed", "1", "-S", "lr=1", "--", "touch", "{args}", "a b")
        )
        assert done == (
            0,
            "would run: touch --lr 1 --model.hidden 64 'a b'\n"
            "with seed: 1\n"
            "with params:\n"
            "  lr: 1\n"
            "  model:\n"
            "    hidden: 64\n",
            "",
        )
        assert listed() == []
        assert not os.path.exists("a b")


JOIN = """
import gittrack
with gittrack.init(experiment="other", config={"seed": 5, "lr": 0.003}, tags=["api"], note="hi") as run:
    print(run.id, run.experiment, run.config.to_dict())
    run.log({"acc": 0.5})
    run.summary["best"] = 0.9
"""


class TestJoining:
    def test_a_script_joins_the_run_it_is_started_in(self):
        done = run_cli("run", "-e", "digits", "-t", "cli", "--", sys.executable, "-c", JOIN)
        run = show()
        assert len(listed()) == 1
        assert done.out == (
            f"{run['id']} digits {{'lr': 0.003, 'model': {{'hidden': 64}}, 'seed': 5}}\n"
        )
        assert (run["tags"], run["note"]) == (["cli", "api"], "hi")
        assert run["metrics"]["acc"]["last"] == 0.5
        assert run["metrics"]["best"]["last"] == 0.9

    def test_points_from_the_script_and_from_the_file_are_one_series(self):
        script = "import gittrack; gittrack.init().log({'a': 1}, step=0)"
        sh(f"""{sys.executable} -c "{script}"; echo '{{"a": 2, "step": 1}}' >> $GITTRACK_METRICS""")
        assert show()["metrics"]["a"] == {"last": 2, "min": 1, "max": 2, "step": 1, "count": 2}

    def test_params_gives_the_resolved_configuration(self):
        script = "import gittrack; print(gittrack.params())"
        done = run_cli("run", "-S", "lr=1", "--", sys.executable, "-c", script)
        assert done.out == "{'lr': 1, 'model': {'hidden': 64}}\n"

    def test_the_script_may_be_in_another_folder(self, tmp_path):
        other = repo(path=tmp_path / "other")
        script = f"import os, gittrack; os.chdir({str(other)!r}); gittrack.init().log({{'a': 1}})"
        run_cli("run", "--", sys.executable, "-c", script)
        assert [run["metrics"]["a"]["last"] for run in listed()] == [1]
        assert listed(cwd=other) == []

    def test_a_run_inside_a_run_is_one_of_its_own(self):
        sh(f"{sys.executable} -m gittrack run -n inner -- echo x", "-n", "outer")
        assert [run["name"] for run in listed()] == ["inner", "outer"]


class TestWhere:
    def test_from_a_folder_of_the_repository(self):
        os.mkdir("sub")
        with open("sub/data", "w") as file:
            file.write("x")
        assert sh("pwd", "--input", "data", cwd="sub").out.endswith("/sub\n")
        assert (show()["cwd"], show()["inputs"][0]["path"]) == ("sub", "sub/data")

    def test_without_any_commit(self, tmp_path):
        git(tmp_path, "init", "-q", "new")
        assert run_cli("run", "--", "true", cwd="new").code == 0
        assert listed(cwd="new")[0]["code"]["commit"] is None

    def test_in_a_bare_repository(self, tmp_path):
        git(tmp_path, "init", "-q", "--bare", "b.git")
        done = run_cli("run", "--", "true", cwd="b.git")
        assert (done.code, done.err) == (
            1,
            "error: runs cannot be recorded in a bare repository\n"
            "hint: work in a clone that has a worktree\n",
        )


def test_a_run_with_neither_params_nor_metrics_says_how_to_get_them():
    git(".", "rm", "-q", "params.yaml")
    git(".", "commit", "-qm", "no params")
    hint = "hint: the run has no params and no metrics"
    assert hint in sh("true").err
    assert hint not in sh("true", "-S", "lr=1").err
    assert hint not in sh("""echo '{"a": 1}' >> $GITTRACK_METRICS""").err


def test_a_dry_run_refuses_an_input_that_is_missing():
    done = run_cli("run", "--dry-run", "--input", "nothing", "--", "true")
    assert (done.code, done.out) == (1, "")
    assert "the input nothing does not exist" in done.err


def test_a_named_pipe_as_configuration_is_refused_and_that_of_a_shell_is_read():
    os.mkfifo("pipe")
    done = run_cli("run", "-p", "pipe", "--", "true")
    assert (done.code, "is a named pipe" in done.err) == (1, True)
    line = f"'{sys.executable}' -m gittrack run -p <(echo 'lr: 7') -- true"
    subprocess.run(["bash", "-c", line], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    assert show()["params"] == {"lr": 7}


def test_the_page_of_a_failed_run_ends_with_its_last_lines():
    sh("seq 20; echo 'it broke' >&2; exit 3")
    shown = run_cli("show", "@").out
    assert "end of log.txt (all of it: git track cat" in shown
    assert shown.endswith("  20\n  it broke\n")
    assert "\n  11\n" not in shown
    sh("echo fine")
    assert "end of log.txt" not in run_cli("show", "@").out


def test_the_seeds_of_repeat_are_bounded():
    sh("true")
    done = run_cli("repeat", "@", "--seeds", str(2**70))
    assert (done.code, "is more than 10,000" in done.err) == (2, True)
