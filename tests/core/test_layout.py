"""core/layout: format and parse of refs, ids, experiments, artifact names."""

import os

import pytest
from helpers import texts
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import layout
from gittrack.core.errors import TrackError

ID = "20260227-143022-a1b2c3d4"
NOON = 1772202622.0  # 2026-02-27 14:30:22 UTC


def test_an_id_is_the_moment_in_utc_and_eight_hex_digits():
    made = layout.new_id(NOON)
    assert made.startswith("20260227-143022-")
    assert layout.is_id(made)


def test_ids_of_one_moment_differ():
    assert len({layout.new_id(NOON) for _ in range(100)}) == 100


@pytest.mark.parametrize("now", [-1.0, float("-inf"), 1e300, float("inf")])
def test_a_clock_out_of_its_mind_still_gives_an_id(now):
    assert layout.is_id(layout.new_id(now))


@pytest.mark.parametrize(
    "text",
    [
        *("", ID[:-1], ID + "0", ID.upper(), ID + "\n", " " + ID, ID.replace("-", "_")),
        "20260227-143022-a1b2c3d\u0664",
        "\u0662\u0660260227-143022-a1b2c3d4",
    ],
)
def test_anything_else_is_no_id(text):
    assert not layout.is_id(text)


@pytest.mark.parametrize("name", ["default", "a", "a.b_c-d", "9", "team/digits/v2", "x" * 200])
def test_names_of_experiments(name):
    assert layout.check_experiment(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "/abs", "a/", "a//b", "-rf", "--upload-pack=x", "a\\b", "a:b"),
        *("x.lock", "a/x.lock/b", ".git", "a.", "a..b", "a b", "a\n", "a\0", "\x1b", "\u202ea"),
        *("caf\u00e9", "\ud800", "a~1", "a^", "a?", "a*", "a[", "a@{1}", "x" * 300, ID, f"a/{ID}"),
    ],
)
def test_what_cannot_name_an_experiment(name):
    with pytest.raises(TrackError) as caught:
        layout.check_experiment(name)
    assert caught.value.hint


@given(texts)
def test_an_experiment_is_refused_or_safe_in_a_ref(name):
    try:
        layout.check_experiment(name)
    except TrackError:
        return
    assert layout.parse_run_ref(layout.run_ref(name, ID)) == (name, ID)
    assert name.isascii()
    assert not name.startswith(("-", "/", "."))


def test_the_ref_of_a_run():
    assert layout.run_ref("digits", ID) == f"refs/runs/digits/{ID}"


@pytest.mark.parametrize("experiment", ["digits", "team/digits"])
def test_a_ref_is_read_back(experiment):
    assert layout.parse_run_ref(layout.run_ref(experiment, ID)) == (experiment, ID)


@pytest.mark.parametrize(
    "ref",
    [
        *("", "refs/heads/main", f"refs/runs/{ID}", f"refs/runs//{ID}", f"refs/trash/runs/a/{ID}"),
        *("refs/runs/a/b", f"refs/runs/a/{ID}/b", f"xrefs/runs/a/{ID}"),
    ],
)
def test_somebody_elses_ref(ref):
    assert layout.parse_run_ref(ref) is None


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("model.pt", "model.pt"),
        ("a/b", "a/b"),
        ("./a//b/", "a/b"),
        ("a/./b", "a/b"),
        *((name, name) for name in ("-rf", "--upload-pack=x", "a\\b", "a:b", "CON", "x.lock")),
        *((name, name) for name in (".github", ".gitignore", "git", "a.git", ".gitx/a", "...")),
        *((name, name) for name in ("\x1b[31m", "\u202ea", "caf\u00e9", "cafe\u0301")),
        *((name, name) for name in ("\U0001f600", "a\nb", "a\r", "\x85", "\udcff")),
        ("x" * 255, "x" * 255),
    ],
)
def test_names_of_artifacts(name, path):
    assert layout.check_artifact_name(name) == path


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "./", "..", "../x", "a/..", "a/../../b", "/abs", "//abs", "a\0b"),
        *(".git", ".GIT", "a/.git", ".git/config", "a/.Git/hooks/post-checkout"),
        *("git~1", "GIT~1/x"),
        *(".git ", ".git.", ".git . .", ".git::$INDEX_ALLOCATION", ".git:x", ".git:\nx"),
        *(".g\u200cit", "\ufeff.git", ".gi\u202et/x", "a\\.git", ".git\\config"),
        *("a\\..\\b", "..\\x"),
        *("x" * 256, "\u00e9" * 128, "x" * 300, "a/" + "x" * 300, "\ud800", "a/\udbff"),
    ],
)
def test_what_cannot_name_an_artifact(name):
    with pytest.raises(TrackError) as caught:
        layout.check_artifact_name(name)
    assert caught.value.hint


@given(st.lists(texts | st.sampled_from([".", "..", ".git", "/", "\\", "~1"]), max_size=5))
def test_an_artifact_is_refused_or_stays_below_its_folder(parts):
    try:
        path = layout.check_artifact_name("/".join(parts))
    except TrackError:
        return
    assert os.path.normpath(f"/base/{path}") == f"/base/{path}"
    assert layout.check_artifact_name(path) == path


def test_folders_in_a_repository():
    assert str(layout.home("/r/.git")) == "/r/.git/gittrack"
    assert str(layout.live_dir("/r/.git")) == "/r/.git/gittrack/live"
    assert str(layout.cache_dir("/r/.git")) == "/r/.git/gittrack/cache"
