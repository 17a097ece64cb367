"""The forms of printed times, places and chance, and the checks whether a text can be one of that run."""

from __future__ import annotations

import re

from gittrack.analysis.span import Span
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.functools import lru_cache

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
_GAP = r"\s{0,40}"  # bounded, because a search for longer ones takes the square of their length
_IN_BRACKETS = rf"(?:{_GAP}[(\[](?:ns|us|ms|s|secs?|seconds?|min|minutes)[)\]])?"
_INSIDE = "{0,400}"  # characters of a progress bar, for the same reason
_LINK = rf"[\"']?{_IN_BRACKETS}{_GAP}(?:[:=~]|is|was|of|in|->)?{_GAP}[\"'(\[]?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
_END = r"(?![\w%]|[.,]\d)"

_FORMS: Mapping[str, str] = {
    # a UUID of version 4, which is random
    "chance": r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"
    r"|(?<=/)tmp[a-z0-9_]{8}\b",
    "iso": r"(?<![\d.])(?P<iy>20\d\d)(?P<is>[-/]?)(?P<im>\d\d)(?P=is)(?P<id>\d\d)"
    r"(?:[T _-]{1,2}(?P<it>\d\d[:.-]?\d\d[:.-]?\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d\b)?)?(?![\d.]*\d)",
    "dmy": rf"{_WEEKDAY}\b(?P<dd>\d\d?) (?P<dm>{_MONTH}) (?P<dy>20\d\d)\b(?: {_CLOCK})?",
    "mdy": rf"{_WEEKDAY}\b(?P<mm>{_MONTH}) +(?P<md>\d\d?),?(?: {_CLOCK}(?: [A-Z]{{2,5}})?)? (?P<my>20\d\d)\b",
    "stamp": rf"\b(?P<sm>{_MONTH})(?P<sd>\d\d)_\d\d-\d\d-\d\d",
    "epoch": r"(?<![\w.])(?P<unix>1[6-9]\d{8})(?:\d{9}|\d{6}|\d{3})?(?:\.\d+)?(?![\w.])",
    # of a progress bar that a line has interrupted
    "frame": rf"\d\d?%\|[^|]{_INSIDE}\|[^\[\]]{_INSIDE}\[[^\]]{_INSIDE}\](?=\s*\S)",
    "bar": rf"(?<=%)\|[^|\w]{_INSIDE}\||\b\d+:\d\d(?::\d\d)?<(?:\d+:\d\d(?::\d\d)?|\?)",
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
MASKS = re.compile(f"{_START}(?:{_ANY_FORM})")
# The same for a line whose digits are all 0, see `_Places`.
SHAPES = re.compile(
    MASKS.pattern.replace(r"20\d\d", r"\d{4}")
    .replace(r"1[6-9]\d{8}", r"\d{10}")
    .replace("[567f]", "[0-9f]")
    .replace("-4[0-9a-f]{3}-[89ab]", "-[0-9a-f]{4}-[0-9a-f]")
    .replace(r"127\.0\.0\.1", r"000\.0\.0\.0")
)
LABELLED = frozenset(("rate", "eta", "word", "finished", "process"))  # text, and then a value
LABEL = re.compile(r"[^\d?-]*")
_LONGEST_WORD = 40
# A word directly in front of "time" may make it a result: "median survival time: 3.2".
_RESULT_BEFORE = re.compile(
    r"(?i)(?<![a-z])(?!(?:total|elapsed|training|train|fit|fitting|test|testing|eval|evaluation|validation|val"
    r"|inference|run|running|wall|cpu|gpu|user|real|sys|system|step|epoch|batch|iter|iteration|load|loading"
    r"|data|forward|backward|optimizer|compile|compilation|build|execution|exec|processing|computation"
    r"|compute|search|prediction|predict|sampling|overall|average|avg|mean|the|in|and|has|it|job|"
    r"script|program|process)[ _-]+\Z)[a-z]+[ _-]+\Z"
)
_COUNTED_THING = re.compile(
    r" +(?!and\b|in\b|on\b|for\b|to\b)[A-Za-z]"
)  # "took 5 steps", "taken 3 of"
_NEEDS_FORM = ("time", "took", "taken")  # "took 5" may be a count, "took 5.0" is a time


def may_be_result(match: re.Match[str]) -> bool:
    """Return whether a text may be a result although it has the form of a time."""
    form, before = match.lastgroup, match.string[: match.start()]
    if form in ("iso", "dmy", "mdy"):
        return ":" not in match[0]
    if form == "clock":
        return len(before.strip("[( ")) > 0
    return form not in ("bar", "frame", "stamp") and not before.endswith(" at ")


@lru_cache(maxsize=256)
def _is_day(year: str, month: str, day: str, span: Span) -> bool:
    """Return whether a date is a day of the run in any time zone; without a year, of any year."""
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
    return span.has_day(number, int(day), int(year) if year else None)


def _is_moment(match: re.Match[str], span: Span) -> bool:
    """Return whether a date is a day of the run, and its time of the day in the run."""
    if not _is_day(match["iy"], match["im"], match["id"], span):
        return False
    return not match["it"] or _is_time_of_day(match["it"], span)


@lru_cache(maxsize=4096)
def _is_time_of_day(clock: str, span: Span) -> bool:
    clock = re.sub(r"\D", "", clock)
    seconds = 3600 * int(clock[:2]) + 60 * int(clock[2:4]) + int(clock[4:])
    return span.has_at_some_hour(float(seconds))


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
    keyword = match["keyword"].lower()
    if (
        unit is None
        and keyword in ("took", "taken")
        and _COUNTED_THING.match(match.string, match.end())
    ):
        return False
    has_form_of_time = unit is not None or "." in match["wn"] or keyword not in _NEEDS_FORM
    return has_form_of_time and _is_possible(match["wn"], unit, span)


def _is_finish(match: re.Match[str], span: Span) -> bool:
    number, unit = match["fn"], match["fu"]
    if unit is None and ("." not in number or _COUNTED_THING.match(match.string, match.end())):
        return False
    return _is_possible(number, unit, span)


def _is_duration(match: re.Match[str], span: Span) -> bool:
    unit = match["ju"] or match["su"]
    return _is_possible(match["jn"] or match["sn"], unit, span)


CHECKS: Mapping[str, Callable[[re.Match[str], Span], bool]] = {
    "iso": _is_moment,
    "dmy": lambda match, span: _is_day(match["dy"], match["dm"], match["dd"], span),
    "mdy": lambda match, span: _is_day(match["my"], match["mm"], match["md"], span),
    "stamp": lambda match, span: _is_day("", match["sm"], match["sd"], span),
    "epoch": _is_epoch,
    "clock": _is_clock,
    "word": _is_word,
    "finished": _is_finish,
    "duration": _is_duration,
}
