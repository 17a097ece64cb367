"""What a sweep says of its parameters: their importance, and the search in pictures."""

from __future__ import annotations

from pathlib import Path

from gittrack.analysis import fanova, importance
from gittrack.analysis.sweep_ranking import average_seeds
from gittrack.analysis.sweep_view import Importance, SweepView
from gittrack.cli.output import print_note, table_width
from gittrack.core.errors import TrackError
from gittrack.show.terminal import importances, text


def weights(view: SweepView, *, forest: bool = False) -> tuple[Importance, ...]:
    """Return the importance of each parameter; with ``forest`` by Optuna's fANOVA.  Raises TrackError."""
    if not forest:
        return importance.of_sweep(view)
    return fanova.of_sweep(view)


def lines(view: SweepView, *, forest: bool = False) -> str:
    """Return the importance of each parameter as text, nothing where no trial has a score."""
    found = weights(view, forest=forest)
    if not any(one.trials for one in found):
        return ""
    return "\n" + importances.page(found, table_width())


def draw(view: SweepView, path: str, *, forest: bool = False) -> None:
    """Write the pictures of a sweep into ``path``, a .html or .png.  Raises TrackError."""
    from gittrack.show.page import pictures  # noqa: PLC0415 - an extra

    kind = pictures.kind(path)
    shares = {one.name: one.share for one in weights(view, forest=forest)}
    view = average_seeds(view)
    made = pictures.render(view, kind, shares)
    try:
        Path(path).write_bytes(made)
    except OSError as error:
        raise TrackError(
            f"cannot write {text.escape(path)}: {error.strerror}", "name another file"
        ) from error
    print_note(f"drew {len(view.ended)} trials into {text.escape(path)}")
