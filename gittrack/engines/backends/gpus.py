"""How many GPUs each trial gets, as the options of its engine ask for them."""

from __future__ import annotations

import re

from gittrack.core.standard.collections import Sequence
from gittrack.engines.executor import EngineOptions

# --gres=gpu:2, --gres=gpu:a100:2, --gpus=2, --gpus-per-task=a100:2, -G 2
_OPTION = re.compile(r"(--gres|--gpus|--gpus-per-node|--gpus-per-task|-G)(?:[= ](\S+))?$")
_GRES = re.compile(r"gpu(?::[^:,=()]+)*?(?::(\d+))?(?:\(.*\))?$")


def requested(options: EngineOptions) -> float:
    """Return the number of GPUs of a trial; 0 if none is asked for, or if that is not known."""
    resources = options.values.get("resources") or {}
    numbers = [number for name, number in resources.items() if "gpu" in name.lower()]
    return sum(numbers) or float(of_sbatch(options.values.get("sbatch") or ()))


def of_sbatch(words: Sequence[str]) -> int:
    """Return the number of GPUs that options of ``sbatch`` ask for."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        match = _OPTION.match(word)
        if match is None:
            continue
        value = match[2] or following
        if match[1] == "--gres":
            parts = (_GRES.match(part) for part in value.split(","))
            counts = [int(part[1] or 1) for part in parts if part]
            if counts:
                return sum(counts)
        elif (count := value.rpartition(":")[2]).isdecimal():
            return int(count)
    return 0
