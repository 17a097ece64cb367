"""The WSGI application: addresses to documents, static files and artifacts; errors as JSON.

It is served by `serving` on this machine, or by any WSGI server: ``application(repo, guard)``.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from hashlib import sha256
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from gittrack import git
from gittrack.core.errors import NoSuchRun, TrackError
from gittrack.core.standard.collections import Callable, Iterable, Iterator, Mapping
from gittrack.show.data import jsonable
from gittrack.web import assets, security
from gittrack.web.params import Params
from gittrack.web.security import Guard, Refused

_log = logging.getLogger("gittrack")
# The documents: {name: (module of `web.views`, its function)}.  Each is imported when it is first asked for.
VIEWS = {
    **{
        name: (name, "view")
        for name in (
            *("runs", "series", "run", "log", "figure", "compare", "importance"),
            *("sweeps", "models"),
        )
    },
    "groups": ("groups", "view"),
    "members": ("groups", "members"),
    "sweep": ("sweeps", "sweep"),
    "model": ("models", "model"),
}
_MOST_FIELDS = 2_000
_REASONS = {200: "OK", 304: "Not Modified", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}
_REASONS |= {405: "Method Not Allowed", 414: "URI Too Long", 500: "Internal Server Error"}


class Answer(NamedTuple):
    """The answer to a request."""

    body: bytes | Iterable[bytes]
    kind: str = "application/json"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    policy: str = security.POLICY
    size: int | None = None  # of a body in parts


class Start(NamedTuple):
    """What the command line selected: the state of the page where its address holds none."""

    experiment: str = ""
    where: str = ""
    runs: tuple[str, ...] = ()
    view: str = "runs"
    target: str = ""


_START = Start()


class Application:
    """The page of one repository.

    Parameters
    ----------
    repo : git.Repo
        The repository.
    guard : Guard
        Who may read.
    base_path : str
        The part of the path before the page, if a proxy leaves it on: ``/proxy/7117``.
    start : Start
        What the page shows first.
    """

    def __init__(
        self, repo: git.Repo, guard: Guard, base_path: str = "", start: Start = _START
    ) -> None:
        self.repo, self.guard, self.start = repo, guard, start
        self.base_path = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
        self._shared: dict[str, Any] = {}
        self._lock = threading.Lock()

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request, as WSGI says."""
        answer = _safely(lambda: self._answer(environ), environ)
        reason = _REASONS.get(answer.status, "Error")
        parts = [answer.body] if isinstance(answer.body, bytes) else answer.body
        size = len(answer.body) if isinstance(answer.body, bytes) else answer.size
        headers = [
            ("Content-Type", answer.kind),
            *([("Content-Length", str(size))] if size is not None else []),
            ("Content-Security-Policy", answer.policy),
            *security.headers(environ),
            *answer.headers,
        ]
        start_response(f"{answer.status} {reason}", headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else parts

    def _answer(self, environ: Mapping[str, Any]) -> Answer:
        path = environ.get("PATH_INFO", "").removeprefix(self.base_path) or "/"
        fields = _fields(environ)
        token = fields.text("token")
        self.guard.check(environ, token, first_page=path == "/")
        if path == "/":
            cookie = self.guard.set_cookie(f"{self.base_path}/")
            parts = self._first_page(environ)
            has_chunks = environ.get("SERVER_PROTOCOL") != "HTTP/1.0"  # which some proxies speak
            page = parts if has_chunks else b"".join(parts)
            return Answer(page, "text/html; charset=utf-8", 200, (cookie,), assets.policy())
        kind, _, name = path[1:].partition("/")
        if kind == "static" and name in assets.served():
            file_kind, content = assets.served()[name]
            return Answer(content, file_kind)
        if path == "/data/start":
            return self._start()
        if path == "/data/changes":
            return self._newer(fields, environ.get("HTTP_IF_NONE_MATCH", ""))
        if kind == "data" and name in VIEWS:
            document = self._document(name, fields)
            if fields.flag("binary"):
                return Answer(with_bytes(document), "application/octet-stream")
            return Answer(encoded(document))
        if kind in ("artifact", "figure") and name:
            record = import_module("gittrack.web.views.run").record_of(
                self.repo, fields.required("run")
            )
        if kind == "artifact" and name:
            artifacts = import_module("gittrack.web.artifacts")
            content = artifacts.content(record, name, frame=fields.flag("frame"))
            return Answer(
                content.parts, content.kind, 200, content.headers, content.policy, content.size
            )
        if kind == "figure" and name:
            figure = import_module("gittrack.web.figures").page(record, name)
            return Answer(figure.content, "text/html; charset=utf-8", policy=figure.policy)
        raise NotFound()

    def _first_page(self, environ: Mapping[str, Any]) -> Iterator[bytes]:
        """Yield the page with its first document; a browser has the rest while we look at the runs."""
        title = import_module("gittrack.web.views.start").title(self.repo)
        before, after = assets.page(title)
        yield before
        start = _safely(self._start, environ).body
        assert isinstance(start, bytes)
        yield assets.embedded("start", start)
        yield after

    def _start(self) -> Answer:
        module, changes = import_module("gittrack.web.views.start"), self._changes()
        ours = {
            "live": True,
            "cursor": changes.cursor(self.repo),
            "instance": self.guard.instance,
            "with": [],
            "file": None,
        }
        experiments = changes.experiments()
        document = {**module.view(self.repo, experiments), **ours, "initial": self.start._asdict()}
        return Answer(encoded(document))

    def _changes(self) -> Any:
        return self._only("live", "Changes", self.guard.instance)

    def _only(self, module: str, name: str, *arguments: Any) -> Any:
        """Return the one object of a class that all requests share; its module is imported when needed."""
        with self._lock:
            if name not in self._shared:
                kind = getattr(import_module(f"gittrack.web.{module}"), name)
                self._shared[name] = kind(*arguments)
            return self._shared[name]

    def _newer(self, params: Params, etag: str) -> Answer:
        """Return the document ``changes``; nothing if it is the one that the page has."""
        content = encoded(self._changes().since(self.repo, params))
        mark = f'"{sha256(content).hexdigest()[:32]}"'
        if etag == mark:
            return Answer(b"", status=304, headers=(("ETag", mark),))
        return Answer(content, headers=(("ETag", mark),))

    def _document(self, name: str, params: Params) -> dict[str, Any]:
        module, function = VIEWS[name]
        view = getattr(import_module(f"gittrack.web.views.{module}"), function)
        document: dict[str, Any] = view(self.repo, params, *self._state_of(name))
        return document

    def _state_of(self, name: str) -> tuple[Any, ...]:
        """Return what a document keeps from one request to the next."""
        if name in ("groups", "members"):
            return (self._only("grouping.groupings", "Groupings"),)
        if name not in ("runs", "series"):
            return ()
        changes = self._changes()
        windows = self._only("windows", "Windows", changes.named, changes.cursor)
        return (self._only("points", "PointCache"), windows) if name == "series" else (windows,)


def _safely(answer: Callable[[], Answer], environ: Mapping[str, Any]) -> Answer:
    """Return an answer, or the one that says why there is none."""
    try:
        return answer()
    except NoSuchRun as error:
        return failure(error, 404)
    except Refused as error:
        return failure(error, error.status)
    except TrackError as error:
        return failure(error, 400)
    except OSError as error:
        problem = TrackError(f"{error.strerror or 'the disk failed'}", "see: git track doctor")
        return failure(problem, 500)
    except Exception:  # noqa: BLE001 - the boundary: no traceback is in an answer
        _log.exception("the page failed to answer %r", environ.get("PATH_INFO"))
        return failure(
            TrackError("gittrack has a bug", "the server printed it; please report it"), 500
        )


class NotFound(Refused):
    """An address that the page does not have."""

    status = 404

    def __init__(self) -> None:
        super().__init__("the page has no such address", "open the page itself")


def _fields(environ: Mapping[str, Any]) -> Params:
    query = environ.get("QUERY_STRING", "").encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return Params(parse_qs(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise security.NotAllowed("too many parameters", "select fewer runs at once", 414) from None


def encoded(document: Any) -> bytes:
    """Return a document as JSON without spaces, in ASCII; bytes in base64."""
    return _json(document, lambda data: base64.b64encode(data).decode())


def with_bytes(document: Any) -> bytes:
    """Return a document whose arrays are bytes after its JSON, so that a browser has nothing to decode.

    It begins with the length of the JSON in 4 bytes, little endian.  The JSON has ``[start, length]`` for
    each array; the arrays begin after it, each at a multiple of 8 bytes.
    """
    parts: list[bytes] = []
    size = 0

    def added(data: bytes) -> list[int]:
        nonlocal size
        start, filled = size, data + bytes(-len(data) % 8)
        parts.append(filled)
        size += len(filled)
        return [start, len(data)]

    head = _json(document, added)
    head += b" " * (-(4 + len(head)) % 8)
    return b"".join((len(head).to_bytes(4, "little"), head, *parts))


def _json(document: Any, form: Callable[[bytes], Any]) -> bytes:
    """Return JSON in which bytes are in another form."""
    plain = jsonable.plain(document)
    return json.dumps(plain, allow_nan=False, separators=(",", ":"), default=form).encode()


def failure(error: TrackError, status: int) -> Answer:
    """Return the answer for an error."""
    content = {
        "message": error.message,
        "hint": error.hint,
        "column": getattr(error, "column", None),
    }
    return Answer(encoded({"error": content}), status=status)
