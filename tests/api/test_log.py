"""What training code says while it runs."""

import hashlib
import os
import subprocess
import threading

import numpy as np
import pytest
from helpers import NASTY_FLOATS, NASTY_INTS, exact, git

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def run(project):
    with gittrack.init(config={"lr": 0.003, "model": {"hidden": 64}}) as run:
        yield run


def finished(run):
    run.finish()
    return gittrack.get(run.id)


class Tensor:
    """What torch's tensors of one element look like to us."""

    def __init__(self, value):
        self.value = value

    def numel(self):
        return 1

    def item(self):
        return self.value


class TestMetrics:
    def test_both_habits(self, run):
        for epoch in range(3):
            run.log({"loss": 1 / (epoch + 1), "acc": epoch / 2}, step=epoch)
            run.log_metric("lr", 0.1, step=epoch)
        metrics = finished(run).metrics
        assert metrics["loss"]._asdict() == {
            "last": 1 / 3,
            "min": 1 / 3,
            "max": 1.0,
            "step": 2,
            "count": 3,
        }
        assert (metrics["lr"].count, metrics["acc"].last) == (3, 1.0)

    def test_steps_count_for_each_metric(self, run):
        run.log({"a": 1})
        run.log({"a": 2, "b": 10})
        run.log({"a": 3}, step=10)
        run.log({"a": 4, "b": 11})
        found = finished(run)
        assert found.history("a").steps.tolist() == [0, 1, 10, 11]
        assert found.history("b").steps.tolist() == [0, 1]

    def test_any_step_is_kept_in_the_order_of_logging(self, run):
        for step in (5, 5, -3, 1.5, 2):
            run.log({"a": step * 10}, step=step)
        found = finished(run)
        assert found.history("a").steps.tolist() == [5, 5, -3, 1.5, 2]
        assert (found.metrics["a"].last, found.metrics["a"].step) == (20, 2)  # the last logged

    @pytest.mark.parametrize("number", [10**299, -(10**400), 10**5000], ids=["299", "400", "5000"])
    def test_an_integer_that_no_reader_takes_is_refused_at_once(self, run, number):
        run.strict = True
        run.log({"a": 1}, step=10**299 - 1)
        run.log({"a": 2})
        with pytest.raises(gittrack.TrackError, match="the metric 'a' is "):
            run.log({"a": number})
        with pytest.raises(gittrack.TrackError, match="the metric 'step' is "):
            run.log({"a": 1}, step=number)
        found = finished(run)
        assert (found.status, found.metrics["a"].last, found.metrics["a"].step) == (
            *("finished", 2, 10**299),
        )

    def test_history_is_arrays(self, run):
        run.log({"a": 0.5})
        run.log({"a": 0.25})
        history = finished(run).history("a")
        assert all(isinstance(column, np.ndarray) for column in history)
        assert history.values.tolist() == [0.5, 0.25]
        assert (np.diff(history.times) >= 0).all()
        assert (history.times >= 0).all()

    @pytest.mark.parametrize("value", [*NASTY_FLOATS, *NASTY_INTS], ids=repr)
    def test_numbers_are_exact(self, run, value):
        run.log({"a": value})
        assert exact(finished(run).metrics["a"].last) == exact(value)

    @pytest.mark.parametrize(
        ("value", "number"),
        [
            *((np.float64(0.1), 0.1), (np.int64(3), 3), (np.array(2.5), 2.5), (np.array([7]), 7)),
            *((np.float32(0.5), 0.5), (True, 1), (Tensor(0.25), 0.25), (np.bool_(True), 1)),
        ],
    )
    def test_scalars_of_numpy_and_torch_are_numbers(self, run, value, number):
        run.log({"a": value})
        assert finished(run).metrics["a"].last == number

    @pytest.mark.parametrize("value", ["0.5", None, [1], np.zeros(2), 1 + 2j, {"a": 1}], ids=repr)
    def test_what_is_no_number_is_an_error_that_names_it(self, run, value):
        run.strict = True
        with pytest.raises(gittrack.TrackError, match="the metric 'val/acc' is "):
            run.log({"good": 1, "val/acc": value})
        assert "good" not in finished(run).metrics  # nothing of that call is recorded

    @pytest.mark.parametrize("name", ["", "a\0b", 3, "x" * 501])
    def test_what_is_no_name(self, run, name):
        with pytest.raises(gittrack.TrackError, match="the name of a metric is "):
            run.log({name: 1})

    def test_a_finished_run_takes_no_more(self, run):
        run.finish()
        with pytest.raises(gittrack.TrackError, match="finished"):
            run.log({"a": 1})
        with pytest.raises(gittrack.TrackError, match="finished"):
            run.add_tags("a")

    def test_a_metric_that_is_not_there(self, run):
        run.log({"loss": 1})
        with pytest.raises(gittrack.TrackError, match="did you mean loss"):
            finished(run).history("los")

    def test_the_summary_stands_as_the_last_value(self, run):
        run.log({"acc": 0.5})
        run.summary["acc"] = 0.9
        run.summary.update({"test_acc": np.float64(0.8)})
        assert (run.summary["acc"], "x" in run.summary, run.summary.get("x")) == (0.9, False, None)
        found = finished(run)
        assert (found.metrics["acc"].last, found.metrics["test_acc"].last) == (0.9, 0.8)
        assert found.history("acc").values.tolist() == [0.5]

    def test_a_point_can_be_read_at_once(self, run):
        run.log({"a": 1}, step=3)
        live = gittrack.get(run.id)
        assert (live.status, live.metrics["a"].last, live.history("a").steps.tolist()) == (
            "running",
            1,
            [3],
        )


