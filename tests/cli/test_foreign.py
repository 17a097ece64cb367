"""A run that came from somewhere else can say anything; looking at it never fails for the others."""

import pytest
from helpers import git, run_cli

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


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("line", LINES)
def test_a_fact_of_the_wrong_kind_is_damage_not_a_bug(line):
    code = "import gittrack\nwith gittrack.init(name='good') as run: run.log({'loss': 0.5})\n"
    assert run_cli("run", "-n", "good", "--", "python", "-c", code).code == 0
    forge(line, LINES[line])
    for words in LOOKS:
        done = run_cli(*words)
        assert "bug" not in done.err, (words, done.err)
    assert "good" in run_cli("ls").out
