"""Run a sweep: its room, its code, its state, and the engine set up with them."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import layout, nested
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message, run_info
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.trials import TrialFacts
from gittrack.git import temporary_worktree
from gittrack.launch import probe
from gittrack.read.runs.reader import Raw
from gittrack.record import recovery, session
from gittrack.reproduce import rerun
from gittrack.search.plan import Trial
from gittrack.search.strategies import methods
from gittrack.sweeping import curves, engine, prepare, rescue, state, stored, trial, workdir
from gittrack.sweeping.pool import Processes
from gittrack.sweeping.prepare import Asked, Opened
from gittrack.sweeping.stored import Sweep
from gittrack.sweeping.supervisor import Supervisor
from gittrack.sweeping.workdir import Room


class How(NamedTuple):
    """How trials are run: so many at once, on these GPUs, each in a worktree of its own or not."""

    jobs: int = 1
    gpus: tuple[str, ...] = ()
    isolate: bool = False
    links: tuple[str, ...] = ()
    accept: bool = False  # go on though the code has changed
    apart: tuple[str, ...] = ()  # new files that are no code: what the sweep itself prints to


class Talk(NamedTuple):
    """Whom to tell, and whom to ask: ``stop`` says how the user wants to stop, None for not at all."""

    watcher: engine.Watcher
    stop: Callable[[], str | None]
    begun: Callable[[Sweep, state.State], None]  # called before the first trial


def start(repo: git.Repo, asked: Asked, found: Opened, how: How, talk: Talk) -> bool:
    """Begin a sweep and run it; return whether it came to its end.  Raises TrackError."""
    sweep_id = layout.new_id(time.time())
    with _room(repo, sweep_id, talk) as place:
        looked = stored.look(repo, place.folder)
        for text in looked.captured.warnings:
            talk.watcher.warn(text)
        chosen = layout.experiment_slug(
            asked.experiment or looked.config.get("track.experiment") or layout.DEFAULT_EXPERIMENT
        )
        told = prepare.facts(asked, found, chosen, run_info.iso(time.time()), repo.prefix)
        sweep = stored.create(repo, sweep_id, looked, asked.file, told)
        how = how._replace(apart=looked.captured.output_files)
        return _drive(repo, sweep, found, state.State(), how, talk, place)


def resume(repo: git.Repo, sweep: Sweep, found: Opened, how: How, talk: Talk) -> bool:
    """Go on with a sweep where it stopped; return whether it came to its end.

    The current folder is the command's.  Raises TrackError, `engine.CodeChanged` where the code is another.
    """
    with _room(repo, sweep.id, talk) as place:
        for text in recovery.failures(recovery.recover(repo)):
            talk.watcher.warn(text)
        if not how.isolate:
            sweep, how = _same_code(repo, sweep, how, place)
        infos = state.runs(repo, sweep.id)
        begun = state.of_runs(infos, found.plan.metric, found.names, found.resource)
        return _drive(repo, sweep, found, begun, how, talk, place)


@contextmanager
def _room(repo: git.Repo, sweep_id: str, talk: Talk) -> Iterator[Room]:
    place = workdir.enter(
        repo.common_dir,
        sweep_id,
        lambda: talk.watcher.warn("trials of an earlier process are ending; waiting for them"),
    )
    try:
        for folder in temporary_worktree.clear_all(repo):
            talk.watcher.warn(rerun.removal_message(folder))
        yield place
    finally:
        temporary_worktree.clear_all(repo)  # of trials that died
        workdir.leave(place)


def _same_code(repo: git.Repo, sweep: Sweep, how: How, place: Room) -> tuple[Sweep, How]:
    """Return the sweep if the code is what it was, or if that is to be accepted; and what is no code."""
    looked = stored.look(repo, place.folder, sweep.demanded)
    how = how._replace(apart=looked.captured.output_files)
    if looked.captured.tree == sweep.demanded.tree:
        return sweep, how
    if how.accept:
        return stored.accept(repo, sweep, stored.look(repo, place.folder)), how
    raise code_changed(repo, sweep, looked)


def resume_command(sweep: Sweep) -> str:
    """Return the command line that goes on with a sweep."""
    return f"git track sweep resume {sweep.id[16:]}"


def code_changed(repo: git.Repo, sweep: Sweep, looked: stored.Looked) -> engine.CodeChanged:
    """Return the error for code that is not the sweep's; it says what changed and how to go on."""
    names = stored.changed(repo, sweep, looked)
    told = f": {', '.join(names[:4])}{', ...' if len(names) > 4 else ''}" if names else ""
    again = resume_command(sweep)
    return engine.CodeChanged(
        f"the code has changed since the sweep began{told}",
        f"put it back and go on: {again}; or run trials in worktrees with the code as it was: "
        f"{again} --isolate; or go on with the code as it is (what training writes belongs in "
        f".gitignore first): {again} --accept-code",
    )


