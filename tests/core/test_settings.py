"""core/settings: git's configuration as values."""

import re

import pytest
from helpers import ROOT

from gittrack.core import settings
from gittrack.core.errors import TrackError
from gittrack.core.settings import Settings, from_config


def test_without_configuration_there_are_defaults():
    assert from_config({}) == Settings()


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("17", 17), ("1k", 1024), ("5M", 5 << 20), (" 2g ", 2 << 30)],
)
def test_sizes(text, size):
    assert from_config({"track.maxfilesize": text}).max_file_size == size


@pytest.mark.parametrize(
    "text", ["", "ten", "-1", "1.5m", "1 m", "1mb", "0x10", "\u0663", "9" * 5000]
)
def test_what_is_no_size_is_refused_with_the_name_of_the_setting(text):
    with pytest.raises(TrackError, match=r"track\.maxArtifactSize") as caught:
        from_config({"track.maxartifactsize": text})
    assert caught.value.hint == "set it like this: git config track.maxArtifactSize 10m"


@pytest.mark.parametrize(
    ("key", "field"),
    [
        *(("track.maxfilesize", "max_file_size"), ("track.maxsnapshotsize", "max_snapshot_size")),
        *(("track.maxartifactsize", "max_artifact_size"), ("track.maxlogsize", "max_log_size")),
        *(("track.packrefs", "pack_refs"), ("track.fold", "fold")),
    ],
)
def test_every_size_has_its_key(key, field):
    assert getattr(from_config({key: "7"}), field) == 7


def test_words():
    found = from_config({"track.experiment": "digits", "user.name": "Ada", "user.email": "a@b.c"})
    assert found.experiment == "digits"
    assert settings.words({"track.link": " .venv, build"}, "track.link") == (".venv", "build")


def test_variables_are_a_list():
    assert from_config({"track.env": "CC, CXX  LANG"}).env == ("CC", "CXX", "LANG")


def test_the_remote_is_origin_or_the_first():
    others = {"remote.up.url": "u", "remote.fork.url": "f"}
    assert from_config(others).remote == "u"
    assert from_config({**others, "remote.origin.url": "o"}).remote == "o"
    assert from_config({"remote.up.fetch": "x"}).remote is None


def test_the_file_of_git_track_init_shows_every_setting_with_its_default():
    text = (ROOT / "templates/init/settings").read_text()
    shown = dict(re.findall(r"^\t# (\w+) = (.*?) +;", text, re.M))
    defaults = {
        name: default for name, (default, _) in settings.DESCRIPTIONS.items() if "<" not in name
    }
    assert defaults.keys() <= shown.keys()
    sections = {f"{name}.<{kind}>" for name, kind in (("goal", "metric"), ("gate", "stage"))}
    assert sections == settings.DESCRIPTIONS.keys() - defaults.keys()
    assert all(f'[track "{name.partition(".")[0]}"]' in text for name in sections)
    examples = {name for name in defaults if not defaults[name]} | {"volatile"}
    differ = {name for name, default in defaults.items() if shown[name] != default}
    assert differ == examples


def test_the_described_defaults_are_those_of_the_code():
    described = {
        f"track.{name.lower()}": default
        for name, (default, _) in settings.DESCRIPTIONS.items()
        if default and "<" not in name
    }
    assert from_config(described) == Settings()
    assert settings.adopt_after(described) == settings.ADOPT_AFTER_SECONDS
