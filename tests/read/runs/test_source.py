"""The contract of a source of runs: whatever keeps them, a request selects what a plain list gives.

A further source joins by a line in `SOURCES`: a function that makes it for the repository of `recorded`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
import run_values
from helpers import git as run_git
from helpers import look
from hypothesis import given, settings
from hypothesis import strategies as st

import gittrack
from gittrack import git
from gittrack.analysis import direction
from gittrack.core import layout
from gittrack.core.query.grammar import QueryError
from gittrack.core.run import run_info
from gittrack.git import refs
from gittrack.read.index import update
from gittrack.read.index.indexed import Indexed
from gittrack.read.index.writing import appending
from gittrack.read.runs import blocks, reader
from gittrack.read.runs.refs_and_journals import RefsAndJournals, Trash
from gittrack.read.runs.source import Request, Source
from gittrack.tidy import fold, fold_plan

NAN = math.nan


class Plain(NamedTuple):
    """A run as a plain value, for the expected answers."""

    id: str = ""
    commit: str | None = None
    experiment: str = "default"
    name: str | None = None
    params: Mapping[str, Any] = MappingProxyType({})
    metrics: Mapping[str, float] = MappingProxyType({})
    group: str | None = None
    tags: tuple[str, ...] = ()
    archived: bool = False


MANY = {f"p{number}": number for number in range(1001)}  # too many for the message of a commit
RUNS = (
    Plain(name="baseline", params={"lr": 0.1, "*": 1}, metrics={"acc": 0.5, "loss": 1.5}),
    Plain(name="first", params={"lr": 0.01}, metrics={"acc": 0.9}, group="grid"),
    Plain(experiment="cifar", params={"lr": "auto"}, metrics={"acc": NAN}, group="grid"),
    Plain(experiment="cifar/resnet", name="twice", metrics={"acc": 0.7, "loss": NAN}),
    Plain(experiment="cifar2", name="twice", params={"lr": 0.01, "on": True}, group="grid x"),
    Plain(name="gone", params={"lr": 1}, metrics={"acc": 1.0}, archived=True),
    Plain(name="many", params={"lr": 0.3, **MANY}, metrics={"acc": 0.7}, group="grid"),
    Plain(name="1234", params={"lr": None}, metrics={"loss": math.inf}, tags=("good",)),
    Plain(experiment="cifar", name="old", metrics={"acc": 0.1}, tags=("good", "slow")),
)
LIVE = Plain(name="live", params={"lr": 0.2}, metrics={"acc": 0.8}, group="grid")
ELSEWHERE = Plain(name="elsewhere", params={"lr": 0.25}, metrics={"acc": 0.85}, group="grid")


class Case(NamedTuple):
    """A source and the runs that it has, newest first."""

    source: Source
    repo: git.Repo
    plain: list[Plain]


def record(plain: Plain) -> Plain:
    with gittrack.init(
        experiment=plain.experiment, name=plain.name, config=dict(plain.params), group=plain.group
    ) as run:
        run.log(plain.metrics)
    return plain._replace(id=run.id, commit=gittrack.get(run.id).info.commit)


def annotate(plain: Plain) -> None:
    """Rename, tag and archive a run, so that an annotation decides some of the answers."""
    for tag in plain.tags:
        assert look("tag", plain.id, f"+{tag}").code == 0
    if plain.archived:
        assert look("archive", plain.id).code == 0
    if plain.name == "old":
        assert look("rename", plain.id, "new").code == 0


def recorded(folder: Path, patch: pytest.MonkeyPatch) -> list[Plain]:
    """Record the runs in a new repository and return them, newest first."""
    run_git(folder, "init", "-q")
    run_git(folder, "config", "track.system", "0")  # a live run may go on for a minute here
    patch.chdir(folder)
    runs = [record(plain) for plain in RUNS]
    for plain in runs:
        annotate(plain)
    runs = [plain._replace(name="new") if plain.name == "old" else plain for plain in runs]
    return sorted(runs, key=lambda plain: plain.id, reverse=True)


def refs_and_journals(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Case]:
    """Committed runs, and one that is going on."""
    runs = recorded(folder, patch)
    with gittrack.init(name=LIVE.name, config=dict(LIVE.params), group=LIVE.group) as run:
        run.log(LIVE.metrics)
        repo = git.find(folder)
        yield Case(RefsAndJournals(repo), repo, [LIVE._replace(id=run.id), *runs])


def indexed(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Case]:
    """The runs of `together` in an index that has all of them but the live one."""
    patch.setattr(update, "_FEW", 0)
    for case in together(folder, patch):
        yield case._replace(source=Indexed(case.repo))


def partly_indexed(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Case]:
    """Some runs in the index, some not, and one that was resumed and one that was removed since.

    The index has no bodies, as that of very many runs, and no column has those of the baseline.
    """
    patch.setattr(update, "_FEW", 0)
    patch.setattr(appending, "_MOST_BODIES", 0)
    runs = recorded(folder, patch)
    repo = git.find(folder)
    run_git(folder, "pack-refs", "--all")
    Indexed(repo).select(Request(order="acc"))
    patch.setattr(update, "_FEW", 32)
    late = [record(Plain(name=f"late{n}", metrics={"acc": 0.65 + n / 100})) for n in (0, 1)]
    run_git(folder, "pack-refs", "--all")
    gone = record(Plain(name="removed"))
    assert look("rm", gone.id).code == 0
    later = record(Plain(experiment="cifar", name="later", metrics={"acc": 0.95}))
    yield Case(Indexed(repo), repo, [later, *late[::-1], *runs])


def trash(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Case]:
    """The same runs, removed."""
    runs = recorded(folder, patch)
    assert look("rm", *(plain.id for plain in runs)).code == 0
    repo = git.find(folder)
    yield Case(Trash(repo), repo, runs)


def go_on_elsewhere(repo: git.Repo) -> Plain:
    """Let a pull have brought the state of a run that goes on on another machine; it is the oldest."""
    raw = run_values.commit(
        repo,
        params=ELSEWHERE.params,
        metrics=ELSEWHERE.metrics,
        name=ELSEWHERE.name,
        group=ELSEWHERE.group,
        status="running",
        seen=run_info.iso(time.time()),
    )
    live_ref = raw.ref.replace(layout.RUNS, layout.LIVE_RUNS)
    refs.update(repo, layout.tracking_ref("origin", live_ref), raw.commit, None, "pull")
    refs.drop(repo, raw.ref)
    return ELSEWHERE._replace(id=raw.id)


def together(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Case]:
    """Folded runs, one of which is removed and one has its ref again; runs with refs; and live ones."""
    runs = recorded(folder, patch)
    repo = git.find(folder)
    removed = record(Plain(name="removed"))
    fold.fold(repo, fold_plan.plan(repo, 0, time.time() + 1).members)
    assert look("rm", removed.id).code == 0
    again = runs[2]
    run_git(folder, "update-ref", f"refs/runs/{again.experiment}/{again.id}", str(again.commit))
    newest = record(Plain(name="newest", experiment="cifar"))
    runs.append(go_on_elsewhere(repo))
    with gittrack.init(name=LIVE.name, config=dict(LIVE.params), group=LIVE.group) as run:
        run.log(LIVE.metrics)
        yield Case(RefsAndJournals(repo), repo, [LIVE._replace(id=run.id), newest, *runs])


def folded(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Case]:
    """The same runs, all of them folded."""
    runs = recorded(folder, patch)
    repo = git.find(folder)
    fold.fold(repo, fold_plan.plan(repo, 0, time.time() + 1).members)
    yield Case(RefsAndJournals(repo), repo, runs)


SOURCES: tuple[Callable[[Path, pytest.MonkeyPatch], Iterator[Case]], ...] = (
    together,
    indexed,
    partly_indexed,
    trash,
)
ALONE = (refs_and_journals, folded)  # what is in `together`: it takes long to look at each alone


@pytest.fixture(
    scope="module",
    params=[*SOURCES, *(pytest.param(make, marks=pytest.mark.slow) for make in ALONE)],
    ids=lambda make: make.__name__,
)
def case(request, tmp_path_factory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("source")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("GIT_CONFIG_NOSYSTEM", "1"), ("HOME", str(folder))):
            patch.setenv(name, value)
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
        yield from request.param(folder, patch)


# --- What a plain list gives -------------------------------------------------------------------

QUERIES: dict[str | None, Callable[[Plain], bool]] = {
    None: lambda run: True,
    "metrics.acc > 0.6": lambda run: run.metrics.get("acc", 0) > 0.6,
    "params.lr <= 0.1": lambda run: (
        isinstance(run.params.get("lr"), (int, float)) and run.params["lr"] <= 0.1
    ),
    'name == "twice"': lambda run: run.name == "twice",
    'name == "new" or has(on)': lambda run: run.name == "new" or "on" in run.params,
    '"good" in tags': lambda run: "good" in run.tags,
    "params.p7 == 7": lambda run: run.params.get("p7") == 7,
}
FACTS: dict[tuple[tuple[str, str | None], ...], Callable[[Plain], bool]] = {
    (): lambda run: True,
    (("group", "grid"),): lambda run: run.group == "grid",
    (("group", "nobody"),): lambda run: False,
    (("group", None),): lambda run: run.group is not None,
    (("group", None), ("group", "grid x")): lambda run: run.group == "grid x",
}
ORDERS = {
    None: lambda run: None,
    "acc": lambda run: run.metrics.get("acc"),
    "metrics.loss": lambda run: run.metrics.get("loss"),
    "lr": lambda run: run.params.get("lr"),
    "name": lambda run: run.name,
    "p7": lambda run: run.params.get("p7"),
}


def expected(plain: list[Plain], request: Request) -> list[str]:
    """Return the ids that a request selects, before offset and limit."""
    inside = f"{request.experiment}/" if request.experiment else ""
    runs = [
        run
        for run in plain
        if f"{run.experiment}/".startswith(inside)
        and (request.archived or not run.archived)
        and QUERIES[request.query](run)
        and FACTS[request.facts](run)
    ]
    if request.order is None:
        return [run.id for run in (runs if request.descending else runs[::-1])]
    values = [(ORDERS[request.order](run), run.id) for run in runs]
    ranked, infinite, nan, without = [], [], [], []
    for value, run_id in values:
        if isinstance(value, float) and math.isnan(value) and request.numbers:
            nan.append(run_id)
        elif isinstance(value, float) and math.isinf(value) and request.numbers:
            infinite.append(run_id)
        elif value is None or value != value or (request.numbers and isinstance(value, str)):
            without.append(run_id)
        else:
            ranked.append(((isinstance(value, str), value), run_id))
    ranked.sort(key=lambda pair: pair[0], reverse=request.descending)
    return [run_id for _, run_id in ranked] + infinite + nan + without


def check(case: Case, request: Request) -> None:
    """Hold a source's answer against what a plain list gives."""
    try:
        answer = case.source.select(request)
    except QueryError:  # right if none of the runs that are looked at has a name in the query
        assert not expected(case.plain, request)
        return
    ids = expected(case.plain, request)
    end = None if request.limit is None else request.offset + request.limit
    assert [raw.id for raw in answer.runs] == ids[request.offset : end]
    assert (answer.total, answer.damaged) == (len(ids), 0)
    everything = expected(case.plain, Request(request.experiment))
    current = expected(case.plain, Request(request.experiment, archived=request.archived))
    assert (answer.listed, answer.archived) == (len(everything), len(everything) - len(current))


