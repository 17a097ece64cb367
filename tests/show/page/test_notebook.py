"""A run as a paragraph of the lab notebook."""

from __future__ import annotations

import pytest
from run_values import info

from gittrack.core.run.run_info import Metric, from_iso
from gittrack.show.page import notebook

NOW = from_iso("2026-03-01T01:00:00.000Z")


def paragraph(sparklines=None, **facts) -> str:
    return notebook.paragraph(info(1, **facts), sparklines or {}, NOW)


def test_a_plain_run_is_two_lines():
    assert paragraph(command=["python", "train.py"], code={"commit": "c" * 40}) == (
        "00000001  default  finished in 2.0 s  59 min ago\n    python train.py  code cccccccc\n"
    )


def test_everything_that_a_run_can_have():
    run = {
        **{"name": "base", "note": "first\n\nsecond", "tags": ["a", "b"]},
        **{"params": {"m": {"d": 2}, "lr": 0.1}, "code": {"commit": "c" * 40, "dirty": True}},
        "metrics": {"loss": Metric(0.25, 0.25, 1.0, 9, 10), "val_acc": 0.5},
    }
    assert paragraph({"loss": "█▁"}, **run) == (
        "00000001  base  default  finished in 2.0 s  59 min ago\n"
        "    first\n"
        "    second\n"
        "    [a, b]\n"
        "    lr=0.1  m.d=2\n"
        "    val_acc   0.5\n"
        "    loss     0.25  █▁  0.25 to 1\n"
        "    code cccccccc*\n"
    )


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"status": "failed", "exit_code": 3}, "failed (exit code 3) in 2.0 s"),
        ({"status": "killed", "signal": "SIGTERM", "exit_code": 143}, "killed (SIGTERM) in 2.0 s"),
        ({"exit_code": 0}, "finished in 2.0 s"),
        ({"status": "crashed", "duration_s": None}, "crashed"),
    ],
)
def test_how_it_ended(facts, status):
    assert f"default  {status}  59" in paragraph(**facts)


def test_twelve_params_and_three_metrics():
    many = {f"p{number:02d}": number for number in range(14)}
    text = paragraph(params=many, metrics=dict.fromkeys("abcde", 1.0))
    assert "p11=11  and 2 more\n" in text
    assert "    and 2 more metrics\n" in text
    assert "and 1 more metric\n" in paragraph(metrics=dict.fromkeys("abcd", 1.0))


def test_text_is_escaped_and_a_long_command_is_cut():
    text = paragraph(name="\x1b[2J", note="\x1b", command=["x" * 200])
    assert "\x1b" not in text
    assert f"    {'x' * 89}…\n" in text
