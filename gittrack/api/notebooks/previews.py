"""Small pictures of the images of a run, for a notebook: few, and limited in size."""

from __future__ import annotations

from gittrack.analysis.differences import RunDiff
from gittrack.core import layout
from gittrack.core.errors import TrackError
from gittrack.core.run import media_index
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterable, Iterator
from gittrack.read.files.record_files import RecordFiles
from gittrack.show.page import gallery
from gittrack.show.page.gallery import DataImage

_MOST = 8
_LARGEST, _LARGEST_SUM = 256 << 10, 1 << 20  # bytes


def of_run(record: RecordFiles) -> str:
    """Return the last image of each name, as many as there is room for; nothing without images."""
    names = media_index.by_name(record.outputs)
    paths = [(name, str(entries[-1]["path"])) for name, entries in names.items()]
    return gallery.figures(list(_within_limits(_pictures(record, paths))))


def of_difference(diff: RunDiff, a: RecordFiles, b: RecordFiles) -> str:
    """Return the images that differ between two runs, side by side."""
    changes = [change for change in diff.media if change.image is not None][: _MOST // 2]
    pictures = [
        picture
        for change in changes
        for record, side in ((a, 0), (b, 1))
        for picture in _pictures(record, [(f"{'AB'[side]} {change.name}", change.paths[side])])
    ]
    return gallery.figures(list(_within_limits(pictures)))


def _pictures(record: RecordFiles, paths: list[tuple[str, str]]) -> Iterator[DataImage]:
    sizes = record.files()
    for name, path in paths:
        file = f"{layout.ARTIFACTS}/{path}"
        if gallery.kind(path) and 0 < sizes.get(file, 0) <= _LARGEST:
            with contextlib.suppress(TrackError, OSError):  # such as content of another machine
                yield DataImage(name, gallery.kind(path), record.read(file))


def _within_limits(pictures: Iterable[DataImage]) -> Iterator[DataImage]:
    room = _LARGEST_SUM
    for number, picture in enumerate(pictures):
        room -= len(picture.content)
        if number >= _MOST or room < 0:
            return
        yield picture
