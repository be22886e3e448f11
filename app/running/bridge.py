"""Between Granian and the program: a request takes a thread only once its body is there to the last byte.

Where threads read bodies themselves, a handful of senders that take their time hold every thread, and with them the
site. Here they hold a coroutine each, within bounds of time and size.
"""

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Flask

from app.web.unchanged import ANSWER

log = logging.getLogger(__name__)

THREADS = 8  # requests that wait for the database's writer take a thread, not a core
BODY_SECONDS = 30.0  # from the end of the headers to the last byte of the body
LARGEST_BODY = 1_000_000  # bytes, where the program sets no limit of its own
LARGEST_HELD = 64_000_000  # bytes of all bodies that one process holds back at once
# What is sent although nobody reads it: read for so long that the sender sees the answer before the connection closes.
REST_SECONDS, REST_BYTES = 5.0, 16_000_000


class Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    content: bytes


class Refused(Exception):
    """A request that the program never sees; the connection ends with the answer."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        self.answer = _plain(status, sentence)


class Bridge:
    """One web process: its Flask program as Granian calls it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._largest: int = app.config.get("MAX_CONTENT_LENGTH") or LARGEST_BODY
        self._held = 0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        self._threads.shutdown(wait=False)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        body = Body(protocol, self._hold)
        try:
            environ = _environ(scope)
            if _has_body(scope):
                await body.read(_length(scope), self._largest)
            await self._answered(environ | body.as_input(), protocol, close=not body.whole)
        except Refused as refused:
            protocol.response_bytes(*refused.answer)
        finally:
            body.let_go()
        if not body.whole:
            await body.read_away()

    def _hold(self, count: int) -> None:
        """Count bytes that are held back (negative: let go). Raises Refused when there would be too many."""
        self._held += count
        if self._held > LARGEST_HELD:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is arriving at once. Try again in a minute.")

    async def _answered(self, environ: dict[str, Any], protocol: Any, close: bool) -> None:
        ended = self._loop.create_future()
        self._threads.submit(self._answer, environ, protocol, close, ended)
        await ended

    def _answer(self, environ: dict[str, Any], protocol: Any, close: bool, ended: "asyncio.Future[None]") -> None:
        """Answer in a thread, and tell the coroutine that waits."""
        try:
            status, headers, content = run(self._app, environ)
            protocol.response_bytes(status, [*headers, ("Connection", "close")] if close else headers, content)
        except BaseException:
            log.exception("a request was not answered")
            protocol.response_bytes(*_plain(HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke on our side."))
        finally:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                self._loop.call_soon_threadsafe(_end, ended)


class Body:
    """What follows a request's headers."""

    def __init__(self, protocol: Any, hold: Callable[[int], None]) -> None:
        self._protocol, self._hold = protocol, hold
        self._pieces: Any = None
        self._content = bytearray()
        self._told: int | None = 0
        self.whole = True  # nothing of it is still to be read

    async def read(self, told: int | None, largest: int) -> None:
        """Read it all; where it is larger than `largest`, leave it to the program to say so.

        `told` is the length that the headers announce. Raises Refused when it comes too slowly, or not to its end.
        """
        self._told, self.whole = told, False
        if told is not None and told > largest:
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while piece := await self._next():
                    self._content += piece
                    self._hold(len(piece))
                    if len(self._content) > largest:
                        return
                await self._check_end()
        except TimeoutError:
            sentence = f"The request did not arrive within {BODY_SECONDS:.0f} seconds."
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, sentence) from None
        self.whole = True

    def as_input(self) -> dict[str, Any]:
        """Its part of a WSGI environment. The length of what was left unread is the one announced, or what is there."""
        length = len(self._content) if self.whole or self._told is None else self._told
        return {"wsgi.input": io.BytesIO(self._content), "CONTENT_LENGTH": str(length)}

    def let_go(self) -> None:
        count, self._content = len(self._content), bytearray()
        self._hold(-count)

    async def read_away(self) -> None:
        """Read the rest for nobody, within bounds: a connection closed upon unread bytes takes the answer with it."""
        count = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                while count < REST_BYTES and (piece := await self._next()):
                    count += len(piece)

    async def _next(self) -> bytes:
        """The next piece; empty at the end, and where the connection broke."""
        if self._pieces is None:
            self._pieces = aiter(self._protocol)
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            return b""

    async def _check_end(self) -> None:
        if self._told is not None and len(self._content) == self._told:
            return
        try:
            await anext(self._pieces)  # after the empty piece of a regular end comes none
        except StopAsyncIteration:
            if self._told is None:
                return
        raise Refused(HTTPStatus.BAD_REQUEST, "The request ended too early.")


def run(app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    """Call a WSGI program; its whole answer."""
    status, headers = 500, []

    def start(line: str, given: list[tuple[str, str]], _error: object = None) -> None:
        nonlocal status, headers
        status, headers = int(line[:3]), given

    pieces = app(environ, start)
    try:
        content = b"".join(pieces)
    finally:
        close = getattr(pieces, "close", None)
        if close:
            close()
    return Answer(status, headers, content)


def _environ(scope: Any) -> dict[str, Any]:
    """The request as WSGI has it, but for its body. Raises Refused where it names more than one host."""
    server, client = _address(scope.server), _address(scope.client)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope.http_version == "1" else f"HTTP/{scope.http_version}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": server[1],
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": client[1],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = _key(name)
        if key in environ:
            environ[key] += f"; {value}" if key == "HTTP_COOKIE" else f",{value}"
        elif key:
            environ[key] = value
    if host := _host(scope):
        environ["HTTP_HOST"] = host
    return environ


def _host(scope: Any) -> str | None:
    """The one host that is asked; None for HTTP/1.0, which may leave it out. With two, a proxy may believe another."""
    headers = scope.headers.get_all("host")
    named = {*headers, *([scope.authority] if scope.authority else [])}
    if not named and "host" not in scope.headers and scope.http_version == "1":
        return None
    if len(headers) > 1 or len(named) != 1:
        raise Refused(HTTPStatus.BAD_REQUEST, "A request names one host.")
    return str(named.pop())


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    """A header's name in a WSGI environment; empty for what must not stand there."""
    if "_" in name or name == "transfer-encoding":  # with an underscore it would pass for the one with a hyphen
        return ""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _address(text: str) -> tuple[str, str]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), port


def _has_body(scope: Any) -> bool:
    headers = scope.headers
    return "content-length" in headers or "transfer-encoding" in headers or scope.method not in ("GET", "HEAD")


def _length(scope: Any) -> int | None:
    text = scope.headers.get("content-length")
    return int(text) if text and text.isdecimal() else None


def _plain(status: HTTPStatus, sentence: str) -> Answer:
    headers = [*ANSWER, ("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
    return Answer(status.value, headers, f"{sentence}\n".encode())


def _end(ended: "asyncio.Future[None]") -> None:
    if not ended.done():
        ended.set_result(None)
