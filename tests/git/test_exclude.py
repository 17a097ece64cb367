"""git/exclude: paths that git ignores in this clone only."""

from pathlib import Path

import pytest
from helpers import git

from gittrack.git import exclude, find


def test_an_added_path_is_ignored_until_it_is_removed(project: Path) -> None:
    clone = find(str(project))
    Path("data").mkdir()
    Path("data", "a.bin").write_text("x")
    assert exclude.add(clone, ["data"]) == ["data"]
    assert git(".", "status", "--porcelain") == ""
    exclude.remove(clone, ["data"])
    assert git(".", "status", "--porcelain") == "?? data/"


def test_a_path_is_added_once(project: Path) -> None:
    clone = find(str(project))
    assert exclude.add(clone, ["a", "b"]) == ["a", "b"]
    assert exclude.add(clone, ["b", "c"]) == ["c"]
    assert Path(".git/info/exclude").read_text().splitlines()[-3:] == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    "name", ["a*", "a?", "[ab]", "a\\b", "#a", "!a", "a b", "a ", "a  ", " ", "a\r", "a\t"]
)
def test_a_path_with_special_characters_means_only_itself(project: Path, name: str) -> None:
    for file in (name, "ax", "b"):
        Path(file).write_text("x")
    assert exclude.add(find(str(project)), [name]) == [name]
    ignored = git(".", "ls-files", "-z", "--others", "--ignored", "--exclude-standard")
    assert ignored.strip("\0").split("\0") == [name]


def test_a_pattern_is_for_the_top_and_not_for_the_same_name_below(project: Path) -> None:
    Path("sub").mkdir()
    for file in ("out", "sub/out"):
        Path(file).write_text("x")
    exclude.add(find(str(project)), ["out"])
    assert git(".", "status", "--porcelain", "-uall") == "?? sub/out"


def test_paths_outside_the_work_tree_and_inside_git_are_left_out(project: Path) -> None:
    clone = find(str(project))
    assert exclude.add(clone, ["..", "/etc/passwd", ".git/objects"]) == []


def test_a_path_with_a_line_break_is_left_out_because_no_pattern_can_mean_it(project: Path) -> None:
    before = Path(".git/info/exclude").read_bytes()
    assert exclude.add(find(str(project)), ["a\nb"]) == []
    assert Path(".git/info/exclude").read_bytes() == before


def test_lines_of_the_user_stay_as_they_are(project: Path) -> None:
    clone = find(str(project))
    file = Path(".git/info/exclude")
    file.write_bytes(b"# mine \xff\n\n*.o")
    exclude.add(clone, ["a"])
    assert file.read_bytes() == b"# mine \xff\n\n*.o\n/a\n"
    exclude.remove(clone, ["a", "never added"])
    assert file.read_bytes() == b"# mine \xff\n\n*.o\n"
    assert sorted(path.name for path in file.parent.iterdir()) == ["exclude"]


def test_a_missing_info_folder_is_made(project: Path) -> None:
    file = Path(".git/info/exclude")
    file.unlink()
    file.parent.rmdir()
    assert exclude.add(find(str(project)), ["a"]) == ["a"]
    assert file.read_text() == "/a\n"
