"""What a launcher takes from a command that nobody edited."""

from __future__ import annotations

from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple

FACT = "observed"


class ObserveOptions(NamedTuple):
    """What is taken from a command.

    Parameters
    ----------
    auto
        Whether frameworks and parsers of arguments are recorded by the start hook; None: the setting
        ``track.auto``.
    metrics
        Paths of files with metrics that the command writes.
    scrape
        Whether values are taken from printed lines.
    pattern
        A regular expression of the user for printed lines; see `console_lines`.
    """

    auto: bool | None = None
    metrics: Sequence[str] = ()
    scrape: bool = False
    pattern: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the options that are on, for env.yaml; a rerun needs the same ones."""
        options = {**self._asdict(), "metrics": list(self.metrics)}
        return {name: value for name, value in options.items() if value}


def from_env(recorded: Any) -> ObserveOptions:
    """Return the options of a recorded run, from env.yaml, which may have come from anywhere."""
    if not isinstance(recorded, Mapping):
        return ObserveOptions(auto=False)
    metrics, pattern = recorded.get("metrics"), recorded.get("pattern")
    return ObserveOptions(
        auto=recorded.get("auto") is True,
        metrics=[path for path in metrics if isinstance(path, str)]
        if isinstance(metrics, list)
        else [],
        scrape=recorded.get("scrape") is True,
        pattern=pattern if isinstance(pattern, str) else None,
    )
