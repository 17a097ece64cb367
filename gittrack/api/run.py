"""The Python API: what ``import gittrack`` offers, over the two towers."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gittrack import git
from gittrack.analysis.differences import RunDiff
from gittrack.api.runs import RunRecord, Runs
from gittrack.core import layout, values, yaml_read
from gittrack.core.errors import TrackError
from gittrack.core.run import events
from gittrack.core.run.fingerprint import fingerprint as _fingerprint
from gittrack.read.runs import compare, query, resolve
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.record import journal, recovery, session
from gittrack.record import resume as resuming
from gittrack.record.disabled import DisabledRun
from gittrack.record.ending import process_end
from gittrack.record.machine import environment
from gittrack.record.run import Run

JOURNAL = "GITTRACK_JOURNAL"
_RANKS = ("RANK", "LOCAL_RANK", "SLURM_PROCID")


def init(
    experiment: str | None = None,
    *,
    name: str | None = None,
    config: Any = None,
    tags: Sequence[str] = (),
    note: str | None = None,
    group: str | None = None,
    seed: int | None = None,
    repo: str | os.PathLike[str] | None = None,
    mode: str | None = None,
    resume: str | None = None,
) -> Run:
    """Start recording a run and return it; it ends with ``finish()``, a ``with`` block, or the process.

    Inside ``git track run`` it joins the run that the launcher has begun.  ``config`` is a dict, an argparse
    namespace, a dataclass, or an object with ``.to_dict()``.  ``mode`` is ``online`` or ``disabled``.
    ``resume`` continues a run that crashed or failed, under its id.  Processes of a rank other than zero,
    and children of multiprocessing, get a run that records nothing.

    Raises TrackError before any training where nothing can be recorded.
    """
    chosen = mode or os.environ.get("GITTRACK_MODE") or "online"
    if chosen not in ("online", "disabled"):
        raise TrackError(f"there is no mode {chosen!r}", "it is 'online' or 'disabled'")
    params = values.config_dict(config) if config is not None else {}
    if isinstance(tags, str):
        raise TrackError(f"tags is the text {tags!r}", f"pass a list: tags=[{tags!r}]")
    if chosen == "disabled" or _is_secondary():
        return DisabledRun(params)
    if resume and launched():
        raise TrackError(
            "a run that git track run has begun cannot resume another one",
            "resume without it: python train.py; or leave resume= out",
        )
    request = session.checked(
        session.Request(
            experiment=experiment,
            name=name,
            params=params,
            tags=tags,
            note=note,
            group=group,
            seed=_seed(seed, params),
            command=_command(),
        )
    )
    words = request._asdict()
    joined = _join(
        params, seed=seed, **{key: words[key] for key in ("name", "tags", "note", "group")}
    )
    if joined is not None:
        return joined
    place = git.find(repo)
    session.say(recovery.kept(recovery.recover(place)))
    run = _resumed(place, resume, request) if resume else _begun(place, request)
    process_end.watch(run)
    return run


def _seed(seed: int | None, params: Mapping[str, Any]) -> int | None:
    found = seed if seed is not None else params.get("seed")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _is_secondary() -> bool:
    ranks = (os.environ.get(name, "0") for name in _RANKS)
    if any(rank not in ("", "0", "-1") for rank in ranks):
        return True
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None


def _command() -> list[str]:
    """Return the command line of this script, as one would type it again."""
    argv = list(getattr(sys, "orig_argv", sys.argv)) or [""]
    return ["python", *argv[1:]] if os.path.basename(argv[0]).startswith("python") else argv


def _begun(place: git.Repo, request: session.Request) -> Run:
    begun = session.begin(place, request)
    return _started(place, begun)


def _started(place: git.Repo, begun: session.Session, offset: float = 0.0) -> Run:
    # What computes is asked at the end, when all is loaded and nobody waits.
    begun.journal.append(events.ENV, values=environment.capture(begun.settings.env))
    session.say(begun.warnings)
    return Run(begun.journal, begun, place.work_tree or "", offset)


def _resumed(place: git.Repo, address: str, request: session.Request) -> Run:
    record = RunRecord(place, resolve.resolve(place, address))
    begun, steps, offset = resuming.begin(place, record.info, request)
    run = _started(place, begun, offset)
    run.continue_from(steps)
    return run


def launched() -> str | None:
    """Return the journal of the run that ``git track run`` has begun around us, if it has."""
    return os.environ.get(JOURNAL) if os.environ.get("GITTRACK_RUN") else None


_GIVEN = "git track run gave it that (params.yaml, -p, -S): take it from gittrack.params()"


def _join(params: Mapping[str, Any], **words: Any) -> Run | None:
    folder = launched()
    book = journal.join(Path(folder)) if folder else None
    if book is None:  # the launcher is gone, or its run has ended: this is a run of its own
        return None
    state = book.state()
    # A run that is being reproduced was given the params of the first one; what the script says stands.
    again = "GITTRACK_REPRODUCES" in os.environ
    session.log_params(book, params, allow_change=again, hint=_GIVEN)
    # What was said on the command line stands, as it does for the experiment and the seed.
    given = {
        key: words[key]
        for key in ("name", "group")
        if words[key] is not None and state.facts.get(key) is None
    }
    if words["seed"] is not None and state.facts.get("seed") is None:
        given["seed"] = words["seed"]
    if given:
        book.append(events.FACTS, values=given)
    if words["tags"]:
        book.append(events.TAGS, add=[values.check_name(tag, "tag") for tag in words["tags"]])
    if words["note"]:
        book.append(events.NOTE, text=words["note"])
    run = Run(book, None, os.environ.get("GITTRACK_ROOT", os.getcwd()))
    process_end.watch(run)
    return run


def log(metrics: Mapping[str, Any], step: float | None = None) -> None:
    """Record a point of each metric on the active run; see `Run.log`."""
    run = process_end.latest()
    if run is not None:
        run.log(metrics, step)
    elif not records_nothing():
        raise TrackError("no run is active", "start one: gittrack.init()")


def records_nothing() -> bool:
    """Say whether this process is one that records no run: tracking is off, or another one records."""
    off = os.environ.get("GITTRACK_MODE") == "disabled"
    return off or _is_secondary() or process_end.in_forked_child()


def finish(
    status: str | int | Mapping[str, Any] | None = None,
    *,
    exit_code: int | None = None,
    signal: str | None = None,
) -> None:
    """End the active run; without one, nothing happens.  For the parameters see `Run.finish`."""
    run = process_end.latest()
    if run is not None:
        run.finish(status, exit_code=exit_code, signal=signal)


def params() -> dict[str, Any]:
    """Return the resolved configuration inside ``git track run``, else that of ``params.yaml`` here.

    Raises TrackError where there is neither, or the file is broken.
    """
    ours = os.environ.get("GITTRACK_PARAMS")
    path = ours or layout.PARAMS
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise TrackError(
            f"there is no {path} here", "make one, or start with: git track run -p FILE -- COMMAND"
        ) from None
    found = yaml_read.load_own(data, path) if ours else yaml_read.load(data, path)
    if found is not None and not isinstance(found, dict):
        raise TrackError(f"{path} is not a mapping of names to values", "write 'name: value' lines")
    return values.config_dict(found or {})


def fingerprint(config: Any) -> str:
    """Return 12 hex digits that are equal for equal configurations.

    They are ``sha256(json.dumps(config, sort_keys=True)).hexdigest()[:12]`` of the plain values.
    """
    return _fingerprint(values.config_dict(config))


def runs(
    experiment: str | None = None,
    *,
    where: str | None = None,
    sort: str | None = None,
    limit: int | None = None,
    archived: bool = False,
    repo: str | os.PathLike[str] | None = None,
) -> Runs:
    """Return the recorded runs, newest first or by ``sort``: metric, param or fact, ``-`` for downwards.

    ``where`` is a query such as ``metrics.val_accuracy > 0.9 and params.lr <= 0.01``; archived runs are
    left out unless ``archived``.  The sequence has ``.top(metric)``, ``.to_dicts()`` and ``.to_pandas()``.
    Raises QueryError.
    """
    place = git.find(repo)
    counted = Request(experiment, limit=0, summaries=False)
    if experiment is not None and not source_of(place).select(counted).listed:
        return Runs(())
    found = query.listing(
        place, experiment=experiment, sort=sort, limit=limit, where=where, archived=archived
    )
    return Runs(RunRecord(place, raw) for raw in found.runs)


def get(run: str, *, repo: str | os.PathLike[str] | None = None) -> RunRecord:
    """Return one run by id, unique prefix, name, commit, ``@`` or ``<experiment>@``.

    Raises NoSuchRun or AmbiguousRun.
    """
    place = git.find(repo)
    return RunRecord(place, resolve.resolve(place, run))


def diff(
    a: str | RunRecord, b: str | RunRecord, *, repo: str | os.PathLike[str] | None = None
) -> RunDiff:
    """Return what differs between two runs: ``.params .metrics .env .inputs .code``."""
    place = git.find(repo)
    first, second = (
        run if isinstance(run, RunRecord) else RunRecord(place, resolve.resolve(place, run))
        for run in (a, b)
    )
    return compare.diff(place, first, second)
