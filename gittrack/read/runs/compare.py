"""Find what differs between two recorded runs."""

from __future__ import annotations

from gittrack import git
from gittrack.analysis.differences import (
    CodeChange,
    DiffTable,
    RunDiff,
    changes,
    compared_facts,
    differing_rows,
    fact_changes,
    metric_changes,
)
from gittrack.core.run import commit_message
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.read.files import media_changes
from gittrack.read.runs.record import RunRecord

_READ_FILES, _STANDARD_INPUT = "read_files", "standard input"
_MOST_FILES = 500  # of which a run has digests
# Programs make files with random names there, so that only one of two runs has them.
_TEMPORARY = ("/tmp/", "/var/tmp/", "/var/folders/", "/private/")


def diff(repo: git.Repo, a: RunRecord, b: RunRecord) -> RunDiff:
    """Return what differs between two runs."""
    return RunDiff(
        a.info,
        b.info,
        run=fact_changes(a.info, b.info),
        params=changes(commit_message.dotted(a.info.params), commit_message.dotted(b.info.params)),
        metrics=metric_changes(a.info.metrics, b.info.metrics),
        env=changes(_environment(a), _environment(b)),
        inputs=changes(*_data([a, b])),
        code=code_change(repo, a, b),
        media=media_changes.media_changes(a, b),
        unrecorded=_unrecorded([a, b]),
    )


def _data(runs: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """Return the digests of the inputs of each run, and of the files that the runs read.

    A file that a run read is neither code nor an input: git ignores it, or it lies outside the work tree.
    """
    inputs = [{item["path"]: item.get("sha256") for item in run.inputs} for run in runs]
    files = [_read_files(run) for run in runs]
    if any(of_run.key != files[0].key for of_run in files):
        return inputs
    names = frozenset[str].union(*(frozenset(of_run.digests) for of_run in files))
    comparable = [name for name in names if _is_comparable(name, files)]
    return [
        {**own, **{f"{name} (read)": digests[name] for name in comparable if name in digests}}
        for own, (_, digests, _) in zip(inputs, files, strict=True)
    ]


def _is_comparable(name: str, files: Sequence[_ReadFiles]) -> bool:
    """Return whether a file that some runs read is compared: all did, or the lack of it says something."""
    if all(name in of_run.digests for of_run in files):
        return True
    is_data = name != _STANDARD_INPUT and not name.startswith(_TEMPORARY) and ".pyc" not in name
    return is_data and all(of_run.is_complete for of_run in files)


def _unrecorded(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """Return the sections of which nothing is known.

    No run has inputs, the runs are not known to differ, and what they read is not known, or not comparable.
    """
    files = [_read_files(run) for run in runs]
    is_known = all(of_run.is_complete and of_run.key == files[0].key for of_run in files)
    has_inputs = any(run.inputs for run in runs)
    return () if is_known or has_inputs or differing_rows(_data(runs)) else ("inputs",)


class _ReadFiles(NamedTuple):
    """The files that a run read.

    Parameters
    ----------
    key : object
        The name of the secret key of the digests; those of two repositories cannot be compared.
    digests : mapping
        {name: digest}.
    is_complete : bool
        Whether a Python of the command reported its files, and none was too many.
    """

    key: Any
    digests: Mapping[str, Any]
    is_complete: bool


def _read_files(run: RunRecord) -> _ReadFiles:
    recorded, hook = run.env.get(_READ_FILES), run.env.get("start_hook")
    names = recorded.get("names") if isinstance(recorded, Mapping) else None
    if not isinstance(recorded, Mapping) or not isinstance(names, Mapping):
        return _ReadFiles(None, {}, False)
    has_reported = isinstance(hook, Mapping) and bool(hook.get("processes"))
    return _ReadFiles(recorded.get("salt"), names, has_reported and len(names) < _MOST_FILES)


def _environment(run: RunRecord) -> dict[str, Any]:
    """Return the facts of env.yaml, without keyed digests, which are no values to print."""
    digests = ("variable_digests", _READ_FILES)
    return commit_message.dotted({k: v for k, v in run.env.items() if k not in digests})


def code_change(repo: git.Repo, a: RunRecord, b: RunRecord) -> CodeChange:
    """Return the difference between the code of two runs, with their uncommitted changes."""
    before, after = a.info.code.state, b.info.code.state
    if before == after:
        return CodeChange(before, after, "", "")
    if before is None or after is None:
        return CodeChange(before, after, "", "", "one of the runs has no commit")
    missing = git.missing_objects(repo, [before, after])
    if missing:
        problem = f"the commit {missing[0][:12]} is not in this repository"
        return CodeChange(before, after, "", "", f"{problem} (a shallow or partial clone?)")
    fetching = repo.fetching()
    patch = git.diff(fetching, before, after).decode(errors="surrogateescape")
    stat = git.diff(fetching, before, after, "--shortstat").decode().strip()
    return CodeChange(before, after, patch, stat)


def table(runs: Sequence[RunRecord]) -> DiffTable:
    """Return what differs among several runs; code includes uncommitted changes."""
    infos = [run.info for run in runs]
    return DiffTable(
        tuple(infos),
        {
            "params": differing_rows([commit_message.dotted(info.params) for info in infos]),
            "metrics": differing_rows(
                [{k: m.last for k, m in info.metrics.items()} for info in infos]
            ),
            "media": differing_rows([media_changes.digests(run) for run in runs]),
            "run": differing_rows([compared_facts(info) for info in infos]),
            "inputs": differing_rows(_data(runs)),
            "env": differing_rows([_environment(run) for run in runs]),
            "code": differing_rows([{"code": info.code.state} for info in infos]),
        },
        _unrecorded(runs),
    )


def stat(repo: git.Repo, a: RunRecord, b: RunRecord) -> str:
    """Return ``git diff --stat`` between the code of two runs, or a sentence if there is no difference."""
    before, after = a.info.code.state, b.info.code.state
    if before == after:
        return "the same code\n"
    if before is None or after is None or git.missing_objects(repo, [before, after]):
        return "their code cannot be compared here\n"
    return git.diff(repo.fetching(), before, after, "--stat").decode(errors="surrogateescape")
