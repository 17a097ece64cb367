"""The inputs of a trial: the data here must be that of the machine on which the sweep began."""

from __future__ import annotations

import os
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.record import inputs


def check(repo: git.Repo, paths: Sequence[str], digests: Mapping[str, str]) -> None:
    """Raise TrackError if an input has another content.

    Parameters
    ----------
    repo : git.Repo
        The repository in whose work tree the trial begins.
    paths : sequence of str
        The inputs, from the current folder.
    digests : mapping
        {path of an input from the root: SHA-256 that it must have}; others are not compared.
    """
    top, cache = repo.work_tree or os.getcwd(), Path(layout.cache_dir(repo.common_dir))
    for path in paths if digests else ():
        display = inputs.display_path(path, top)
        here = inputs.fingerprint(path, display, cache)["sha256"]
        if digests.get(display, here) != here:
            raise TrackError(
                f"the input {display} on {os.uname().nodename} is not the one of the sweep",
                "copy it there from the machine on which the sweep began",
            )
