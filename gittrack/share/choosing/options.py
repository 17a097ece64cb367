"""Choose runs of a remote by their names, which it lists without sending the runs."""

from __future__ import annotations

from gittrack.core import layout
from gittrack.core.errors import AmbiguousRun, NoSuchRun
from gittrack.core.standard.collections import Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a pull of nothing does not need it
    from gittrack.share.remotes import Remote

ASK_ABOVE = 20  # removals by others; a pull asks about more


class PullOptions(NamedTuple):
    """Which runs of a remote to bring.

    Parameters
    ----------
    addresses : tuple of str
        Ids, or unique prefixes of ids or of their last 8 digits; empty: all runs.
    experiment : str or None
        Only the runs of this experiment and of those below it.
    limit : int or None
        Only the newest runs.
    artifacts : bool
        Whether the large files of new runs come too.
    where : str or None
        Only the runs that match this query.
    sweep : str or None
        Only the trials of this sweep, by an address.
    """

    addresses: tuple[str, ...] = ()
    experiment: str | None = None
    limit: int | None = None
    artifacts: bool = True
    where: str | None = None
    sweep: str | None = None

    @property
    def call(self) -> str:
        """The name of such a pull for `unchanged.look`; what a query selects depends on the time, too."""
        return "" if self.by_content else f"pull {self!r}"

    @property
    def by_content(self) -> bool:
        """Whether the names of the runs do not decide."""
        return self.where is not None or self.sweep is not None


def choose(source: Remote, choice: PullOptions) -> dict[str, str]:
    """Return {ref: id} of the runs of a remote that the names choose, the newest first.

    The limit counts only if the names decide.
    """
    runs = {
        ref: parsed
        for ref in source.below(layout.RUNS)
        if (parsed := layout.parse_run_ref(ref)) is not None
    }
    chosen = sorted(runs, key=lambda ref: runs[ref][1], reverse=True)
    if choice.experiment is not None:
        inside = f"{layout.experiment_slug(choice.experiment)}/"
        chosen = [ref for ref in chosen if f"{runs[ref][0]}/".startswith(inside)]
    if choice.addresses:
        chosen = _addressed({ref: runs[ref][1] for ref in chosen}, choice.addresses, source.name)
    limit = None if choice.by_content else choice.limit
    return {ref: source.refs[ref] for ref in chosen[:limit]}


def has_all(source: Remote, choice: PullOptions) -> bool:
    """Return whether the refs of a remote have a run of each address.

    A shorter part of an id may be that of a folded run, too, and is then ambiguous.
    """
    words = [address.rpartition("/")[2] for address in choice.addresses]
    if not all(layout.is_id(word) or (len(word) == 8 and not word.isdigit()) for word in words):
        return False
    try:
        choose(source, choice)
    except (NoSuchRun, AmbiguousRun):
        return False
    return True


def _addressed(ids: dict[str, str], addresses: Sequence[str], remote: str) -> list[str]:
    chosen: list[str] = []
    for address in addresses:
        word = address.rpartition("/")[2]
        matches = [ref for ref, run_id in ids.items() if run_id.startswith(word)]
        matches = matches or [ref for ref, run_id in ids.items() if run_id[-8:].startswith(word)]
        if not word or not matches:
            hint = "names are known after a pull; see the ids: git track ls --remote"
            raise NoSuchRun(f"{remote} has no run with the id {address!r}", hint)
        if len(matches) > 1:
            hint = "type more digits; see the ids: git track ls --remote"
            raise AmbiguousRun(f"{len(matches)} runs of {remote} begin with {address!r}", hint)
        chosen += matches
    return list(dict.fromkeys(chosen))
