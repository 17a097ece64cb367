"""``wandb.Artifact``: files under a name, with a type, metadata and aliases, in a run."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

from gittrack.api import records
from gittrack.api.runs import RunRecord
from gittrack.core.errors import TrackError
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator
from gittrack.integrations.wandb import media, notices
from gittrack.record.media.medium import Medium
from gittrack.record.run import Run

FACTS = "artifact.json"  # in the folder of the artifact: type, description, metadata, aliases
TAG = "artifact="  # a run with the artifact NAME has the tag artifact=NAME, with an alias artifact=NAME:ALIAS


class WandbArtifact:
    """Files that belong together.

    Parameters
    ----------
    name : str
        The name.
    type : str
        The type, such as ``model`` or ``dataset``.
    description : str, optional
        A description.
    metadata : mapping, optional
        Plain values.
    """

    def __init__(
        self,
        name: str,
        type: str = "artifact",
        description: str | None = None,
        metadata: dict[str, Any] | None = None,
        incremental: bool = False,
        use_as: str | None = None,
    ) -> None:
        self.name, self.type = str(name).split(":")[0], str(type)
        self.description, self.metadata = description, dict(metadata or {})
        self.aliases: list[str] = []
        self.version = "v0"
        self._files: dict[str, Path] = {}
        self._record: RunRecord | None = None
        self._folder = ""

    # What is put in.

    def add_file(
        self, local_path: str, name: str | None = None, is_tmp: bool = False, **more: Any
    ) -> None:
        """Add a file."""
        path = Path(local_path)
        if not path.is_file():
            raise ValueError(f"Path is not a file: {local_path}")
        self._files[name or path.name] = path

    def add_dir(self, local_path: str, name: str | None = None, **more: Any) -> None:
        """Add the files of a folder."""
        root = Path(local_path)
        if not root.is_dir():
            raise ValueError(f"Path is not a directory: {local_path}")
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            relative = path.relative_to(root).as_posix()
            self._files[f"{name}/{relative}" if name else relative] = path

    def add(self, obj: Any, name: str, **more: Any) -> None:
        """Add a table or another medium as a file."""
        if not isinstance(obj, Medium):
            raise ValueError(f"a {type(obj).__name__} cannot be added; add_file takes files")
        encoded = obj.encode()
        stem = name.removesuffix(encoded.ending)
        self._write(f"{stem}{encoded.ending}", encoded.content)
        for part, content in encoded.parts:
            self._write(f"{stem}/{part}", content)

    def add_reference(self, uri: Any, name: str | None = None, **more: Any) -> None:
        """Add an address; the files behind it are not copied.  A local path is added as files."""
        text = str(uri).removeprefix("file://")
        if os.path.isdir(text):
            self.add_dir(text, name)
        elif os.path.isfile(text):
            self.add_file(text, name)
        else:
            self._write(f"{name or text.rstrip('/').rpartition('/')[2]}.url", f"{uri}\n".encode())

    @contextlib.contextmanager
    def new_file(self, name: str, mode: str = "w", encoding: str | None = None) -> Iterator[Any]:
        """Return a file to write, which is added at the end of the block."""
        buffer: Any = io.BytesIO() if "b" in mode else io.StringIO()
        yield buffer
        content = buffer.getvalue()
        self._write(name, content if isinstance(content, bytes) else content.encode())

    def _write(self, name: str, content: bytes) -> None:
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="gittrack-artifact-")
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        number, path = tempfile.mkstemp(dir=self._folder)
        with open(number, "wb") as file:
            file.write(content)
        self._files[name] = Path(path)

    def store(self, run: Run, aliases: list[str] | None = None) -> None:
        """Store the files as artifacts of a run, and tag the run with the name and the aliases."""
        self.aliases = list(dict.fromkeys([*(aliases or ["latest"])]))
        facts = {
            "type": self.type,
            "description": self.description,
            "metadata": self.metadata,
            "aliases": self.aliases,
        }
        self._write(FACTS, json.dumps(facts, indent=1, default=str).encode())
        for name, path in self._files.items():
            run.log_artifact(path, f"{self.name}/{name}")
        names = [
            self.name,
            *(f"{self.name}:{alias}" for alias in self.aliases if alias != "latest"),
        ]
        run.add_tags(*(f"{TAG}{name}" for name in names))

    # What is taken out.

    @classmethod
    def of_run(cls, record: RunRecord, name: str, version: str) -> WandbArtifact:
        """Return the artifact that a run has recorded."""
        try:
            facts = json.loads(record.read(f"artifacts/{name}/{FACTS}"))
        except (TrackError, ValueError):
            facts = {}
        artifact = cls(name, facts.get("type") or "artifact", facts.get("description"))
        artifact.metadata = dict(facts.get("metadata") or {})
        artifact.aliases = list(facts.get("aliases") or [])
        artifact.version, artifact._record = version, record
        return artifact

    def download(self, root: str | None = None, **more: Any) -> str:
        """Copy the files into a folder, and return its path.  Default: ``artifacts/NAME-VERSION``."""
        target = Path(root or f"artifacts/{self.name}-{self.version}")
        for name in self._names():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._source(name), path)
        return str(target)

    checkout = download

    def _names(self) -> list[str]:
        if self._record is None:
            return list(self._files)
        paths = [str(item["path"]) for item in self._record.outputs]
        prefix = f"{self.name}/"
        names = [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]
        return [name for name in names if name != FACTS] or [
            path for path in paths if path == self.name
        ]

    def _source(self, name: str) -> Path:
        if self._record is None:
            return self._files[name]
        return self._record.artifact(f"{self.name}/{name}" if name != self.name else name)

    def get_path(self, name: str) -> Path:
        """Return the path of a copy of a file."""
        return self._source(name)

    get_entry = get_path

    def file(self, root: str | None = None) -> str:
        """Return the path of the only file."""
        (name,) = self._names()
        return str(Path(self.download(root)) / name)

    def files(self) -> list[str]:
        """Return the names of the files."""
        return self._names()

    def get(self, name: str) -> Any:
        """Return a table that was added with ``add``."""
        (file,) = [item for item in self._names() if item in (name, f"{name}.csv")] or [name]
        with open(self._source(file), encoding="utf-8", newline="") as text:
            rows = list(csv.reader(text))
        return media.WandbTable(rows[0], rows[1:]) if rows else None

    @property
    def digest(self) -> str:
        """The commit of the run that has the artifact, else nothing."""
        return str(self._record.info.commit or "") if self._record else ""

    @property
    def state(self) -> str:
        """``COMMITTED`` if a run has the artifact, else ``PENDING``."""
        return "COMMITTED" if self._record else "PENDING"

    def logged_by(self) -> RunRecord | None:
        """Return the run that has recorded the artifact."""
        return self._record

    def wait(self, timeout: float | None = None) -> WandbArtifact:
        """Return the artifact: nothing has to be waited for."""
        return self

    def save(self, *args: Any, **more: Any) -> None:
        """Do nothing: ``run.log_artifact`` stores."""


def find(address: str, project: str | None = None) -> WandbArtifact:
    """Return the artifact with an address such as ``model:latest``, ``entity/project/model:v3``.

    Version ``v0`` is the artifact of the oldest run that has the name; ``latest`` that of the newest.

    Raises
    ------
    WandbError
        If no run has such an artifact.
    """
    name, _, alias = address.rpartition("/")[2].partition(":")
    runs = records.runs(project or None)
    having = [run for run in runs if f"{TAG}{name}" in run.tags][::-1]
    number = int(alias[1:]) if alias[:1] == "v" and alias[1:].isdecimal() else None
    if number is not None:
        chosen = having[number : number + 1]
    elif alias in ("", "latest"):
        chosen = having[-1:]
    else:
        chosen = [run for run in having if f"{TAG}{name}:{alias}" in run.tags][-1:]
    if not chosen:
        raise notices.WandbError(
            f"no run has the artifact {address}", "log it first: run.log_artifact(artifact)"
        )
    return WandbArtifact.of_run(chosen[0], name, f"v{having.index(chosen[0])}")
