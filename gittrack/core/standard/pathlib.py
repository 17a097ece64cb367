"""The `pathlib.Path` of the modules that record, without importing it.

That import, with `urllib`, `ipaddress` and `fnmatch`, is a tenth of what ``git track run`` computes.
Type checkers see the real class, which also answers what is rarely needed.
"""

from __future__ import annotations

from gittrack.core.standard.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path as Path
else:
    import errno
    import os
    import stat
    import sys

    _MISSING = (errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP)
    _UNUSUAL = ("//", "/./")  # in a path that `pathlib` writes in another way

    def _plain(path):
        """Return the text of a path as `pathlib` writes it."""
        plain = path.rstrip("/") or path[:1]
        is_unusual = path.startswith(("./", "//")) or plain.endswith("/.") or not plain
        if not (is_unusual or any(part in plain for part in _UNUSUAL)):
            return plain
        from pathlib import PurePath  # noqa: PLC0415 - rare

        return str(PurePath(path))

    class Path:
        """A path with the methods of `pathlib.Path`; a result that is a path may be one of `pathlib`."""

        __slots__ = ("_text",)

        def __init__(self, *parts):
            self._text = _plain(os.path.join(*map(os.fspath, parts)) if parts else ".")

        def __getattr__(self, name):
            if name.startswith("__"):  # a protocol that `pathlib` may have, but not for this object
                raise AttributeError(name)
            from pathlib import Path as Real  # noqa: PLC0415 - rare

            return getattr(Real(self._text), name)

        def __fspath__(self):
            return self._text

        __str__ = __fspath__

        def __repr__(self):
            return f"{type(self).__name__}({self._text!r})"

        def __eq__(self, other):
            return os.fspath(other) == self._text if _is_path(other) else NotImplemented

        def __lt__(self, other):
            return _parts(self) < _parts(other) if _is_path(other) else NotImplemented

        def __gt__(self, other):
            return _parts(self) > _parts(other) if _is_path(other) else NotImplemented

        def __le__(self, other):
            return _parts(self) <= _parts(other) if _is_path(other) else NotImplemented

        def __ge__(self, other):
            return _parts(self) >= _parts(other) if _is_path(other) else NotImplemented

        def __hash__(self):
            """Return the hash of the real path, which is equal."""
            if sys.version_info >= (3, 12):
                return hash(self._text)
            start = self._text[: 2 if self._text.startswith("//") else 1]
            root = (start,) if self._text.startswith("/") else ()
            return hash((*root, *(part for part in _parts(self) if part not in ("", "."))))

        def __truediv__(self, name):
            return Path(self._text, name)

        def __rtruediv__(self, folder):
            return Path(folder, self._text)

        def __bytes__(self):
            return os.fsencode(self._text)

        def __reduce__(self):
            return Path, (self._text,)

        @property
        def name(self):
            return os.path.basename(self._text) if self._text not in (".", "/") else ""

        @property
        def parent(self):
            return Path(os.path.dirname(self._text) or ".")

        @property
        def parents(self):
            above = [self.parent]
            while above[-1].parent != above[-1]:
                above.append(above[-1].parent)
            return [] if above[0] == self else above

        def with_name(self, name):
            return self.parent / name

        def resolve(self):
            return Path(os.path.realpath(self._text))

        def iterdir(self):
            return iter([self / name for name in os.listdir(self._text)])

        def stat(self):
            return os.stat(self._text)

        def lstat(self):
            return os.lstat(self._text)

        def exists(self):
            return bool(self._mode(os.stat))

        def is_dir(self):
            return stat.S_ISDIR(self._mode(os.stat))

        def is_file(self):
            return stat.S_ISREG(self._mode(os.stat))

        def is_symlink(self):
            return stat.S_ISLNK(self._mode(os.lstat))

        def _mode(self, look):
            """Return the mode of the file, 0 if there is none."""
            try:
                return look(self._text).st_mode
            except OSError as error:
                if error.errno not in _MISSING:
                    raise
                return 0
            except ValueError:  # a NUL or a lone surrogate: no file has such a name
                return 0

        def open(self, *mode, **options):
            return open(self._text, *mode, **options)

        def read_bytes(self):
            with open(self._text, "rb") as file:
                return file.read()

        def read_text(self, encoding=None, errors=None):
            with open(self._text, encoding=encoding, errors=errors) as file:
                return file.read()

        def write_bytes(self, content):
            with open(self._text, "wb") as file:
                return file.write(content)

        def write_text(self, text, encoding=None, errors=None):
            with open(self._text, "w", encoding=encoding, errors=errors) as file:
                return file.write(text)

        def touch(self):
            os.close(os.open(self._text, os.O_CREAT | os.O_WRONLY, 0o666))
            os.utime(self._text)

        def chmod(self, mode):
            os.chmod(self._text, mode)

        def mkdir(self, mode=0o777, parents=False, exist_ok=False):
            try:
                os.mkdir(self._text, mode)
            except FileNotFoundError:
                if not parents or self.parent == self:
                    raise
                self.parent.mkdir(parents=True, exist_ok=True)
                self.mkdir(mode, exist_ok=exist_ok)
            except OSError:
                if not exist_ok or not self.is_dir():
                    raise

        def unlink(self, missing_ok=False):
            try:
                os.unlink(self._text)
            except FileNotFoundError:
                if not missing_ok:
                    raise

        def rmdir(self):
            os.rmdir(self._text)

        def rename(self, target):
            os.rename(self._text, target)
            return Path(target)

        def replace(self, target):
            os.replace(self._text, target)
            return Path(target)

    def _is_path(other):
        return isinstance(other, os.PathLike)

    def _parts(path):
        return os.fspath(path).split(os.sep)
