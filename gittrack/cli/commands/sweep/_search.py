"""What a sweep shows about its params: their importance, and the search in pictures."""

from __future__ import annotations

from pathlib import Path

from gittrack.analysis import fanova, importance
from gittrack.analysis.sweep_ranking import average_seeds
from gittrack.analysis.sweep_view import Importance, SweepView
from gittrack.cli.output import print_note, table_width
from gittrack.core.errors import TrackError
from gittrack.show.terminal import importances, text


def weights(view: SweepView, *, forest: bool = False) -> tuple[Importance, ...]:
    """Return the importance of each param: by ranks, or with ``forest`` by Optuna's fANOVA."""
    if not forest:
        return importance.of_sweep(view)
    return fanova.of_sweep(view)


def lines(view: SweepView, *, forest: bool = False) -> str:
    """Return the importance of each param as text, or "" if no trial has a score."""
    params = weights(view, forest=forest)
    if not any(param.trials for param in params):
        return ""
    return "\n" + importances.page(params, table_width())


def draw(view: SweepView, path: str, *, forest: bool = False) -> None:
    """Write the pictures of a sweep into ``path``, which ends in .html or .png.

    Raises TrackError if the file cannot be written, or if an extra package is missing.
    """
    from gittrack.show.page import pictures  # noqa: PLC0415 - optional

    kind = pictures.kind(path)
    shares = {param.name: param.share for param in weights(view, forest=forest)}
    view = average_seeds(view)
    picture = pictures.render(view, kind, shares)
    try:
        Path(path).write_bytes(picture)
    except OSError as error:
        raise TrackError(
            f"cannot write {text.escape(path)}: {error.strerror}", "name another file"
        ) from error
    print_note(f"drew {len(view.ended)} trials into {text.escape(path)}")
