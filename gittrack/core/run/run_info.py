"""A run as frozen values."""

from __future__ import annotations

import time

from gittrack.core import layout
from gittrack.core.run import facts
from gittrack.core.standard.collections import Callable, Mapping
from gittrack.core.standard.functools import lru_cache
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gittrack.core.run.judgement import Judgement
    from gittrack.core.run.trials import TrialFacts

RUNNING, FINISHED, FAILED, KILLED, CRASHED = "running", "finished", "failed", "killed", "crashed"
VANISHED = "vanished"  # it went on on another machine, which was not seen for long
DAMAGED = "damaged"
ENDS = (FINISHED, FAILED, KILLED, CRASHED)
STATUSES = (RUNNING, *ENDS, VANISHED, DAMAGED)
NEWER = "written by a newer gittrack: update gittrack"
_ZEROS = str.maketrans("123456789", "0" * 9)
_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # of the year before each month
# What the names of metrics about the machine begin with.  Listings, differences and verdicts leave them out.
SYSTEM = "system/"
LARGE = 1 << 63  # whole numbers from here on are examined more closely
NUMBER = "number"  # the kind of a series; there are no other kinds yet


class Metric(NamedTuple):
    """The summary of a series; ``step`` is the step of ``last``, ``count`` the number of points."""

    last: float
    min: float
    max: float
    step: float | None
    count: int  # type: ignore[assignment]  # shadows tuple.count on purpose

    @property
    def kind(self) -> str:
        """The kind of the values of the series; summaries of images, tables or histograms are other types."""
        return NUMBER

    def to_dict(self) -> dict[str, Any]:
        """Return the metric in the form of metrics.yaml."""
        return self._asdict()


class Code(NamedTuple):
    """The code state of a run; ``snapshot`` is a commit that holds uncommitted changes."""

    commit: str | None = None
    branch: str | None = None
    dirty: bool = False
    snapshot: str | None = None
    remote: str | None = None

    @property
    def state(self) -> str | None:
        """The commit whose tree is the code that ran."""
        return self.snapshot or self.commit


class RunInfo(NamedTuple):
    """One run in a listing: the facts of `core.run.facts` that code works with.

    Times are ISO 8601 in UTC, ``duration`` is in seconds, ``peak_memory`` in bytes.  ``more`` has the facts
    that are not an attribute.
    """

    id: str
    experiment: str
    status: str
    name: str | None = None
    started: str | None = None
    ended: str | None = None
    duration: float | None = None
    params: dict[str, Any] = {}  # read-only by convention, never changed in place
    metrics: Mapping[str, Metric] = {}
    tags: tuple[str, ...] = ()
    note: str | None = None
    group: str | None = None
    seed: int | None = None
    command: tuple[str, ...] = ()
    cwd: str | None = None
    exit_code: int | None = None
    signal: str | None = None
    peak_memory: int | None = None
    fingerprint: str | None = None
    recipe: str | None = None
    parent: str | None = None
    user: str | None = None
    host: str | None = None
    code: Code = Code()
    commit: str | None = None
    ref: str | None = None
    problem: str | None = None
    archived: bool = False
    verdict: Judgement | None = None
    resumed: int = 0
    reproduces: str | None = None
    output_paths: tuple[str, ...] = ()
    sweep: TrialFacts | None = None
    metric_definitions: dict[str, Any] = {}
    more: dict[str, Any] = {}

    @property
    def name_in_git(self) -> str | None:
        """By which name git has the run: its ref, or its commit if it is folded; None if it goes on."""
        return self.ref or self.commit

    @property
    def finished(self) -> bool:
        """Whether the run ended without a failure."""
        return self.status == FINISHED


def from_facts(
    stored: Mapping[str, Any],
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    *,
    commit: str | None = None,
    ref: str | None = None,
) -> RunInfo:
    """Return a run.

    Keys that this version does not know are ignored, so that a later format stays readable.

    Parameters
    ----------
    stored : mapping
        The content of run.yaml.
    params : mapping
        The params, nested.
    metrics : mapping
        {name: summary}, the content of metrics.yaml.
    commit, ref : str or None
        The run commit and its ref.

    Raises
    ------
    ValueError
        If the value of a known key is of another type, because a run may come from anywhere.
    """
    attributes: dict[str, Any] = {}
    more: dict[str, Any] = {}
    for key, value in stored.items():
        check_fact(key, value)
        if key in COPIED and value is not None:
            attributes[COPIED[key]] = tuple(value) if isinstance(value, list) else value
        elif key in MORE:
            more[key] = value
    code = stored.get("code") or {}
    for key in Code._fields:
        check_fact(f"code.{key}", code.get(key))
    return RunInfo(
        **attributes,
        output_paths=tuple(stored.get("output_paths") or ()),
        params=dict(params),
        metrics={
            name: metric(value)
            for name, value in metrics.items()
            if value.get("kind", NUMBER) == NUMBER  # a later version wrote the others
        },
        sweep=_trial(stored["sweep"]) if "sweep" in stored else None,
        problem=NEWER if is_newer(stored) else None,
        code=Code(**{key: code[key] for key in Code._fields if key in code}),
        commit=commit,
        ref=ref,
        more=more,
    )


