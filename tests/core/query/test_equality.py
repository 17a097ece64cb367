"""One notion of equal values."""

import math

import pytest

from gittrack.core.query.equality import equal, shortest

FLOAT32 = 0.10000000149011612  # what float(np.float32(0.1)) is


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, "1"),
        (1.0, "1"),
        (1.0, "1.0"),
        (0.1, FLOAT32),
        ("0.1", FLOAT32),
        (math.nan, math.nan),
        (1e-05, "1e-05"),
        ([1, {"a": 0.1}], [1.0, {"a": FLOAT32}]),
        (2**70, float(2**70)),
        ("-3", -3),
    ],
)
def test_equal(a, b):
    assert equal(a, b)
    assert equal(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, True),
        (0, None),
        ("true", True),
        ("1.10", "1.1"),
        (1.1, "1.10"),
        (1, "01"),
        (0.1, 0.1000001),
        (2**53, 2**53 + 1),
        ("", 0),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ("nan", math.nan),
        ("\u0661", 1),
    ],
)
def test_different(a, b):
    assert not equal(a, b)
    assert not equal(b, a)


def test_a_float32_is_as_short_as_it_was_written():
    numpy = pytest.importorskip("numpy")
    for text in ("0.1", "3e-05", "0.333333", "1e-20", "123456.7"):
        assert shortest(float(numpy.float32(text))) == float(text)
    assert shortest(1 / 3) == 1 / 3


@pytest.mark.parametrize("text", ["0.1", "0.5", "1e-05", "3.14159", "0.333333343", "6.1e-5"])
def test_the_shortest_form_is_the_one_that_a_float32_has(text):
    """As NumPy prints it: the shortest decimal that is the same float32."""
    np = pytest.importorskip("numpy")
    assert shortest(float(np.float32(text))) == float(str(np.float32(text)))
    assert shortest(float(text)) == float(text)
