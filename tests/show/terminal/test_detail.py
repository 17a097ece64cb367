"""The page about one run."""

from __future__ import annotations

import pytest
from run_values import info

from gittrack.core.run.run_info import Metric, from_iso
from gittrack.show.terminal import detail

NOW = from_iso("2026-03-01T01:00:00.000Z")


def page(run, **files) -> str:
    parts = {"env": {}, "inputs": [], "outputs": [], "diff": {}, **files}
    return detail.page(run, parts["env"], parts["inputs"], parts["outputs"], parts["diff"], NOW)


def row(text: str, name: str) -> str:
    """Return the content of the row with a name."""
    lines = text.partition("\nby hand\n")[0].splitlines()
    rows = [line for line in lines if line.strip().startswith(f"{name} ")]
    assert len(rows) == 1, text
    return rows[0].strip().removeprefix(name).strip()


# --- Facts --------------------------------------------------------------------------------------


def test_a_plain_run_has_few_rows():
    assert page(info(1)) == (
        "run         20260301-000000-00000001\n"
        "experiment  default\n"
        "status      finished\n"
        "started     2026-03-01T00:01:00.000Z  (59 min ago)\n"
        "duration    2.0 s\n"
        "code        no commit yet\n"
        "\n"
        "by hand\n"
        "  git show refs/runs/default/20260301-000000-00000001:run.yaml\n"
        "  git ls-tree -r refs/runs/default/20260301-000000-00000001\n"
    )


@pytest.mark.parametrize(
    ("facts", "name", "shown"),
    [
        ({"status": "failed", "exit_code": 3}, "status", "failed (exit code 3)"),
        ({"status": "killed", "signal": "SIGTERM"}, "status", "killed (signal SIGTERM)"),
        ({"resumed": 1}, "resumed", "once"),
        ({"resumed": 2}, "resumed", "2 times"),
        ({"command": ["python", "a b.py"]}, "command", "python 'a b.py'"),
        ({"cwd": "sub"}, "folder", "sub"),
        ({"seed": 0}, "seed", "0"),
        ({"peak_memory": 3 << 20}, "memory", "3.0 MiB at most"),
        ({"user": "ada", "host": "gpu1"}, "by", "ada@gpu1"),
        ({"host": "gpu1"}, "by", "gpu1"),
        ({"tags": ["a", "b"]}, "tags", "a, b"),
        ({"name": "a\x1b[31m"}, "name", "a\\x1b[31m"),
        ({"code": {"commit": "c" * 40, "branch": "main"}}, "code", "cccccccccccc on main"),
        (
            {"code": {"commit": "c" * 40, "dirty": True, "snapshot": "d" * 40}},
            "code",
            "cccccccccccc, with uncommitted changes (dddddddddddd)",
        ),
        (
            {"code": {"commit": "c" * 40, "dirty": True}},
            "code",
            "cccccccccccc, with uncommitted changes (not captured)",
        ),
        ({"sweep": {"id": "s", "trial": "7", "order": 3}}, "trial", "7 of sweep s"),
        (
            {"sweep": {"id": "s", "trial": "7", "why": "timeout"}},
            "trial",
            "7 of sweep s (ended: timeout, it does not count)",
        ),
        (
            {"sweep": {"id": "s", "trial": "7", "order": 0, "stopped": 12.0}},
            "trial",
            "7 of sweep s (stopped early at step 12)",
        ),
    ],
)
def test_a_fact_as_a_row(facts, name, shown):
    assert row(page(info(1, **facts)), name) == shown


def test_the_folder_of_the_repository_is_no_row():
    assert "folder" not in page(info(1, cwd="."))


def test_a_note_may_have_several_lines_and_other_facts_may_not():
    text = page(info(1, note="first\nsecond", name="a\nb"))
    assert "note        first\n            second\n" in text
    assert row(text, "name") == "a\\x0ab"


# --- Files --------------------------------------------------------------------------------------


def test_params_are_whole_and_metrics_have_their_range():
    run = info(1, params={"m": {"d": 1 / 3}}, metrics={"acc": Metric(0.5, 0.25, 0.75, 9, 10)})
    text = page(run)
    assert "params\n  m.d  0.3333333333333333\n" in text
    assert (
        "metrics\n       last   min   max  step  points\n  acc   0.5  0.25  0.75     9      10\n"
    ) in text


def test_inputs_and_artifacts_have_size_digest_and_storage():
    inputs = [{"path": "data", "kind": "folder", "size": 2048, "files": 1, "sha256": "ab" * 32}]
    outputs = [
        {"path": "w.bin", "size": 5, "where": "store", "sha256": "cd" * 32},
        {"path": "x\x1b", "where": "git"},
    ]
    text = page(info(1), inputs=inputs, outputs=outputs)
    assert "inputs\n  data  2.0 KiB, 1 file  abababababab\n" in text
    assert "artifacts\n  w.bin  5 B  cdcdcdcdcdcd  (store)\n  x\\x1b  0 B\n" in text


def test_uncommitted_changes_are_counted_and_cut():
    files = [{"path": f"f{n:02d}", "status": "M", "added": 1, "removed": 2} for n in range(42)]
    files[0] = {"path": "f00", "status": "A"}
    diff = {
        "files": files,
        "withheld": [{"path": ".env", "reason": "it may contain secrets"}],
        "inexact": ["a\x1b"],
    }
    text = page(info(1), diff=diff)
    assert "  f00   A  binary\n  f01   M  +1 -2\n" in text
    assert "  ...   and 2 more files (--json has all)\n" in text
    assert "  .env  not captured: it may contain secrets\n  note  a\\x1b\n" in text
    assert "f40" not in text


def test_the_environment_has_what_decides_about_numbers():
    env = {
        "python": {"version": "3.12.1"},
        "packages": {"numpy": "2.0", "torch": "2.5"},
        "platform": {"system": "Linux", "machine": "x86_64"},
        "cpu": {"model": "EPYC", "count": 16},
        "blas": {"name": "openblas", "version": "0.3", "core": "Zen"},
        "threads": {"OMP": 4},
        "gpu": {"models": ["H100", "H100"]},
    }
    assert page(info(1), env=env).partition("environment\n")[2].partition("\n\n")[0] == (
        "  python      3.12.1\n"
        "  packages    2\n"
        "  platform    Linux x86_64\n"
        "  cpu         EPYC (16 cores)\n"
        "  arithmetic  openblas 0.3 Zen  threads: OMP 4\n"
        "  gpu         H100, H100"
    )
    assert "environment" not in page(info(1), env={"python": None, "cpu": None})


def test_a_folded_run_is_seen_by_hand_by_its_commit():
    folded = info(1)._replace(ref=None)
    assert f"git show {folded.commit}:run.yaml" in page(folded)


def test_a_live_run_has_nothing_to_see_by_hand():
    assert "by hand" not in page(info(1)._replace(ref=None, commit=None))


# --- The end ------------------------------------------------------------------------------------


def test_the_end_of_the_log_has_ten_lines_of_500_characters():
    assert detail.end_of_log(info(1), " \n\n") == ""
    log = "\n".join(f"line {number}" for number in range(12)) + "\n" + "x" * 600 + "\x1b\n"
    shown = detail.end_of_log(info(1), log).splitlines()
    assert shown[1] == "end of log.txt (all of it: git track cat 00000001 log.txt)"
    assert shown[2:] == [f"  line {number}" for number in range(3, 12)] + ["  " + "x" * 500]