def is_newer(stored: Mapping[str, Any]) -> bool:
    """Return whether a run has a format that only a later version of gittrack knows."""
    number = stored.get("format")
    return isinstance(number, int) and number > layout.FORMAT


def _trial(stored: Any) -> TrialFacts | None:
    from gittrack.core.run import trials  # noqa: PLC0415 - most runs are not trials

    return trials.from_facts(stored)


def check_fact(key: str, value: Any) -> None:
    """Raise ValueError if ``value`` does not have the type of the fact under ``key`` in run.yaml."""
    facts.check(key, value)
    if facts.STORED.get(key) is facts.MOMENT and value is not None:
        from_iso(value)


# {key: attribute} of the facts that a RunInfo holds in their stored form, and the keys of all others.
COPIED = {
    (fact.keys or (fact.name,))[0]: fact.name
    for fact in facts.FACTS
    if fact.name in RunInfo._fields and fact.storage is facts.MESSAGE and not fact.alias
}
MORE = {key for key in facts.LISTED if "." not in key and key in facts.STORED} - {*COPIED, "code"}


def getter(fact: facts.Fact) -> Callable[[RunInfo], Any]:
    """Return a function that looks up a fact in a run; it returns None if the run does not have the fact."""
    part, _, name = (fact.alias or fact.name).rpartition(".")
    if part:
        return lambda info: getattr(getattr(info, part), name, None)
    if name in RunInfo._fields or fact.storage is facts.COMPUTED:
        return lambda info: getattr(info, name)
    return lambda info: info.more.get(name)


def with_final(metric: Metric | None, value: float) -> Metric:
    """Return a metric with a last value from ``run.summary``, which is not a point of the series."""
    if metric is None:
        return Metric(value, value, value, None, 0)
    if value != value:
        return metric._replace(last=value)
    low, high = (value if end != end else end for end in (metric.min, metric.max))
    return metric._replace(last=value, min=min(low, value), max=max(high, value))


def headline(metrics: Mapping[str, Metric]) -> list[str]:
    """Return the names of the three metrics to show of a run, those of validation and test first."""

    def kind(name: str) -> int:
        return 0 if name.lower().startswith(("val", "test", "eval")) else 1

    return sorted((name for name in metrics if not name.startswith(SYSTEM)), key=kind)[:3]


def metric(value: Mapping[str, Any]) -> Metric:
    """Return the Metric of a summary in metrics.yaml.  Raises ValueError if a value is not a number."""
    numbers: list[Any] = [value.get(part) for part in Metric._fields]
    last, low, high, step, count = numbers
    plain = type(last) is type(low) is type(high) is float and type(step) is type(count) is int
    if plain and abs(step) < LARGE and abs(count) < LARGE:  # most metrics
        return Metric(*numbers)
    nan = float("nan")
    for part in Metric._fields:
        item = value.get(part)
        is_number = isinstance(item, (int, float)) and not isinstance(item, bool)
        if not (is_number or (item is None and part == "step") or part not in value):
            raise ValueError(f"the {part} of a metric is {item!r:.40}")
        if isinstance(item, int) and abs(item) > 10**300:
            raise ValueError(f"the {part} of a metric is too large")
    return Metric(
        value.get("last", nan),
        value.get("min", nan),
        value.get("max", nan),
        value.get("step"),
        value.get("count", 0),
    )


def iso(seconds: float) -> str:
    """Return a time (seconds since 1970) as ISO 8601 in UTC with milliseconds."""
    try:
        microseconds = round(seconds % 1 * 1_000_000)
        date = time.gmtime(seconds // 1 + microseconds // 1_000_000)
        if not 1 <= date.tm_year <= 9999:
            raise OverflowError
    except (OverflowError, ValueError, OSError):
        date, microseconds = time.gmtime(0), 0
    milliseconds = microseconds % 1_000_000 // 1000
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', date)}.{milliseconds:03d}Z"


def from_iso(text: str) -> float:
    """Return the seconds since 1970 of a time in ISO 8601.  Raises ValueError for other texts."""
    exact = _moment(text)
    if exact is not None:
        return exact
    from gittrack.core.query import iso_8601  # noqa: PLC0415 - 2 ms; for the times of other tools

    return iso_8601.seconds(text)


def _moment(text: str) -> float | None:
    """Return the seconds since 1970 if the text has exactly the form that `iso` writes, else None."""
    if text.translate(_ZEROS) != "0000-00-00T00:00:00.000Z":
        return None
    midnight, hour, minute = _midnight(text[:10]), int(text[11:13]), int(text[14:16])
    if midnight is None or hour > 23 or minute > 59 or text[17] > "5":
        return None
    return midnight + hour * 3_600 + minute * 60 + int(text[17:19]) + int(text[20:23]) / 1000


@lru_cache(1024)  # most runs started in few days
def _midnight(date: str) -> int | None:
    """Return the seconds since 1970 when a day of ten characters began; None if there is no such day."""
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:])
    if not 1 <= month <= 12 or year < 1970:
        return None
    before = year - (month <= 2)  # the last year whose 29 February is over
    days = 365 * year + before // 4 - before // 100 + before // 400 + _DAYS[month - 1] + day
    midnight = (days - 719_528) * 86_400
    is_day = time.gmtime(midnight)[:3] == (year, month, day)  # not so: the 31st of a month with 30
    return midnight if is_day else None
