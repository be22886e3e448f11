"""A mail server that takes everything and keeps nothing, in a process of its own: only senders are measured."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP

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


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), hostname="sink", enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    asyncio.run(_serve())
