"""Requests that no browser of the user sends: other hosts and sites, no token, other methods, odd paths."""

from __future__ import annotations

import socket

import helpers
import pytest

from gittrack.web.security import LONGEST_ADDRESS, Guard

DOCUMENT = "/data/start"


def test_the_opened_address_hands_over_the_token(served):
    reply = served.get("/?token=0123456789abcdef", cookie=False)
    assert reply.status == 200
    assert reply.headers["set-cookie"] == (
        "gittrack-f00d=0123456789abcdef; Path=/; HttpOnly; SameSite=Strict"
    )
    assert served.get(DOCUMENT).status == 200


@pytest.mark.parametrize(
    "cookie", ["", "gittrack-f00d=wrong", "gittrack-beef=0123456789abcdef", "gittrack-f00d"]
)
def test_without_the_token_there_is_no_answer(served, cookie):
    reply = served.get(DOCUMENT, f"Cookie: {cookie}", cookie=False)
    assert reply.status == 403
    assert "token" in reply.json["error"]["message"]
    assert served.get("/", cookie=False).status == 403
    assert served.get("/static/page.js", cookie=False).status == 403


def test_a_cookie_of_another_program_hides_nothing(served):
    line = 'Cookie: session={"a": 1}; b; gittrack-f00d=0123456789abcdef; x="'
    assert served.get(DOCUMENT, line, cookie=False).status == 200


@pytest.mark.parametrize("host", ["localhost:9999", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_our_names_are_fine_with_any_port(served, host):
    assert served.get(DOCUMENT, f"Host: {host}").status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7117", "10.0.0.1", ""),
        *("localhost:80@evil.example", "[::1", "[::1]evil.example", "localhost:", "127.0.0.1:8o"),
    ],
)
def test_a_name_that_was_rebound_gets_no_answer(served, host):
    assert served.get(DOCUMENT, f"Host: {host}").status == 403


def test_on_all_addresses_a_number_is_fine_and_a_name_is_not():
    guard = Guard("t", "i", numeric=True)
    request = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_COOKIE": "gittrack-i=t"}
    for host in ("192.168.1.5:7117", "[fe80::1]:7117"):
        guard.check({**request, "HTTP_HOST": host}, "", first_page=True)
    with pytest.raises(helpers.gittrack.TrackError):
        guard.check({**request, "HTTP_HOST": "evil.example"}, "", first_page=True)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_another_origin_gets_no_answer(served, origin):
    assert served.get(DOCUMENT, f"Origin: {origin}").status == 403
    ours = f"Origin: http://127.0.0.1:{served.server.port}"
    assert served.get(DOCUMENT, ours).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none "])
def test_another_site_gets_no_answer(served, site):
    assert served.get(DOCUMENT, f"Sec-Fetch-Site: {site}x").status == 403
    assert served.get("/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors").status == 403


def test_another_site_may_link_to_the_page_but_not_frame_it(served):
    navigation = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
    assert served.get("/", *navigation, "Sec-Fetch-Dest: document").status == 200
    assert served.get("/", *navigation, "Sec-Fetch-Dest: iframe").status == 403
    assert served.get(DOCUMENT, *navigation, "Sec-Fetch-Dest: document").status == 403


def test_who_leads_here_from_elsewhere_keeps_no_handle_of_the_window(served):
    name, navigation = "cross-origin-opener-policy", ("Sec-Fetch-Mode: navigate",)
    for site in ("cross-site", "same-site"):
        reply = served.get("/", f"Sec-Fetch-Site: {site}", *navigation)
        assert reply.headers[name] == "same-origin"
    assert served.get("/").headers[name] == "same-origin"  # an old browser does not say
    for site in ("none", "same-origin"):  # a process more for nothing
        assert name not in served.get("/", f"Sec-Fetch-Site: {site}", *navigation).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"])
def test_only_reading_is_allowed(served, method):
    reply = served.get(DOCUMENT, "Content-Length: 0", method=method)
    assert reply.status == 405
    assert not any(name.startswith("access-control") for name in reply.headers)


def test_head_has_the_headers_only(served):
    reply = served.get(DOCUMENT, method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/static/../../security.py",
            "/static/%2e%2e/security.py",
            "/static/%252e%252e/security.py",
        ),
        *("/static/..%2fsecurity.py", "/static/..\\security.py", "/static/%5c..%5csecurity.py"),
        *("/static/page.js%00.txt", "/static//etc/passwd", "//etc/passwd", "/static/", "/data/"),
        *("/static/js/main.js", "/data/__init__", "/data/../start", "/artifact/../../HEAD"),
        *(
            "/.git/config",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/static/page.js/",
            "/data/start%0d%0aX:1",
        ),
        *("http://evil.example/data/start", "/static/%c0%ae%c0%ae/security.py"),
    ],
)
def test_no_path_leads_to_the_disk(served, path):
    reply = served.get(path)
    assert reply.status in (400, 403, 404)
    assert b"import" not in reply.body
    assert b"root:" not in reply.body


def test_a_long_address_is_refused(served):
    assert served.get(f"/data/runs?where={'x' * LONGEST_ADDRESS}").status == 414
    assert served.get(f"/{'x' * LONGEST_ADDRESS}").status == 414
    assert served.get(f"/data/runs?{'run=a&' * 2001}").status == 414
    assert served.get(f"/data/runs?where={'x' * 70_000}").status == 414


def test_every_answer_has_the_policy(served):
    for path in ("/", DOCUMENT, "/static/page.js", "/nothing"):
        headers = served.get(path).headers
        assert headers["content-security-policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "python" not in headers["server"].lower()


def test_a_range_is_answered_in_full(served):
    reply = served.get("/static/page.js", "Range: bytes=0-1,5-99999999999999999999")
    assert reply.status == 200
    assert len(reply.body) == int(reply.headers["content-length"])


def test_broken_requests_do_not_stop_the_server(served):
    for data in (
        b"\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01" * 50 + b"\r\n",
    ):
        with socket.create_connection(("127.0.0.1", served.server.port), timeout=60) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            assert b"Traceback" not in connection.recv(65536)
    assert served.get(DOCUMENT).status == 200


def test_a_bug_has_no_traceback_in_its_answer(served, monkeypatch, caplog):
    monkeypatch.setattr("gittrack.web.views.start.view", lambda *parts: 1 / 0)
    reply = served.get(DOCUMENT)
    assert (reply.status, b"ZeroDivision" in reply.body) == (500, False)
    assert "ZeroDivisionError" in caplog.text
