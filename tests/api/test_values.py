"""Names and values that break naive code, through a real repository and back."""

import csv
import io
import json
import re

import pytest
import yaml
from helpers import NASTY_FLOATS, NASTY_INTS, NASTY_TEXT, exact, git, record, run_cli

import gittrack
from gittrack.core import yaml_read

pytestmark = pytest.mark.usefixtures("project")
NAMES = (
    *(".", "..", "../x", "/abs", "a/b", "-rf", "--upload-pack=x", "a\\b", "a:b", "CON", "x.lock"),
    *(".git", "x" * 300, "a b", "ü", "\U0001f600", "a.b", '"', "'", "#", "a,b", "a\nb", "a\rb"),
    *("\x1b[31m", "\x9b", "\u202eabc", "a\u200bb", "\ud800", "caf\u00e9", "cafe\u0301", "=", "<<"),
    *("no", "1e-5", "012", "1:30", "2024-01-01", "~", "null", "params.lr: 0.003", "{}", "a: b"),
)
VALUES = {
    **{f"t{i}": text for i, text in enumerate(NASTY_TEXT)},
    **{f"f{i}": number for i, number in enumerate(NASTY_FLOATS)},
    **{f"i{i}": number for i, number in enumerate(NASTY_INTS)},
    **{
        "none": None,
        "yes": True,
        "list": [1, [2.5, "no"], {}],
        "empty": {},
        "nest": {"a": {"b": 1}},
    },
}
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def test_params_come_back_exactly():
    record("a", config=VALUES)
    assert exact(gittrack.get("a").params) == exact(VALUES)


def test_params_yaml_is_read_alike_by_other_readers():
    plain = {k: v for k, v in VALUES.items() if not _lone_surrogate(v)}
    record("a", config=plain)
    text = git(".", "cat-file", "-p", f"{gittrack.get('a').ref}:params.yaml") + "\n"
    assert exact(yaml_read.load(text.encode(), "x")) == exact(plain)  # YAML 1.2
    assert exact(yaml.safe_load(text)) == exact(plain)  # YAML 1.1


def _lone_surrogate(value):
    return isinstance(value, str) and re.search("[\ud800-\udfff]", value) is not None


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name_is_stored_as_data(name):
    with gittrack.init(
        name=name, config={name: 1, "in": {name: 2}}, tags=[name], note=name, group=name
    ) as run:
        run.log({name: 0.5})
        run.log({name: 0.25}, step=7)
        run.summary["best " + name] = 1
    (found,) = gittrack.runs()
    assert (found.name, found.tags, found.note, found.group) == (name, (name,), name, name)
    assert found.params == {name: 1, "in": {name: 2}}
    assert set(found.metrics) == {name, "best " + name}
    assert found.history(name).steps.tolist() == [0, 7]
    assert found.history(name).values.tolist() == [0.5, 0.25]
    assert git(".", "for-each-ref", "--format=%(refname)", "refs/runs") == found.ref
    assert re.fullmatch(r"refs/runs/default/[0-9a-f-]{24}", found.ref)


def test_names_are_addresses_as_long_as_they_look_like_none():
    for name in ("-rf", "../x", "a b", "\U0001f600", "--upload-pack=x"):
        record(name)
        assert gittrack.get(name).name == name


@pytest.mark.parametrize(
    "name", ["a..b", "a//b", "/a", "a/", ".a", "-a", "a.lock", "a b..", "é", "a\0"]
)
def test_experiments_that_git_or_a_shell_would_trip_over_are_refused(name):
    with pytest.raises(gittrack.TrackError, match="cannot be the name of an experiment"):
        gittrack.init(name)


@pytest.mark.parametrize(
    "name", ["-rf", "a\\b", "a:b", "CON", "x.lock", "a b", "é", "\U0001f600", "x" * 200, "a\nb"]
)
def test_artifacts_of_any_name(name):
    with open("file", "w") as file:
        file.write("content")
    with gittrack.init() as run:
        run.log_artifact("file", name=f"d/{name}")
    found = gittrack.get("@")
    assert [item["path"] for item in found.outputs] == [f"d/{name}"]
    assert found.artifact(f"d/{name}").read_text() == "content"
    assert git(".", "fsck", "--strict", "--no-dangling") == ""


