"""sweeping/runner: code that changed since a sweep began is named, with the ways to go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from gittrack.sweeping import engine, runner, stored
from gittrack.sweeping.jobs import RunOptions
from gittrack.sweeping.workdir import WorkDir


@pytest.fixture
def sweep(create):
    return create(name="first")


@pytest.fixture
def folder(scratch) -> WorkDir:
    return WorkDir(scratch / "work", -1, -1)


def test_a_sweep_is_continued_by_the_end_of_its_id(sweep):
    assert runner.resume_command(sweep) == "git track sweep resume aaaa1111"


class TestCheckCode:
    def check(self, repo, sweep, folder, **options):
        return runner._check_code(repo, sweep, RunOptions(**options), folder)

    def test_the_same_code_goes_on(self, repo, sweep, folder):
        assert self.check(repo, sweep, folder) == (sweep, RunOptions())

    def test_new_files_are_not_the_code_of_the_sweep(self, repo, sweep, folder):
        Path("results.txt").touch()
        assert self.check(repo, sweep, folder) == (sweep, RunOptions())

    def test_other_code_is_refused_with_the_ways_to_go_on(self, repo, sweep, folder):
        Path("train.py").write_text("changed\n")
        with pytest.raises(engine.SweepCodeChanged) as caught:
            self.check(repo, sweep, folder)
        assert caught.value.message == "the code has changed since the sweep began: train.py"
        again = "git track sweep resume aaaa1111"
        for way in (again, f"{again} --isolate", f"{again} --accept-code"):
            assert way in caught.value.hint

    def test_the_user_can_accept_it(self, repo, sweep, folder):
        Path("train.py").write_text("changed\n")
        accepted, _ = self.check(repo, sweep, folder, accept_code=True)
        assert accepted.id == sweep.id
        assert accepted.required_code.tree != sweep.required_code.tree
        assert self.check(repo, accepted, folder) == (accepted, RunOptions())

    @pytest.mark.parametrize(("count", "text"), [(4, "0, 1, 2, 3"), (5, "0, 1, 2, 3, ...")])
    def test_the_first_files_are_named(self, repo, create, folder, count, text):
        for number in range(count):
            Path(str(number)).write_text("first\n")
        sweep = create()
        for number in range(count):
            Path(str(number)).write_text("second\n")
        code = stored.capture_code(repo, folder.folder, sweep.required_code)
        error = runner.code_changed(repo, sweep, code)
        assert error.message == f"the code has changed since the sweep began: {text}"
