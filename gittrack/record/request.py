"""What the caller specifies about a new run."""

from __future__ import annotations

from gittrack.core import layout, values
from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.core.standard.typing import Any, NamedTuple


class RequiredCode(NamedTuple):
    """The code that a run must have, such as the code of its sweep.

    ``tree`` is the git tree; of new files only those in ``new`` belong to the code.
    """

    tree: str | None
    new: frozenset[str] = frozenset()


class RunRequest(NamedTuple):
    """What the caller specifies about a new run."""

    experiment: str | None = None
    experiment_name: str | None = None  # the original text, if `experiment` differs from it
    name: str | None = None
    params: Mapping[str, Any] = {}
    tags: Sequence[str] = ()
    note: str | None = None
    group: str | None = None
    seed: int | None = None
    command: Sequence[str] = ()
    resumes: str | None = None
    run_id: str | None = None
    reproduces: str | None = None
    parent: str | None = None
    output_paths: Sequence[str] = ()
    inputs: Sequence[str] = ()
    digests: Mapping[str, str] = {}  # of the inputs, by path relative to the root
    verify: bool = True  # whether the pre-run hook is called
    hooks_of: str | None = None  # the user's own worktree, if this one may have code of others
    sweep: Mapping[str, Any] | None = None  # see core/trials.py
    code: RequiredCode | None = None
    live: float | None = None  # seconds between pushed states; None: the setting track.live
    push: bool = False  # whether it is pushed at its end; the setting track.push can say so too


def check_request(request: RunRequest) -> RunRequest:
    """Return the request in its stored form; an empty experiment, note or group becomes None.

    Raises TrackError if a value has a wrong type or cannot be stored.
    """
    if request.name is not None:
        values.check_run_name(request.name)
    if isinstance(request.tags, str) or not isinstance(request.tags, Iterable):
        raise TrackError(f"tags is {request.tags!r:.40}", "pass a list: tags=['good']")
    for tag in request.tags:
        values.check_name(tag, "tag")
    name = request.experiment or None
    experiment = None if name is None else layout.experiment_slug(name)
    original_name = request.experiment_name if name == experiment else name
    note, group = (
        None if text is None else values.check_text(text, key) or None
        for key, text in (("note", request.note), ("group", request.group))
    )
    return request._replace(
        experiment=experiment,
        experiment_name=original_name,
        note=note,
        group=group,
        tags=list(request.tags),
    )
