"""Write the tree, the message and the commit of a run from values."""

from __future__ import annotations

from gittrack import git
from gittrack.core import layout, yaml_write
from gittrack.core.errors import TrackError
from gittrack.core.run import commit_message, run_info
from gittrack.core.scalars import float_text
from gittrack.core.standard.collections import Iterable, Mapping, Sequence
from gittrack.core.standard.pathlib import Path
from gittrack.core.standard.typing import Any, NamedTuple
from gittrack.git import objects


class FilePart(NamedTuple):
    """The first ``size`` bytes of a file, which are read when the commit is written."""

    path: str | Path
    size: int


class Artifact(NamedTuple):
    """The content of an artifact; for a symbolic link, the text of the link."""

    content: bytes | FilePart
    executable: bool = False
    link: bool = False


class RunContents(NamedTuple):
    """The contents of a run commit.

    Attributes
    ----------
    facts : mapping
        The facts of run.yaml: format, id, experiment, status, started, ended and further ones.
    params, env : mapping
        The values of params.yaml and env.yaml.
    metrics : mapping of str to Metric
        The summaries of the points in ``series``.
    inputs, outputs : sequence of mapping
        The entries of inputs.yaml and outputs.yaml.
    series : bytes or FilePart, optional
        The content of metrics.csv.
    log, streams, diff, written : bytes
        The content of log.txt, of streams.csv, of diff.yaml and of written.yaml.
    artifacts : mapping of str to Artifact
        The content, by path, of each entry of ``outputs`` that is stored in git, and the Git LFS pointer of
        each one that is in the content store.
    locks : mapping of str to Artifact
        The content of each lock file, by path.
    """

    facts: Mapping[str, Any]
    params: Mapping[str, Any] = {}
    metrics: Mapping[str, run_info.Metric] = {}
    env: Mapping[str, Any] = {}
    inputs: Sequence[Mapping[str, Any]] = ()
    outputs: Sequence[Mapping[str, Any]] = ()
    series: bytes | FilePart | None = None
    log: bytes = b""
    streams: bytes = b""
    diff: bytes = b""
    written: bytes = b""
    artifacts: Mapping[str, Artifact] = {}
    locks: Mapping[str, Artifact] = {}


def write(store: objects.Store, contents: RunContents) -> str:
    """Write all files of the run and return the id of the tree; empty files are left out."""
    summaries = {name: metric.to_dict() for name, metric in contents.metrics.items()}
    files: dict[str, bytes | FilePart | None] = {
        layout.RUN: yaml_write.dump(contents.facts),
        layout.PARAMS: yaml_write.dump(contents.params, sort=True) if contents.params else None,
        layout.METRICS: yaml_write.dump(summaries, sort=True, flow_from=1) if summaries else None,
        layout.ENV: yaml_write.dump(contents.env) if contents.env else None,
        layout.INPUTS: yaml_write.dump({"inputs": contents.inputs}) if contents.inputs else None,
        layout.OUTPUTS: yaml_write.dump({"outputs": contents.outputs})
        if contents.outputs
        else None,
        layout.WRITTEN: contents.written,
        layout.LOG: contents.log,
        layout.STREAMS: contents.streams,
        layout.DIFF: contents.diff,
        layout.SERIES: contents.series,
    }
    entries = [
        objects.Entry("100644", name, _blob(store, data)) for name, data in files.items() if data
    ]
    if contents.artifacts:
        with store.batch():
            artifacts = _artifact_tree(store, contents.artifacts.items())
        entries.append(objects.Entry("40000", layout.ARTIFACTS, artifacts))
    if contents.locks:
        locks = _artifact_tree(store, contents.locks.items())
        entries.append(objects.Entry("40000", layout.LOCKS, locks))
    return store.tree(entries)


def _blob(store: objects.Store, content: bytes | FilePart) -> str:
    if isinstance(content, bytes):
        return store.blob(content)
    return store.blob_of(content.path, content.size)


def _artifact_tree(store: objects.Store, artifacts: Iterable[tuple[str, Artifact]]) -> str:
    entries: list[objects.Entry] = []
    folders: dict[str, list[tuple[str, Artifact]]] = {}
    for path, artifact in artifacts:
        name, _, rest = path.partition("/")
        if rest:
            folders.setdefault(name, []).append((rest, artifact))
            continue
        mode = "120000" if artifact.link else "100755" if artifact.executable else "100644"
        entries.append(objects.Entry(mode, name, _blob(store, artifact.content)))
    for name, inner in folders.items():
        entries.append(objects.Entry("40000", name, _artifact_tree(store, inner)))
    return store.tree(entries)


def message(
    facts: Mapping[str, Any], params: Mapping[str, Any], metrics: Mapping[str, run_info.Metric]
) -> str:
    """Return the commit message: a subject for humans and a body for listings."""
    headline = [
        f"{commit_message.key_text(name)}={float_text(float(f'{metrics[name].last:.4g}'))}"
        for name in run_info.headline(metrics)
    ]
    subject = " ".join([facts["experiment"], facts["id"], facts["status"], *headline])
    summaries = {name: metric.to_dict() for name, metric in metrics.items()}
    return f"{subject}\n\n{commit_message.encode(facts, params, summaries)}"


class CommitWriter:
    """Writes run commits, signed if ``sign``.  If the key fails, the run is committed without a signature.

    The same content is signed only once, because a second signature would give another commit.
    """

    def __init__(self, repo: git.Repo, store: objects.Store, author: str, sign: bool) -> None:
        self.repo, self.store, self.author, self.sign = repo, store, author, sign
        self.signed: dict[tuple[object, ...], bytes] = {}
        self.notes: tuple[str, ...] = ()

    def write(self, tree: str, parents: list[str], seconds: float, message: str) -> str:
        """Write the commit of a tree, at a moment in seconds since 1970; return its id."""
        key = (tree, *parents, message)
        if self.sign and not self.notes and key not in self.signed:
            from gittrack.git import signing  # noqa: PLC0415

            try:
                self.signed[key] = signing.commit(
                    self.repo, tree, parents, self.author, seconds, message
                )
            except TrackError as error:
                self.notes = (f"the run is not signed: {error}",)
        if key in self.signed:
            return self.store.keep(b"commit", self.signed[key])
        return self.store.commit(tree, parents, self.author, seconds, message)
