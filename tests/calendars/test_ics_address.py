"""Somebody's ICS address is fetched, and nobody can send us where we should not go, or keep us there."""

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.integrations import ics_address
from app.integrations.errors import GatewayError
from app.integrations.ics_address import answers, fetching
from tests.calendars.ics_server import EMPTY, IcsServer, make_certificate, send


@pytest.fixture
def server() -> Iterator[IcsServer]:
    with IcsServer() as server:
        yield server


def fetch(address: str, *trusted: str, seen: str = "") -> ics_address.Fetched:
    return ics_address.fetch(address, {"ICS_HOSTS": trusted}, seen)


def refusal(address: str, *trusted: str) -> GatewayError:
    with pytest.raises(GatewayError) as refused:
        fetch(address, *trusted)
    assert "secret" not in str(refused.value)
    return refused.value


def resolve(monkeypatch: pytest.MonkeyPatch, **names: Any) -> list[str]:
    """The names that the world knows in this test, and a list of those that were asked for."""
    asked: list[str] = []
    plain = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *args: Any, **options: Any) -> Any:
        known = {name.replace("_", "."): addresses for name, addresses in names.items()}
        if host not in known:
            return plain(host, port, *args, **options)
        asked.append(host)
        return [one for address in known[host]() for one in plain(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_calendar_is_fetched(server):
    found = fetch(f"{server.origin}/secret.ics?key=1", server.origin)
    assert found == (EMPTY, "")
    (asked,) = server.asked
    assert asked.path == "/secret.ics?key=1"
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"
    assert "authorization" not in asked.headers


def test_what_has_not_changed_is_not_sent_again(server):
    server.answer = lambda handler: send(handler, EMPTY, ETag='"17"', Last_Modified="Sun, 22 Nov 2026 10:00:00 GMT")
    first = fetch(f"{server.origin}/secret.ics", server.origin)
    server.answer = lambda handler: send(handler, status=304)
    assert fetch(f"{server.origin}/secret.ics", server.origin, seen=first.seen) == (None, first.seen)
    asked = server.asked[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"17"', "Sun, 22 Nov 2026 10:00:00 GMT")


def test_a_server_that_says_unchanged_of_what_was_never_seen_is_not_believed(server):
    server.answer = lambda handler: send(handler, status=304)
    assert "304" in str(refusal(f"{server.origin}/secret.ics", server.origin))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"]
)
def test_nothing_inside_is_asked(server, host):
    for scheme in ("http", "https"):
        refused = refusal(f"{scheme}://{host}/secret.ics")
        assert not refused.retry or "no server" in str(refused)
    assert server.asked == []


def test_a_name_that_leads_inside_is_not_asked_even_if_one_of_its_addresses_is_open(server, monkeypatch):
    resolve(monkeypatch, calendar_example=lambda: ["8.8.8.8", "127.0.0.1"])
    refused = refusal("http://calendar.example/secret.ics")
    assert str(refused) == "The address leads into an inner network."
    assert not refused.retry
    assert server.asked == []


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked(monkeypatch):
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    asked = resolve(monkeypatch, calendar_example=lambda: next(answers))
    went_to = []

    def create_connection(address: Any, timeout: float) -> Any:
        went_to.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    refusal("http://calendar.example/secret.ics")
    assert asked == ["calendar.example"]
    assert went_to == [("8.8.8.8", 80)]


def test_a_server_proves_by_its_name_who_it_is(monkeypatch, tmp_path):
    certificate = make_certificate(tmp_path / "one.pem", "calendar.example")
    resolve(monkeypatch, calendar_example=lambda: ["127.0.0.1"], other_example=lambda: ["127.0.0.1"])
    with IcsServer(certificate) as server, trusting(certificate, monkeypatch):
        origins = [f"https://{name}.example:{server.port}" for name in ("calendar", "other")]
        assert fetch(f"webcal://calendar.example:{server.port}/secret.ics", *origins).data == EMPTY
        assert server.named == ["calendar.example"]
        assert server.asked[0].headers["host"] == f"calendar.example:{server.port}"
        assert "prove" in str(refusal(f"{origins[1]}/secret.ics", *origins))
        assert len(server.asked) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_believed(monkeypatch, tmp_path):
    resolve(monkeypatch, calendar_example=lambda: ["127.0.0.1"])
    with IcsServer(make_certificate(tmp_path / "one.pem", "calendar.example")) as server:
        origin = f"https://calendar.example:{server.port}"
        assert "prove" in str(refusal(f"{origin}/secret.ics", origin))
        assert server.asked == []


@contextmanager
def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Vouch for a certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetching._context.cache_clear()
    yield
    fetching._context.cache_clear()


def test_a_server_that_answers_browsers_only_answers_us_and_hears_who_asks(server):
    def answer(handler: Any) -> None:
        if handler.path == "/error":
            send(handler, status=500)
        elif handler.headers["User-Agent"].startswith("Mozilla/5.0 ("):
            send(handler, EMPTY)
        else:
            send(handler, status=302, Location="/error")

    server.answer = answer
    assert fetch(f"{server.origin}/secret.ics", server.origin).data == EMPTY
    assert "compatible; Holdfast" in server.asked[0].headers["user-agent"]


def leads(to: str, status: int = 302) -> Any:
    return lambda handler: send(handler, status=status, Location=to)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(server, status):
    server.answer = lambda handler: (leads("/there.ics", status) if handler.path == "/secret.ics" else send)(handler)
    assert fetch(f"{server.origin}/secret.ics", server.origin).data == b""
    assert [one.path for one in server.asked] == ["/secret.ics", "/there.ics"]


def test_redirects_end(server):
    server.answer = leads("/secret.ics")
    assert "on and on" in str(refusal(f"{server.origin}/secret.ics", server.origin))
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "file:///etc/passwd",
        "http://127.0.0.1:25/",
        "",
        "//x@y/",
    ],
)
def test_where_a_redirect_leads_is_checked_anew(server, to):
    server.answer = leads(to)
    refused = refusal(f"{server.origin}/secret.ics", server.origin)
    assert not refused.retry
    assert len(server.asked) <= 4


