"""The arguments of an unmodified program: what the start hook writes, and what becomes params."""

import sys

import pytest
from helpers import ROOT, python

from gittrack.launch.observe.arguments import NO_GITTRACK, Arguments, redacted

sys.path.insert(0, str(ROOT / "gittrack" / "launch" / "hook"))
import auto_hook

ARGPARSE = """
import argparse, sys
sys.argv[1:] = ["fit", "--lr", "0.5", "--data", "a", "b"]
parser = argparse.ArgumentParser()
inner = parser.add_subparsers(dest="verb").add_parser("fit")
inner.add_argument("--lr", type=float), inner.add_argument("--data", nargs="*", type=str)
inner.add_argument("--flag", action="store_true")
inner.add_argument("--password", dest="pw", default="hunter2")
argparse.ArgumentParser().parse_args(["no", "arguments", "of", "the", "program"][:0])
parser.parse_args()
"""
CLICK = """
import click
@click.group()
@click.option("--seed", default=3)
def main(seed): pass
@main.command()
@click.option("--rate", default=0.5)
@click.option("--pin", hide_input=True)
def fit(rate, pin): print("fitting", rate)
main(["fit", "--pin", "2468"])
"""
# Values whose repr is no literal, and a namespace without __dict__ before the program's own.
ODD = """
import argparse, enum, sys
class Number(float):
    __repr__ = lambda self: "np.float64(0.5)"
class Size(enum.IntEnum):
    small = 3
class Slots:
    __slots__ = ("lr", "size", "files")
sys.argv[1:] = ["a", "--lr", "0.5", "b"]
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=Number), parser.add_argument("--size", default=Size.small)
parser.add_argument("files", nargs="*")
parser.parse_intermixed_args(namespace=Slots())
parser.parse_intermixed_args()
"""
ABSL = """
from absl import app, flags
flags.DEFINE_float("rate", 0.5, "")
app.run(lambda words: print("running"), ["prog"])
"""

# Two jobs, as of `--multirun`; the parser of Hydra itself has other values.
HYDRA = """
import hydra, sys
from hydra.core.config_store import ConfigStore
sys.argv[1:] = ["--multirun", "rate=0.5,0.25", "+api.token=2468", "hydra.sweep.dir=jobs"]
ConfigStore.instance().store("config", {"rate": 0.1, "db": {"host": "a", "password": "hunter2"}})
hydra.main(version_base=None, config_name="config")(lambda config: print(config.rate))()
"""


class Book:
    """What `Arguments` needs of a journal."""

    def __init__(self, folder):
        self.folder, self.args = folder, {}

    def params(self):
        return {"args": self.args}

    def append(self, op, values):
        self.args.update(values["args"])


@pytest.fixture
def arguments(tmp_path):
    return Arguments(Book(tmp_path))


@pytest.mark.parametrize(
    ("module", "code", "values"),
    [
        (
            "argparse",
            ARGPARSE,
            {"verb": "fit", "lr": 0.5, "data": ["a", "b"], "flag": False, "pw": "***"},
        ),
        ("argparse", ODD, {"lr": 0.5, "size": 3, "files": ["a", "b"]}),
        ("click", CLICK, {"seed": 3, "rate": 0.5, "pin": "***"}),
        ("absl", ABSL, {"rate": 0.5}),
        (
            "hydra",
            HYDRA,
            {"rate": 0.5, "db": {"host": "a", "password": "***"}, "api": {"token": "***"}},
        ),
    ],
)
def test_parsers(arguments, tmp_path, module, code, values):
    pytest.importorskip(module)
    hook = ROOT / "gittrack" / "launch" / "hook"
    env = {**arguments.variables(), "PYTHONPATH": str(hook)}
    done = python(code, tmp_path, env)
    assert done.code == 0, done.err
    arguments.note()
    arguments.note()
    assert arguments.book.args == values
    assert arguments.lines()[0].startswith(f"--auto recorded {len(values)} argument")
    assert any("the first value of rate" in line for line in arguments.problems()) == (
        module == "hydra"
    )


def test_secrets_are_hidden_as_in_the_command():
    assert redacted({"api_key": "hunter2", "n": 3, "url": "https://a:b@c.org", "token": None}) == {
        "api_key": "***",
        "n": 3,
        "url": "https://***@c.org",
        "token": None,
    }
    assert redacted({"db": {"password": "x", "hosts": ["a"]}}) == {
        "db": {"password": "***", "hosts": ["a"]}
    }
    assert redacted({"credentials": {"user": "a"}}) == {"credentials": {"user": "***"}}
    assert redacted({"words": ["a", "+api.key=x"], "rest": ["--token", "x"], "one": "key=x"}) == {
        "words": ["a", "+api.key=***"],
        "rest": ["--token", "***"],
        "one": "key=***",
    }
    named = {" options": {"pw": ["-p", "--password"]}, "pw": "hunter2", "p": "a"}
    assert redacted(named) == {"pw": "***", "p": "a"}


def test_lines_that_are_incomplete_or_no_values(arguments):
    arguments.path.write_text("{'a': 1}\nnot a literal\n[1]\n{'': 'no gittrack'}\n{'b': 2")
    arguments.note()
    assert arguments.book.args == {"a": 1}
    assert arguments.problems() == [NO_GITTRACK]
    with arguments.path.open("a") as file:
        file.write("}\n")
    arguments.note()
    assert arguments.book.args == {"a": 1, "b": 2}


def test_values_are_literals():
    values = {"x": float("nan"), "f": print, "p": ROOT, 3: {"deep": (1, None)}}
    assert {str(key): auto_hook.plain(value) for key, value in values.items()} == {
        "x": "nan",
        "f": "print",
        "p": str(ROOT),
        "3": {"deep": [1, None]},
    }