EXPERIMENTS = (None, "default", "cifar", "cifar/resnet", "nothing")
EACH = (
    *(Request(name, archived=archived) for name in EXPERIMENTS for archived in (True, False)),
    *(Request(query=query) for query in QUERIES),
    *(Request(facts=facts) for facts in FACTS),
    *(Request(offset=offset, limit=limit) for offset in (0, 1, 20) for limit in (0, 1, 3, 2000)),
    *(
        Request(order=order, descending=descending, numbers=numbers)
        for order in ORDERS
        for descending in (True, False)
        for numbers in (True, False)
    ),
)


@pytest.mark.parametrize("request_", EACH, ids=str)
def test_each_part_of_a_request_selects_what_a_plain_list_gives(case, request_):
    for cached in (True, False):
        check(case, request_._replace(cached=cached))
    check(case, request_._replace(summaries=False))
    check(case, request_._replace(summaries=False, lazy=True))
    check(case, request_._replace(summaries=False, lazy=True, cached=False))


@pytest.mark.parametrize(
    "request_", [Request(), Request(archived=False), Request("cifar")], ids=str
)
def test_runs_without_bodies_that_are_made_when_they_are_needed_are_the_same(case, request_):
    request_ = request_._replace(summaries=False, cached=False)
    lazy = case.source.select(request_._replace(lazy=True)).runs
    plain = case.source.select(request_).runs
    twice = [[raw._replace(info=None) for raw in lazy] for _ in range(2)]
    assert twice == 2 * [[raw._replace(info=None) for raw in plain]]


