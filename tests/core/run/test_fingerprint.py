"""core/fingerprint: digests that anyone can compute."""

import hashlib
import json

from helpers import configs
from hypothesis import given
from hypothesis import strategies as st

from gittrack.core.run.fingerprint import fingerprint, recipe

CONFIG = {"lr": 0.003, "model": {"hidden": 64}}


def test_a_fingerprint_is_fixed_for_ever():
    assert fingerprint(CONFIG) == "83ff95f7df8a"


@given(configs)
def test_a_fingerprint_is_what_the_documentation_says(config):
    text = json.dumps(config, sort_keys=True)
    assert fingerprint(config) == hashlib.sha256(text.encode()).hexdigest()[:12]


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_is_nothing(config):
    assert fingerprint(config) == fingerprint(dict(reversed(list(config.items()))))


def test_types_are_told_apart():
    assert len({fingerprint({"a": value}) for value in (1, 1.0, "1", True, None, [1])}) == 6


def test_a_recipe_is_fixed_for_ever():
    assert recipe("t" * 40, ["python", "train.py"], "c" * 12, ["d2", "d1"], 7) == "b0b4a8240f4d"


def test_a_recipe_does_not_know_the_order_of_inputs():
    assert recipe(None, [], None, ["a", "b"], None) == recipe(None, [], None, ["b", "a"], None)


def test_everything_in_a_recipe_counts():
    same = ("tree", ["a"], "config", ["in"], 1)
    others = ("tree2", ["a", "b"], "config2", ["in2"], 2)
    variants = {recipe(*same)}
    for place, other in enumerate(others):
        variants.add(recipe(*same[:place], other, *same[place + 1 :]))
    assert len(variants) == 6
