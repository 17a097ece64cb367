"""The file of --setup: each trial gets what it sets, and nothing of the trial before."""

import os

import pytest

from gittrack.core.errors import TrackError
from gittrack.engines import setup_file


@pytest.fixture
def job(trials, monkeypatch):
    """Makes a job with a setup; PATH is put back after the test."""
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.delenv("LOADED", raising=False)
    setup_file._first_path.cache_clear()
    yield lambda text: trials.job(0)._replace(env={setup_file.VARIABLE: text, "X": "1"})
    setup_file._first_path.cache_clear()


def test_many_trials_of_a_launcher_get_the_same_path(job, tmp_path):
    before = os.environ["PATH"]
    text = 'export PATH="/opt/x:$PATH" LOADED="$LOADED+cuda"'
    for _ in range(2):
        env = setup_file.apply(job(text), tmp_path).env
        assert os.environ["PATH"] == env["PATH"] == f"/opt/x:{before}"
        assert (env["LOADED"], env["X"], setup_file.VARIABLE in env) == ("+cuda", "1", False)
    assert "PATH" not in setup_file.apply(job("true"), tmp_path).env
    assert os.environ["PATH"] == before


def test_a_setup_that_fails_says_what_it_printed(job, tmp_path):
    with pytest.raises(TrackError, match=r"the setup failed on .* with exit code 3") as failed:
        setup_file.apply(job("echo no module cuda; exit 3"), tmp_path)
    assert failed.value.hint == "no module cuda"
