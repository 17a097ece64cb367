"""The files of code under Git LFS: brought before a checkout, so that its filter need not fetch them.

The filter would ask the server that the ``.lfsconfig`` of the code names.
"""

from __future__ import annotations

from pathlib import Path

from gittrack import git
from gittrack.core.errors import TrackError
from gittrack.disk import lfs_pointer
from gittrack.disk.content_store import ContentStore
from gittrack.large import choice, needs


def bring(repo: git.Repo, commit: str) -> None:
    """Bring the content of files under Git LFS from the store of the remote, as far as it has them."""
    contents = needs.of_code(repo.fetching(), commit)
    if not contents:
        return
    here = ContentStore.of(repo.common_dir)
    config = git.parse_config(repo.config().output())
    of_lfs = Path(lfs_pointer.objects_dir(repo.common_dir, config))
    missing = [
        content
        for content in contents
        if not here.has(content)
        and not (of_lfs / content.digest[:2] / content.digest[2:4] / content.digest).is_file()
    ]
    try:
        if missing:
            choice.of_repo(repo).bring(missing, here, lambda count: None)
    except TrackError:  # the filter says what is missing
        return
