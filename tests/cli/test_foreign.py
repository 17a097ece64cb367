"""A run that came from somewhere else can say anything; looking at it never fails for the others."""

import pytest
from helpers import git, listed, look, record, run_cli

RUN = "refs/runs/evil/20260101-000000-deadbeef"
LOOKS = (
    *(
        ["ls"],
        ["ls", "--csv"],
        ["ls", "--sort", "loss"],
        ["top", "loss"],
        ["top", "loss", "--json"],
    ),
    *(["show", "deadbeef"], ["show", "good"], ["diff", "good", "deadbeef"], ["doctor"]),
)
LINES = {
    "started: 5": "started",
    'started: "x"': "started",
    "duration_s: .inf": "duration_s",
    "name: [1]": "name",
    "name: {bad": "name",
    "tags: [3]": "tags",
    "command: 5": "command",
    'peak_memory: "x"': "peak_memory",
    "code.commit: 5": "code.commit",
    "truncated: 5": "truncated",
    'metrics.loss: {"last": "x"}': "metrics.loss",
    f'metrics.loss: {{"last": {"9" * 400}}}': "metrics.loss",
}


def forge(line, key):
    """Make a run like the good one, with one line of its message changed."""
    good = git(".", "for-each-ref", "--format=%(objectname)", "refs/runs").split()[0]
    subject, _, body = git(".", "log", "-1", "--format=%B", good).strip().partition("\n\n")
    kept = [old for old in body.splitlines() if not old.startswith(f"{key}: ")]
    message = subject + "\n\n" + "\n".join(sorted([*kept, line])) + "\n"
    commit = git(".", "commit-tree", "-m", message, f"{good}^{{tree}}").strip()
    git(".", "update-ref", RUN, commit)


FILES = {
    "env.yaml": ("cpu: 5\n", "- 1\n", "packages: [1]\n", "gpu: {models: 3}\n"),
    "inputs.yaml": ("inputs: 5\n", "inputs: [5]\n", "inputs: [{size: 1}]\n"),
    "outputs.yaml": ("outputs: 5\n", "outputs: [{path: 5}]\n", "outputs: [{path: a, size: x}]\n"),
    "diff.yaml": ("files: {}\n", "files: [{path: a}]\n", "withheld: [{path: a}]\n", "inexact: 1\n"),
}


def forge_file(name, content):
    """Make a run like the good one, with another content of one file."""
    with open("forged", "w") as file:
        file.write(content)
    good = git(".", "for-each-ref", "--format=%(objectname)", "refs/runs").split()[0]
    lines = [line for line in git(".", "ls-tree", good).splitlines() if not line.endswith(name)]
    blob = git(".", "hash-object", "-w", "forged")
    lines.append(f"100644 blob {blob}\t{name}")
    with open("listing", "w") as file:
        file.write("".join(f"{line}\n" for line in lines))
    tree = git(".", "-c", "alias.maketree=!git mktree < listing", "maketree")
    message = git(".", "log", "-1", "--format=%B", good)
    git(".", "update-ref", RUN, git(".", "commit-tree", "-m", message, tree))


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("name", "content"), [(n, c) for n, cs in FILES.items() for c in cs])
def test_a_file_of_the_wrong_shape_is_damage_not_a_bug(name, content):
    record("good", {"loss": 0.5})
    forge_file(name, content)
    for words in (*LOOKS, ["show", "--json", "deadbeef"], ["diff", "deadbeef", "good"]):
        done = look(*words)
        assert "bug" not in done.err, (words, done.err)
    shown = look("show", "deadbeef")
    assert shown.code == 1
    assert shown.err.startswith(f"error: the run 20260101-000000-deadbeef is damaged: {name}")
    assert f"{RUN}: {name}" in look("doctor").out


@pytest.mark.usefixtures("project")
def test_one_id_in_two_experiments_is_two_runs():
    run_id = record("good", {"loss": 0.5})
    commit = git(".", "rev-parse", f"refs/runs/default/{run_id}")
    git(".", "update-ref", f"refs/runs/other/{run_id}", commit)
    assert [run["experiment"] for run in listed()] == ["other", "default"]
    done = run_cli("show", run_id)
    assert f"'{run_id}' is 2 runs" in done.err
    assert "hint: give more of the id, or EXPERIMENT/ID" in done.err
    assert run_cli("show", f"other/{run_id}").code == 0


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("line", LINES)
def test_a_fact_of_the_wrong_kind_is_damage_not_a_bug(line):
    record("good", {"loss": 0.5})
    forge(line, LINES[line])
    for words in LOOKS:
        done = look(*words)
        assert "bug" not in done.err, (words, done.err)
    assert "good" in look("ls").out