def rarely(values) -> st.SearchStrategy[Any]:
    """Return the first of some values in half of the examples, else any of them."""
    first, *_ = values = list(values)
    return st.booleans().flatmap(lambda usual: st.just(first) if usual else st.sampled_from(values))


@settings(max_examples=100)
@given(
    request=st.builds(
        Request,
        experiment=rarely(EXPERIMENTS),
        query=rarely(QUERIES),
        facts=rarely(FACTS),
        archived=st.booleans(),
        order=st.sampled_from(list(ORDERS)),
        descending=st.booleans(),
        numbers=st.booleans(),
        offset=rarely(range(5)),
        limit=rarely([None, *range(12)]),
        direction=st.none(),
    )
)
def test_any_request_selects_what_a_plain_list_gives(case, request):
    check(case, request)


BY_TIME = (Request(), Request(archived=False), Request("cifar"), Request(descending=False))
BY_VALUE = (Request(order="lr"), Request(query="metrics.acc > 0.6"), Request(order="acc", limit=5))


@pytest.mark.parametrize("request_", [*BY_TIME, *BY_VALUE], ids=str)
def test_runs_that_are_read_in_blocks_are_the_same(case, monkeypatch, request_):
    monkeypatch.setattr(blocks, "LAZY", 2)

    def values(raws):
        infos = [reader.decode(case.repo, raw) for raw in raws]
        params = [sorted(info.params.items()) for info in infos]
        decoded = [
            repr((info.name, of_run, info.metrics, info.tags))
            for info, of_run in zip(infos, params, strict=True)
        ]
        return [(raw[:4], raw.folded, text) for raw, text in zip(raws, decoded, strict=True)]

    runs = values(case.source.select(request_).runs)
    lazy = case.source.select(request_._replace(lazy=True)).runs
    is_lazy = isinstance(case.source, Indexed) or (
        isinstance(case.source, RefsAndJournals) and request_ in BY_TIME
    )
    assert isinstance(lazy, blocks.LazyRuns) == (is_lazy and len(runs) > 2)
    assert values(lazy) == values(lazy) == runs
    assert values(lazy[1:4]) == runs[1:4]
    assert values(lazy[::-2]) == runs[::-2]
    assert (len(lazy), *values([lazy[0], lazy[-1]])) == (len(runs), runs[0], runs[-1])
    with pytest.raises(IndexError):
        lazy[len(runs)]


