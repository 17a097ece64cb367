"""record/code/limits: which changes are captured."""

from __future__ import annotations

from pathlib import Path

from gittrack.core.settings import Settings
from gittrack.record.code.limits import choose
from gittrack.record.code.status import ChangedPath

ROOT = "."
TRACKED = ("100644", "1" * 40)


def change(name: str, size: int | None = 1, head: tuple[str, str] | None = None) -> ChangedPath:
    """Return a change of a file of so many bytes; None: a deleted file."""
    if size is not None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"x" * size)
    return ChangedPath(name, head)


def names(changes: list[ChangedPath]) -> list[str]:
    return [item.path for item in changes]


def test_a_file_of_exactly_the_limit_is_captured():
    settings = Settings(max_file_size=10)
    choice = choose(ROOT, [change("ten", 10), change("eleven", 11)], settings)
    assert names(choice.chosen) == ["ten"]
    ((left_out, reason),) = choice.withheld
    assert left_out.path == "eleven"
    assert reason == "larger than track.maxFileSize (10 bytes)"


def test_small_files_go_first_up_to_the_total():
    settings = Settings(max_snapshot_size=10)
    choice = choose(ROOT, [change("large", 8), change("small", 2), change("middle", 4)], settings)
    assert names(choice.chosen) == ["small", "middle"]
    assert choice.size == 6


def test_a_deleted_file_is_a_change_without_size():
    choice = choose(ROOT, [change("gone", None, TRACKED)], Settings(max_snapshot_size=0))
    assert (names(choice.chosen), choice.size) == (["gone"], 0)


def test_tracked_files_do_not_count_as_new_ones():
    changes = [change("a", head=TRACKED), change("b", head=TRACKED), change("new")]
    choice = choose(ROOT, changes, Settings(max_snapshot_files=1))
    assert sorted(names(choice.chosen)) == ["a", "b", "new"]
    assert choice.crowd == []


def test_the_crowd_comes_from_the_folder_with_the_most_new_files():
    changes = [*(change(f"data/{n}") for n in range(3)), change("code.py")]
    choice = choose(ROOT, changes, Settings(max_snapshot_files=2))
    assert sorted(names(choice.chosen)) == ["code.py", "data/0"]
    reason = "2 new files, more than track.maxSnapshotFiles (2) in all"
    assert choice.entries() == [{"path": "data/", "reason": reason}]


def test_the_warning_names_three_files_and_counts_the_others():
    changes = [change(f"{n}.pem") for n in range(5)]
    (message,) = choose(ROOT, changes, Settings()).messages()
    assert message.startswith("not captured: 0.pem, 1.pem, 2.pem and 2 more (may hold secrets);")


def test_nothing_left_out_has_no_warning():
    choice = choose(ROOT, [change("a")], Settings())
    assert (list(choice.messages()), choice.entries()) == ([], [])
