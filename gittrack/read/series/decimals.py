"""Decimal numbers in text as arrays: the same numbers that ``int`` and ``float`` read, many at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gittrack.core.run import series

Array = np.ndarray[Any, np.dtype[Any]]
BEFORE, AFTER = 24, 8  # bytes that a text must have before its first and after its last cell
EXACT = 2**53  # a float holds every whole number up to this
_WORD = 8
_MOST_WHOLE, _MOST_FRACTION = 18, 22  # digits; 10**22 is the last power of ten that a float holds
_POWERS = np.array([float(10**power) for power in range(_MOST_FRACTION + 1)])
_WHOLE_POWERS = np.zeros(_MOST_FRACTION + 1, np.uint64)  # those beyond 64 bits only multiply zero
_WHOLE_POWERS[: _MOST_WHOLE + 1] = [10**power for power in range(_MOST_WHOLE + 1)]
_LAST = np.array([((1 << 8 * n) - 1) << 8 * (8 - n) for n in range(9)], np.uint64)
# Of a number with so many digits, the bytes of the last word, of the one before, and so on that are digits.
_DIGITS = [_LAST[np.clip(np.arange(BEFORE + 1) - 8 * number, 0, 8)] for number in range(3)]
_FIRST = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
_SPLIT = float(2**27 + 1)
_ERROR = 2.0**-49


class Numbers(NamedTuple):
    """Numbers in two forms: ``floats``, and ``ints`` for those that `is_int` marks."""

    floats: Array
    ints: Array
    is_int: Array


class CellText:
    """Bytes with cells in them, after `BEFORE` and before `AFTER` other bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bytes = np.frombuffer(data, np.uint8)
        # The 8 bytes from each place on, as a number whose lowest byte is the first one.
        self._words = np.ndarray((len(data) - _WORD + 1,), "<u8", data, strides=(1,))

    def numbers(self, starts: Array, ends: Array, points: Array) -> Numbers:
        """Return the numbers in cells.

        Parameters
        ----------
        starts, ends : array
            Where each cell begins, and the place after its last byte.
        points : array
            Where the first decimal point of each cell is; its end or a later place if it has none.

        Raises
        ------
        ValueError
            If a cell is not a number, or one that `Numbers` cannot hold.
        """
        negative = self.bytes[starts] == ord("-")
        any_negative = bool(negative.any())
        if any_negative:
            starts = starts + negative
        is_int = points >= ends
        if is_int.all():
            places = np.zeros(len(starts), np.int64)
            units, bad = self._digits(starts, ends, _MOST_WHOLE)
        else:
            units, places, bad = self._units(starts, ends, points, is_int)
        if any_negative and (negative & is_int & (units == 0)).any():
            raise ValueError("an int has no negative zero, a float has")
        ints = units.view(np.int64)
        floats, unsure = _divided(ints, places)
        if any_negative:
            starts = starts - negative
            floats, ints = np.where(negative, -floats, floats), np.where(negative, -ints, ints)
        numbers = Numbers(floats, ints, is_int)
        return self._with_others(numbers, np.flatnonzero(bad | unsure), starts, ends)

    def _units(
        self, starts: Array, ends: Array, points: Array, is_int: Array
    ) -> tuple[Array, Array, Array]:
        """Return numbers without their points, their digits after the point, and which have other signs."""
        places = ends - points - 1
        if is_int.any():
            points, places = np.minimum(points, ends), np.where(is_int, 0, places)
        whole, bad = self._digits(starts, points, _MOST_WHOLE)
        fraction, no_digits = self._digits(ends - places, ends, _MOST_FRACTION)
        bad |= (no_digits & ~is_int) | (places > _MOST_FRACTION)
        if bad.any() or int(whole.max()) * 10 ** int(places.max()) >= 2**62:
            places[bad] = 0
            bad |= whole.astype(np.float64) * _POWERS[places] >= 2.0**62
            whole[bad] = fraction[bad] = 0
        return whole * _WHOLE_POWERS[places] + fraction, places, bad

    def _digits(self, starts: Array, ends: Array, most: int) -> tuple[Array, Array]:
        """Return the numbers that digits are, and which cells are something else: other signs, too many."""
        lengths = ends - starts
        shortest, longest = int(lengths.min(initial=1)), int(lengths.max(initial=1))
        if shortest == longest == 1:
            digits = self.bytes[starts] ^ ord("0")
            return digits.astype(np.uint64), digits > 9
        bad = np.zeros(len(starts), bool)
        if shortest < 1 or longest > most:
            bad = (lengths < 1) | (lengths > most)
            lengths = np.clip(lengths, 0, most)
        total = np.zeros(len(starts), np.uint64)
        for number in range(-(-min(longest, most) // _WORD)):
            word = self._words[ends - (number + 1) * _WORD]
            word = (word ^ np.uint64(0x3030303030303030)) & _DIGITS[number][lengths]
            bad |= (
                (word + np.uint64(0x0606060606060606) | word) & np.uint64(0xF0F0F0F0F0F0F0F0)
            ) != 0
            # Pairs of digits, of pairs, and of these: the first one of a pair is the lower byte.
            word = (word * np.uint64(10) + (word >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
            word = (word * np.uint64(100) + (word >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
            word = (word * np.uint64(10_000) + (word >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
            if number == 2:
                bad |= word >= np.uint64(900)
            total += word * _WHOLE_POWERS[number * _WORD]
        return total, bad

    def _with_others(self, numbers: Numbers, rows: Array, starts: Array, ends: Array) -> Numbers:
        """Return the numbers with those of ``rows`` read one by one."""
        for row, start, end in zip(
            rows.tolist(), starts[rows].tolist(), ends[rows].tolist(), strict=True
        ):
            number = series.to_number(self.data[start:end].decode("utf-8", "surrogatepass"))
            numbers.is_int[row] = isinstance(number, int)
            if isinstance(number, int) and abs(number) >= 2**63:
                raise ValueError("too large")
            numbers.floats[row] = number
            numbers.ints[row] = number if isinstance(number, int) else 0
        return numbers

    def words(self, starts: Array, ends: Array) -> list[Array]:
        """Return the content of cells as columns of 8 bytes each, filled up with zeros."""
        lengths = ends - starts
        columns = range(-(-int(lengths.max(initial=0)) // _WORD))
        last = len(self._words) - 1
        return [
            self._words[np.minimum(starts + number * _WORD, last)]
            & _FIRST[np.clip(lengths - number * _WORD, 0, _WORD)]
            for number in columns
        ]


def _divided(units: Array, places: Array) -> tuple[Array, Array]:
    """Return ``units / 10**places``, correctly rounded, and for which rows that is not sure.

    Notes
    -----
    The quotient of the floats is corrected by its remainder, which is exact (T. J. Dekker, "A floating-point
    technique for extending the available precision", 1971), and by what the float of ``units`` leaves out.
    The result is sure if a correction with the largest possible error gives the same float.
    """
    high = units.astype(np.float64)
    divisor = _POWERS[places]
    quotient = high / divisor
    if not len(units) or int(units.max()) <= EXACT:  # the quotient of two exact floats
        return quotient, np.zeros(len(units), bool)
    product, error = _product(quotient, divisor)
    rest = (high - product) - error + (units - high.astype(np.int64)).astype(np.float64)
    correction = rest / divisor
    result = quotient + correction * (1 - _ERROR)
    return result, result != quotient + correction * (1 + _ERROR)


def _product(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the float nearest to ``a * b``, and the exact rest."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    return product, a_low * b_low - (
        ((product - a_high * b_high) - a_low * b_high) - a_high * b_low
    )


def _halves(a: Array) -> tuple[Array, Array]:
    scaled = a * _SPLIT
    high = scaled - (scaled - a)
    return high, a - high
