"""core/standard/pathlib: paths that behave as those of `pathlib`, which a run does not import."""

from __future__ import annotations

import copy
import pathlib
import pickle

import pytest

from gittrack.core.standard.pathlib import Path

TEXTS = [
    *("a", "a/b", "/", "/a", "/a/b.txt", "a/", "/a//b", "./a", "a/./b", "a/.", ".", "", "a/../b"),
    *("/r/.git/gittrack", "//", "//a/b", ".hidden", "..", "a/..b", " ", "a\nb", "ä/日本", "\udce4"),
]
BOTH = pytest.mark.parametrize("path", [Path, pathlib.Path])


@pytest.mark.parametrize("text", TEXTS)
def test_a_path_has_the_text_and_parts_that_pathlib_gives(text):
    ours, real = Path(text), pathlib.Path(text)
    assert (str(ours), ours.name, str(ours.parent)) == (str(real), real.name, str(real.parent))
    assert [*map(str, ours.parents)] == [*map(str, real.parents)]
    assert (ours.suffix, ours.parts) == (real.suffix, real.parts)  # pathlib answers these
    assert {ours: 1}[real] == {real: 1}[ours] == 1
    assert str(ours.resolve()) == str(real.resolve())
    assert (bytes(ours), "a" / ours) == (bytes(real), "a" / real)
    for more in TEXTS:
        assert str(ours / more) == str(real / more) == str(Path(text, more))


def test_paths_are_compared_with_those_of_pathlib():
    assert Path("a/b") == pathlib.Path("a/b") == Path("a", "b") != Path("a/c")
    assert Path("a") != "a"
    assert Path("a") <= pathlib.Path("a") <= Path("b") >= pathlib.Path("a")
    assert sorted([Path("a.b"), Path("a/b"), pathlib.Path("a")]) == sorted(
        map(Path, ["a.b", "a/b", "a"])
    )
    assert {Path("a"), Path("a/")} == {Path("a")}
    assert pickle.loads(pickle.dumps(Path("a"))) == copy.copy(Path("a")) == Path("a")


@BOTH
def test_files_and_folders(path, tmp_path):
    top = path(tmp_path) / "top"
    (top / "in" / "ner").mkdir(parents=True)
    (top / "in").mkdir(exist_ok=True)
    file = top / "in" / "file"
    file.touch()
    assert file.exists()
    assert file.stat().st_size == 0
    assert (file.write_bytes(b"one\n"), file.write_text("tw\u00f6", "utf-8")) == (4, 3)
    assert (file.read_bytes(), file.read_text("utf-8")) == ("tw\u00f6".encode(), "tw\u00f6")
    with file.open("ab") as opened:
        opened.write(b"!")
    file.chmod(0o600)
    link = file.with_name("link")
    link.symlink_to("nowhere")
    assert (link.exists(), link.is_symlink(), file.is_symlink()) == (False, True, False)
    assert (file.is_file(), file.is_dir(), top.is_dir(), (file / "x").exists()) == (
        True,
        False,
        True,
        False,
    )
    assert sorted(entry.name for entry in (top / "in").iterdir()) == ["file", "link", "ner"]
    assert file.rename(top / "moved") == (top / "moved") == (top / "moved").replace(top / "moved")
    assert link.lstat().st_mode != (top / "moved").stat().st_mode
    for gone in (link, top / "moved"):
        gone.unlink()
    (top / "in" / "ner").rmdir()
    link.unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        link.unlink()
    with pytest.raises(FileExistsError):
        top.mkdir()
    with pytest.raises(FileNotFoundError):
        (top / "no" / "where").mkdir()
    with pytest.raises(AttributeError):
        top.no_such_name  # noqa: B018
    for name in ("a\0b", "\ud800"):  # no file can have these names
        absent = top / name
        looks = (absent.exists(), absent.is_file(), absent.is_dir(), absent.is_symlink())
        assert not any(looks)


@BOTH
def test_a_folder_that_cannot_be_searched_is_no_missing_file(path, tmp_path, monkeypatch):
    long = path(tmp_path) / ("x" * 300)
    for look in (long.exists, long.is_file, long.is_dir):
        with pytest.raises(OSError, match="too long"):
            look()
