"""core/values: what users hand over becomes plain, exactly, or an error names the key."""

import argparse
import dataclasses
import datetime
import enum
import math
import types
import uuid
from collections import OrderedDict, deque
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import pytest
from helpers import NASTY_FLOATS, NASTY_INTS, configs, exact
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core import metric_value, nested, values
from gittrack.core.errors import TrackError


class Colour(enum.Enum):
    RED = "red"


class Mode(str, enum.Enum):
    FAST = "fast"


class Level(enum.IntEnum):
    LOW = 1


class Size(NamedTuple):
    width: int
    height: int


@dataclasses.dataclass
class Model:
    hidden: int = 64
    optimiser: dict = dataclasses.field(default_factory=lambda: {"lr": 0.1})
    kind: ClassVar[str] = "mlp"
    device: dataclasses.InitVar[str] = "cpu"


@dataclasses.dataclass
class Unset:
    lr: float = 0.1
    later: int = dataclasses.field(init=False)


class Settings:
    def to_dict(self):
        return {"lr": 0.1}


def refused(value, key="model.act"):
    """Return the message of the error for a config with ``value`` in it; it must name the key."""
    with pytest.raises(TrackError) as caught:
        values.config_dict({"lr": 0.1, "model": {"act": value}})
    assert key in caught.value.message
    assert caught.value.hint
    return caught.value.message


@given(configs)
def test_plain_values_stay_as_they_are(config):
    named = {key: item for key, item in config.items() if key}
    try:
        found = values.config_dict(named)
    except TrackError as error:
        assert "empty" in error.message  # noqa: PT017 - an empty key further in
        return
    assert exact(found) == exact(named)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        *((np.float64(0.1), 0.1), (np.float32(0.5), 0.5), (np.int64(-3), -3), (np.uint8(255), 255)),
        *((np.bool_(True), True), (np.str_("a"), "a")),
        *((np.array(2.5), 2.5), (np.array([[1, 2]]), [[1, 2]])),
        *((Path("data/a.csv"), "data/a.csv"), (Path("/abs"), "/abs")),
        *((Colour.RED, "red"), (Mode.FAST, "fast"), (Level.LOW, 1)),
        *((datetime.date(2026, 1, 2), "2026-01-02"), (datetime.time(3, 4), "03:04:00")),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        *(((1, "a"), [1, "a"]), (Size(2, 3), [2, 3]), ({3, 1, 2}, [1, 2, 3])),
        *((frozenset({"b", "a"}), ["a", "b"]), ({1, "a", 0.5}, [0.5, 1, "a"])),
        ({(1, "a"), ("a", 1)}, [["a", 1], [1, "a"]]),
        *((OrderedDict(b=1, a=2), {"b": 1, "a": 2}), (types.MappingProxyType({"a": 1}), {"a": 1})),
        (argparse.Namespace(lr=0.1), {"lr": 0.1}),
        (types.SimpleNamespace(lr=0.1), {"lr": 0.1}),
        (Model(), {"hidden": 64, "optimiser": {"lr": 0.1}}),
        (Settings(), {"lr": 0.1}),
        *(({}, {}), ([], []), (None, None), (True, True)),
    ],
)
def test_what_has_a_plain_form(value, plain):
    assert exact(values.plain(value, "x")) == exact(plain)


@pytest.mark.parametrize("value", [*NASTY_FLOATS, *NASTY_INTS])
def test_a_number_stays_exactly_that_number(value):
    config = {"a": value, "b": [value]}
    assert exact(values.config_dict(config)) == exact(config)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        *((deque([1, 2]), [1, 2]), (range(3), [0, 1, 2]), ({"a": 1}.values(), [1])),
        *(({"b": 1, "a": 2}.keys(), ["a", "b"]), (Unset(), {"lr": 0.1})),
    ],
)
def test_sequences_and_objects_as_themselves(value, plain):
    names = []
    assert exact(values.config_dict({"x": value}, names)) == exact({"x": plain})
    assert names == []


class Device:
    """What torch's devices and types have in common: a text that says what they are."""

    def __str__(self):
        return "cuda:0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((Decimal("0.1"), "0.1"), (1j, "1j"), (np.complex64(1), "(1+0j)"), (Device(), "cuda:0")),
        *((b"bytes", "bytes"), (b"\xff\0", "ff00"), (b"a\0", "6100"), (bytearray(b"a"), "a")),
        *((len, "builtins.len"), (int, "builtins.int"), (np.float32, "numpy.float32")),
        *((np.dtype("float32"), "float32"), (refused, f"{__name__}.refused")),
        *((Settings, f"{__name__}.Settings"), (datetime.timedelta(1), "1 day, 0:00:00")),
        *((uuid.UUID(int=1), str(uuid.UUID(int=1))),),
        *((object(), "<object object>"), (Ellipsis, "Ellipsis")),
    ],
)
def test_what_has_no_plain_form_is_stored_as_text(value, text):
    names = []
    config = {"lr": 0.1, "model": {"act": [1, value]}}
    assert values.config_dict(config, names) == {"lr": 0.1, "model": {"act": [1, text]}}
    assert names == ["model.act.1"]


class Broken:
    """An object whose own code fails."""

    def __str__(self):
        raise OSError("gone")


class Failing:
    """An object whose fields cannot be read."""

    def to_dict(self):
        raise KeyError("lr")


@pytest.mark.parametrize("value", [Broken(), Failing()])
def test_what_cannot_be_read_is_refused_with_its_key(value):
    assert "cannot be " in refused(value)


def test_text_with_nul_is_refused():
    assert "NUL" in refused("a\0b")