class TestParams:
    def test_more_of_them(self, run):
        run.log_params({"batch": 32, "model": {"act": "relu"}})
        run.log_param("x", 1)
        assert run.config["model"].to_dict() == {"hidden": 64, "act": "relu"}
        assert finished(run).params == {
            "lr": 0.003,
            "model": {"hidden": 64, "act": "relu"},
            "batch": 32,
            "x": 1,
        }

    def test_the_same_value_again_is_no_matter(self, run):
        run.log_params({"lr": 0.003, "nan": float("nan")})
        run.log_params({"nan": float("nan")})

    def test_another_value_is_an_error_that_names_both(self, run):
        with pytest.raises(gittrack.TrackError) as caught:
            run.log_params({"model": {"hidden": 128}})
        assert caught.value.message == (
            "the param 'model.hidden' is 64 already and cannot become 128"
        )
        assert finished(run).params["model"] == {"hidden": 64}

    def test_unless_that_is_meant(self, run):
        run.log_params({"lr": 1}, allow_change=True)
        assert run.config.lr == 1
        assert finished(run).params["lr"] == 1

    def test_the_config_is_read_only(self, run):
        with pytest.raises(gittrack.TrackError, match="read-only"):
            run.config["lr"] = 1
        with pytest.raises(
            gittrack.TrackError, match=r"run.log_params\({'lr': \.\.\.}\) adds a param"
        ):
            run.config.lr = 1
        assert run.config["lr"] == 0.003


