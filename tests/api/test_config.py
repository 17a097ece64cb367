"""What can be a configuration, and the digest that names it."""

import argparse
import dataclasses
import datetime
import enum
import hashlib
import json
import pathlib

import numpy as np
import pytest
from helpers import python

import gittrack

pytestmark = pytest.mark.usefixtures("project")
PLAIN = {"lr": 0.003, "model": {"hidden": 64}}


@dataclasses.dataclass
class Model:
    hidden: int = 64


@dataclasses.dataclass
class Settings:
    lr: float = 0.003
    model: Model = dataclasses.field(default_factory=Model)


class WithToDict:
    def to_dict(self):
        return PLAIN


class LikeOmegaConf:
    """Keys and items, and not a Mapping."""

    def __init__(self, values):
        self.values = values

    def keys(self):
        return self.values.keys()

    def __getitem__(self, key):
        found = self.values[key]
        return LikeOmegaConf(found) if isinstance(found, dict) else found


class Colour(enum.Enum):
    RED = "red"


class Tensor:
    """What a torch tensor looks like to us."""

    def __init__(self, value):
        self.value = value

    def tolist(self):
        return self.value


@pytest.mark.parametrize(
    "config",
    [
        PLAIN,
        argparse.Namespace(lr=0.003, model=argparse.Namespace(hidden=64)),
        Settings(),
        WithToDict(),
        LikeOmegaConf(PLAIN),
        {"lr": np.float64(0.003), "model": {"hidden": np.int64(64)}},
        {"lr": Tensor(0.003), "model": {"hidden": np.array(64)}},
    ],
    ids=lambda config: type(config).__name__,
)
def test_configurations_of_every_kind(config):
    with gittrack.init(config=config) as run:
        assert run.config.model.hidden == 64
    assert gittrack.get("@").params == PLAIN
    assert gittrack.fingerprint(config) == gittrack.get("@").fingerprint


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        *(((1, 2), [1, 2]), ({3, 1}, [1, 3]), (Colour.RED, "red"), (pathlib.Path("a/b"), "a/b")),
        *((datetime.date(2026, 1, 2), "2026-01-02"), (np.arange(3), [0, 1, 2]), (None, None)),
        *(
            (np.bool_(True), True),
            ({1: "a"}, {"1": "a"}),
            ({True: 1, None: 2}, {"true": 1, "null": 2}),
        ),
    ],
    ids=repr,
)
def test_values_that_have_a_plain_form(value, stored):
    with gittrack.init(config={"x": value}):
        pass
    assert gittrack.get("@").params == {"x": stored}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"a": "x\0"}, "the value of 'a' has a NUL character"),
        ({"a": {"": 1}}, "the name of a param is empty"),
        ({"1": 1, 1: 2}, "the config has the key '1' twice"),
        ([1, 2], "the config is a list, not a mapping"),
        ("lr=1", "the config is a str, not a mapping"),
    ],
)
def test_what_cannot_be_stored_is_an_error_that_names_the_key(config, message):
    with pytest.raises(gittrack.TrackError) as caught:
        gittrack.init(config=config)
    assert caught.value.message.startswith(message)
    assert gittrack.runs() == []


def test_nesting_has_a_limit():
    deep = leaf = {}
    for _ in range(65):
        leaf["x"] = leaf = {}
    with pytest.raises(gittrack.TrackError, match="nested more than 64 levels"):
        gittrack.init(config=deep)


def test_the_config_of_a_run_reads_like_a_mapping():
    with gittrack.init(config={"lr": 1, "model": {"hidden": 64}, "keys": [1]}) as run:
        config = run.config
    assert (config["lr"], config.lr, config["model"]["hidden"], config.model.hidden) == (
        1,
        1,
        64,
        64,
    )
    assert dict(config)["lr"] == 1
    assert (len(config), "lr" in config, config.get("nope", 5)) == (3, True, 5)
    assert config["keys"] == [1]
    with pytest.raises(AttributeError, match="the config has no 'nope'"):
        _ = config.nope


def test_the_fingerprint_can_be_had_by_anyone():
    config = {"b": 1, "a": {"lr": 1e-5, "name": "é"}}
    by_hand = hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]
    assert gittrack.fingerprint(config) == by_hand
    assert gittrack.fingerprint({"a": config["a"], "b": 1}) == by_hand
    assert gittrack.fingerprint({"a": config["a"], "b": 2}) != by_hand


def test_params_are_those_of_the_file_here():
    assert gittrack.params() == {"lr": 0.003, "model": {"hidden": 64}}


def test_params_without_a_file(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir("empty")
    with pytest.raises(gittrack.TrackError, match=r"there is no params\.yaml here"):
        gittrack.params()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "params.yaml, line 2, column 1: did not find expected ',' or ']'"),
        ("- 1\n", "params.yaml is not a mapping of names to values"),
        ("a: 1\na: 2\n", "params.yaml, line 2, column 1: the key 'a' a second time"),
        ("a: !!python/object:x {}\n", "params.yaml, line 1, column 4: the tag "),
        ("a: &x 1\nb: *x\n", "params.yaml, line 2, column 4: the alias *x"),
        ("a: \xff".encode("latin-1"), "params.yaml is not UTF-8 text (byte 3)"),
        (b"a: " + b"x" * (9 << 20), "params.yaml is larger than 8 MiB"),
    ],
)
def test_params_of_a_broken_file(text, message):
    pathlib.Path("params.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(gittrack.TrackError) as caught:
        gittrack.params()
    assert caught.value.message.startswith(message)


def test_what_is_stored_as_text_is_named_once():
    code = "gittrack.init(config={'f': len, 'a': {'t': int}, 'lr': 1}).log_params({'d': b'x'})"
    done = python(f"import gittrack\n{code}")
    assert gittrack.get("@").params == {
        "f": "builtins.len",
        "a": {"t": "builtins.int"},
        "lr": 1,
        "d": "x",
    }
    assert done.err == (
        "stored as text, because not a plain value: f, a.t (in the params)\n"
        "stored as text, because not a plain value: d (in the params)\n"
    )
