"""Draws are functions of (seed, number, name); these values are fixed for ever."""

from __future__ import annotations

from gittrack.search import sampling, space


def test_golden():
    """A change here changes the trials of every sweep that is going on: add a scheme, never edit one."""
    found = {
        "lr": space.log_uniform(1e-5, 1e-1),
        "dropout": space.uniform(0, 0.5),
        "hidden": space.randint(16, 128, 16),
        "opt": space.choice(["adam", "sgd"]),
        "noise": space.normal(),
    }
    assert [sampling.config(found, 7, i) for i in (0, 1, 10**12)] == GOLDEN


GOLDEN = [
    {
        "lr": 0.000151896885309,
        "dropout": 0.253797392967,
        "hidden": 16,
        "opt": "sgd",
        "noise": 1.03526590523,
    },
    {
        "lr": 0.000120853889101,
        "dropout": 0.472048236873,
        "hidden": 64,
        "opt": "sgd",
        "noise": 0.0638294589697,
    },
    {
        "lr": 0.000342589204397,
        "dropout": 0.275548435846,
        "hidden": 48,
        "opt": "sgd",
        "noise": 1.08414469321,
    },
]
