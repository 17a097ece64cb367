"""What `finish`, `note` and `init` accept, and what they refuse before anything is written."""

import pytest
from helpers import run_cli

import gittrack

pytestmark = pytest.mark.usefixtures("project")


@pytest.mark.parametrize(
    ("argument", "status", "code"),
    [
        (0, "finished", 0),
        (1, "failed", 1),
        (None, "finished", 0),
        ("failed", "failed", None),
        ("killed", "killed", None),
    ],
)
def test_a_run_ends_with_a_status_or_an_exit_code(argument, status, code):
    run = gittrack.init()
    run.finish(argument)
    info = gittrack.get(run.id)
    assert (info.status, info.info.exit_code) == (status, code)


def test_an_exit_code_by_name_decides_the_status():
    run = gittrack.init()
    run.finish(exit_code=3)
    assert gittrack.get(run.id).status == "failed"


def test_finish_takes_final_metrics():
    run = gittrack.init()
    run.log({"loss": 1.0})
    run.finish({"acc": 0.9})
    assert gittrack.get(run.id).status == "finished"
    assert gittrack.get(run.id).metrics["acc"].last == 0.9


def test_the_active_run_ends_with_an_exit_code():
    run = gittrack.init()
    gittrack.finish(1)
    assert gittrack.get(run.id).status == "failed"


@pytest.mark.parametrize(
    "call",
    [
        lambda run: run.finish("running"),
        lambda run: run.finish("done"),
        lambda run: run.finish(True),
        lambda run: run.finish([1]),
        lambda run: run.finish({"acc": "high"}),
        lambda run: run.finish(exit_code="1"),
        lambda run: run.finish(exit_code=10**400),
        lambda run: run.finish("killed", signal=9),
        lambda run: run.note(5),
        lambda run: run.note(["a"]),
        lambda run: run.note(True),
    ],
)
def test_a_wrong_value_is_one_error_and_the_run_goes_on(call):
    run = gittrack.init()
    journal = run._journal.folder / "events.jsonl"
    before = journal.read_bytes()
    with pytest.raises(gittrack.TrackError):
        call(run)
    assert journal.read_bytes() == before
    run.log({"loss": 1.0})
    run.finish()
    assert gittrack.get(run.id).status == "finished"
    assert run_cli("doctor").code == 0


@pytest.mark.parametrize(
    "words",
    [
        {"group": 5},
        {"group": ()},
        {"group": {1}},
        {"note": [1]},
        {"note": True},
        {"experiment": 5},
        {"tags": 5},
        {"tags": [5]},
        {"name": 5},
    ],
)
def test_init_refuses_wrong_types_before_anything_is_written(words, project):
    with pytest.raises(gittrack.TrackError):
        gittrack.init(**words)
    live = project / ".git/gittrack/live"
    assert not live.exists() or not list(live.iterdir())


@pytest.mark.parametrize("start", ["api", "command"])
def test_an_empty_note_or_group_counts_as_not_given(start):
    if start == "api":
        gittrack.init(note="", group="").finish()
    else:
        assert run_cli("run", "-g", "", "-m", "", "--", "true").code == 0
    run = gittrack.runs()[0]
    assert (run.info.note, run.info.group) == (None, None)
    assert run_cli("doctor").code == 0


def test_a_joined_run_checks_its_words_too(project):
    code = "import gittrack\ntry: gittrack.init(note=5)\nexcept gittrack.TrackError: pass"
    (project / "joins.py").write_text(code)
    assert run_cli("run", "--", "python", "joins.py").code == 0
    assert run_cli("doctor").code == 0
