"""Where Google should be something else answers, or Google says less than it must: no free time, and no crash."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from app.integrations.errors import GatewayError
from app.integrations.google_calendar import GoogleCalendar, open_calendar, transport

WINDOW = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
SESSION = {"id": "a" * 26, "summary": "I. K."}


@pytest.fixture
def stranger() -> Iterator[Callable[[bytes], GoogleCalendar]]:
    """Something at the other end that answers everything with the same bytes."""
    sockets: list[socket.socket] = []

    def serve(listening: socket.socket, answer: bytes) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    def answering(answer: bytes) -> GoogleCalendar:
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)
        threading.Thread(target=serve, args=(listening, answer), daemon=True).start()
        return open_calendar({"GOOGLE_API_URL": f"http://127.0.0.1:{listening.getsockname()[1]}"}, "token")

    yield answering
    for one in sockets:
        one.shutdown(socket.SHUT_RDWR)
        one.close()


def said(answer: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)


STRANGE = {
    "nothing": said(b""),
    "an object with nothing in it": said(b"{}"),
    "something else in it": said(b'{"status":"ok"}'),
    "no list": said(b'{"items":{}}'),
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<html>Sign in</html>",
    "a list": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "calendars without ids": b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"items":[{}]}',
    "half an answer": b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"items":',
    "no HTTP": b"220 mail.example ESMTP\r\n",
}


@pytest.mark.parametrize("answer", STRANGE)
def test_what_is_not_google_is_no_answer(stranger, answer):
    with stranger(STRANGE[answer]) as calendar, pytest.raises(GatewayError) as raised:
        calendar.calendars()
    assert (raised.value.retry, raised.value.away) == (True, True)


LACKING = {
    "nothing": b"",
    "an object with nothing in it": b"{}",
    "no list of entries": b'{"items":null,"timeZone":"Europe/London","nextSyncToken":"1"}',
    "no zone": b'{"items":[],"nextSyncToken":"1"}',
}


NO_END = said(b'{"items":[],"timeZone":"Europe/London"}')
LISTS = {
    "all": lambda calendar: calendar.page("mine", window=WINDOW),
    "what has changed": lambda calendar: calendar.page("mine", since="1"),
    "one day": lambda calendar: calendar.entries_between("mine", WINDOW, seconds=10),
}


@pytest.mark.parametrize("answer", LACKING)
@pytest.mark.parametrize("ask", LISTS.values(), ids=LISTS)
def test_a_page_that_lacks_something_is_no_free_time(stranger, answer, ask):
    with stranger(said(LACKING[answer])) as calendar, pytest.raises(GatewayError, match="else than Google") as raised:
        ask(calendar)
    assert (raised.value.retry, raised.value.away) == (True, True)


@pytest.mark.parametrize("what", ["all", "what has changed"])
def test_a_page_after_which_nothing_could_be_asked_is_not_the_last(stranger, what):
    with stranger(NO_END) as calendar, pytest.raises(GatewayError, match="else than Google"):
        LISTS[what](calendar)


def test_of_one_day_nothing_is_asked_afterwards(stranger):
    with stranger(NO_END) as calendar:
        assert LISTS["one day"](calendar).entries == []


@pytest.mark.parametrize("answer", [b"", b"{}"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar: calendar.get("mine", "one"),
        lambda calendar: calendar.insert("mine", SESSION),
        lambda calendar: calendar.change("mine", "one", SESSION, '"1"'),
        lambda calendar: calendar.watch("mine", channel_id="1", token="2", address="https://desk.example", seconds=60),
    ],
    ids=["get", "insert", "change", "watch"],
)
def test_an_answer_that_names_nothing_is_none(stranger, answer, ask):
    with stranger(said(answer)) as calendar, pytest.raises(GatewayError, match="else than Google"):
        ask(calendar)


@pytest.mark.parametrize(
    "ask",
    [lambda calendar: calendar.remove("mine", "one", None), lambda calendar: calendar.stop("channel", "resource")],
    ids=["remove", "stop"],
)
def test_where_nothing_is_to_be_said_an_empty_answer_is_one(stranger, ask):
    with stranger(said(b"")) as calendar:
        ask(calendar)


def test_where_nothing_is_taken_the_list_may_be_left_out(stranger):
    with stranger(said(b'{"timeZone":"Europe/London","nextSyncToken":"1"}')) as calendar:
        assert calendar.page("mine", window=WINDOW).entries == []


def test_an_answer_without_an_end_is_not_read_to_it(stranger, monkeypatch):
    monkeypatch.setattr(transport, "LARGEST", 1000)
    with (
        stranger(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000) as calendar,
        pytest.raises(GatewayError),
    ):
        calendar.calendars()
