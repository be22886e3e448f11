"""A mail server that takes everything at once and keeps nothing, in a process of its own: only senders are measured."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.running.ties import end_with
from bench.servers import LOAD


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """The port at which it listens, on the core that the load takes."""
    command = ["taskset", "-c", LOAD, sys.executable, "-m", "bench.sink", str(os.getpid())]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class Taking(asyncio.Protocol):
    """As much of SMTP as smtplib speaks when nothing goes wrong."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._read, self._is_mail = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._read += data
        while self._take_one():
            pass

    def _take_one(self) -> bool:
        ending = b"\r\n.\r\n" if self._is_mail else b"\r\n"
        said, found, rest = self._read.partition(ending)
        if not found:
            return False
        self._read = rest
        if self._is_mail:
            self._is_mail = False
            self._transport.write(b"250 taken\r\n")
        else:
            self._answer(said[:4].upper())
        return True

    def _answer(self, verb: bytes) -> None:
        self._is_mail = verb == b"DATA"
        answers = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n", b"EHLO": b"250-sink\r\n250 8BITMIME\r\n"}
        self._transport.write(answers.get(verb, b"250 yes\r\n"))
        if verb == b"QUIT":
            self._transport.close()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Taking, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    asyncio.run(_serve())
