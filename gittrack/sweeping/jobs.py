"""The jobs of a sweep: what to run for each trial, as plain values."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from gittrack import git
from gittrack.core import nested
from gittrack.core.run import commit_message
from gittrack.core.run.run_info import RunInfo
from gittrack.core.run.trials import TrialFacts
from gittrack.core.standard.collections import Mapping
from gittrack.read.runs.reader import Raw
from gittrack.record import session
from gittrack.search.plan import Trial
from gittrack.sweeping import trial
from gittrack.sweeping.isolation.trial_worktrees import Isolation
from gittrack.sweeping.prepare import PlannedSweep, PreparedSweep
from gittrack.sweeping.stored import Sweep


class RunOptions(NamedTuple):
    """How the user wants trials to be run.

    Attributes
    ----------
    jobs : int
        How many trials run at once.
    gpus : tuple of str
        The GPUs to assign to trials; empty: no assignment.
    isolate : bool
        Whether each trial gets a separate worktree.
    links : tuple of str
        Paths of the user's tree that each worktree gets as links.
    accept_code : bool
        Whether to continue although the code has changed.
    printed : tuple of str
        New files that the sweep prints to; they are not code.
    """

    jobs: int = 1
    gpus: tuple[str, ...] = ()
    isolate: bool = False
    links: tuple[str, ...] = ()
    accept_code: bool = False
    printed: tuple[str, ...] = ()


class JobMaker(NamedTuple):
    """Makes the jobs of a sweep."""

    sweep: Sweep
    prepared: PreparedSweep | PlannedSweep
    options: RunOptions

    def make(
        self, proposed: Trial, attempt: int, known_outcomes: int, earlier: RunInfo | None
    ) -> trial.Job:
        """Return the job of a trial.

        Parameters
        ----------
        proposed : Trial
            What the strategy proposed.
        attempt : int
            The number of the attempt, from 1.
        known_outcomes : int
            The number of outcomes when the trial was proposed.
        earlier : RunInfo or None
            The run that the trial continues from.
        """
        plan, facts = self.prepared.plan, self.sweep.facts
        return trial.Job(
            proposed,
            attempt,
            known_outcomes,
            final=attempt > plan.retries,
            request=self._request(
                proposed, self._trial_facts(proposed, attempt, known_outcomes, earlier)
            ),
            folder=facts.get("cwd") or ".",
            inputs=tuple(facts.get("inputs") or ()),
            outputs=tuple(facts.get("outputs") or ()),
            timeout=plan.timeout,
            metric=plan.metric if plan.early_terminate else None,
            earlier=_raw(earlier) if earlier is not None else None,
            isolation=self._isolation() if self.options.isolate else None,
        )

    def _request(self, proposed: Trial, facts_of_trial: TrialFacts) -> session.RunRequest:
        plan, facts = self.prepared.plan, self.sweep.facts
        params = params_of(self.prepared.base, proposed, self.prepared.resource)
        seed = params.get("seed") if proposed.seed is None else proposed.seed
        return session.RunRequest(
            experiment=facts["experiment"],
            params=params,
            group=self.sweep.id,
            seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
            command=list(plan.command),
            inputs=list(facts.get("inputs") or ()),
            verify=facts.get("verify", True) is not False,
            sweep=facts_of_trial.to_dict(),
            code=self.sweep.required_code,
        )

    def _trial_facts(
        self, proposed: Trial, attempt: int, known_outcomes: int, earlier: RunInfo | None
    ) -> TrialFacts:
        return TrialFacts(
            id=self.sweep.id,
            trial=proposed.key,
            config=proposed.config,
            rung=proposed.rung,
            bracket=proposed.bracket,
            budget=proposed.budget,
            seed=proposed.seed,
            after=proposed.after,
            attempt=attempt,
            known=known_outcomes,
            continues=earlier.id if earlier is not None else None,
        )

    def _isolation(self) -> Isolation:
        if self.sweep.code is None:
            raise git.GitError("the sweep was started without a commit", "leave out --isolate")
        folder = self.sweep.facts.get("cwd") or "."
        inputs = self.sweep.facts.get("inputs") or ()
        data = (os.path.normpath(os.path.join(folder, path)) for path in inputs)
        return Isolation(self.sweep.code, (*data, *self.options.links))


def params_of(base: Mapping[str, Any], proposed: Trial, resource: str | None) -> dict[str, Any]:
    """Return all params of a trial.

    Parameters
    ----------
    base : mapping
        The params that the sweep overrides.
    proposed : Trial
        What the strategy proposed.
    resource : str or None
        The param that halving sets.
    """
    params = dict(base)
    searched = [(commit_message.parts(name), value) for name, value in proposed.params.items()]
    for parts, value in sorted(
        searched, key=lambda item: len(item[0])
    ):  # groups before their values
        params = nested.set_path(params, parts, value)
    if resource is not None and proposed.budget is not None:
        params = nested.set_path(params, commit_message.parts(resource), proposed.budget)
    if proposed.seed is not None and "seed" in params:
        params["seed"] = proposed.seed
    return params


def _raw(info: RunInfo) -> Raw:
    return Raw(info.id, info.experiment, info.ref, info.commit)
