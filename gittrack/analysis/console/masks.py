"""What a line of console output says about time, place and chance, replaced by a mark.

Two runs of one program print other times, addresses and temporary names.  A mask replaces these.  It must not
hide a result, so a text is only replaced if it can be what its form says: a date must be a day of the run, a
clock time must fall into the run, a duration must be possible within the run.  Everything else is compared.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from gittrack.analysis.span import Span

MARK = "\x00"  # no program prints it in a line of text
_DAY = 86400.0

_SECONDS: Mapping[str, float] = {
    **dict.fromkeys(("ns",), 1e-9),
    **dict.fromkeys(("us", "µs", "μs"), 1e-6),
    **dict.fromkeys(("ms", "msec"), 1e-3),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MONTH = f"(?:{'|'.join(_MONTHS)})"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d+)?"
_MINUTES = r"\d+:\d\d(?::\d\d)?(?:\.\d+)?"
_NUMBER = r"\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_JOINED = r"(?:ns|us|µs|μs|msec|ms|secs?|seconds?|s|minutes?|mins?|hrs?|hours?|h)"
# "0.3 min 0.1" and "0.3 h" may be results, so these units need their number directly before them.
_SPACED = r"(?:ns|us|µs|μs|msec|ms|secs?|seconds?|s|minutes|mins|hrs?|hours?)"
_COUNTED = (
    r"(?:it|iter|iteration|step|sample|image|img|token|tok|example|batch|epoch|row|record|file|frame"
    r"|episode|call|req|[kKMG]?i?B|[kKMGT]?FLOP|[kKMGT]?bit)(?:e?s)?"
)
_RATES = rf"(?:SPS|FPS|sps|fps|mfu|{_COUNTED}[_/ ](?:per[_/ ])?s(?:ec(?:ond)?)?)"
_MORE = r"(?:[_ ](?:total|elapsed|taken|spent|used|s|sec|secs|seconds|ms|per[_ ](?:epoch|step|iter|batch)))*"
_IN_BRACKETS = r"(?:\s*[(\[](?:ns|us|ms|s|secs?|seconds?|min|minutes)[)\]])?"
_LINK = rf"[\"']?{_IN_BRACKETS}\s*(?:[:=~]|is|was|of|in|->)?\s*[\"'(\[]?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
_END = r"(?![\w%]|[.,]\d)"

_FORMS: Mapping[str, str] = {
    # a UUID of version 4, which is random
    "chance": r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"
    r"|(?<=/)tmp[a-z0-9_]{8}\b",
    "iso": r"(?<![\d.])(?P<iy>20\d\d)(?P<is>[-/]?)(?P<im>\d\d)(?P=is)(?P<id>\d\d)"
    r"(?:[T _-]{1,2}\d\d[:.-]?\d\d[:.-]?\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d\b)?)?(?![\d.]*\d)",
    "dmy": rf"{_WEEKDAY}\b(?P<dd>\d\d?) (?P<dm>{_MONTH}) (?P<dy>20\d\d)\b(?: {_CLOCK})?",
    "mdy": rf"{_WEEKDAY}\b(?P<mm>{_MONTH}) +(?P<md>\d\d?),?(?: {_CLOCK}(?: [A-Z]{{2,5}})?)? (?P<my>20\d\d)\b",
    "stamp": rf"\b(?P<sm>{_MONTH})(?P<sd>\d\d)_\d\d-\d\d-\d\d",
    "epoch": r"(?<![\w.])(?P<unix>1[6-9]\d{8})(?:\d{9}|\d{6}|\d{3})?(?:\.\d+)?(?![\w.])",
    "frame": r"\d\d?%\|[^|]*\|[^\[\]]*\[[^\]]*\](?=\s*\S)",  # of a progress bar that a line has interrupted
    "bar": r"(?<=%)\|[^|\w]*\||\b\d+:\d\d(?::\d\d)?<(?:\d+:\d\d(?::\d\d)?|\?)",
    "clock": rf"(?<![\d:.])(?P<hms>{_CLOCK})(?![\d:])",
    "rate": rf"(?:(?<![\w.])[\d.]+|\?)\s?{_COUNTED}/(?:s|sec|second)\b"
    rf"|(?:(?<![\w.])[\d.]+|\?)\s?(?:ns|us|µs|μs|ms|s|sec)/{_COUNTED}\b"
    rf"|(?<![A-Za-z]){_RATES}(?![A-Za-z]){_LINK}-?{_NUMBER}%?{_END}",
    "eta": rf"(?i:\beta\b){_LINK}(?:{_MINUTES}|{_NUMBER}\s?{_JOINED}\b)",
    "word": r"(?i:(?<![a-z])(?P<keyword>time|elapsed|took|taken|duration|runtime|walltime)(?![a-z]))"
    rf"{_MORE}{_LINK}(?:(?P<wt>{_MINUTES})|(?<![\d.-])(?P<wn>{_NUMBER})\s?(?P<wu>{_JOINED}(?!\w))?{_END})",
    "finished": r"(?i:\b(?:finished|done|completed|fitted|trained)\b[^.\d]{0,40}\bin:? )"
    rf"(?P<fn>{_NUMBER})\s?(?P<fu>{_JOINED}(?!\w))?{_END}",
    "duration": rf"(?<![\w.+-])(?:(?P<jn>{_NUMBER})(?P<ju>{_JOINED})\b(?!/)"
    rf"|(?P<sn>{_NUMBER}) (?P<su>{_SPACED})\b(?!/|-|\s*[=:]?\s*[-+]?\.?\d))",
    "address": r"\b0x(?:0000)?[567f][0-9a-f]{11}\b|(?<= at )0x[0-9a-f]+\b",
    "process": r"(?i:\b(?:pid|process id|ppid|tid)\b)[ =:#]{1,2}\d+"
    r"|(?:(?<=localhost:)|(?<=127\.0\.0\.1:))\d{4,5}\b",
}
_ANY_FORM = "|".join(f"(?P<{name}>{form})" for name, form in _FORMS.items())
_START = r"(?<![A-Za-z\d])(?=[\w?|])"  # no form begins elsewhere; this keeps the search fast
_MASKS = re.compile(f"{_START}(?:{_ANY_FORM})")
# The same for a line whose digits are all 0, see `_Places`.
_SHAPES = re.compile(
    _MASKS.pattern.replace(r"20\d\d", r"\d{4}")
    .replace(r"1[6-9]\d{8}", r"\d{10}")
    .replace("[567f]", "[0-9f]")
    .replace("-4[0-9a-f]{3}-[89ab]", "-[0-9a-f]{4}-[0-9a-f]")
    .replace(r"127\.0\.0\.1", r"000\.0\.0\.0")
)
_ZEROS = str.maketrans("123456789", "000000000")
_ZERO_BYTES = bytes.maketrans(b"123456789", b"000000000")
COUNTED = re.compile(r"\b\d[\d.]*(?:[eE][-+]?\d+)?")  # a number, to be counted
_MOST_SHAPES = 10_000
_LABELLED = frozenset(("rate", "eta", "word", "finished", "process"))  # text, and then a value
_LABEL = re.compile(r"[^\d?-]*")
_LONGEST_WORD = 40
# A word directly in front of "time" may make it a result: "median survival time: 3.2".
_RESULT_BEFORE = re.compile(
    r"(?i)(?<![a-z])(?!(?:total|elapsed|training|train|fit|fitting|test|testing|eval|evaluation|validation|val"
    r"|inference|run|running|wall|cpu|gpu|user|real|sys|system|step|epoch|batch|iter|iteration|load|loading"
    r"|data|forward|backward|optimizer|compile|compilation|build|execution|exec|processing|computation"
    r"|compute|search|prediction|predict|sampling|overall|average|avg|mean|the|in|and|has|it|job|"
    r"script|program|process)[ _-]+\Z)[a-z]+[ _-]+\Z"
)
_AROUND = re.compile(rf"[ \t]*{MARK}[ \t]*")
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")


class _Shape(NamedTuple):
    """A line but for its digits: the places at which a mask may apply, and the numbers elsewhere."""

    places: tuple[tuple[int, int], ...]
    numbers: int


class Masks:
    """The masks for the lines of one run.

    Notes
    -----
    Most lines of a console have one of a few shapes: they are equal but for their digits.  The places of a
    shape at which a mask may apply are searched once.  A line of that shape is then only checked there.
    """

    def __init__(self, span: Span) -> None:
        self.span = span
        self.shapes: dict[bytes, _Shape] = {}

    def apply(self, line: str) -> tuple[str, int]:
        """Return a line with `MARK` for each time, place or name made by chance, and the number of marks."""
        values, _ = self.values(line)
        if values is None:
            return self._search(line)
        if not values:
            return line, 0
        pieces, end = [], 0
        for start, stop in values:
            pieces += [line[end:start], MARK]
            end = stop
        return _AROUND.sub(MARK, "".join(pieces) + line[end:]), len(values)

    def values(self, line: str) -> tuple[list[tuple[int, int]] | None, int]:
        """Return (start, end) of each text that a mask replaces, and how many numbers stand elsewhere.

        The first is None if a text is not what it looks like, so that only `apply` finds the others.
        """
        key = line.encode(errors="surrogateescape").translate(_ZERO_BYTES)
        shape = self.shapes.get(key)
        if shape is None:
            shape = self._add_shape(key, line.translate(_ZEROS))
        values = []
        for start, stop in shape.places:
            match = _MASKS.match(line, start)
            if match is None or match.end() != stop or not self._holds(match):
                return None, 0
            if match.lastgroup in _LABELLED:
                start += len(_label(match))
            values.append((start, stop))
        return values, shape.numbers

    def _add_shape(self, key: bytes, line: str) -> _Shape:
        if len(self.shapes) > _MOST_SHAPES:
            self.shapes.clear()
        places = tuple(match.span() for match in _SHAPES.finditer(line))
        shape = _Shape(places, len(COUNTED.findall(_SHAPES.sub(MARK, line))))
        self.shapes[key] = shape
        return shape

    def _search(self, line: str) -> tuple[str, int]:
        """Return the same as `apply`, by a search of the whole line."""
        count = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal count
            label = _label(match)
            if self._holds(match):
                count += 1
                return label + MARK
            return label + _MASKS.sub(replace, match[0][len(label) :]) if label else match[0]

        masked = _MASKS.sub(replace, line)
        return (_AROUND.sub(MARK, masked), count) if count else (line, 0)

    def _holds(self, match: re.Match[str]) -> bool:
        """Return whether a text can be what its form says."""
        check = _CHECKS.get(match.lastgroup or "")
        return check is None or check(match, self.span)


def mask(line: str, span: Span) -> tuple[str, int]:
    """Return a masked line and the number of its marks, see `Masks.apply`."""
    return Masks(span).apply(line)


def _label(match: re.Match[str]) -> str:
    """Return the text in front of a masked value, which is compared."""
    label = _LABEL.match(match[0]) if match.lastgroup in _LABELLED else None
    return label[0] if label else ""


def visible(line: str) -> str:
    """Return what a terminal shows of a line: no escapes, and of overwritten text only the end."""
    if "\x1b" in line:
        line = _ESCAPES.sub("", line)
    if "\b" in line:
        line = line[line.rfind("\b") + 1 :]
    if "\r" in line:
        line = line.rstrip("\r")
        line = line[line.rfind("\r") + 1 :]
    return line


@lru_cache(maxsize=256)
def _is_day(year: str, month: str, day: str, span: Span) -> bool:
    """Return whether a date is a day of the run in any time zone; without a year, of any year."""
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
    moment = span.started - _DAY
    while moment < span.ended + 2 * _DAY:
        date = time.gmtime(moment)
        if (date.tm_mon, date.tm_mday) == (number, int(day)) and year in ("", str(date.tm_year)):
            return True
        moment += _DAY
    return False


def _is_clock(match: re.Match[str], span: Span) -> bool:
    """Return whether a clock time falls into the run in any time zone, or is a possible duration."""
    seconds = _clock_seconds(match["hms"].replace(",", "."))
    if seconds <= span.longest:
        return True
    return span.has_at_some_hour(seconds)


def _clock_seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _is_epoch(match: re.Match[str], span: Span) -> bool:
    return span.has(int(match["unix"]))


def _is_possible(number: str, unit: str | None, span: Span) -> bool:
    return float(number) * _SECONDS[unit or "s"] <= span.longest


def _is_word(match: re.Match[str], span: Span) -> bool:
    if match["wt"]:
        return _clock_seconds(match["wt"]) <= span.longest
    unit = match["wu"]
    if unit is None and re.search(r"[_(\[ ]ms\b", match[0]):
        unit = "ms"
    if unit is None and _RESULT_BEFORE.search(
        match.string, max(0, match.start() - _LONGEST_WORD), match.start()
    ):
        return False
    has_form_of_time = unit is not None or "." in match["wn"] or match["keyword"].lower() != "time"
    return has_form_of_time and _is_possible(match["wn"], unit, span)


def _is_duration(match: re.Match[str], span: Span) -> bool:
    unit = match["ju"] or match["su"]
    return _is_possible(match["jn"] or match["sn"], unit, span)


_CHECKS: Mapping[str, Callable[[re.Match[str], Span], bool]] = {
    "iso": lambda match, span: _is_day(match["iy"], match["im"], match["id"], span),
    "dmy": lambda match, span: _is_day(match["dy"], match["dm"], match["dd"], span),
    "mdy": lambda match, span: _is_day(match["my"], match["mm"], match["md"], span),
    "stamp": lambda match, span: _is_day("", match["sm"], match["sd"], span),
    "epoch": _is_epoch,
    "clock": _is_clock,
    "word": _is_word,
    "finished": lambda match, span: _is_possible(match["fn"], match["fu"], span),
    "duration": _is_duration,
}
