"""How often importance is told of pure noise, and how much of it goes to the one param that matters.

``python tests/benchmarks/importances.py [SWEEPS]`` prints the two tables of docs/numbers.md.
"""

from __future__ import annotations

import random
import sys

from gittrack.analysis.importance import Scored, importance, of_sweep
from gittrack.analysis.sweep_view import Axis, SweepView, TrialView
from gittrack.search.strategies import rungs

MOST_NOISE, LEAST_TRUTH = 0.05, 0.95
SIZES = (8, 10, 20, 50, 200)


def noise(trials: int, params: int, sweeps: int) -> float:
    """Return the share of sweeps of pure noise in which any param is told to explain something."""
    draw = random.Random(trials * 1000 + params)
    told = 0
    for _ in range(sweeps):
        made = [
            Scored(
                {
                    **{f"x{i}": draw.random() for i in range(params - 1)},
                    "opt": draw.choice("abc"),
                },
                draw.random(),
            )
            for _ in range(trials)
        ]
        told += any(one.share is not None for one in importance(made, "minimize"))
    return told / sweeps


def hyperband(seed: int, most: int, *, choice: bool = False) -> float:
    """Return the importance of the one param that decides, in a sweep by Hyperband up to ``most``."""
    draw = random.Random(seed)
    trials: list[TrialView] = []
    config = order = 0
    for bracket, plan in enumerate(rungs.hyperband(1, most, 3)):
        left = []
        for _ in range(plan.trials[0]):
            params = {"lr": draw.uniform(-5, 0), "opt": draw.choice("abc"), "junk": draw.random()}
            left.append((config, params))
            config += 1
        for rung, budget in enumerate(plan.budgets):
            scored = []
            for number, params in left:
                score = "abc".index(params["opt"]) if choice else params["lr"] + 5
                score += 1 / budget
                key = f"{number}.b{bracket}.r{rung}"
                trials.append(
                    TrialView(key, number, params, "finished", score, order, rung, bracket, budget)
                )
                order += 1
                scored.append((score, number, params))
            scored.sort(key=lambda one: one[:2])
            keep = plan.trials[rung + 1] if rung + 1 < len(plan.trials) else 0
            left = [(number, params) for _, number, params in scored[:keep]]
    axes = (Axis("lr"), Axis("opt", "choice"), Axis("junk"))
    view = SweepView("s", None, "hyperband", "loss", "minimize", axes, tuple(trials))
    shares = {one.name: one.share for one in of_sweep(view)}
    return shares["opt" if choice else "lr"] or 0.0


def main(words: list[str]) -> int:
    """Print both tables; 1 if a bar was missed."""
    sweeps = int(words[0]) if words else 1000
    missed = False
    print("| pure noise, sweeps with any share | " + " | ".join(f"n = {n}" for n in SIZES) + " |")
    print("|---" * (len(SIZES) + 1) + "|")
    for params in (1, 2, 5):
        rates = [noise(n, params, sweeps) for n in SIZES]
        missed |= rates[SIZES.index(20)] > MOST_NOISE
        print(f"| {params} params | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |")
    print("\n| one param decides, Hyperband | mean | least of 12 |\n|---|---|---|")
    for most in (27, 81):
        for choice in (False, True):
            shares = [hyperband(seed, most, choice=choice) for seed in range(12)]
            mean = sum(shares) / len(shares)
            missed |= not choice and mean < LEAST_TRUTH
            kind = "choice" if choice else "number"
            print(f"| {kind}, R = {most} | {100 * mean:.0f} % | {100 * min(shares):.0f} % |")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