NASTY_NAME = "run\x1b]0;title\x07"
NASTY_RUN = {
    "config": {"key\x1b[2J": "value\r\x9b\u202e", "x": "a\x08b"},
    "tags": ["tag\x1b[31m"],
    "note": "note\u200b\x7f",
    "group": "group\ufeff",
}


def test_control_characters_are_shown_escaped():
    record(NASTY_NAME, {"metric\x1b[1m": 1}, **NASTY_RUN)
    with open("train.py", "a") as file:
        file.write("# \x1b[31m\r\n")
    other = record("other\x1b", {"metric\x1b[1m": 2}, config={"x": "c\x1bd"})
    for argv in (
        ("ls", "--all-params"),
        ("ls", "--columns", "name,note,group,tags,command,x,key\x1b[2J"),
        ("top", "metric\x1b[1m"),
        ("top", "nope\x1b"),
        ("show", "@~1"),
        ("diff", "@~1", other),
        ("ls", "--md"),
        ("show", "nope\x1b"),
    ):
        done = run_cli(*argv)
        assert not CONTROL.search(done.out + done.err), argv
    assert "run\\x1b]0;title\\x07" in run_cli("ls").out
    assert "metric\\x1b[1m" in run_cli("top", "metric\x1b[1m").out


def test_json_is_always_json():
    record(NASTY_NAME, {"metric\x1b[1m": float("nan")}, **NASTY_RUN)
    record("values", config=VALUES)
    for argv in (("ls",), ("top", "metric\x1b[1m"), ("show", "@"), ("diff", "@", "@~1")):
        done = run_cli(*argv, "--json")
        json.loads(done.out, parse_constant=pytest.fail)
        assert done.out.isascii()


def test_csv_is_always_csv():
    names = ["a,b", 'q"q', "l\nl", "\x1b"]
    record('n,"n', dict.fromkeys(names, 0.5), config={"p,\n": "v,\n"})
    head, row = csv.reader(io.StringIO(run_cli("ls", "--csv").out))
    assert len(head) == len(row)
    assert {"a,b", 'q"q'} <= set(head)


def test_what_is_refused_names_what_it_is_about():
    with gittrack.init() as run:
        for call, name in (
            (lambda: run.log({"a\0": 1}), "the name of a metric is a name with a NUL character"),
            (lambda: run.log_params({"a": "\0"}), "the value of 'a' has a NUL character"),
            (lambda: run.add_tags("a\0"), "the name of a tag is a name with a NUL character"),
            (lambda: run.log_params({"x" * 501: 1}), "the name of a param is longer than 500"),
        ):
            with pytest.raises(gittrack.TrackError) as caught:
                call()
            assert caught.value.message.startswith(name)


def test_99_000_params_come_back():
    config = {f"k{i}": {f"n{j}": i * j for j in range(99)} for i in range(1000)}
    record("many", config=config)
    assert gittrack.get("many").params == config
    assert [run["name"] for run in json.loads(run_cli("ls", "--json").out)] == ["many"]


def test_more_are_a_clear_error():
    with pytest.raises(gittrack.TrackError, match="more than 100,000 values"):
        gittrack.init(config={"x": list(range(100_001))})


def test_a_long_string_comes_back_and_a_huge_one_is_a_clear_error():
    record("long", config={"x": "é\n" * 500_000})
    assert gittrack.get("long").params == {"x": "é\n" * 500_000}
    assert len(run_cli("ls").out) < 1000
    with pytest.raises(gittrack.TrackError, match="the value of 'x' has more than 10 million"):
        gittrack.init(config={"x": "x" * (50 << 20)})


def test_the_log_is_found_by_a_param_and_reads_as_a_notebook():
    record("a", {"val acc": 0.9722}, config={"lr": 0.003, "weight decay": 0.1})
    found = git(
        ".", "log", "--no-walk", "--glob=refs/runs/*", "--grep", "params.lr: 0.003", "--format=%s"
    )
    assert re.fullmatch(r'default [0-9a-f-]{24} finished "val acc"=0\.9722', found)
