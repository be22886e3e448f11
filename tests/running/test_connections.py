"""One connection of a served practice: whatever was answered on it, the next request is read from its beginning."""

from collections.abc import Iterator

import pytest

from tests.wire import Wire

FORM = "Content-Type: application/x-www-form-urlencoded"
LARGEST = 1_000_000


@pytest.fixture
def wire(serve) -> Iterator[Wire]:
    with Wire(serve("web").port) as connection:
        yield connection


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("POST /nowhere", 404),
        ("POST /healthz", 405),
        ("POST /sign-in", 400),  # without a form token
        ("POST /hooks/google-calendar", 404),
        ("GET /live", 303),
        ("GET /t/nobody", 404),
        ("PUT /static/none.css", 405),
    ],
)
def test_the_next_request_is_answered_after_a_body_that_nobody_wanted(wire, line, status):
    """The body looks like a request: whoever takes it for one answers twice."""
    body = b"GET /sign-in HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    for _ in range(3):
        assert wire.ask(line, FORM, f"Content-Length: {len(body)}", body=body).status == status
        after = wire.ask("GET /healthz")
        assert (after.status, after.content) == (200, b'{"status":"ok"}\n')


def test_a_body_in_chunks_is_read_to_its_end(wire):
    chunks = b"4\r\nname\r\n2\r\n=x\r\n0\r\n\r\n"
    assert wire.ask("POST /nowhere", FORM, "Transfer-Encoding: chunked", body=chunks).status == 404
    assert wire.ask("GET /healthz").status == 200


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere"])
def test_the_connection_ends_after_a_body_that_is_too_large(wire, path):
    """The sender reads the answer although it sent everything first, and a page for people where there is a form."""
    size = 3 * LARGEST
    answer = wire.ask(f"POST {path}", FORM, f"Content-Length: {size}", body=b"x" * size)
    assert answer.status == (413 if path == "/sign-in" else 404)
    assert answer.headers["connection"] == "close"
    assert b"<h1" in answer.content
    assert wire.is_closed()


def test_a_body_in_chunks_is_too_large_in_the_same_way(wire):
    chunk = b"x" * 0x40000
    wire.send("POST /sign-in", FORM, "Transfer-Encoding: chunked")
    for _ in range(5):
        wire.send_bytes(b"40000\r\n" + chunk + b"\r\n")
    wire.send_bytes(b"0\r\n\r\n")
    assert wire.answer().status == 413
    assert wire.is_closed()


@pytest.mark.parametrize("second", ["Host: evil.example", "Host: 127.0.0.1", "host:evil.example"])
def test_a_request_with_two_hosts_is_refused(wire, second):
    answer = wire.ask("GET /healthz", second)
    assert answer.status == 400
    assert answer.content == b"A request names one host.\n"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert wire.is_closed()


def test_a_request_that_names_another_host_in_its_address_is_refused(wire):
    assert wire.ask("GET http://evil.example/healthz").status == 400


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("//t//mara-lindt", "/t/mara-lindt"),
        ("//evil.example//t//mara-lindt", None),
        ("/t//mara-lindt?from=2026-12-01&zone=a//b", "/t/mara-lindt?from=2026-12-01&zone=a//b"),
    ],
)
def test_doubled_slashes_lead_to_the_same_place_whatever_host_is_named(wire, asked, led_to):
    wire.send_bytes(f"GET {asked} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())
    answer = wire.answer()
    assert answer.status == (308 if led_to else 404)
    assert answer.headers.get("location") == led_to
    assert b"//evil.example" not in answer.content


def test_a_header_with_an_underscore_does_not_pass_for_another(serve):
    """Proxies replace `X-Forwarded-For`; one that is spelled otherwise comes from the visitor."""
    with Wire(serve("web", TRUSTED_PROXIES="1", TRUSTED_HOSTS="127.0.0.1,holdfast.example").port) as wire:
        wire.send_bytes(b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nX_Forwarded_Host: holdfast.example\r\n\r\n")
        assert wire.answer().status == 400
        wire.send_bytes(b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: holdfast.example\r\n\r\n")
        assert wire.answer().status == 200


@pytest.mark.parametrize("parts", [("Content-Length: 10", b"0123"), ("Transfer-Encoding: chunked", b"4\r\n0123\r\n")])
def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(wire, parts):
    header, body = parts
    wire.send("POST /nowhere", FORM, header, body=body)
    wire.ends_sending()
    answer = wire.answer()
    assert answer.status == 400
    assert answer.content == b"The request ended too early.\n"
