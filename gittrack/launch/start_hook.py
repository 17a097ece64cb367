"""The start hook of the launched command: how its Pythons get it, and what they report.

`hook/sitecustomize.py` runs in every Python that the command starts, also behind ``sh -c`` or ``make``.
"""

from __future__ import annotations

import os

from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any
from gittrack.record.machine import environment

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook")
REPORTS_VARIABLE = "GITTRACK_HOOK_REPORTS"
FACT = "start_hook"
_REPORTS, _WORKERS, _PARAMS_OPENED = "processes", "unseeded-workers", "params-opened"
_MOST_BYTES, _MOST_IMPORTED = 4 << 20, 200
_MOST_OPENED, _MOST_REPORTS = 1000, 100  # limits of the hook: files in the work tree and elsewhere


def variables(env: Mapping[str, str], journal: Path) -> dict[str, str]:
    """Return the variables with which each Python of a command runs the hook.

    Parameters
    ----------
    env
        The environment of the command.
    journal
        The folder of the run's journal, which gets the reports.
    """
    if os.pathsep in FOLDER:
        return {}
    reports = journal / _REPORTS
    reports.mkdir(exist_ok=True)
    return {
        **without_hook(env),
        "PYTHONPATH": _path(env, first=FOLDER),
        REPORTS_VARIABLE: str(reports),
    }


def without_hook(env: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the hook, also without that of a run around this one."""
    rest = {name: value for name, value in env.items() if name != REPORTS_VARIABLE}
    if FOLDER in rest.get("PYTHONPATH", "").split(os.pathsep):
        rest["PYTHONPATH"] = _path(rest)
        if not rest["PYTHONPATH"]:
            del rest["PYTHONPATH"]
    return rest


def _path(env: Mapping[str, str], first: str = "") -> str:
    before = env.get("PYTHONPATH", "")
    entries = before.split(os.pathsep) if before else []  # an empty entry is the current folder
    others = [entry for entry in entries if entry != FOLDER]
    return os.pathsep.join([*([first] if first else []), *others])


def reports(journal: Path) -> list[dict[str, Any]]:
    """Return what each Python of the command reported; a report that cannot be read is left out.

    Returns
    -------
    list of dict
        ``executable``, ``version``, ``implementation``, ``path`` (sys.path), ``seeded`` (libraries),
        ``modules`` (their number), ``imported`` (the first names of modules of installed packages),
        ``opened`` (files that are not installed; only if this Python can know them), ``files`` (of
        modules that are not installed),
        ``all_files`` (whether these are all); of the process with the most modules first.
    """
    answers = [report for report in map(_read, _files(journal)) if report is not None]
    return sorted(answers, key=lambda report: -int(report.get("modules", 0)))


def have_all_opened(reports: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the Pythons of a command reported all files that they opened."""
    if not 0 < len(reports) < _MOST_REPORTS:
        return False
    return all("opened" in report and len(report["opened"]) < _MOST_OPENED for report in reports)


def params_were_opened(journal: Path) -> bool:
    """Return whether a Python of the command opened its params, or passed their path on to a program."""
    return (journal / _REPORTS / _PARAMS_OPENED).exists()


def loaded_files(journal: Path) -> Iterator[str]:
    """Yield the files of the modules that the Pythons of a command loaded and that are not installed."""
    for report in reports(journal):
        yield from map(str, report.get("files", ()))


def is_silent(journal: Path) -> bool:
    """Return whether the hook was on, and no Python has reported."""
    return (journal / _REPORTS).is_dir() and not any(_files(journal))


def interpreter(journal: Path) -> str | None:
    """Return the Python of the process that loaded the most modules; None if none reported."""
    return next((str(report.get("executable")) for report in reports(journal)), None)


def opened_files(journal: Path) -> Iterator[str]:
    """Yield the files that the Pythons of a command opened or loaded and that are not installed."""
    for report in reports(journal):
        yield from map(str, (*report.get("opened", ()), *report.get("files", ())))


def _files(journal: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from sorted(path for path in (journal / _REPORTS).iterdir() if path.name.isdigit())


def _read(path: Path) -> dict[str, Any] | None:
    import ast  # noqa: PLC0415

    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        report = ast.literal_eval(path.read_text("utf-8", "surrogateescape"))
    except (OSError, ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def facts(journal: Path, env: Mapping[str, str]) -> dict[str, Any]:
    """Return what the hook adds to env.yaml.

    Parameters
    ----------
    journal
        The folder of the run's journal.
    env
        The environment of the command.

    Returns
    -------
    dict
        ``start_hook`` (False if the hook was off, else the libraries that it seeded, the number of
        processes that reported, the packages that they imported, and ``unseeded_workers``); ``python``
        and ``packages`` of the process that loaded the most modules.
    """
    if REPORTS_VARIABLE not in env:
        return {FACT: False}
    answers = reports(journal)
    seeded = sorted({str(name) for report in answers for name in report.get("seeded", ())})
    imported = sorted({str(name) for report in answers for name in report.get("imported", ())})
    hook: dict[str, Any] = {
        "seeded": seeded,
        "processes": len(answers),
        "imported": imported[:_MOST_IMPORTED],
    }
    if (journal / _REPORTS / _WORKERS).exists():
        hook["unseeded_workers"] = True
    answer: dict[str, Any] = {FACT: hook}
    if answers:
        main = answers[0]
        answer["python"] = {
            "version": str(main.get("version")),
            "implementation": str(main.get("implementation")),
            "hash_seed": env.get("PYTHONHASHSEED") or "random",
        }
        answer["packages"] = environment.packages(map(str, main.get("path", ())))
    return answer
