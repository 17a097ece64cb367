"""``mlflow.log_*`` and ``set_tag``: they record into the active run, and begin one if there is none."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from gittrack.core import values
from gittrack.core.run import events
from gittrack.core.standard.collections import Mapping, Sequence
from gittrack.integrations.mlflow import session
from gittrack.record.media.figure import Figure
from gittrack.record.media.image import Image
from gittrack.record.media.medium import Encoded
from gittrack.record.media.table import Table


def log_param(key: str, value: Any, **more: Any) -> Any:
    """Record one param, and return its value.

    Raises
    ------
    MlflowException
        If the param has another value already.
    """
    log_params({key: value})
    return value


def log_params(params: Mapping[str, Any], **more: Any) -> None:
    """Record params; one that has another value already is an error, as in MLflow."""
    session.current().gittrack.log_params(dict(params))


def log_metric(key: str, value: Any, step: float | None = None, *args: Any, **more: Any) -> None:
    """Record a point; without a step, each metric counts its own points from 0."""
    log_metrics({key: value}, step)


def log_metrics(
    metrics: Mapping[str, Any], step: float | None = None, *args: Any, **more: Any
) -> None:
    """Record a point of each metric."""
    active = session.current()
    active.guard.attempt(active.gittrack.log, dict(metrics), step)


def set_tag(key: str, value: Any, **more: Any) -> None:
    """Set a tag ``key=value``; an earlier value is replaced."""
    set_tags({key: value})


def set_tags(tags: Mapping[str, Any], **more: Any) -> None:
    """Set several tags; ``mlflow.note.content`` is the note."""
    active = session.current()
    active.guard.attempt(_set_tags, active, tags)


def _set_tags(active: session.ActiveRun, tags: Mapping[str, Any]) -> None:
    new = {str(key): str(value) for key, value in tags.items()}
    note = new.pop("mlflow.note.content", None)
    if note:
        active.gittrack.note(note)
    changed = [key for key in new if active.tags.get(key, new[key]) != new[key]]
    _change_tags(active, [f"{key}={active.tags[key]}" for key in changed])
    active.gittrack.add_tags(*(f"{key}={value}" for key, value in new.items()))
    active.tags.update(new)


def delete_tag(key: str) -> None:
    """Remove a tag."""
    active = session.current()
    if key in active.tags:
        active.guard.attempt(_change_tags, active, [f"{key}={active.tags.pop(key)}"])


def _change_tags(active: session.ActiveRun, removed: Sequence[str]) -> None:
    if removed and not active.gittrack.disabled:
        active.gittrack._append(events.TAGS, add=[], remove=list(removed))


# Files.


def log_artifact(local_path: Any, artifact_path: str | None = None, **more: Any) -> None:
    """Store a file or folder, below ``artifact_path``."""
    path = os.path.abspath(os.fspath(local_path))
    _store(path, f"{artifact_path}/{Path(path).name}" if artifact_path else Path(path).name)


def log_artifacts(local_dir: Any, artifact_path: str | None = None, **more: Any) -> None:
    """Store the files of a folder, below ``artifact_path``."""
    root = os.fspath(local_dir)
    for name in sorted(session.current().guard.attempt(os.listdir, root, default=())):
        _store(os.path.join(root, name), f"{artifact_path}/{name}" if artifact_path else name)


def _store(path: str, name: str) -> None:
    active = session.current()
    active.guard.attempt(active.gittrack.log_artifact, path, name)


def log_text(text: str, artifact_file: str, **more: Any) -> None:
    """Store text as a file."""
    store_bytes(str(text).encode(), artifact_file)


def log_dict(dictionary: Any, artifact_file: str, **more: Any) -> None:
    """Store plain values as JSON, or as YAML if the name ends so."""
    active = session.current()
    active.guard.attempt(_log_dict, dictionary, artifact_file)


def _log_dict(dictionary: Any, artifact_file: str) -> None:
    plain = values.plain(dictionary, "dictionary")
    if artifact_file.endswith((".yml", ".yaml")):
        from gittrack.core import yaml_write  # noqa: PLC0415 - only this format needs it

        store_bytes(yaml_write.dump(plain), artifact_file)
    else:
        store_bytes(json.dumps(plain, indent=2, ensure_ascii=False).encode(), artifact_file)


def log_figure(figure: Any, artifact_file: str, **more: Any) -> None:
    """Store a figure of Matplotlib or Plotly as a file; ``.html`` keeps a figure of Plotly alive."""
    active = session.current()
    if artifact_file.endswith(".html") and callable(getattr(figure, "to_html", None)):
        active.guard.attempt(lambda: store_bytes(figure.to_html().encode(), artifact_file))
    elif callable(getattr(figure, "savefig", None)) and not artifact_file.endswith(".png"):
        active.guard.attempt(_written, figure.savefig, artifact_file)
    else:
        active.guard.attempt(_encoded, Figure(figure), artifact_file)


def _written(write: Any, artifact_file: str) -> None:
    with tempfile.TemporaryDirectory(prefix="gittrack-figure-") as folder:
        path = Path(folder, Path(artifact_file).name)
        write(path)
        store_bytes(path.read_bytes(), artifact_file)


def _encoded(medium: Any, artifact_file: str) -> None:
    encoded: Encoded = medium.encode()
    stem, ending = os.path.splitext(artifact_file)
    is_same = ending in (encoded.ending, encoded.ending.replace(".plotly", ""))
    store_bytes(encoded.content, artifact_file if is_same else f"{stem}{encoded.ending}")


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: float | None = None,
    **more: Any,
) -> None:
    """Store an image: as a file, or under a ``key`` and a step."""
    active = session.current()
    if key is not None:
        active.guard.attempt(active.gittrack.log, {key: Image(image)}, step)
    elif artifact_file is not None:
        active.guard.attempt(_encoded, Image(image), artifact_file)


def log_table(data: Any, artifact_file: str, **more: Any) -> None:
    """Store a table as a file: CSV, or JSON with columns and data if the name ends so."""
    active = session.current()
    active.guard.attempt(_log_table, data, artifact_file)


def _log_table(data: Any, artifact_file: str) -> None:
    table = Table(data)
    if artifact_file.endswith(".json"):
        cells = [[values.plain(cell, "cell") for cell in row] for row in table.data]
        content = json.dumps({"columns": table.columns, "data": cells}).encode()
        store_bytes(content, artifact_file)
    else:
        _encoded(table, artifact_file)


def log_input(dataset: Any, context: str | None = None, **more: Any) -> None:
    """Record a data set: its fingerprint if it is a file, else its name, size and digest as params."""
    active = session.current()
    active.guard.attempt(_log_input, active, dataset, context or "data")


def _log_input(active: session.ActiveRun, dataset: Any, context: str) -> None:
    source = str(getattr(dataset, "source", "") or "")
    if os.path.exists(source):
        active.gittrack.log_input(source)
    facts = getattr(dataset, "facts", None)
    if callable(facts):
        active.gittrack.log_params({"dataset": {context: facts()}}, allow_change=True)


def store_bytes(content: bytes, name: str) -> None:
    """Store bytes as an artifact of the active run."""
    active = session.current()
    with tempfile.TemporaryDirectory(prefix="gittrack-artifact-") as folder:
        path = Path(folder, "content")
        path.write_bytes(content)
        active.guard.attempt(active.gittrack.log_artifact, path, name)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return the address of the artifacts of the active run."""
    uri = session.current().info.artifact_uri
    return f"{uri}/{artifact_path}" if artifact_path else uri
