"""core/standard/typing: its NamedTuple makes the classes that `typing.NamedTuple` makes."""

from __future__ import annotations

import copy
import pickle
import typing
from concurrent.futures import ThreadPoolExecutor

import pytest

from gittrack.core.standard import typing as standard_typing

BOTH = pytest.mark.parametrize("base", [standard_typing.NamedTuple, typing.NamedTuple])
MANY = 40  # values, after which a class has a constructor


class Point(standard_typing.NamedTuple):
    """A point with a weight."""

    x: int
    y: int = 0
    tags: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return self.x + self.y

    def moved(self, by: int) -> Point:
        return self._replace(x=self.x + by)

    @classmethod
    def origin(cls) -> Point:
        return cls(0)


@BOTH
def test_fields_are_positions_and_names(base):
    class Pair(base):
        first: int
        second: str

    pair = Pair(1, second="b")
    assert (pair.first, pair.second, *pair) == (1, "b", 1, "b")
    assert pair == (1, "b")
    assert Pair._fields == ("first", "second")
    assert pair._asdict() == {"first": 1, "second": "b"}
    assert repr(pair) == "Pair(first=1, second='b')"


@BOTH
def test_a_field_without_a_default_must_be_given(base):
    class Pair(base):
        first: int
        second: str = "none"

    assert Pair(1) == (1, "none")
    assert Pair._field_defaults == {"second": "none"}
    with pytest.raises(TypeError, match="first"):
        Pair()
    with pytest.raises(TypeError, match="third"):
        Pair(1, third=2)


@BOTH
def test_the_first_values_and_the_later_ones_are_made_alike(base):
    class Pair(base):
        first: int
        second: int = 0

    for number in range(MANY):
        assert Pair(number) == Pair(first=number) == Pair(number, second=0) == (number, 0)
        assert type(Pair(number)) is Pair
    with pytest.raises(TypeError, match="first"):
        Pair(1, first=1)
    with pytest.raises(TypeError, match="4 were given"):
        Pair(1, 2, 3)


@BOTH
def test_values_cannot_be_changed(base):
    class Single(base):
        value: int

    with pytest.raises(AttributeError):
        Single(1).value = 2
    assert {Single(1), Single(1)} == {Single(1)}


@BOTH
def test_a_class_without_fields_is_an_empty_tuple(base):
    class Nothing(base):
        pass

    assert Nothing() == ()


def test_properties_methods_and_the_docstring_stay():
    point = Point(1, 2)
    assert point.total == 3
    assert point.moved(4) == Point(5, 2)
    assert Point.origin() == (0, 0, ())
    assert Point.__doc__ == "A point with a weight."


def test_a_value_is_an_instance_of_its_class_and_a_tuple():
    assert isinstance(Point(1), Point)
    assert isinstance(Point(1), tuple)
    assert not isinstance((1, 0, ()), Point)


class Weighted(Point):
    """A point that has a constructor of its own."""

    def __new__(cls, weight: int) -> Weighted:
        return super().__new__(cls, weight, weight)


@pytest.mark.parametrize("order", [(Weighted, Point), (Point, Weighted)])
def test_a_class_may_have_a_base_with_fields(order):
    assert [type(kind(2)) for kind in order] == list(order)
    assert Weighted(3) == (3, 3, ())
    assert Point(3) == (3, 0, ())
    assert Weighted._make((1, 2, ()))._replace(y=5) == (1, 5, ())


@BOTH
def test_values_are_made_of_sequences_and_matched_by_their_fields(base):
    class Pair(base):
        first: int
        second: int = 0

    assert Pair._make([1, 2]) == Pair(1, 2)
    with pytest.raises(TypeError, match="2"):
        Pair._make([1])
    with pytest.raises((TypeError, ValueError), match="third"):
        Pair(1)._replace(third=1)
    match Pair(7, 8):
        case Pair(first, second):
            assert (first, second) == (7, 8)
    assert not hasattr(Pair(1), "__dict__")
    assert Pair(**Pair(1)._asdict()) == copy.deepcopy(Pair(1))


def test_threads_may_make_the_first_value_at_the_same_time():
    class Pair(standard_typing.NamedTuple):
        first: int
        second: int = 0

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(Pair, range(64))) == {(number, 0) for number in range(64)}


def test_a_changed_copy_can_be_made():
    """By `copy.replace`, which calls this method; Python has it since 3.13."""
    assert Point(1, 2).__replace__(x=5) == Point(5, 2)
    assert type(Weighted(3).__replace__(x=5)) is Weighted


def test_a_value_goes_to_another_process_and_back():
    assert Point.__module__ == __name__
    assert pickle.loads(pickle.dumps(Point(1, tags=("a",)))) == Point(1, 0, ("a",))


def test_a_protocol_can_be_a_base_and_requires_nothing_at_run_time():
    class Named(standard_typing.Protocol):
        name: str

    class Run(Named):
        pass

    assert isinstance(Run(), Named)
