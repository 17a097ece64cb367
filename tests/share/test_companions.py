"""What a push reads of each run: its code and its sweep, from anywhere, damaged ones too."""

from __future__ import annotations

import pytest
from run_values import NO_REPO

from gittrack.read.runs.reader import Raw
from gittrack.share import companions
from gittrack.share.companions import CodeOfRun


def run_with(body: bytes | None) -> Raw:
    return Raw("20260101-000000-aaaaaaaa", "default", body=body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b"\ncode.commit: abc1\ncode.snapshot: abc2\nsweep.id: quiet-fox\n",
            ("abc1", "abc2", "quiet-fox"),
        ),
        (b"\nstatus: finished\n", ("", "", "")),
        (b"\ncode.commit: --all\ncode.snapshot: [1]\nsweep.id: a b\n", ("", "", "")),
        (b'\ncode.commit: "unfinished\n', ("", "", "")),
    ],
)
def test_code_and_sweep_of_a_run(monkeypatch, body, expected):
    monkeypatch.setattr(companions.reader, "bodies", lambda repo, raws: raws)
    run = run_with(body)
    assert companions.code_of(NO_REPO, [run, run_with(None)]) == [CodeOfRun(run.id, *expected)]