def test_text_beyond_the_limit_is_refused():
    assert "10 million characters" in refused("x" * (values.MAX_TEXT + 1))


def test_an_integer_that_python_cannot_print_is_refused():
    assert "digits" in refused(10**5000)


def test_very_many_values_are_refused():
    with pytest.raises(TrackError, match="more than 100,000 values"):
        values.config_dict({"a": [0] * 1_000_000})


@pytest.mark.parametrize("wrap", [lambda inner: {"a": inner}, lambda inner: [inner]])
def test_depth_has_the_limit_of_the_reader(wrap):
    value = 1
    for _ in range(63):
        value = wrap(value)
    assert values.config_dict({"a": value})
    with pytest.raises(TrackError, match="more than 64 levels deep"):
        values.config_dict({"a": wrap(value)})


def test_a_config_within_itself_is_refused():
    config = {}
    config["self"] = config
    with pytest.raises(TrackError, match="levels deep"):
        values.config_dict(config)


@pytest.mark.parametrize("config", [None, 1, "lr=1", [1], Model, object()])
def test_what_is_no_config(config):
    with pytest.raises(TrackError, match="not a mapping"):
        values.config_dict(config)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *((1, "1"), (None, "null"), (True, "true"), (0.5, "0.5")),
        *((Mode.FAST, "fast"), (Level.LOW, "1"), (np.str_("a"), "a"), (Colour.RED, "red")),
        *((np.int64(0), "0"), (np.float32(0.5), "0.5"), (np.bool_(True), "true")),
        *((Path("a/b"), "a/b"), ((1, 2), "(1, 2)"), (b"a", "a")),
    ],
)
def test_keys_become_text_as_in_json(key, text):
    assert values.config_dict({key: 0}) == {text: 0}
    assert type(next(iter(values.config_dict({key: 0})))) is str


def test_two_keys_that_become_one_are_refused():
    with pytest.raises(TrackError, match="'1' twice"):
        values.config_dict({"1": "a", 1: "b"})


@pytest.mark.parametrize("key", ["", "a\0", "x" * 501, pytest.param(10**5000, id="10**5000")])
def test_what_cannot_be_a_key(key):
    with pytest.raises(TrackError, match="the name of a param is"):
        values.config_dict({key: 1})


@pytest.mark.parametrize(
    "name",
    [
        *(".", "..", "../x", "/abs", "a/b", "-rf", "--upload-pack=x", "a\\b", "a:b"),
        *("CON", "x.lock"),
        *(".git", "x" * 500, "\r", "\n", "\x1b", "\x9b", "\u202e", "\u200b"),
        *("\ud800", "\U0001f600"),
    ],
)
def test_nearly_any_text_can_be_a_name(name):
    assert values.check_name(name, "metric") == name


def test_a_name_of_an_enumeration_is_its_text():
    name = values.check_name(Mode.FAST, "metric")
    assert (type(name), f"{name}") == (str, "fast")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *(("", "empty"), ("a\0", "a name with a NUL"), ("x" * 501, "longer than 500")),
        *((1, "not text"), ("\x01" * 200, "longer than 1000 characters when its control")),
    ],
)
def test_what_cannot_be_a_name(name, reason):
    with pytest.raises(TrackError, match=reason):
        values.check_name(name, "metric")


class Tensor:
    """What torch's tensors have of NumPy's ways: ``size`` is a method."""

    def __init__(self, *items):
        self.items = items

    def size(self):
        return (len(self.items),)

    def numel(self):
        return len(self.items)

    def item(self):
        return self.items[0]

    def tolist(self):
        return list(self.items) if len(self.items) > 1 else self.items[0]


def test_a_tensor_of_one_element_is_a_number():
    assert metric_value.number(Tensor(0.5), "loss") == 0.5
    assert values.plain(Tensor(0.5), "x") == 0.5


def test_a_tensor_of_more_is_a_list_and_no_number():
    assert values.plain(Tensor(1, 2), "x") == [1, 2]
    with pytest.raises(TrackError, match="loss"):
        metric_value.number(Tensor(1, 2), "loss")


def test_a_value_is_set_deep_inside():
    config = {"lr": 1, "model": {"hidden": 64}}
    found = nested.set_path(config, ("model", "act"), "relu")
    assert found == {"lr": 1, "model": {"hidden": 64, "act": "relu"}}
    assert nested.set_path(config, ("lr", "warm"), 2) == {**config, "lr.warm": 2}
    assert config == {"lr": 1, "model": {"hidden": 64}}


def test_one_config_is_laid_over_another():
    first, second = {"a": 1, "m": {"x": 1, "y": 2}}, {"m": {"y": 3}, "b": 4}
    assert nested.merge(first, second) == {"a": 1, "m": {"x": 1, "y": 3}, "b": 4}
    assert first == {"a": 1, "m": {"x": 1, "y": 2}}


@given(configs)
def test_a_config_is_the_same_as_itself_and_as_nothing_laid_over_it(config):
    assert nested.same(config, nested.merge(config, {}))
    assert nested.same(config, nested.merge({}, config))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        *((math.nan, math.nan, True), ([math.nan], [math.nan], True), (math.nan, 1.0, False)),
        *((1, True, False), (0, False, False), (1, "1", False)),
        *((None, False, False), ([], {}, False)),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        *(([1], [1, 2], False), ({"a": [1]}, {"a": [1]}, True)),
        ({"a": None}, {"b": None}, False),
    ],
)
def test_sameness(a, b, same):
    assert nested.same(a, b) is same
    assert nested.same(b, a) is same


@given(st.integers(), st.integers())
def test_numbers_are_the_same_where_they_are_equal(a, b):
    assert nested.same(a, b) is (a == b)
