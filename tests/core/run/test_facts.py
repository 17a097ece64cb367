"""The table of facts: one line in it is a fact everywhere."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from helpers import ROOT, git, record, run_cli

import gittrack
from gittrack.core.run import facts, run_info, trials
from gittrack.core.run.run_info import Code, RunInfo

RECORD = """
import gittrack
from gittrack.core.run import events
with gittrack.init(name="WHO") as run:
    run._journal.append(events.FACTS, values={"humidity": PERCENT})
"""

FINISHED = """    @property
    def finished(self) -> bool:
"""
POINTS = (
    FINISHED,
    """    @property
    def all_points(self) -> int:
        return sum(metric.count for metric in self.metrics.values())

"""
    + FINISHED,
)


@pytest.fixture(scope="module")
def altered(tmp_path_factory):
    """A folder with a copy of the package that has one more fact that is stored, and one that is computed."""
    folder = tmp_path_factory.mktemp("altered")
    shutil.copytree(ROOT / "gittrack", folder / "gittrack")
    table = folder / "gittrack/core/run/facts.py"
    lines = '    Fact("humidity", INTEGER, "how wet it was", "WET"),\n'
    lines += '    Fact("all_points", INTEGER, "the points of all metrics", storage=COMPUTED),\n'
    before, mark, after = table.read_text().partition("\n# Keys of run.yaml or a journal")
    table.write_text(before.rstrip().removesuffix(")") + lines + ")\n\n" + mark + after)
    values = folder / "gittrack/core/run/run_info.py"
    values.write_text(values.read_text().replace(*POINTS))
    return folder


@pytest.fixture
def ask(project, altered):
    """Run the altered package: two runs, of which one has the new fact."""

    def run(*argv):
        env = {**os.environ, "PYTHONPATH": str(altered)}
        done = subprocess.run(
            [sys.executable, *argv], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    for name, percent in (("dry", 20), ("wet", 80)):
        run("-c", RECORD.replace("WHO", name).replace("PERCENT", str(percent)))
    record("none")
    return lambda *argv: run(*argv) if argv[0] == "-c" else run("-m", "gittrack", *argv)


def test_a_fact_is_added_in_one_place(ask):
    listing = ask("ls", "--columns", "name,humidity", "--sort", "-humidity")
    assert listing == "NAME  WET\nwet    80\ndry    20\nnone    -\n"
    matches = json.loads(ask("ls", "-w", "humidity > 50", "--json"))
    assert [(run["name"], run["humidity"]) for run in matches] == [("wet", 80)]
    assert "humidity    80\n" in ask("show", "wet")
    assert ask("export", "-w", "has(humidity)").splitlines()[0].count(",humidity,") == 1
    for option in ("--sort", "--columns"):
        assert ask("__complete", "--", "ls", option, "hum") == "humidity\thow wet it was\n"
    assert "| `humidity` | integer | WET | how wet it was |\n" in ask("__facts")


def test_a_computed_fact_is_a_line_of_the_table_and_a_property(ask):
    record("long", {"loss": 1.0}, {"loss": 0.5})
    listing = ask("ls", "--columns", "name,all_points", "--sort", "-all_points", "-n", "2")
    assert listing.splitlines()[:2] == ["NAME  ALL_POINTS", "long           2"]
    assert [
        run["all_points"] for run in json.loads(ask("ls", "-w", "all_points > 1", "--json"))
    ] == [2]
    assert "all_points  2\n" in ask("show", "long")
    assert ask("-c", "import gittrack; print(gittrack.get('long').all_points)") == "2\n"
    assert "| `all_points` | integer | ALL_POINTS | the points of all metrics |\n" in ask("__facts")


def test_names_are_unique_and_every_attribute_is_in_the_table():
    names = [fact.name for fact in facts.FACTS]
    assert len(names) == len(set(names))
    assert set(RunInfo._fields) - set(names) == {"output_paths", "sweep", "more"}
    for part, fields in (("code", Code._fields), ("sweep", trials.TrialFacts._fields)):
        below = [name.partition(".")[2] for name in names if name.startswith(f"{part}.")]
        assert below == list(fields)


@pytest.mark.parametrize("key", facts.STORED)
def test_a_fact_of_another_type_is_refused(key):
    wrong = [] if facts.STORED[key] in (facts.MAPPING, facts.MAPPINGS) else {"a": 1}
    with pytest.raises(ValueError, match=f"its {key} is "):
        run_info.check_fact(key, wrong)
    run_info.check_fact(key, None)


def test_all_that_a_run_stores_is_in_the_table(project):
    with gittrack.init(name="a", seed=1, tags=["t"], note="n", group="g", config={"x": 1}) as run:
        run.log({"loss": 1.0})
    run_cli(
        "run", "-n", "b", "--no-verify", "--output", "out", "--", "sh", "-c", "echo > out; exit 3"
    )
    for run in gittrack.runs():
        body = git(".", "log", "-1", "--format=%b", run.info.ref)
        keys = {line.partition(": ")[0] for line in body.splitlines()}
        own = {key for key in keys if not key.startswith(("params.", "metrics."))}
        assert own - set(facts.STORED) == set()
