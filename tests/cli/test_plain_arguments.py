"""Plain command lines are read without argparse, and mean the same."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittrack.cli import main, plain_arguments

PLAIN = list(main.PLAIN)
WORDS = (
    *("@", "digits", "loss", "3", "0", "a b", "", "-", "--", "-5", "-loss", "--nothing", "-h"),
    *("-n", "-n3", "-n=3", "-nx", "-e", "-e=a", "--experiment", "--exp", "--sort", "--sort=-x"),
    *("--json", "--csv", "--md", "--min", "--max", "--reverse", "--reverse=1", "--archived", "-w"),
    *("--where=lr < 1", "--columns", "a,b", "--all-params", "--over", "lr", "--remote", "--x"),
    *("--tag=a", "-S", "a=1", "--seed", "--auto", "--scrape", "--metrics"),
    *("origin", "--all", "--dry-run", "-y", "--yes", "--model", "--sweep", "--no-artifacts"),
)


def read(verb: str, words: list[str]):
    module = import_module(f"gittrack.cli.commands.{verb.replace(' ', '.')}")
    return plain_arguments.read(module, words)


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("ls", ""),
        ("ls", "-n 20"),
        ("ls", "-n20 -e digits --sort=-loss --reverse --json"),
        ("ls", "--where lr<0.1 --columns a,b --archived"),
        ("top", "loss --min -n 3"),
        ("top", "--max loss"),
        ("show", "@ --json"),
        ("diff", "@ @~1 @~2"),
        ("push", "--yes origin"),
        ("push", "--model net --model other"),
        ("pull", "-n 100 --remote origin"),
        ("run", "-- python train.py --lr 0.1 -- -x"),
        ("run", "python train.py -e digits"),
        ("run", "-e digits -S lr=0.1 -S seed=1 -t a --tag=b --seed 3 --no-auto -- train"),
        ("run", "--metrics m.json --scrape --threads 2 --live 30s --engine slurm --"),
    ],
)
def test_a_plain_line_has_the_values_of_argparse(verb, line):
    arguments = read(verb, line.split())
    assert vars(arguments) == vars(main.parser(verb).parse_args(line.split()))


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("ls", "-h"),
        ("ls", "--exp digits"),  # an abbreviation
        ("ls", "--sort -loss"),  # a value that begins with a dash
        ("ls", "-n 0"),
        ("ls", "-n"),
        ("ls", "--json --csv"),
        ("ls", "--json=1"),
        ("ls", "surplus"),
        ("top", ""),
        ("top", "loss -n 3 surplus"),
        ("top", "loss --over lr"),
        ("diff", "@ --json @~1"),
        ("run", "-h"),
        ("run", ""),
        ("run", "-e digits"),
        ("run", "--seed x -- train"),
        ("run", "-e -- train"),
        ("run", "--threads 0 -- train"),
    ],
)
def test_anything_else_is_left_to_argparse(verb, line):
    assert read(verb, line.split()) is None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLAIN), st.lists(st.sampled_from(WORDS), max_size=5))
def test_no_line_means_something_else_than_for_argparse(verb, words):
    arguments = read(verb, words)
    if arguments is not None:
        assert vars(arguments) == vars(main.parser(verb).parse_args(words))


def test_a_listing_does_not_import_argparse(project):
    code = "import sys\nfrom gittrack.cli.main import main\nmain(['ls', '-n', '3'])\nmain(['top', 'a'])\n"
    code += "main(['sweep', 'ls'])\nassert not {'argparse', 'yaml'} & sys.modules.keys()\n"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
