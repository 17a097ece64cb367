"""record/code/scope: in a home folder under git, only new files of the project can be code."""

from pathlib import Path

import pytest
from helpers import git, repo

from gittrack.core.settings import Settings
from gittrack.git import find
from gittrack.record.code.scope import within
from gittrack.record.code.status import ChangedPath, Status

TRACKED = ChangedPath("dot", ("100644", "a" * 40))
STATUS = Status(
    "c", "main", (TRACKED, ChangedPath("diary", None), ChangedPath("work/new.py", None))
)


def paths(status: Status) -> list[str]:
    """Return the paths of the changes."""
    return [change.path for change in status.changes]


def test_in_a_project_every_new_file_can_be_code(project: Path) -> None:
    assert within(find(str(project)), STATUS, Settings()) == (STATUS, ())


def test_below_the_home_folder_only_the_current_folder_counts(sealed: Path) -> None:
    repo(path=sealed)
    (sealed / "work").mkdir()
    status, warnings = within(find(str(sealed / "work")), STATUS, Settings())
    assert paths(status) == ["dot", "work/new.py"]
    assert warnings == (
        "new files outside work/ are not captured: the work tree contains the home folder",
    )


def test_in_the_home_folder_itself_no_new_file_counts(sealed: Path) -> None:
    repo(path=sealed)
    status, (warning,) = within(find(str(sealed)), STATUS, Settings())
    assert paths(status) == ["dot"]
    assert warning.startswith("no new file is captured: the work tree contains the home folder")


def test_without_new_files_there_is_no_warning(sealed: Path) -> None:
    repo(path=sealed)
    tracked = STATUS._replace(changes=(TRACKED,))
    assert within(find(str(sealed)), tracked, Settings()) == (tracked, ())


def test_a_link_to_the_home_folder_is_the_home_folder(
    sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo(path=sealed)
    Path("link").symlink_to(sealed)
    monkeypatch.setenv("HOME", str(Path("link").absolute()))
    assert paths(within(find(str(sealed)), STATUS, Settings())[0]) == ["dot"]


def test_a_project_whose_name_starts_like_the_home_folder_is_not_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = repo()
    monkeypatch.setenv("HOME", f"{path}-home")
    assert within(find(str(path)), STATUS, Settings()) == (STATUS, ())


def test_if_git_lists_no_new_files_those_below_the_current_folder_count(project: Path) -> None:
    Path("work").mkdir()
    hidden = Settings()._replace(show_untracked=False)
    status, (warning,) = within(find("work"), STATUS, hidden)
    assert paths(status) == ["dot", "work/new.py"]
    assert warning.endswith("status.showUntrackedFiles=no")
    assert within(find(str(project)), STATUS, hidden) == (STATUS, ())
    assert git(".", "status", "--porcelain") == ""