def test_a_protected_address_leads_to_no_unprotected_one(monkeypatch, tmp_path, server):
    certificate = make_certificate(tmp_path / "one.pem", "calendar.example")
    resolve(monkeypatch, calendar_example=lambda: ["127.0.0.1"])
    with IcsServer(certificate) as protected, trusting(certificate, monkeypatch):
        origin = f"https://calendar.example:{protected.port}"
        protected.answer = leads(f"{server.origin}/x.ics")
        assert "unprotected" in str(refusal(f"{origin}/secret.ics", origin, server.origin))
    assert server.asked == []


TOLD_APART = {
    404: (False, True),
    410: (False, True),
    401: (False, True),
    403: (False, True),
    429: (True, False),
    500: (True, False),
    503: (True, False),
    204: (False, False),
}


@pytest.mark.parametrize("status", TOLD_APART)
def test_errors_are_told_apart(server, status):
    server.answer = lambda handler: send(handler, status=status, Retry_After="120")
    refused = refusal(f"{server.origin}/secret.ics", server.origin)
    assert (refused.retry, refused.gone) == TOLD_APART[status]
    assert refused.wait == (120.0 if refused.retry else 0.0)
    assert str(status) in str(refused)


def test_a_large_calendar_is_not_read_to_its_end(server, monkeypatch):
    monkeypatch.setattr(answers, "LARGEST", 1_000_000)
    server.answer = lambda handler: send(handler, b"x" * 1_000_001)
    assert "larger than 1 MB" in str(refusal(f"{server.origin}/secret.ics", server.origin))

    def without_end(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while not server.released.is_set():
            handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    server.answer = without_end
    assert "larger than 1 MB" in str(refusal(f"{server.origin}/secret.ics", server.origin))


def test_what_comes_packed_is_unpacked(server):
    server.answer = lambda handler: send(handler, gzip.compress(EMPTY), Content_Encoding="gzip")
    assert fetch(f"{server.origin}/secret.ics", server.origin).data == EMPTY


def test_a_bomb_does_not_go_off(server):
    bomb = gzip.compress(bytes(30_000_000), 9)
    assert len(bomb) < answers.LARGEST
    server.answer = lambda handler: send(handler, bomb, Content_Encoding="gzip")
    assert "larger than 5 MB" in str(refusal(f"{server.origin}/secret.ics", server.origin))


@pytest.mark.parametrize(
    ("data", "packing", "told"),
    [
        (gzip.compress(EMPTY, mtime=0)[:-9], "gzip", "damaged"),
        (b"no gzip", "gzip", "damaged"),
        (gzip.compress(EMPTY, mtime=0) * 2, "gzip", "damaged"),
        (EMPTY, "br", "packing"),
    ],
)
def test_what_cannot_be_unpacked_is_told(server, data, packing, told):
    server.answer = lambda handler: send(handler, data, Content_Encoding=packing)
    assert told in str(refusal(f"{server.origin}/secret.ics", server.origin))


def test_what_ends_too_early_is_not_taken_for_the_whole(server):
    def cut(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(EMPTY) + 100))
        handler.end_headers()
        handler.wfile.write(EMPTY)

    server.answer = cut
    refused = refusal(f"{server.origin}/secret.ics", server.origin)
    assert str(refused) == "The calendar came incomplete."
    assert refused.retry


def drips(handler: Any, text: bytes) -> None:
    for byte in text:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        handler.server_is_released.wait(0.05)


@pytest.mark.parametrize("what", ["nothing", "head", "body"])
def test_a_server_that_drips_ends_with_the_time_limit(server, monkeypatch, what):
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    heads = {
        "nothing": b"",
        "head": b"HTTP/1.1 200 OK\r\nX-Slow: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
    }

    def slowly(handler: Any) -> None:
        handler.server_is_released = server.released
        handler.wfile.write(heads[what])
        if what == "nothing":
            server.released.wait(30)
        drips(handler, b"x" * 900)

    server.answer = slowly
    began = time.monotonic()
    refused = refusal(f"{server.origin}/secret.ics", server.origin)
    assert time.monotonic() - began < 3
    assert str(refused) == "The server of the calendar takes too long."
    assert refused.retry


def test_a_name_that_takes_for_ever_to_be_found_ends_with_the_time_limit(server, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.3)

    def slowly() -> list[str]:
        server.released.wait(30)
        return []

    resolve(monkeypatch, calendar_example=slowly)
    assert "too long" in str(refusal("https://calendar.example/secret.ics"))


def test_a_handshake_that_never_comes_ends_with_the_time_limit(monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = f"https://127.0.0.1:{silent.getsockname()[1]}"
        assert "too long" in str(refusal(f"{origin}/secret.ics", origin))


def test_a_server_that_is_away_or_speaks_something_else(server):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
    refused = refusal(f"{origin}/secret.ics", origin)
    assert (refused.retry, refused.away) == (True, False)  # other calendars are at other servers
    server.answer = lambda handler: handler.wfile.write(b"220 mail.example ESMTP\r\n")
    assert refusal(f"{server.origin}/secret.ics", server.origin).retry
