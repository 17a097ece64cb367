"""sweeping/isolation/same_inputs: a trial does not begin with other data than its sweep."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.sweeping.isolation import same_inputs


def test_other_data_is_refused_and_unknown_data_is_not_compared(project):
    Path("data.csv").write_text("1,2\n")
    repo, right = git.find(), hashlib.sha256(b"1,2\n").hexdigest()
    same_inputs.check(repo, ["data.csv"], {})
    same_inputs.check(repo, ["data.csv"], {"data.csv": right, "other.csv": "0" * 64})
    with pytest.raises(TrackError, match=r"the input data.csv on .* is not the one of the sweep"):
        same_inputs.check(repo, ["data.csv"], {"data.csv": "0" * 64})
