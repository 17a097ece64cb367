"""The verdict on two runs: whether every metric and every artifact is the same, else how much they differ.

A metric is the same if its series is bit-identical: equal values and equal steps in equal order.  The times
of the points are ignored.  Metrics that measure time or memory are left out, and the verdict names them with
their differences.  If nothing remains to compare, the verdict is UNKNOWN.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from gittrack.analysis.console.comparison import ConsoleComparison
from gittrack.analysis.series_comparison import Divergence, Series, SeriesComparison
from gittrack.analysis.volatile import VOLATILE, is_volatile
from gittrack.core.run import judgement
from gittrack.core.run.judgement import Judgement
from gittrack.core.standard.collections import Iterable, Mapping, Sequence

EXACT, CLOSE, CONSISTENT = judgement.EXACT, judgement.CLOSE, judgement.CONSISTENT
UNKNOWN, DIFFERENT = judgement.UNKNOWN, judgement.DIFFERENT
FAILED, NOT_RUN, ORDER = judgement.FAILED, judgement.NOT_RUN, judgement.ORDER
LEVELS = {"none": (EXACT, CLOSE, UNKNOWN, DIFFERENT), "close": (EXACT, CLOSE), "exact": (EXACT,)}
RTOL, ATOL = 1e-5, 1e-8
_UNSURE = "nothing that was compared differs, but that does not prove that the runs are the same:"


class Omission(NamedTuple):
    """A metric that is not judged; ``divergence`` is None if it is the same in both runs."""

    metric: str
    divergence: Divergence | None


class Verdict(NamedTuple):
    """The verdict on two runs.

    Attributes
    ----------
    level : str
        A word of ``ORDER``, such as EXACT.
    reason : str
        Why, if the numbers do not show it.
    divergences : tuple of Divergence
        The metrics that differ, the earliest first.
    artifacts : tuple of str
        The artifacts whose content differs, or that only one run has.
    omitted : tuple of Omission
        The metrics that measure time or memory and so were left out, with their differences.
    metrics, points : int
        How many were compared.
    unknown : tuple of str
        Artifacts that were not stored, and so not compared.
    lone_artifacts : mapping of str to int
        Of ``artifacts``, those that only one run has: 1 if the first has it, 2 if the second has it.
    artifact_count : int
        How many artifacts were compared.
    left_out_of : mapping of str to tuple of str
        The names of values that are times of the run, by files that are equal without these.
    unwritten : tuple of str
        Artifacts that were there before the runs, which did not write them: no evidence.
    console : ConsoleComparison, optional
        How far the printed lines are the same; None if they were not compared.
    written : int
        How many files without ``--output`` have the same content.
    written_problem : str
        Why files without ``--output`` were not compared although some may have been written.
    limits : tuple of str
        Why equal results prove nothing about the code or the inputs: a sentence each.
    """

    level: str
    reason: str = ""
    divergences: tuple[Divergence, ...] = ()
    artifacts: tuple[str, ...] = ()
    omitted: tuple[Omission, ...] = ()
    metrics: int = 0
    points: int = 0
    unknown: tuple[str, ...] = ()
    lone_artifacts: Mapping[str, int] = MappingProxyType({})
    artifact_count: int = 0
    left_out_of: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    unwritten: tuple[str, ...] = ()
    console: ConsoleComparison | None = None
    written: int = 0
    written_problem: str = ""
    limits: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names of the metrics that measure time or memory."""
        return tuple(omission.metric for omission in self.omitted)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What the verdict rests on: of ``metrics``, ``artifacts``, ``console`` those that were compared."""
        lines = self.console.lines if self.console else 0
        counts = {
            "metrics": self.metrics,
            "artifacts": self.artifact_count,
            "written": self.written,
            "console": lines,
        }
        return tuple(name for name, count in counts.items() if count)

    def judgement(self, rerun: str) -> Judgement:
        """Return this verdict as it is recorded, with the id of the rerun."""
        return Judgement(self.level, self.evidence, rerun)

    def with_console(self, console: ConsoleComparison) -> Verdict:
        """Return the verdict that takes the printed lines into account as well."""
        judged = self._replace(console=console)
        if console.differing and not console.close:
            return judged._replace(level=DIFFERENT, reason="")
        proves = bool(console.lines) and self.level == UNKNOWN
        if console.close and (proves or self.level == EXACT):
            return judged._replace(level=CLOSE, reason="")
        return judged._replace(level=EXACT, reason="") if proves else judged

    def with_written(
        self, equal: int, left_out: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> Verdict:
        """Return the verdict that takes ``equal`` files into account which both runs wrote."""
        judged = self._replace(written=equal, left_out_of={**self.left_out_of, **left_out})
        return (
            judged._replace(level=EXACT, reason="") if equal and self.level == UNKNOWN else judged
        )

    def limited(self, limits: Sequence[str]) -> Verdict:
        """Return this verdict with limits, and with the level UNKNOWN if it was EXACT or CLOSE.

        Parameters
        ----------
        limits : sequence of str
            Why equal results prove nothing.  A verdict without limits is unchanged.
        """
        distinct = tuple(dict.fromkeys(limits))
        if not distinct:
            return self
        capped = self._replace(limits=distinct)
        if self.level not in (EXACT, CLOSE):
            return capped
        return capped._replace(level=UNKNOWN, reason=_UNSURE)

    def meets(self, level: str) -> bool:
        """Return whether this verdict passes at a level of ``LEVELS``: ``exact``, ``close`` or ``none``."""
        return self.level in LEVELS[level]

    @property
    def may_have_reasons(self) -> bool:
        """Whether the results differ, so that other differences of the runs may explain it."""
        return self.level not in (EXACT, UNKNOWN)

    @property
    def has_nothing_to_compare(self) -> bool:
        """Whether the verdict is UNKNOWN because the runs have no results."""
        return self.level == UNKNOWN and not self.limits


def compare_series(
    a: Series,
    b: Series,
    artifacts: Iterable[str],
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
    volatile: Sequence[str] = VOLATILE,
    artifact_count: int = 0,
) -> Verdict:
    """Return the verdict on the series of two runs.

    Parameters
    ----------
    a, b : mapping
        The series of each run by metric: (step, value) in the order of logging.
    artifacts : iterable of str
        The artifacts whose content differs.
    rtol, atol : float
        The relative and the absolute tolerance for CLOSE; 1e-5 and 1e-8 by default.
    volatile : sequence of str
        The metrics to leave out, see `is_volatile`.
    artifact_count : int
        The number of artifacts.  Without artifacts and metrics, the verdict is UNKNOWN.

    Notes
    -----
    Close is NumPy's `isclose`: ``abs(a - b) <= atol + rtol * abs(b)``, with equal steps in equal order.  An
    infinity is close only to itself.
    """
    compared = SeriesComparison(rtol, atol)
    for side, run in enumerate((a, b)):
        for name, points in run.items():
            compared.add(side, name, [step for step, _ in points], [value for _, value in points])
    return judge_series(compared, artifacts, volatile=volatile, artifact_count=artifact_count)


def judge_series(
    compared: SeriesComparison,
    artifacts: Iterable[str],
    *,
    volatile: Sequence[str] = VOLATILE,
    artifact_count: int = 0,
) -> Verdict:
    """Return the verdict on series that were compared; the parameters are those of `compare_series`."""
    results = compared.results()
    names = list(results)
    judged = [name for name in names if not is_volatile(name, volatile)]
    omitted = tuple(Omission(n, results[n][0]) for n in names if n not in judged)
    divergent = [
        (divergence, close)
        for divergence, close in map(results.__getitem__, judged)
        if divergence is not None
    ]
    differing = tuple(sorted(artifacts))
    points = sum(map(compared.points, judged))
    verdict = Verdict(
        EXACT,
        artifacts=differing,
        omitted=omitted,
        metrics=len(judged),
        points=points,
        artifact_count=artifact_count,
    )
    if not (judged or differing or artifact_count):
        return verdict._replace(level=UNKNOWN, reason=_nothing_to_compare(verdict.left_out))
    if not divergent and not differing:
        return verdict
    # Equal metrics with different artifacts are DIFFERENT: weights can change without the accuracy.
    level = CLOSE if divergent and all(close for _, close in divergent) else DIFFERENT
    by_step = sorted(
        (divergence for divergence, _ in divergent),
        key=lambda divergence: -1 if divergence.step is None else divergence.step,
    )
    divergences = tuple(by_step)  # the earliest first; ties by name
    return verdict._replace(level=level, divergences=divergences)


def _nothing_to_compare(left_out: Sequence[str]) -> str:
    if left_out:
        content = "no artifacts, and no metrics but those that are left out"
    else:
        content = "neither metrics nor artifacts"
    return f"there is nothing to compare: the run has {content}"
