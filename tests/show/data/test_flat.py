"""Runs as flat rows."""

import pytest

from gittrack.core.run.run_info import Metric, RunInfo
from gittrack.show.data import flat

RUN = RunInfo(
    "20260101-000000-00000001",
    "mnist",
    "finished",
    params={"model": {"width": 8}, "lr": 0.1},
    metrics={"loss": Metric(0.5, 0.25, 1.0, 9, 10)},
)


def test_a_row_has_facts_dotted_params_and_metrics_with_extremes():
    row = flat.row(RUN)
    assert (row["experiment"], row["params.model.width"], row["params.lr"]) == ("mnist", 8, 0.1)
    assert [row[f"metrics.loss{end}"] for end in ("", ".min", ".max")] == [0.5, 0.25, 1.0]
    assert not {"params", "metrics", "code"} & row.keys()


def test_columns_are_facts_then_params_then_metrics():
    rows = [{"id": 1, "metrics.b": 1, "params.z": 1}, {"params.a": 1, "note": "", "metrics.a": 2}]
    assert flat.columns(rows) == ["id", "note", "params.a", "params.z", "metrics.a", "metrics.b"]
    assert flat.columns([]) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_a_spreadsheet_does_not_run_a_cell(text):
    assert flat.cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), ([], ""), (-0.5, "-0.5"), (1e-9, "1e-09"), ("a=b", "a=b")]
)
def test_other_cells_stay_as_they_are(value, cell):
    assert flat.cell(value) == cell


def test_lone_surrogates_become_escapes_everywhere():
    row = flat.utf8({"\udcff": ["a\udcfe", {"k": "\udcfd"}], "n": 1})
    assert row == {"\\udcff": ["a\\udcfe", {"k": "\\udcfd"}], "n": 1}
