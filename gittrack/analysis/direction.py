"""Which direction of a metric is better: one rule for every verb that ranks.

The first of these that exists decides: an option; ``track.goal.<metric>`` in git's configuration; the goal
that the runs defined; a well-known word in the name, such as loss or accuracy.  Else the goal is not known.
"""

from __future__ import annotations

import re
from itertools import pairwise

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Collection, Mapping
from gittrack.core.standard.typing import NamedTuple

MIN, MAX = "min", "max"
GOALS = {"min": MIN, "minimize": MIN, "max": MAX, "maximize": MAX}
# The source of a direction.
OPTION, CONFIG, RUNS, NAME, CONFLICT, UNKNOWN = (
    *("option", "config", "runs", "name", "conflict", "unknown"),
)
PREFIX = "track.goal."
PARTS = ("last", "min", "max")  # of a metric's summary; each has the direction of the metric

_SMALL = frozenset(
    (
        *("loss", "losses", "logloss", "error", "errors", "err", "mse", "rmse", "msle", "rmsle"),
        *("mae", "mape", "smape", "wape", "mase", "nll", "crossentropy", "perplexity", "ppl"),
        *("bpc", "bpb", "wer", "cer", "eer", "ter", "fid", "fvd", "kid", "lpips", "brier", "ece"),
        *("crps", "regret", "latency", "cost", "fpr", "fnr", "misclassification", "mcd"),
    )
)
_LARGE = frozenset(
    (
        *("accuracy", "acc", "f1", "fscore", "auc", "auroc", "auprc", "aucpr", "roc", "map", "ap"),
        *("bleu", "rouge", "meteor", "chrf", "precision", "recall", "sensitivity", "specificity"),
        *("tpr", "r2", "iou", "miou", "dice", "jaccard", "ndcg", "mrr", "mcc", "kappa", "psnr"),
        *("ssim", "reward", "rewards", "return", "returns", "elbo", "likelihood", "exactmatch"),
        *("spearman", "pearson", "silhouette", "throughput", "top1", "top5"),
    )
)
# Words that change the meaning of the other words: the negative, the weight or the spread of a loss.
_TURNING = frozenset(
    (
        *("neg", "negative", "minus", "inverse", "inv", "std", "stdev", "var", "variance", "sem"),
        *("weight", "weights", "scale", "coef", "coefficient", "threshold", "grad", "gradient"),
        *("size", "time", "seconds", "duration", "lr", "delta", "drop"),
    )
)
_CAMEL = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"


class Direction(NamedTuple):
    """Which direction of a metric is better.

    Attributes
    ----------
    metric : str
        The name of the metric.
    goal : str or None
        ``min`` or ``max``; None if it is not known.
    source : str
        What decided: one of the constants from ``OPTION`` to ``UNKNOWN``.
    detail : str
        The option, the setting, or the word of the name that decided.
    """

    metric: str
    goal: str | None
    source: str
    detail: str = ""

    @property
    def is_given(self) -> bool:
        """Whether an option of the user decided."""
        return self.source == OPTION

    @property
    def smallest(self) -> bool:
        """Whether the smallest value is best; False if the goal is not known."""
        return self.goal == MIN

    @property
    def assumed(self) -> bool:
        """Whether the user did not define the goal, so that a command has to print what it assumes."""
        return self.source in (NAME, CONFLICT, UNKNOWN)

    @property
    def reason(self) -> str:
        """The reason for the goal, as the text after "because"."""
        return {
            OPTION: f"{self.detail} says so",
            CONFIG: f"{self.detail} says so",
            RUNS: "the runs define it",
            NAME: f"the name has the word {self.detail!r}",
            CONFLICT: "some runs define min and others max",
            UNKNOWN: "nothing says which direction is better",
        }[self.source]


