"""What `finish`, `note` and `init` accept, and what they refuse before anything is written."""

import pytest
from helpers import python, run_cli

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


class TestFinishDuringAnException:
    @pytest.mark.parametrize(
        ("code", "end"),
        [
            ("try:\n    1 / 0\nfinally:\n    run.finish()", ("failed", 1, None)),
            ("try:\n    1 / 0\nexcept Exception:\n    run.finish()", ("failed", 1, None)),
            ("try:\n    1 / 0\nfinally:\n    gittrack.finish({'a': 1})", ("failed", 1, None)),
            ("try:\n    1 / 0\nfinally:\n    run.finish('finished')", ("finished", 0, None)),
            ("try:\n    raise SystemExit(3)\nfinally:\n    run.finish()", ("failed", 3, None)),
            ("try:\n    exit()\nfinally:\n    run.finish()", ("finished", 0, None)),
            (
                "try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    run.finish()",
                ("killed", None, "SIGINT"),
            ),
            ("try:\n    1 / 0\nexcept Exception:\n    pass\nrun.finish()", ("finished", 0, None)),
        ],
    )
    def test_is_its_end(self, code, end):
        python(f"import gittrack\nrun = gittrack.init()\n{code}")
        run = gittrack.get("@")
        assert (run.status, run.exit_code, run.signal) == end

    def test_that_is_older_than_the_run_is_another_matter(self):
        code = (
            "try:\n    import no_such\nexcept ImportError:\n    gittrack.init(); gittrack.finish()"
        )
        python(f"import gittrack\n{code}")
        assert gittrack.get("@").status == "finished"
