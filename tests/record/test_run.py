"""record/run: what training code logs reaches the journal, and a mistake is a warning or a clear error."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import pytest

from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import series
from gittrack.core.run.run_info import Metric
from gittrack.record import journal
from gittrack.record.artifacts import LIMITS
from gittrack.record.machine import environment, numerics
from gittrack.record.run import Run


@pytest.fixture
def launched(new_journal):
    """The journal of a launcher, which commits the run."""
    return new_journal()


@pytest.fixture
def run(launched, tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "capture", lambda *args: {})
    monkeypatch.setattr(numerics, "capture", dict)
    recorded = Run(journal.join(launched.folder), None, str(tmp_path))
    yield recorded
    recorded._journal.release()


def points(book) -> list[tuple[float, str, float]]:
    with open(book.folder / layout.SERIES, encoding="utf-8", newline="\n") as lines:
        return [point[:3] for point in series.parse(lines)]


def facts(book) -> dict[str, Any]:
    return book.state().facts


class TestLog:
    def test_points_are_logged_in_both_ways(self, launched, run):
        run.log({"loss": 0.5, "acc": 0.1})
        run.log_metric("loss", 0.25)
        run.log_metrics({"acc": 0.9}, step=7)
        assert points(launched) == [
            (0, "loss", 0.5),
            (0, "acc", 0.1),
            (1, "loss", 0.25),
            (7, "acc", 0.9),
        ]

    def test_the_counters_of_an_earlier_part_go_on(self, launched, run):
        run.continue_from({"loss": Metric(1.0, 1.0, 1.0, 4, 5)})
        run.log({"loss": 0.5})
        assert points(launched) == [(5, "loss", 0.5)]

    def test_its_end_leaves_the_summary_of_its_points_to_the_launcher(self, launched, run):
        for step in range(1_000):
            run.log({"loss": 1.0 / (step + 1)})
        run.finish()
        assert launched.state().series == {"loss": [0.001, 0.001, 1.0, 999, 1_000]}

    def test_a_value_that_is_not_a_number_is_left_out_with_one_warning(self, launched, run, caplog):
        for _ in range(3):
            run.log({"loss": 0.5, "name": "resnet"})
        assert points(launched) == [(step, "loss", 0.5) for step in range(3)]
        assert len(caplog.messages) == 1
        assert "the metric 'name' is 'resnet'" in caplog.text
        assert "init(strict=True) makes that an error" in caplog.text

    def test_each_metric_has_its_own_warning(self, run, caplog):
        run.log({"a": "x", "b": None})
        assert len(caplog.messages) == 2

    def test_in_a_strict_run_it_is_an_error_and_nothing_is_recorded(self, launched, run):
        run.strict = True
        with pytest.raises(TrackError, match="'name'"):
            run.log({"loss": 0.5, "name": "resnet"})
        assert points(launched) == []

    def test_a_step_that_is_not_a_number_costs_only_the_step(self, launched, run, caplog):
        run.log({"loss": 0.5}, step="last")
        assert points(launched) == [(0, "loss", 0.5)]
        assert "the points get the next step of their metric" in caplog.text

    @pytest.mark.parametrize("metrics", [0.5, "loss", [("loss", 0.5)], None])
    def test_something_else_than_a_mapping_is_an_error(self, run, metrics):
        with pytest.raises(TrackError, match="not a mapping") as caught:
            run.log(metrics)
        assert caught.value.hint == 'pass them as {"loss": 0.5}'

    def test_an_error_inside_of_a_mapping_is_not_hidden(self, run):
        class Broken(dict):
            def items(self):
                raise AttributeError("my own error")

        with pytest.raises(AttributeError, match="my own error"):
            run.log(Broken())


class TestDefinitions:
    @pytest.mark.parametrize(
        ("goal", "stored"),
        [("min", "min"), ("max", "max"), ("minimize", "min"), ("maximize", "max")],
    )
    def test_a_goal_is_stored_in_one_form(self, launched, run, goal, stored):
        run.define_metric("loss", goal=goal)
        assert facts(launched)["metric_definitions"] == {"loss": {"goal": stored}}

    def test_properties_are_added_to_each_other(self, launched, run):
        run.define_metric("loss", goal="min")
        run.define_metric("acc", step_metric="epoch")
        run.define_metric("loss", summary="best")
        assert facts(launched)["metric_definitions"] == {
            "loss": {"goal": "min", "summary": "best"},
            "acc": {"step_metric": "epoch"},
        }

    @pytest.mark.parametrize("goal", ["up", "", 1, ["min"]])
    def test_an_unknown_goal_is_refused(self, launched, run, goal):
        with pytest.raises(TrackError) as caught:
            run.define_metric("loss", goal=goal)
        assert caught.value.hint == "pass 'min' or 'max'"
        assert "metric_definitions" not in facts(launched)

    @pytest.mark.parametrize("properties", [{"summary": 5}, {"step_metric": ["epoch"]}])
    def test_a_property_that_is_not_text_is_refused(self, run, properties):
        with pytest.raises(TrackError):
            run.define_metric("loss", **properties)


class TestParams:
    def test_params_are_in_the_config_at_once(self, launched, run):
        run.log_params({"lr": 0.1, "model": {"hidden": 64}})
        run.log_param("seed", 7)
        assert run.config.model.hidden == 64
        assert run.config.to_dict() == launched.params()
        assert launched.params()["seed"] == 7

    def test_a_namespace_of_a_command_line_is_a_mapping(self, launched, run):
        run.log_params(argparse.Namespace(lr=0.1))
        assert launched.params() == {"lr": 0.1}

    def test_another_value_is_refused_and_the_config_stays(self, run):
        run.log_param("lr", 0.1)
        with pytest.raises(TrackError, match="cannot become"):
            run.log_params({"epochs": 3, "lr": 0.2})
        assert run.config.to_dict() == {"lr": 0.1}
        run.log_params({"lr": 0.2}, allow_change=True)
        assert run.config.lr == 0.2

    def test_a_value_without_a_plain_form_is_stored_as_text_with_a_warning(
        self, launched, run, caplog
    ):
        run.log_params({"device": object})
        assert isinstance(launched.params()["device"], str)
        assert "stored as text, because not a plain value: device" in caplog.text


class TestTagsAndNotes:
    def test_tags_and_notes_are_added(self, launched, run):
        run.add_tags("good", "fast")
        run.add_tags("good")
        run.note("first")
        run.note("second")
        assert facts(launched)["tags"] == ["good", "fast"]
        assert facts(launched)["note"] == "first\nsecond"

    @pytest.mark.parametrize("text", ["", None])
    def test_an_empty_note_writes_nothing(self, launched, run, text):
        before = launched.events.path.read_bytes()
        run.note(text)
        assert launched.events.path.read_bytes() == before

    @pytest.mark.parametrize("tag", ["", 5, "a" * 2000])
    def test_a_tag_that_cannot_be_stored_is_refused_with_all_others(self, launched, run, tag):
        with pytest.raises(TrackError):
            run.add_tags("good", tag)
        assert "tags" not in facts(launched)


class TestFiles:
    def test_an_artifact_has_the_content_of_this_moment(self, launched, run):
        Path("model.bin").write_bytes(b"first")
        run.log_artifact("model.bin", "best/model.bin")
        Path("model.bin").write_bytes(b"second")
        [entry] = launched.state().outputs
        assert (entry["path"], entry["size"], entry["where"]) == ("best/model.bin", 5, "git")
        assert (launched.folder / layout.ARTIFACTS / "best" / "model.bin").read_bytes() == b"first"

    @pytest.mark.parametrize("path", ["missing.bin", "/dev/null"])
    def test_something_that_is_not_a_file_is_refused(self, run, path):
        with pytest.raises(TrackError):
            run.log_artifact(path)

    def test_a_full_disk_is_a_warning(self, run, caplog, monkeypatch):
        def fail(*args: object, **options: object) -> None:
            raise OSError(28, "No space left on device")

        Path("model.bin").write_bytes(b"x")
        monkeypatch.setattr("gittrack.record.artifacts.copy_in", fail)
        run.log_artifact("model.bin")
        assert caplog.messages == ["the artifact model.bin was not stored: No space left on device"]

    def test_the_limits_are_those_of_the_launcher(self, launched, run, monkeypatch, caplog):
        monkeypatch.setenv(LIMITS, "3 100")
        Path("model.bin").write_bytes(b"large")
        run.log_artifact("model.bin")
        assert launched.state().outputs[0]["where"] == "store"
        monkeypatch.setenv(LIMITS, "3 0")
        Path("other.bin").write_bytes(b"other")
        run.log_artifact("other.bin")
        assert launched.state().outputs[1]["where"] == "left out"
        assert len(caplog.messages) == 2

    def test_an_input_has_its_digest(self, launched, run):
        Path("data.csv").write_bytes(b"1,2\n")
        run.log_input("data.csv")
        [entry] = launched.state().inputs
        assert (entry["path"], entry["size"], len(entry["sha256"])) == ("data.csv", 4, 64)
        with pytest.raises(TrackError, match="does not exist"):
            run.log_input("missing.csv")


def test_a_forked_child_records_nothing_by_any_method(launched, run):
    before = launched.events.path.read_bytes()
    run.forget()
    run.log({"loss": math.nan})
    run.define_metric("loss", goal="min")
    run.log_params({"lr": 0.1})
    run.log_artifact("missing.bin")
    run.log_input("missing.csv")
    run.add_tags("good")
    run.note("text")
    assert not run.should_stop()
    assert launched.events.path.read_bytes() == before
    assert points(launched) == []
