"""Requests as they go over the wire, asked over a few connections as fast as they are answered."""

import asyncio
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """One request as it goes over the wire, and the statuses that are right answers to it."""

    wire: bytes
    right: tuple[int, ...]


@dataclass
class Seen:
    """The answers: milliseconds of each by kind, and the kind and status of each that was not a right one."""

    took: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return sum(map(len, self.took.values())) / self.seconds


def get(address: str, cookie: str) -> bytes:
    return _wire("GET", address, cookie)


def post(address: str, cookie: str, body: str) -> bytes:
    about = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return _wire("POST", address, cookie, *about) + body.encode()


def _wire(method: str, address: str, cookie: str, *headers: str) -> bytes:
    parts = urllib.parse.urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: bench", f"Cookie: {cookie}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


async def ask(url: str, asked: Iterator[tuple[str, Asked]], seconds: float, connections: int) -> Seen:
    """As fast as it is answered, over connections that are kept; until then, or until nothing is left to ask."""
    seen, host = Seen(), urllib.parse.urlsplit(url)
    began = time.perf_counter()

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        while time.perf_counter() - began < seconds and (next_one := next(asked, None)):
            kind, request = next_one
            sent = time.perf_counter()
            writer.write(request.wire)
            status, stays = await _answer(reader)
            seen.took.setdefault(kind, []).append((time.perf_counter() - sent) * 1000)
            if status not in request.right:
                seen.wrong.append(f"{kind}: {status}")
            if not stays:
                writer.close()
                reader, writer = await asyncio.open_connection(host.hostname, host.port)
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    seen.seconds = time.perf_counter() - began
    return seen


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """The status, and whether the connection may be used again; the body is read and forgotten."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    if b"content-length" in lines:
        await reader.readexactly(int(lines[b"content-length"]))
    elif lines.get(b"transfer-encoding") == b"chunked":
        await _chunks(reader)
    return int(head.split(b" ", 2)[1]), lines.get(b"connection") != b"close"


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int((await reader.readline()).split(b";")[0], 16):
        await reader.readexactly(size + 2)
    await reader.readline()