def direction(
    metric: str,
    *,
    option: str | None = None,
    config: Mapping[str, str] | None = None,
    defined: Collection[str] = (),
) -> Direction:
    """Return which direction of a metric is better.

    Parameters
    ----------
    metric : str
        The name of the metric, or ``NAME.max``, ``NAME.min``, ``NAME.last``.
    option : str, optional
        The goal that the user gives: ``min`` or ``max`` (``minimize`` and ``maximize`` too).
    config : mapping, optional
        Git's configuration, as `git.parse_config` returns it.
    defined : collection of str
        The goals that runs recorded for this metric (``run.define_metric``).

    Returns
    -------
    Direction
        With ``goal`` None if nothing decides, or if the runs define both goals.

    Raises
    ------
    TrackError
        If ``track.goal.<metric>`` is neither min nor max.
    """
    stem = base_name(metric)
    if option is not None:
        return Direction(stem, GOALS[option], OPTION, f"--{GOALS[option]}")
    setting, goal = _configured(stem, config or {})
    if goal is not None:
        return Direction(stem, goal, CONFIG, setting)
    goals = {GOALS[word] for word in defined if word in GOALS}
    if goals:
        return Direction(stem, *((goals.pop(), RUNS) if len(goals) == 1 else (None, CONFLICT)))
    goal, word = (None, "") if stem.endswith((".step", ".count")) else goal_of_name(stem)
    return Direction(stem, goal, NAME if goal else UNKNOWN, word)


def require_known(rule: Direction) -> Direction:
    """Return the direction unchanged.  Raises TrackError if its goal is not known."""
    if rule.goal is None:
        raise TrackError(
            f"it is not known which direction of {rule.metric} is better: {rule.reason}",
            f"add --min or --max (in a sweep file: goal: minimize or goal: maximize), "
            f"or set it for good: git config {setting_name(rule.metric)} max",
            code=2,
        )
    return rule


def base_name(metric: str) -> str:
    """Return the name of a metric without the prefix ``metrics.`` and without a part such as ``.max``."""
    stem, _, part = metric.removeprefix("metrics.").rpartition(".")
    return stem if stem and part in PARTS else metric.removeprefix("metrics.")


def setting_name(metric: str) -> str:
    """Return the name of a metric's setting; git allows only letters, digits and ``-`` in it."""
    return PREFIX + _plain(metric)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _configured(metric: str, config: Mapping[str, str]) -> tuple[str, str | None]:
    goals = {key: value for key, value in config.items() if key.startswith(PREFIX)}
    for key, value in goals.items():
        if _plain(key.removeprefix(PREFIX)) == _plain(metric):
            goal = GOALS.get(value.strip().lower())
            if goal is None:
                raise TrackError(
                    f"the setting {key} is {value!r}, which is neither min nor max",
                    f"set it: git config {key} max",
                )
            return key, goal
    return "", None


def goal_of_name(metric: str) -> tuple[str | None, str]:
    """Return the goal that the name of a metric suggests, and the word that suggests it.

    Parameters
    ----------
    metric : str
        The name.  ``_``, ``.``, ``/``, ``-``, spaces and capital letters separate its words: ``val_loss``,
        ``testAcc``, ``eval/rougeL``.

    Returns
    -------
    tuple of (str or None, str)
        (None, "") if the name has no well-known word, words for both directions, or a word that changes the
        meaning, such as ``std``.
    """
    words = list(_words(metric))
    joined = [first + second for first, second in pairwise(words)]
    every = {*words, *joined, *(word.rstrip("0123456789") for word in words)}
    small, large = every & _SMALL, every & _LARGE
    if bool(small) == bool(large) or every & _TURNING:
        return None, ""
    return (MIN, min(small)) if small else (MAX, min(large))


def _words(metric: str) -> list[str]:
    parts = "".join(char if char.isalnum() else " " for char in metric).split()
    whole = [part.lower() for part in parts]
    if parts == whole:
        return whole
    inner = [word.lower() for part in parts for word in re.sub(_CAMEL, " ", part).split()]
    return [*inner, *(word for word in whole if word not in inner)]
