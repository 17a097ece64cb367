"""The files of a live run: artifacts and inputs."""

from __future__ import annotations

import os

from gittrack.core import layout, settings, values
from gittrack.core.run import events
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import TYPE_CHECKING, Any
from gittrack.disk.content_store import ContentStore
from gittrack.record import artifacts, inputs
from gittrack.record.active.recording import Recording
from gittrack.record.code import made_files

if TYPE_CHECKING:
    from gittrack.record.media.media_log import MediaLog


class RunFiles(Recording):
    """A live run that keeps files and knows what it reads."""

    _media: MediaLog | None = None  # made by the first medium

    def __getattr__(self, name: str) -> Any:
        from gittrack.core.run import habits  # noqa: PLC0415 - only a mistake needs it

        if name.startswith("_"):
            raise AttributeError(name)
        names = [word for word in (*dir(type(self)), *self.__dict__) if not word.startswith("_")]
        raise habits.unknown_name("a run", name, habits.METHODS, names)

    def log_artifact(self, path: str | os.PathLike[str], name: str | None = None) -> None:
        """Store a file or folder, with its present content, as an artifact of the run.

        Parameters
        ----------
        path : str or path
            The file or folder.
        name : str, optional
            The path among the artifacts.  Default: ``path`` if it is relative, else its last part.

        Raises
        ------
        TrackError
            If there is no such file, or it is not a regular file or folder.
        """
        if self._is_silent():
            return
        text = values.check_path(path, "artifact")
        artifact = name or artifacts.default_name(text)
        target = self._journal.folder / layout.ARTIFACTS
        limit, _, store = self._limits()
        try:
            began = os.stat(self._journal.folder / layout.LOCK)
            for entry in artifacts.copy_in(text, artifact, target, limit, store, began):
                self._append(events.OUTPUT, values=entry)
                if warning := artifacts.warning(entry):
                    is_stored = entry["where"] == "store"
                    self._warn("store" if is_stored else f"left out {entry['path']}", warning)
            made_files.remember(str(self._journal.folder.parents[2]), self._journal.folder, text)
        except OSError as error:
            self._warn("artifact", f"the artifact {text} was not stored: {error.strerror}")

    def log_input(self, path: str | os.PathLike[str]) -> None:
        """Record the fingerprint of a data file or folder that the run reads.

        Parameters
        ----------
        path : str or path
            The file or folder.

        Raises
        ------
        TrackError
            If there is no such file or folder.
        """
        if self._is_silent():
            return
        text = values.check_path(path, "input")
        cache = self._home() / layout.CACHE
        entry = inputs.fingerprint(text, inputs.display_path(text, self._cwd), cache)
        self._append(events.INPUT, values=entry)
        if warning := inputs.warning(entry):
            self._warn(f"input {entry['path']}", warning)

    @property
    def work_tree(self) -> str:
        """The root of the work tree that the run belongs to."""
        return self._cwd

    def _home(self) -> Path:
        return Path(layout.home_of_journal(str(self._journal.folder)))

    def _limits(self) -> artifacts.Limits:
        """Return the size over which an artifact goes to the store, the total of media, and the store."""
        options = self._session.settings if self._session else settings.Settings()
        sizes = [options.max_artifact_size, options.max_store_size, options.max_media_size]
        if self._session is None and artifacts.LIMITS in os.environ:
            passed = [int(size) for size in os.environ[artifacts.LIMITS].split()]
            sizes[: len(passed)] = passed  # the launcher may be of an earlier version
        store = ContentStore.of(str(self._home().parent), sizes[1])
        return artifacts.Limits(sizes[0], sizes[2], store)
