"""Senders that take their time: the site answers everybody else meanwhile."""

import contextlib
import statistics
import threading
import time
from collections.abc import Iterator

import pytest

from app.running import bridge
from tests.browser import Browser
from tests.wire import Wire

SENDERS = 200
PACE = 1.0  # seconds between two bytes
TURNS = 40
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"


@pytest.mark.parametrize("begun", [HEAD, HEAD + b"\r\n"], ids=["headers", "body"])
def test_pages_are_answered_in_at_most_twice_their_time_while_two_hundred_send_slowly(serve, mara, begun):
    """Beside a second server that nobody disturbs, in turns: whatever slows this machine down slows both."""
    quiet, beset = serve("web"), serve("web")
    browsers = [Browser(quiet.url), Browser(beset.url)]
    paths = ("/healthz", "/", f"/t/{mara.slug}", "/sign-in")
    with _slow_senders(beset.port, begun):
        taken = [[_seconds(browser, paths) for browser in browsers] for _ in range(TURNS)]
    usual, now = (statistics.median(each) for each in zip(*taken[TURNS // 10 :], strict=True))
    assert now <= 2 * usual


def test_whoever_sends_too_slowly_is_told_and_let_go(serve):
    with Wire(serve("web").port, timeout=bridge.BODY_SECONDS + 30) as wire:
        wire.send("POST /sign-in", "Content-Length: 10", body=b"0")
        answer = wire.answer()
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
        assert wire.is_closed()


def _seconds(browser: Browser, paths: tuple[str, ...]) -> float:
    began = time.perf_counter()
    for path in paths:
        assert browser.open(path).status == 200
    return time.perf_counter() - began


@contextlib.contextmanager
def _slow_senders(port: int, begun: bytes) -> Iterator[None]:
    """Connections that have sent this and go on with a byte now and then; whoever is let go begins anew."""
    senders = [_sender(port, begun) for _ in range(SENDERS)]
    enough = threading.Event()
    sending = threading.Thread(target=_go_on, args=(port, begun, senders, enough), daemon=True)
    sending.start()
    try:
        yield
    finally:
        enough.set()
        sending.join()
        for sender in senders:
            sender.close()


def _sender(port: int, begun: bytes) -> Wire:
    sender = Wire(port)
    sender.send_bytes(begun)
    return sender


def _go_on(port: int, begun: bytes, senders: list[Wire], enough: threading.Event) -> None:
    while True:
        for number, sender in enumerate(senders):
            if sender.has_something():
                sender.close()
                senders[number] = _sender(port, begun)
            else:
                sender.send_bytes(b"x")
            if enough.wait(PACE / SENDERS):
                return
