"""Files of metrics: the content decides which format a file has."""

import pytest

from gittrack.core.errors import TrackError
from gittrack.launch.observe.metrics_file import Metrics, parse, read


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("", Metrics([], {}, 0)),
        (
            '{"acc": 0.9, "train": {"loss": 1}, "name": "x"}',
            Metrics([], {"acc": 0.9, "train/loss": 1.0}, 1),
        ),
        ('[{"step": 3, "loss": 0.5}, 7]', Metrics([(3.0, {"loss": 0.5})], {}, 1)),
        (
            '{"epoch": 0, "loss": 0.5}\n\n{"epoch": 1, "loss": NaN}\n{"epoch": 2, "lo',
            Metrics(
                [(0.0, {"loss": 0.5}), (1.0, {"loss": pytest.approx(float("nan"), nan_ok=True)})],
                {},
                0,
            ),
        ),
        ("epoch,loss,note\n0,0.5,a\n1,,b\n", Metrics([(0.0, {"loss": 0.5})], {}, 2)),
        ("step; loss\n4; 0.5\n", Metrics([(4.0, {"loss": 0.5})], {}, 0)),
        ("loss\tacc\n0.5\t0.9\n", Metrics([(None, {"loss": 0.5, "acc": 0.9})], {}, 0)),
        ('{"a": true, "b": null, "c": [1]}', Metrics([], {}, 3)),
        ('[{"step": NaN, "": 1, "loss": 0.5}]', Metrics([(None, {"loss": 0.5})], {}, 2)),
        (
            "Wall time,Step,Value\n9,1,0.5\n",
            Metrics([(1.0, {"Wall time": 9, "Value": 0.5})], {}, 0),
        ),
    ],
)
def test_formats(text, metrics):
    assert parse(text, "m") == metrics


def test_one_line_of_json_lines_is_a_point():
    line = '{"step": 3, "loss": 0.5}'
    assert parse(line, "m.jsonl") == Metrics([(3.0, {"loss": 0.5})], {}, 0)
    assert parse(line, "m.json").final == {"step": 3.0, "loss": 0.5}


def test_what_is_no_format(tmp_path):
    with pytest.raises(TrackError, match="line 1 of m is not JSON"):
        parse('{"a": }\n{"a": 1}\n', "m")
    with pytest.raises(TrackError, match="m has two columns 'loss'"):
        parse("loss, loss\n1,2\n", "m")
    with pytest.raises(TrackError, match="cannot be read"):
        read(str(tmp_path / "missing"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrackError, match="cannot be read"):
        read(str(tmp_path / "binary"))


def test_a_mark_at_the_beginning_of_the_file_is_not_a_name(tmp_path):
    (tmp_path / "m.csv").write_bytes(b"\xef\xbb\xbfstep,loss\n1,0.5\n")
    assert read(str(tmp_path / "m.csv")).points == [(1.0, {"loss": 0.5})]
