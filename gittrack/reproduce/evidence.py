"""The verdict between two recorded runs."""

from __future__ import annotations

from itertools import zip_longest

from gittrack.analysis import verdict
from gittrack.analysis.console import comparison
from gittrack.analysis.console.streams import PrintedOutput
from gittrack.analysis.series_comparison import SeriesComparison
from gittrack.analysis.span import of_run
from gittrack.analysis.verdict import Verdict
from gittrack.analysis.volatile import VOLATILE
from gittrack.core import layout
from gittrack.core.run import judgement
from gittrack.core.standard.collections import Sequence
from gittrack.launch import start_hook
from gittrack.read.runs.record import RunRecord
from gittrack.reproduce import artifacts, written_files

_NOT_STORED = "an artifact was not stored, so nothing shows whether its content is the same"
_OUTDATED = "an earlier version, which kept less evidence, recorded the rerun: run it again"


def judge(
    a: RunRecord,
    b: RunRecord,
    *,
    rtol: float = verdict.RTOL,
    atol: float = verdict.ATOL,
    volatile: Sequence[str] = VOLATILE,
) -> Verdict:
    """Compare every series, every artifact and what two runs printed.

    Parameters
    ----------
    a, b
        The runs; ``b`` is the rerun.
    rtol, atol
        The tolerances of CLOSE, see `gittrack.analysis.verdict`.
    volatile
        The metrics to leave out, see `gittrack.analysis.volatile`.

    Returns
    -------
    Verdict
        FAILED if ``b`` did not finish, even if ``a`` did not either; the reason says whether they are equal
        until then.  At best UNKNOWN if an artifact was not stored, if the code or the data of a run is
        recorded as inexact, or if an earlier version recorded the rerun.  UNKNOWN if
        there is nothing to compare.

    Raises
    ------
    TrackError
        If a run cannot be read.
    """
    files = artifacts.compare(a, b)
    result = verdict.judge_series(
        _compared(a, b, rtol, atol),
        files.differing,
        volatile=volatile,
        artifact_count=files.compared + len(files.unknown),
    )._replace(
        unknown=files.unknown,
        lone_artifacts=files.lone,
        artifact_count=files.compared,
        unwritten=files.unwritten,
        left_out_of=files.left_out,
    )
    if _has_console(a) and _has_console(b):
        printed = comparison.compare(_console(a), _console(b), rtol=rtol, atol=atol)
        result = result.with_console(printed)
    written = written_files.compare(a, b)
    result = result.with_written(written.equal, written.left_out)
    result = result._replace(written_problem=written.problem)
    if not b.info.finished:
        return Verdict(verdict.FAILED, _failure(a, b, result))
    if not a.info.finished:
        reason = f"the run {a.id} {_ended(a)}, but {b.id} finished"
        return result._replace(level=verdict.DIFFERENT, reason=reason)
    cut = result.console.limits if result.console else ()
    outdated = [_OUTDATED] if _is_outdated(a, b) else []
    lost = [_NOT_STORED] if files.unknown else []
    return result.limited([*_inexact(a), *_inexact(b), *cut, *written.limits, *lost, *outdated])


def _is_outdated(a: RunRecord, b: RunRecord) -> bool:
    """Return whether ``b`` is a rerun of ``a`` that an earlier version recorded."""
    rules = b.info.more.get("evidence_rules") or 0
    return b.info.reproduces == a.id and rules < judgement.RULES


def _has_console(run: RunRecord) -> bool:
    """Return whether the console of a run was recorded, even if nothing was printed.

    Only the launcher records it.  A silent run of an earlier version looks like one without a console.
    """
    return bool(run.log) or start_hook.FACT in run.env


def _console(run: RunRecord) -> PrintedOutput:
    info, span = run.info, of_run(run.info)
    folders = tuple(filter(None, (run.work_tree,)))
    return PrintedOutput(run.log, _streams(run), span, (info.id, info.id[16:]), folders)


def _inexact(run: RunRecord) -> list[str]:
    """Return why the recorded code or data may not be what the run used."""
    return [str(sentence) for sentence in run.diff.get("inexact", [])]


def _streams(run: RunRecord) -> tuple[tuple[int, int], ...]:
    """Return which lines of the log came from which stream; empty if it is not known."""
    table = run.read(layout.STREAMS) if layout.STREAMS in run.files() else b""
    cells = [row.split(",") for row in table.decode(errors="replace").split()]
    if any(len(row) != 2 or not (row[0] + row[1]).isdecimal() for row in cells):
        return ()
    return tuple((int(stream), int(lines)) for stream, lines in cells)


def _failure(a: RunRecord, b: RunRecord, result: Verdict) -> str:
    end = f"the run {b.id} {_ended(b)}"
    if _ended(a) != _ended(b):
        return end
    if result.level == verdict.UNKNOWN:
        return f"{end}, as {a.id} did; until then there is nothing to compare"
    same = "the same" if result.level == verdict.EXACT else "not the same"
    return f"{end}, as {a.id} did; until then they are {same}"


def _ended(run: RunRecord) -> str:
    cause = run.info.signal or (f"exit code {run.info.exit_code}" if run.info.exit_code else "")
    words = {"failed": "failed", "crashed": "crashed", "killed": "was killed"}
    return words.get(run.info.status, f"is {run.info.status}") + (f" ({cause})" if cause else "")


def _compared(a: RunRecord, b: RunRecord, rtol: float, atol: float) -> SeriesComparison:
    """Compare every point, some of both runs after the other; a final value is a point at the end."""
    compared = SeriesComparison(rtol, atol)
    for pair in zip_longest(a.blocks(), b.blocks()):
        for side, block in enumerate(pair):
            for name, columns in (block or {}).items():
                compared.add(side, name, columns[0], columns[1])
    for side, run in enumerate((a, b)):
        for name, metric in run.info.metrics.items():
            compared.add_final(side, name, metric.last)
    return compared
