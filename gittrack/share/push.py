"""Send runs, their annotations, sweeps and models to a remote.  Doing it again completes it.

The order makes every state that others can see a valid one: large files, then runs with their code, then
annotations of runs, then events of models with their stages, all of these or none.
"""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout
from gittrack.core.standard.collections import Collection, Mapping, Sequence
from gittrack.core.standard.typing import NamedTuple
from gittrack.read.runs.reader import Raw
from gittrack.read.runs.source import Request
from gittrack.read.runs.sources import source_of
from gittrack.share import (
    annotation_merge,
    companions,
    large_files,
    live_runs,
    registry,
    remotes,
    removals,
    transport,
    unchanged,
)
from gittrack.share.archives import receiving, sending
from gittrack.share.background import waiting
from gittrack.share.choosing import here
from gittrack.share.hosts.cover import cover, still_here
from gittrack.share.oversized import oversized
from gittrack.share.remotes import Remote


class PushPlan(NamedTuple):
    """What a push would send.

    Parameters
    ----------
    remote : Remote
        The remote, and what it has.
    runs : tuple of Raw
        The runs that it lacks, or that went on here.
    sweeps : tuple of str
        The refs of the sweeps that it lacks.
    commits : tuple of (str, str)
        (id, subject) of the commits of branches that it lacks and that travel with the runs.
    uncommitted : tuple of (str, int)
        (id, number of files) of the runs that have uncommitted files.
    models : tuple of str or None
        The models whose events are sent; None for all, empty for none.
    pulled : int
        How many runs are left out because they came from a remote and did not go on here.
    annotated : bool
        Whether it lacks annotations.
    events : int
        How many events of models it lacks; their runs go with them.
    large : Shipment
        The large files that go before the runs.
    oversized : mapping of str to (str, str)
        {commit: (id, reason)} of the runs that it would not take, because a file is too large.
    sides : unchanged.Sides or None
        Both sides as they were; None if it is known that there is nothing to send.
    folded : bool
        Whether the remote has another archive of folded runs, or none.
    outdated : int
        How many refs it deletes, because the runs are in its archive.
    """

    remote: Remote
    runs: tuple[Raw, ...]
    sweeps: tuple[str, ...]
    commits: tuple[tuple[str, str], ...]
    uncommitted: tuple[tuple[str, int], ...]
    models: tuple[str, ...] | None = None
    pulled: int = 0
    annotated: bool = False
    events: int = 0
    large: large_files.Shipment = large_files.Shipment()
    oversized: Mapping[str, tuple[str, str]] = {}
    sides: unchanged.Sides | None = None
    folded: bool = False
    outdated: int = 0

    @property
    def sends_something(self) -> bool:
        """Whether anything leaves this repository."""
        parts = (
            self.runs,
            self.sweeps,
            self.annotated,
            self.events,
            self.large.contents,
            self.folded,
            self.outdated,
        )
        return any(map(bool, parts))


class Pushed(NamedTuple):
    """What a push did.

    Parameters
    ----------
    remote : str
        The remote.
    runs : tuple of str
        Ids of the runs that it took.
    sweeps : int
        How many sweeps it took.
    annotated : bool
        Whether it took annotations.
    models : tuple of str
        Events of models that it took, as tags.
    refused : tuple of (str, str)
        (id or ref, reason) of what it did not take.
    files : int
        How many large files went before the runs.
    """

    remote: str
    runs: tuple[str, ...] = ()
    sweeps: int = 0
    annotated: bool = False
    models: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    files: int = 0


