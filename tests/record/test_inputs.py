"""The fingerprint of an input covers every byte that a program can read there."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from helpers import repo, run_cli

from gittrack.record import inputs

BY_HAND = (
    "find -L . -name .git -type d -prune -o -type f -printf '%P\\n' "
    "| sort | xargs -d '\\n' sha256sum | sha256sum"
)


@pytest.fixture
def data(tmp_path):
    """A folder with a file, and a link to a folder elsewhere that has another file."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x").write_text("1")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "y").write_text("2")
    (folder / "train").symlink_to("../elsewhere")
    return folder


def fingerprint(path: Path, cache: str = "cache") -> dict:
    return inputs.fingerprint(str(path), "data", Path(cache))


def test_files_behind_a_linked_folder_count(data):
    before = fingerprint(data)
    assert (before["files"], before["size"]) == (2, 2)
    (data.parent / "elsewhere/x").write_text("3")
    assert fingerprint(data)["sha256"] != before["sha256"]


def test_the_digest_is_the_one_of_the_command_in_the_documentation(data):
    out = subprocess.run(
        BY_HAND, shell=True, cwd=data, capture_output=True, env={**os.environ, "LC_ALL": "C"}
    ).stdout.decode()
    assert fingerprint(data)["sha256"] == out.split()[0]


def test_a_link_to_a_parent_ends_nothing_and_adds_nothing(data):
    (data / "sub").mkdir()
    (data / "sub/loop").symlink_to("..")
    (data / "self").symlink_to(".")
    assert fingerprint(data)["files"] == 2


def test_two_links_to_one_folder_both_count(data):
    (data / "again").symlink_to("train")
    assert fingerprint(data)["files"] == 3


def test_broken_links_are_counted_and_warned_about(data):
    (data / "broken").symlink_to("nowhere")
    os.mkfifo(data / "pipe")
    entry = fingerprint(data)
    assert (entry["files"], entry["left_out"]) == (2, 2)
    assert "2 broken links or special files" in (inputs.warning(entry) or "")


def test_a_folder_without_files_is_warned_about(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "has no files" in (inputs.warning(fingerprint(tmp_path / "empty")) or "")


def test_a_usual_input_has_no_warning(data):
    assert inputs.warning(fingerprint(data)) is None
    assert inputs.warning(fingerprint(data / "y")) is None


def test_data_whose_time_was_put_back_is_hashed_again(data, monkeypatch):
    monkeypatch.setattr(inputs, "_RACY_NS", 0)  # hashes of young files are cached, too
    before, status = fingerprint(data), os.stat(data / "y")
    (data / "y").write_text("9")
    os.utime(data / "y", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert fingerprint(data)["sha256"] != before["sha256"]


def test_a_cache_of_an_earlier_version_is_not_believed(data, monkeypatch):
    monkeypatch.setattr(inputs, "_RACY_NS", 0)
    before, status = fingerprint(data / "y"), os.stat(data / "y")
    (cache,) = Path("cache/inputs").glob("*.json")
    old = [status.st_size, status.st_mtime_ns, status.st_ino, "0" * 64]
    cache.write_text(json.dumps({"": old}))
    assert fingerprint(data / "y") == before


def test_a_folder_that_cannot_be_read_is_an_error(data):
    if os.geteuid() == 0:
        pytest.skip("root can read every folder")
    (data / "closed").mkdir(mode=0)
    with pytest.raises(inputs.TrackError, match="cannot be read"):
        fingerprint(data)


def test_skip_existing_runs_again_if_linked_data_changed():
    folder = repo("echo data > .gitignore; mkdir data ../ext; echo 1 > ../ext/x")
    (folder / "data/train").symlink_to("../../ext")
    command = ("run", "--input", "data", "--skip-existing", "--", "true")
    assert run_cli(*command, cwd=folder).code == 0
    Path("ext/x").write_text("2\n")
    assert "has done the same" not in run_cli(*command, cwd=folder).err
    assert "has done the same" in run_cli(*command, cwd=folder).err