class TestFiles:
    def test_an_artifact_comes_back_as_it_was_when_it_was_logged(self, run):
        with open("model.bin", "wb") as file:
            file.write(b"\0\xff" * 1000)
        run.log_artifact("model.bin")
        os.unlink("model.bin")
        found = finished(run)
        assert found.artifact("model.bin").read_bytes() == b"\0\xff" * 1000
        assert found.outputs == [
            {
                "path": "model.bin",
                "size": 2000,
                "sha256": hashlib.sha256(b"\0\xff" * 1000).hexdigest(),
                "where": "git",
            }
        ]

    def test_a_folder_is_taken_whole(self, run):
        os.makedirs("out/deep")
        for name in ("out/a", "out/deep/b", "out/empty"):
            with open(name, "w") as file:
                file.write("" if name.endswith("empty") else name)
        os.symlink("../a", "out/deep/link")
        os.chmod("out/a", 0o755)
        run.log_artifact("out", name="results")
        folder = finished(run).artifact("results")
        names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())
        assert names == ["a", "deep/b", "deep/link", "empty"]
        assert (folder / "deep" / "b").read_text() == "out/deep/b"
        assert (folder / "deep" / "link").read_text() == "out/a"
        modes = git(".", "ls-tree", "-r", gittrack.get("@").ref, "artifacts").splitlines()
        assert [line.split()[0] for line in modes] == ["100755", "100644", "120000", "100644"]

    @pytest.mark.parametrize("link", ["/etc/passwd", "../../x", "a/../../../x", "../.."])
    def test_a_link_in_a_foreign_run_that_leads_out_is_not_made(self, run, link):
        os.mkdir("out")
        os.symlink("a", "out/link")
        run.log_artifact("out")
        found = finished(run)
        forge = f"""
            git show {found.ref}:outputs.yaml | sed 's|link: .*|link: "{link}"|' > outputs.yaml
            blob=$(git hash-object -w outputs.yaml)
            tree=$(git ls-tree {found.ref} | sed "/outputs.yaml/s/blob [0-9a-f]*/blob $blob/" | git mktree)
            git update-ref {found.ref} $(git log -1 --format=%B {found.ref} | git commit-tree $tree)
        """
        subprocess.run(["sh", "-e", "-c", forge], check=True)
        with pytest.raises(gittrack.TrackError, match="would leave its folder"):
            gittrack.get("@").artifact("out/link")

    def test_logged_again_it_is_replaced(self, run):
        for content in ("one", "two"):
            with open("m", "w") as file:
                file.write(content)
            run.log_artifact("m")
        found = finished(run)
        assert found.artifact("m").read_text() == "two"
        assert len(found.outputs) == 1

    def test_it_can_be_read_while_the_run_is_going_on(self, run):
        with open("m", "w") as file:
            file.write("x")
        run.log_artifact("m")
        assert gittrack.get(run.id).artifact("m").read_text() == "x"

    def test_the_digest_of_a_file_that_changes_meanwhile_is_of_what_was_stored(self, run):
        ready, stop = threading.Event(), threading.Event()

        def change():
            while not stop.is_set():
                with open("growing", "ab") as file:
                    file.write(os.urandom(1 << 16))
                ready.set()

        writer = threading.Thread(target=change)
        writer.start()
        ready.wait()
        run.log_artifact("growing")
        stop.set()
        writer.join()
        run.finish()
        found = gittrack.get(run.id)
        stored = found.artifact("growing").read_bytes()
        assert found.outputs[0]["sha256"] == hashlib.sha256(stored).hexdigest()

    def test_what_cannot_be_an_artifact(self, run):
        os.mkfifo("fifo")
        os.mkdir("folder")
        os.symlink("/etc/passwd", "folder/out")
        for path, problem in (
            ("nope", "the artifact nope does not exist"),
            ("fifo", "the artifact fifo is not a regular file"),
            ("/dev/zero", "the artifact /dev/zero is not a regular file"),
            ("folder", "is a link that leads outside its folder"),
        ):
            with pytest.raises(gittrack.TrackError, match=problem):
                run.log_artifact(path)

    @pytest.mark.parametrize("name", ["../x", "/abs", "a/../../x", ".git/hooks/x", "a\0b", "."])
    def test_names_that_lead_elsewhere(self, run, name):
        with pytest.raises(gittrack.TrackError, match="cannot be the name of an artifact"):
            run.log_artifact("train.py", name=name)
        with pytest.raises(gittrack.TrackError, match="cannot be the name of an artifact"):
            gittrack.get(run.id).artifact(name)

    def test_no_artifact_of_that_name(self, run):
        run.log_artifact("train.py")
        with pytest.raises(gittrack.TrackError, match=r"did you mean train\.py"):
            finished(run).artifact("trian.py")

    def test_an_input(self, run):
        run.log_input("train.py")
        digest = hashlib.sha256(b'print("training")\n').hexdigest()
        assert finished(run).inputs == [
            {"path": "train.py", "kind": "file", "size": 18, "sha256": digest}
        ]

    def test_an_input_that_is_missing(self, run):
        with pytest.raises(gittrack.TrackError, match="the input nope does not exist"):
            run.log_input("nope")


def test_a_run_that_a_trial_starts_is_no_trial(monkeypatch):
    monkeypatch.setenv("GITTRACK_SWEEP", os.getcwd())
    with gittrack.init() as run:
        run.log({"loss": 1.0})
        assert run.should_stop() is False
