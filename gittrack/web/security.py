"""Who may read the page: the checks of a request, and the headers of every answer.

Every port of a host shares its cookies, and any site that a browser visits may send requests to it.  So a
request needs a secret, and must come from the page itself.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any, NamedTuple

from gittrack.core.errors import TrackError
from gittrack.core.standard.collections import Mapping

LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))
METHODS = ("GET", "HEAD")
LONGEST_ADDRESS = 16_384  # characters of path and query together

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_NO_OPENER = ("Cross-Origin-Opener-Policy", "same-origin")


def headers(environ: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the headers of the answer to a request.

    A page of another origin that leads here keeps no handle of our window.  If nobody leads here, there is no
    handle, and the header would cost a browser a second process: a tenth of what it takes to show the page.
    """
    is_own = environ.get("HTTP_SEC_FETCH_SITE") in ("none", "same-origin")
    return HEADERS if is_own else (*HEADERS, _NO_OPENER)


class Guard(NamedTuple):
    """What a server checks in every request.

    Attributes
    ----------
    token : str
        The secret in the address that is opened, and then in the cookie.
    instance : str
        The part of the cookie's name that tells servers on one host apart.
    hosts : frozenset of str
        The names that the Host header may have, without the port.
    numeric : bool
        Whether any address in numbers is fine too: a site can make its name lead here, but not a number.
    """

    token: str
    instance: str
    hosts: frozenset[str] = LOOPBACK
    numeric: bool = False

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return f"gittrack-{self.instance}"

    def check(self, environ: Mapping[str, Any], token: str, *, first_page: bool) -> None:
        """Raise Refused for a request that may not be answered.

        Parameters
        ----------
        environ : mapping
            The request, as in WSGI.
        token : str
            The token in its address, or an empty text.
        first_page : bool
            Whether it asks for the first page, which another site may link to.
        """
        _check_form(environ)
        host = environ.get("HTTP_HOST", "")
        if not self._is_ours(host):
            raise Refused(
                "this address is not one of the server", "open the address that it printed"
            )
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin.partition("://")[2] != host:
            raise Refused("another site sent this request", "open the page itself")
        _check_site(environ, first_page=first_page)
        if not (self._is_token(token) or self._is_token(self._cookie_of(environ).strip())):
            raise Refused(
                "this needs the token of the server", "open the address that git track ui printed"
            )

    def _is_ours(self, host: str) -> bool:
        name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
        port = host[len(name) :]
        if port and not (port[0] == ":" and port[1:].isascii() and port[1:].isdigit()):
            return False
        return name.lower() in self.hosts or (self.numeric and _is_number(name))

    def _cookie_of(self, environ: Mapping[str, Any]) -> str:
        # Not by http.cookies: it gives up at a cookie of another program that it cannot parse.
        pairs = (part.partition("=") for part in environ.get("HTTP_COOKIE", "").split(";"))
        return next((value for name, _, value in pairs if name.strip() == self.cookie), "")

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.token.encode())

    def set_cookie(self, path: str) -> tuple[str, str]:
        """Return the header that hands the token to the browser, for addresses below ``path``."""
        value = f"{self.cookie}={self.token}; Path={path}; HttpOnly; SameSite=Strict"
        return ("Set-Cookie", value)


class Refused(TrackError):
    """A request that may not be answered; ``status`` is the one of HTTP."""

    status = 403


class NotAllowed(Refused):
    """A method that changes things, or an address that is too long or not an address."""

    def __init__(self, message: str, hint: str, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


def _check_form(environ: Mapping[str, Any]) -> None:
    if environ.get("REQUEST_METHOD") not in METHODS:
        raise NotAllowed("the page only reads", "use git track to change runs", 405)
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    if len(path) + len(query) > LONGEST_ADDRESS:
        raise NotAllowed("the address is too long", "select fewer runs at once", 414)
    if any(char < " " or char in "\\\x7f" for char in path):
        raise NotAllowed("this is not an address of the page", "open the page itself", 400)


def _check_site(environ: Mapping[str, Any], *, first_page: bool) -> None:
    """Refuse what another site asks for, by the header that every current browser sends."""
    site = environ.get("HTTP_SEC_FETCH_SITE")
    opened = first_page and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
    if site not in (None, "same-origin", "none") and not opened:
        raise Refused("another site sent this request", "open the page itself")
    if opened and environ.get("HTTP_SEC_FETCH_DEST", "document") != "document":
        raise Refused("the page cannot be shown inside another page", "open the page itself")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
