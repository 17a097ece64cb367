"""core/metric_value: a number of any library becomes an int or a float, exactly, or is refused."""

import enum
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from helpers import exact

from gittrack.core import metric_value
from gittrack.core.errors import TrackError


class Level(enum.IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((1, 1), (0.1, 0.1), (True, 1), (2**200, 2**200), (-0.0, -0.0), (5e-324, 5e-324)),
        *((np.float64(0.1), 0.1), (np.float32(0.1), float(np.float32(0.1))), (np.int8(-1), -1)),
        *((np.uint64(2**64 - 1), 2**64 - 1), (np.bool_(True), 1), (np.float16(0.5), 0.5)),
        *((np.array(3), 3), (np.array([0.5]), 0.5)),
        *((np.array([[7]]), 7), (np.longdouble(0.5), 0.5)),
        *((Decimal("0.5"), 0.5), (Decimal(3), 3.0), (Fraction(1, 4), 0.25), (Level.LOW, 1)),
        *((np.ma.masked, math.nan), (np.ma.masked_invalid([math.nan]).mean(), math.nan)),
        *((np.ma.array([1.5], mask=[False]), 1.5), (np.ma.array([1.5], mask=[True]), math.nan)),
        *((float("nan"), math.nan), (np.float64("inf"), math.inf), (Decimal("NaN"), math.nan)),
    ],
)
def test_metrics(value, number):
    assert exact(metric_value.number(value, "loss")) == exact(number)


@pytest.mark.parametrize(
    "value",
    [
        *("0.5", b"1", None, [1], {}, 1j, object(), np.array([1, 2]), np.array([]), "nan"),
        *(Decimal("0.1"), Fraction(1, 3), Decimal("sNaN"), np.longdouble(1) / 3),
        *(pytest.param(10**n, id=f"10**{n}") for n in (299, 400, 5000)),
        *(np.array("a"), np.datetime64("2026-01-01"), np.complex64(1)),
    ],
)
def test_what_is_no_metric_is_refused_by_name(value):
    with pytest.raises(TrackError, match="the metric 'loss' is"):
        metric_value.number(value, "loss")