def plan(
    repo: git.Repo,
    runs: Sequence[Raw] | None = None,
    *,
    remote: str | None = None,
    everything: bool = False,
    models: Collection[str] | None = None,
    artifacts: bool = True,
    unattended: bool = False,
    sides: unchanged.Sides | None = None,
) -> PushPlan:
    """Return what a push would send; nothing is sent.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    runs : sequence of Raw, optional
        Only these runs, and no models.  Default: all runs that were recorded here, sweeps and models.
    remote : str, optional
        The name of the remote.  Default: see `remotes.chosen`.
    everything : bool, default False
        Whether runs that came from a remote are sent too.
    models : collection of str, optional
        Only the events of these models.
    artifacts : bool, default True
        Whether large files go with the runs.
    unattended : bool, default False
        Whether nobody can answer a prompt.  Then those of ``runs`` that cannot be sent are left out.
    sides : unchanged.Sides, optional
        Both sides, if they were looked at already, for a push of everything.

    Raises
    ------
    TrackError
        If there is no remote, if it cannot be reached, or if one of ``runs`` cannot be sent.
    """
    is_plain = runs is None and models is None and artifacts and not everything
    call = unchanged.PUSH if is_plain else ""
    sides = sides or unchanged.look(repo, remote, call, unattended=unattended)
    target = remotes.look(repo, listing=sides.listing)
    number = unchanged.recall(repo, sides)
    if number is not None:
        return PushPlan(target, (), (), (), (), (), number)
    annotation_merge.receive(repo, target, unattended=unattended)
    arrivals = receiving.receive(repo, target, unattended=unattended) if runs is None else None
    pulled = set() if everything or runs is not None else remotes.pulled(repo)
    folded, outdated = sending.plan(repo, target, pulled) if runs is None else (False, 0)
    if not (arrivals and arrivals.problem):
        target = receiving.with_members(repo, target)
    every = source_of(repo).select(Request(summaries=False)).runs
    removed = removals.of_annotations(repo)
    chosen = every if runs is None else here.current(every, runs, removed, unattended=unattended)
    able = [
        raw
        for raw in chosen
        if raw.commit and raw.ref and not raw.problem and not removed.has(raw.ref, raw.commit)
    ]
    missing = [raw for raw in able if target.refs.get(str(raw.ref)) != raw.commit]
    candidates = [raw for raw in missing if raw.commit not in pulled]
    too_large = oversized(repo, target, candidates)
    sent = tuple(raw for raw in candidates if raw.id not in too_large)
    infos = companions.code_of(repo, sent)
    of_models = tuple(models) if models is not None else (None if runs is None else ())
    return PushPlan(
        target,
        sent,
        companions.sweeps(repo, target, infos, is_all=runs is None),
        companions.unpushed(repo, target.name, infos),
        companions.uncommitted(repo, infos),
        of_models,
        len(missing) - len(candidates),
        annotation_merge.differs(repo, target),
        registry.missing(repo, target, of_models),
        large_files.of_push(
            repo, target, [raw for raw in able if raw.commit not in pulled], of_models, unattended
        )
        if artifacts
        else large_files.Shipment(),
        {str(raw.commit): (raw.id, too_large[raw.id]) for raw in candidates if raw.id in too_large},
        sides,
        folded,
        outdated,
    )


def push(
    repo: git.Repo,
    planned: PushPlan,
    *,
    unattended: bool = False,
    watch: large_files.Watch = large_files.unwatched,
) -> Pushed:
    """Send what was planned.  A run whose large files cannot be sent is not sent either.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    planned : PushPlan
        What to send.
    unattended : bool, default False
        Whether nobody can answer a prompt.
    watch : callable, optional
        Called with the size of all large files in bytes; returns what is called with the bytes of each part.

    Returns
    -------
    Pushed
        What the remote took and what it refused.

    Raises
    ------
    TrackError
        If the remote cannot be reached.
    """
    target = planned.remote
    if planned.sides is None:
        return Pushed(target.name)
    large = large_files.send(repo, planned.large, target.name, watch, unattended=unattended)
    unsent = large.unsent
    ids = {str(raw.ref): raw.id for raw in planned.runs if raw.commit not in unsent}
    models = large_files.sendable_models(repo, planned.models, {**unsent, **planned.oversized})
    names = {**ids, layout.NOTES: "annotations", layout.ARCHIVE: "folded runs"}
    folded_there = sending.Departures({})
    if planned.folded or planned.outdated:
        listed = remotes.look(repo, listing=planned.sides.listing)
        stay = {**unsent, **planned.oversized}
        folded_there = sending.send(repo, listed, stay, unattended=unattended)
    runs = [ref for ref in ids if ref not in folded_there.runs]
    sent, existing, folded = still_here(repo, [*runs, *planned.sweeps])
    updates = transport.push(
        repo,
        target.route,
        sent,
        compact=lambda part: cover(part, existing, target.refs, folded),
        unattended=unattended,
    )
    accepted = {update.ref for update in updates if update.accepted} | folded_there.runs.keys()
    notes = annotation_merge.send(repo, target, unattended=unattended)
    events = registry.Sent(())
    if models is None or models:
        registry.receive(repo, target, models, unattended=unattended)
        events = registry.send(repo, target, models, unattended=unattended)
    every = (*folded_there.refused, *updates, *((notes,) if notes else ()), *events.refused)
    refused = [update for update in every if not update.accepted]
    live_runs.remove(repo, target, accepted, unattended=unattended)
    if target.is_default:
        waiting.settle(repo, accepted, target.refs)
    done = Pushed(
        target.name,
        tuple(run_id for ref, run_id in ids.items() if ref in accepted),
        sum(ref in accepted for ref in planned.sweeps),
        notes is not None and notes.accepted,
        events.tags,
        (
            *planned.oversized.values(),
            *large_files.refusals(repo, unsent),
            *((names.get(update.ref, update.ref), update.reason) for update in refused),
        ),
        large.number,
    )
    changed = planned._replace(outdated=folded_there.deleted)  # a host may keep these refs
    if not changed.sends_something and done == Pushed(target.name):
        unchanged.remember(repo, planned.sides, planned.pulled)
    return done
