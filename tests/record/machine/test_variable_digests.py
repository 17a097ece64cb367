"""Digests of environment variables: equal for equal values, and useless without the key."""

from __future__ import annotations

import stat

from gittrack.record.machine import variable_digests


def names(env, folder):
    return variable_digests.capture(env, folder)["variable_digests"]["names"]


def test_equal_values_have_equal_digests_in_one_repository_only(tmp_path):
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    digest = names({"A": "1"}, here)
    assert digest == names({"A": "1"}, here) != names({"A": "2"}, here)
    assert digest != names({"A": "1"}, elsewhere)


def test_equal_values_of_two_variables_do_not_show(tmp_path):
    digests = names({"A": "secret", "B": "secret"}, tmp_path)
    assert digests["A"] != digests["B"]


def test_session_variables_and_recorded_values_are_left_out(tmp_path):
    env = {
        "SSH_TTY": "1",
        "TERM": "1",
        "_": "1",
        "GITTRACK_RUN": "1",
        "OMP_NUM_THREADS": "1",
        "A": "1",
    }
    assert list(names(env, tmp_path)) == ["A"]


def test_only_the_user_can_read_the_salt(tmp_path):
    names({}, tmp_path)
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_folder_for_the_salt_there_are_no_digests(tmp_path):
    (tmp_path / "file").touch()
    assert variable_digests.capture({"A": "1"}, tmp_path / "file") == {}


def test_a_path_of_the_worktree_stands_for_the_one_in_the_users_tree(tmp_path):
    user = variable_digests.capture({"A": "/home/ada/p/bin:/bin"}, tmp_path)
    rerun = variable_digests.capture(
        {"A": "/tmp/w/tree/bin:/bin"}, tmp_path, ("/tmp/w/tree", "/home/ada/p")
    )
    assert rerun == user
