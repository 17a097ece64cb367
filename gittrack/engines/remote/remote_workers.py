"""The executor over workers that joined a sweep over a git remote."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gittrack import git
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Callable
from gittrack.engines.agents import Agents
from gittrack.engines.remote.conversation import Conversation
from gittrack.engines.remote.post import Post
from gittrack.share.transport import Route
from gittrack.sweeping import workdir

_FOLDER = "messages"


def setup_digest(text: str) -> str:
    """Return what shows that a sweep has a setup file, without its content; empty if it has none."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest() if text else ""


class RemoteWorkers(Agents):
    """Runs tasks on the workers that have joined over a remote, and on those that join later.

    Parameters
    ----------
    repo : git.Repo
        The repository of the process of the sweep.
    route : Route
        The remote.
    url : str
        Where it is.
    sweep_id : str
        The sweep.
    setup : str
        The content of the file of ``--setup``.
    warn : callable
        Prints a warning.
    """

    def __init__(
        self,
        repo: git.Repo,
        route: Route,
        url: str,
        sweep_id: str,
        setup: str,
        warn: Callable[[str], None],
    ) -> None:
        def stop(request: str) -> None:
            with contextlib.suppress(TrackError):
                workdir.ask_to_stop(repo.common_dir, sweep_id, request)

        folder = Path(layout.sweep_dir(repo.common_dir, sweep_id)) / _FOLDER
        post = Post(repo, route, url, sweep_id, folder)
        facts = {"setup": setup_digest(setup)}
        self.conversation = Conversation(post, facts, stop, warn)
        links = list(self.conversation.links.values())
        super().__init__(links, discover=self.conversation.look, warn=warn)
        self.wait(0)  # learn what they run since an earlier process, before any trial is given away

    def close(self) -> None:
        """Let the workers go."""
        running = bool(self.tasks)
        super().close()
        self.conversation.close(ends=not running)
