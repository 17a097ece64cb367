"""Large content in a bucket or on a server that fsspec knows, such as ``s3://bucket/prefix``."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any, BinaryIO, cast

from gittrack.core.errors import Damaged, TrackError
from gittrack.core.secrets import redact_url
from gittrack.core.standard import contextlib
from gittrack.core.standard.collections import Iterator
from gittrack.disk import content_store
from gittrack.disk.lfs_pointer import Pointer
from gittrack.large.receiving import Progress

# A put is complete or not there in these, and they have no folders.
_BUCKETS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss"}


class FsspecStore:
    """A folder of a file system of fsspec with a file ``ab/cd/<SHA-256>`` for each content.

    In a file system that shows incomplete files, the size tells them: they are sent again, and nobody takes
    them.

    Parameters
    ----------
    url : str
        The URL of the folder.

    Raises
    ------
    TrackError
        If fsspec or the package for this kind of URL is not installed, or if there is no such kind.
    """

    def __init__(self, url: str) -> None:
        self.name = redact_url(url)
        kind = url.partition("://")[0]
        try:
            import fsspec  # noqa: PLC0415

            with _explained():
                self._system, self._root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            problem = f"track.store is {self.name}, which needs a package: {error}"
            raise TrackError(problem, "install it: pip install 'gittrack[store]'") from error
        except OSError as error:
            problem = f"track.store is {self.name}, which cannot be used: {error}"
            raise TrackError(
                problem, "see the documentation of fsspec for this kind of URL"
            ) from error
        self._has_folders = kind not in _BUCKETS

    def size(self, digest: str) -> int | None:
        """Return the size of a content; None if it is not there.  Raises OSError."""
        with _explained():
            try:
                return int(self._system.info(self._path(digest))["size"])
            except FileNotFoundError:
                return None

    def open(self, digest: str) -> BinaryIO:
        """Open a content that is there.  Raises OSError."""
        with _explained():
            return cast(BinaryIO, _Stream(self._system.open(self._path(digest), "rb")))

    def put(self, content: Pointer, source: Path, progress: Progress) -> None:
        """Send content.

        Raises
        ------
        Damaged
            If the source has other bytes.
        OSError
            If it cannot be stored there.
        """
        if not content_store.is_sound(source):
            raise Damaged(f"the content of {source} has changed", "see: git track doctor")
        path = self._path(content.digest)
        with _explained():
            if self._has_folders:
                self._system.makedirs(posixpath.dirname(path), exist_ok=True)
            self._system.put_file(str(source), path, callback=_callback(progress))

    def _path(self, digest: str) -> str:
        return posixpath.join(self._root, digest[:2], digest[2:4], digest)


class _Stream:
    """A file of fsspec whose errors are OSError."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *error: object) -> None:
        with _explained():
            self._file.close()

    def read(self, size: int) -> bytes:
        with _explained():
            return bytes(self._file.read(size))

    def seek(self, position: int) -> None:
        with _explained():
            self._file.seek(position)


def _callback(progress: Progress) -> Any:
    """Return what fsspec calls with the bytes that it has sent."""
    from fsspec.callbacks import Callback  # noqa: PLC0415

    class Counting(Callback):  # type: ignore[misc]
        def relative_update(self, inc: int = 1) -> None:
            progress(inc)

    return Counting()


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Raise what the libraries of buckets raise as an OSError with one line."""
    try:
        yield
    except (OSError, ImportError):
        raise
    except Exception as error:
        lines = str(error).strip().splitlines()
        raise OSError(lines[0] if lines else type(error).__name__) from error
