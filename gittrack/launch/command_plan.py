"""A command to run and record, and the decisions of the caller while it runs."""

from __future__ import annotations

from gittrack.core.run import events
from gittrack.core.standard.collections import Callable, Mapping, Sequence
from gittrack.core.standard.typing import TYPE_CHECKING, Any, NamedTuple
from gittrack.launch.observe.options import ObserveOptions
from gittrack.record import session

if TYPE_CHECKING:  # only a command in a worktree has them
    from gittrack.launch.users_files import UsersFiles
from gittrack.record.code.known_code import KnownCode

EXPLICIT_FILE = "given.json"  # in the journal: `ExplicitParams`


class Controller:
    """What the launcher asks while it runs a command; these defaults change nothing."""

    def existing_run(self, recipe: str) -> str | None:
        """Return the id of a finished run to use instead, or None to run the command."""
        return None

    def reason_to_end(self) -> str | None:
        """Return why the command must end now, or None to go on; called about 5 times a second."""
        return None

    def facts_of_end(
        self, state: events.JournalState, facts: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return further facts for a run that ends with ``facts``."""
        return {}

    def refs_of_end(self, facts: Mapping[str, Any]) -> Sequence[str]:
        """Return further refs to make for a run that ends with ``facts``, if none of them exists yet."""
        return ()


class ExplicitParams(NamedTuple):
    """The params and the seed of the command line, without those of a params.yaml of the folder."""

    params: Mapping[str, Any]
    seed: int | None


class AssignedParams(NamedTuple):
    """The names of the params that are set for a command: if it does not read them, the user is warned.

    ``options`` are set by the command line or a sweep, and ``defaults`` by ``files``, real paths, which the
    command may read itself.
    """

    options: Sequence[str] = ()
    defaults: Sequence[str] = ()
    files: Sequence[str] = ()


class CommandPlan(NamedTuple):
    """A command to run and record.

    Parameters
    ----------
    request
        The facts of the run; its command still has fields such as ``{params}``.
    inputs
        Paths of data to fingerprint.
    outputs
        Paths of files and folders to keep as artifacts.
    not_code
        Paths from the root whose untracked files do not count as code.
    controls
        Variables for the command; None removes a variable.
    explicit
        The params of the command line; None: all of the request's.
    assigned
        The names of the params that are set for the command.
    env
        Further variables for the command.
    controller
        The decisions of the caller while the command runs.
    locks
        Descriptors that stay locked until every process that the command started has ended.
    hook
        Whether each Python of the command begins with the start hook.
    redirect
        Changes each word of the command before it is executed; the run records the words as they were.
    users_files
        For a command in a worktree: the files of the user, which it must not write.
    observe
        What is taken from a command that nobody edited.
    look_at
        Names of files that the first run read (`read_files`): a rerun records whether they are there.
    known_code
        The code of an earlier command in the same worktree, in which nothing changed since.
    """

    request: session.RunRequest
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    not_code: Sequence[str] = ()
    controls: Mapping[str, str | None] = {}
    explicit: ExplicitParams | None = None
    assigned: AssignedParams = AssignedParams()
    env: Mapping[str, str] = {}
    controller: Controller = Controller()
    locks: tuple[int, ...] = ()
    hook: bool = True
    redirect: Callable[[str], str] = str
    users_files: UsersFiles | None = None
    look_at: Sequence[str] = ()
    observe: ObserveOptions = ObserveOptions()
    known_code: KnownCode | None = None