def _drive(
    repo: git.Repo,
    sweep: Sweep,
    found: Opened,
    begun: state.State,
    how: How,
    talk: Talk,
    place: Room,
) -> bool:
    talk.begun(sweep, begun)
    imports = probe.Imports(found.plan.command).folders() if how.isolate else ()
    supervisor = Supervisor(place.folder, os.getpid(), begun.next_order, tuple(imports), how.apart)
    work, save = functools.partial(trial.work, repo), functools.partial(rescue.rescue, repo)
    pool = Processes(work, save, supervisor, how.jobs, (place.owner,), how.gpus)
    setting = engine.Setting(
        strategy=found.strategy,
        pool=pool,
        watcher=talk.watcher,
        metric=found.plan.metric,
        names=found.names,
        make_job=JobMaker(sweep, found, how).job,
        stop_request=lambda: talk.stop() or workdir.asked(place.folder),
        learns=found.plan.method not in methods.RANKS_NOTHING,
    )
    if found.plan.early_terminate is not None:
        curves.prepare(repo, place.folder, found.plan, begun)
    fresh = not any(one.status == run_info.FINISHED for one in begun.outcomes)
    try:
        return engine.Engine(setting, begun, first=fresh).run()
    except engine.CodeChanged:
        looked = stored.look(repo, place.folder, sweep.demanded)
        raise code_changed(repo, sweep, looked) from None
    except engine.MetricMissing as error:
        raise TrackError(error.message, f"{error.hint}: {resume_command(sweep)}") from error
    except TrackError as error:
        ways = [f"{error.hint}; then go on" if error.hint else "go on", resume_command(sweep)]
        raise TrackError(error.message, ": ".join(ways), code=error.code) from error
    finally:
        pool.close()


class JobMaker(NamedTuple):
    """Makes the jobs of a sweep."""

    sweep: Sweep
    found: Opened
    how: How

    def job(self, one: Trial, attempt: int, known: int, earlier: RunInfo | None) -> trial.Job:
        """Return the job of a trial."""
        plan, facts = self.found.plan, self.sweep.facts
        return trial.Job(
            one,
            attempt,
            known,
            final=attempt > plan.retries,
            request=self._request(one, attempt, known),
            folder=facts.get("cwd") or ".",
            inputs=tuple(facts.get("inputs") or ()),
            outputs=tuple(facts.get("outputs") or ()),
            timeout=plan.timeout,
            metric=plan.metric if plan.early_terminate else None,
            earlier=_raw(earlier) if earlier is not None else None,
            isolation=self._isolation() if self.how.isolate else None,
        )

    def _request(self, one: Trial, attempt: int, known: int) -> session.Request:
        plan, facts = self.found.plan, self.sweep.facts
        params = params_of(self.found.base, one, self.found.resource)
        seed = params.get("seed") if one.seed is None else one.seed
        told = TrialFacts(
            self.sweep.id,
            one.key,
            one.config,
            one.rung,
            one.bracket,
            one.budget,
            one.seed,
            one.after,
            attempt,
            known,
        )
        return session.Request(
            experiment=facts["experiment"],
            params=params,
            group=self.sweep.id,
            seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
            command=list(plan.command),
            inputs=list(facts.get("inputs") or ()),
            verify=facts.get("verify", True) is not False,
            sweep=told.to_dict(),
            code=self.sweep.demanded,
        )

    def _isolation(self) -> trial.Isolation:
        if self.sweep.code is None:
            raise git.GitError("the sweep was begun without a commit", "leave out --isolate")
        folder = self.sweep.facts.get("cwd") or "."
        named = [path for path in self.sweep.facts.get("inputs") or () if not os.path.isabs(path)]
        data = [os.path.normpath(os.path.join(folder, path)) for path in named]
        links = [path for path in (*data, *self.how.links) if not path.startswith("..")]
        return trial.Isolation(self.sweep.code, tuple(links))


def params_of(base: Mapping[str, Any], one: Trial, resource: str | None) -> dict[str, Any]:
    """Return the whole configuration of a trial: the sweep's params laid over the base."""
    params = dict(base)
    for name, value in one.params.items():
        params = nested.set_path(params, commit_message.parts(name), value)
    if resource is not None and one.budget is not None:
        params = nested.set_path(params, commit_message.parts(resource), one.budget)
    if one.seed is not None and "seed" in params:
        params["seed"] = one.seed
    return params


def _raw(info: RunInfo) -> Raw:
    return Raw(info.id, info.experiment, info.ref, info.commit)
