"""Journals and run commits that are damaged in every way: the others go on, and the damaged one is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from helpers import git, look, python, recorded, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gittrack

RECORD = """
import gittrack
for number in range(2):
    with gittrack.init(config={"n": number}) as run:
        run.log({"loss": float(number)})
"""
CRASH = """
import os, gittrack
run = gittrack.init(name="bad", config={"lr": 0.1, "m": {"a": 1}}, tags=["t"], note="n")
run.log({"loss": 1.0})
open("data", "w").write("data")
run.log_input("data")
run.log_artifact("data")
run.summary["acc"] = 0.5
os._exit(1)
"""
BAD = "20260301-000000-0000001c"
FUZZ = settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
OPERATIONS = ("start", "facts", "params", "tags", "note", "summary", "env", "input", "output")
KEYS = (
    *("values", "add", "remove", "text", "op", "fresh", "id", "experiment", "status", "started"),
    *("ended", "sweep", "code", "tags", "note", "path", "sha256", "where", "format", "process"),
)
odd = values | st.sampled_from(
    [10**400, -(10**400), 1e308, "\ud800", "../x", "a." * 1200, {"a": {"b": [{}]}}, True, None]
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A repository with two runs, and the journal of a run that crashed, which is kept beside."""
    made = recorded(tmp_path_factory.mktemp("fuzz") / "repo", RECORD)
    python(CRASH, made)
    (folder,) = (made / ".git/gittrack/live").iterdir()
    folder.rename(made.parent / "journal")
    (made.parent / "id").write_text(folder.name)
    return made


def nested(depth: int) -> str:
    return '{"op":"params","values":' + '{"a":' * depth + "1" + "}" * (depth + 1)


@st.composite
def damages(draw):
    """Return a function that damages the bytes of a text file."""
    kind = draw(st.sampled_from(("flip", "cut", "insert", "repeat", "line", "replace", "deep")))
    at = draw(st.floats(0, 0.999))
    junk = draw(st.binary(min_size=1, max_size=8))
    line = {"op": draw(st.sampled_from(OPERATIONS)), draw(st.sampled_from(KEYS)): draw(odd)}
    key, value = draw(st.sampled_from(KEYS)), json.dumps(draw(odd))
    depth = draw(st.sampled_from((70, 500, 5000)))

    def damage(data: bytes) -> bytes:
        where = int(at * len(data))
        lines = data.splitlines(keepends=True)
        number = int(at * len(lines))
        if kind == "flip":
            return data[:where] + bytes([data[where] ^ (junk[0] or 1)]) + data[where + 1 :]
        if kind == "cut":
            return data[:where]
        if kind == "insert":
            return data[:where] + junk + data[where:]
        if kind == "repeat":
            return b"".join([*lines[: number + 1], *lines[number:]])
        added = json.dumps(line) if kind == "line" else nested(depth)
        if kind == "replace":
            old = f'"{key}":'.encode()
            return data.replace(old, old + value.encode() + b',"old":', 1)
        return b"".join([*lines[:number], added.encode() + b"\n", *lines[number:]])

    return damage


def good_runs(place: Path) -> list[str]:
    return git(place, "for-each-ref", "--format=%(refname)", "refs/runs/default").splitlines()


def check_that_all_goes_on(*verbs: str) -> str:
    """Run verbs in this process; return what they print."""
    output = ""
    for verb in verbs:
        done = look(*verb.split())
        assert done.code in (0, 1), (verb, done)
        assert "has a bug" not in done.err, (verb, done.err)
        assert "Traceback" not in done.err, (verb, done.err)
        output += done.out + done.err
    return output


def listed() -> dict[str, str]:
    return {run["id"]: run["status"] for run in json.loads(look("ls", "-n", "1000", "--json").out)}


@FUZZ
@given(damage=damages(), file=st.sampled_from(["events.jsonl", "metrics.csv", "lock"]))
def test_a_damaged_journal(place, monkeypatch, damage, file):
    monkeypatch.chdir(place)
    bad = (place.parent / "id").read_text()
    folder = place / ".git/gittrack/live" / bad
    shutil.copytree(place.parent / "journal", folder)
    path = folder / file
    path.write_bytes(damage(path.read_bytes() or b"x"))
    before = listed()
    assert list(before.values()).count("finished") >= 2
    check_that_all_goes_on("ls", "top loss", "show @", "doctor")
    gittrack.init().finish()
    output = check_that_all_goes_on("recover", "ls", "doctor", "doctor --fix")
    if before.get(bad) == "damaged":
        assert bad in output
        assert any((place / ".git/gittrack").glob(f"set-aside/{bad}*")) or folder.exists()
    assert len(good_runs(place)) >= 3
    for ref in good_runs(place):  # as it was before
        if ref.endswith(bad):
            git(place, "update-ref", "-d", ref)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(place / ".git/gittrack/set-aside", ignore_errors=True)


@FUZZ
@given(damage=damages())
def test_a_damaged_run_commit(place, monkeypatch, damage):
    monkeypatch.chdir(place)
    first = good_runs(place)[0]
    commit = git(place, "cat-file", "commit", first).encode("utf-8", "surrogateescape")
    head, _, body = commit.partition(b"\n\n")
    changed = place.parent / "commit"
    changed.write_bytes(head + b"\n\n" + damage(body + b"\n"))
    oid = git(place, "hash-object", "-t", "commit", "-w", "--literally", str(changed))
    git(place, "update-ref", f"refs/runs/z/{BAD}", oid)
    runs = listed()
    assert list(runs.values()).count("finished") >= 2
    assert BAD in runs
    output = check_that_all_goes_on("ls", "top loss", "params", "metrics", "doctor", f"show {BAD}")
    if runs[BAD] == "damaged":
        assert BAD in output
    gittrack.init().finish()
    check_that_all_goes_on("recover", "gc --dry-run", "doctor --fix")
    assert set(good_runs(place)) >= {first}
    git(place, "update-ref", "-d", f"refs/runs/z/{BAD}")