def test_the_counts_of_a_ranking(case):
    answer = case.source.select(Request(order="metrics.loss", numbers=True))
    assert (answer.ranked, answer.infinite, answer.nan) == (1, 1, 1)


def test_a_rule_decides_which_direction_is_better(case):
    def smallest(goals):
        return direction.direction("acc", option="min", defined=goals)

    request = Request(order="acc", numbers=True)
    answer = case.source.select(request._replace(direction=smallest))
    assert ids(answer.runs) == expected(case.plain, request._replace(descending=False))
    assert answer.direction.smallest


def test_no_rule_is_asked_if_no_run_has_a_number(case):
    request = Request(order="metrics.nobody", numbers=True, direction=lambda goals: 1 / 0)
    assert case.source.select(request).direction is None


def test_runs_come_with_summaries(case):
    for raw in case.source.select(Request(limit=3)).runs:
        info = reader.decode(case.repo, raw)
        plain = next(run for run in case.plain if run.id == raw.id)
        assert (info.id, info.name, info.commit) == (plain.id, plain.name, plain.commit)


# --- Addresses ---------------------------------------------------------------------------------


def ids(runs) -> list[str]:
    return [raw.id for raw in runs]


def test_a_run_is_found_by_all_that_addresses_it(case):
    for run in case.plain:
        addresses = [run.id, run.id[16:], f"{run.experiment}/{run.id}", run.id[:-1], run.id[16:-1]]
        addresses += [run.commit, run.commit[:7]] if run.commit else []
        assert {address: ids(case.source.find(address)) for address in addresses} == {
            address: [run.id] for address in addresses
        }


def test_a_name_comes_before_the_beginning_of_an_id(case):
    (named,) = case.source.find("1234")
    assert named.id == next(run.id for run in case.plain if run.name == "1234")


def test_all_runs_of_a_name_are_found_newest_first(case):
    assert ids(case.source.find("twice")) == [run.id for run in case.plain if run.name == "twice"]
    assert ids(case.source.find("new")) == [run.id for run in case.plain if run.name == "new"]


def test_the_beginning_of_all_ids_finds_all_runs(case):
    assert ids(case.source.find("20")) == [run.id for run in case.plain]


@pytest.mark.parametrize("address", ["", "old", "nobody", "zzzz", "cifar", "0" * 40, "baseline2"])
def test_what_addresses_no_run_finds_none(case, address):
    assert case.source.find(address) == []


def test_named_leaves_archived_runs_out(case):
    assert ids(case.source.named("baseline")) == ids(case.source.find("baseline"))
    assert case.source.named("gone") == [] != case.source.find("gone")


def test_a_run_is_found_by_its_commit(case):
    for run in case.plain:
        if run.commit:
            assert ids(case.source.of_commit(run.commit)) == [run.id]
    assert case.source.of_commit("0" * 40) == []


def test_experiments(case):
    assert case.source.experiments() == ["cifar", "cifar/resnet", "cifar2", "default"]
