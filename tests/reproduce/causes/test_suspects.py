"""What may be put back as it was in the first run, and what may not."""

from gittrack.core.run.run_info import Code, RunInfo
from gittrack.reproduce.causes import reason as kinds
from gittrack.reproduce.causes.reason import Reason
from gittrack.reproduce.causes.suspects import suspects
from gittrack.reproduce.rerun_request import OtherFiles


def info(**facts):
    values = {"id": "20260101-000000-00000000", "experiment": "e", "status": "finished", **facts}
    return RunInfo(**values)


FIRST = info(seed=1, params={"a": {"b.c": 1}}, command=("x",), code=Code(commit="f" * 40))
BASE = info(seed=2, params={"a": {"b.c": 2}, "new": {"d": 3, "e": 4}}, command=("y",))


def of(*rows, network=True, first=FIRST):
    return suspects(rows, first, BASE, network=network)


def test_packages_threads_and_variables_can_be_put_back():
    rows = [
        Reason(kinds.PACKAGE, "numpy", "2.4.6", "2.3.5"),
        Reason(kinds.PACKAGE, "new", "none", "1.0"),
        Reason(kinds.THREADS, "blas", 1, 2),
        Reason(kinds.VARIABLE, "SCALE", "none", "2"),
        Reason(kinds.MACHINE, "cpu.model", "a", "b"),
    ]
    package, new, threads, variable, machine = of(*rows)
    assert (package.requirement, package.obstacle) == ("numpy==2.4.6", "")
    assert new.obstacle == "the original did not have it"
    assert machine.obstacle == "it cannot be put back here"
    assert threads.changes["variables"]["OMP_NUM_THREADS"] == "1"
    assert variable.changes == {"variables": {"SCALE": None}}
    assert of(*rows, network=False)[0].obstacle == "it needs the network: --network"


def test_seed_params_and_command_can_be_put_back():
    assert of(Reason(kinds.SEED, "", 1, 2))[0].changes == {"seed": 1}
    assert of(Reason(kinds.SEED, "", None, 2), first=info())[0].obstacle
    assert of(Reason(kinds.COMMAND, "", "x", "y"))[0].changes == {"command": ("x",)}
    (changed,) = of(Reason(kinds.PARAM, 'a."b.c"', 1, 2))
    assert changed.changes["changed"] == {"a": {"b.c": 1}, "new": {"d": 3, "e": 4}}
    (added,) = of(Reason(kinds.PARAM, "new.d", None, 3))
    assert added.changes["changed"] == {"a": {"b.c": 2}, "new": {"e": 4}}


def test_files_are_put_back_one_by_one_and_then_together():
    rows = [Reason(kinds.CODE, "a.py"), Reason(kinds.DATA, "b.csv")]
    files = [suspect.changes["files"] for suspect in of(*rows)]
    commit = "f" * 40
    assert files == [
        *(OtherFiles(commit, ("a.py",)), OtherFiles(commit, ("b.csv",))),
        OtherFiles(commit, ("a.py", "b.csv")),
    ]
    many = [Reason(kinds.CODE, f"{n}.py") for n in range(9)]
    assert len(of(*many)) == 1


def test_what_was_not_stored_cannot_be_put_back():
    rows = (Reason(kinds.INPUT, "data"), Reason(kinds.READ, "~/x"), Reason(kinds.SECRET, "A"))
    assert all(suspect.obstacle for suspect in of(*rows))
