"""Servers to be measured, each on the first core; the load and the database take the other."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).parents[1]
SERVED, LOAD = "0", "1" if (os.cpu_count() or 1) > 1 else "0"


@contextlib.contextmanager
def served(command: list[str], environ: dict[str, str], path: str = "/") -> Iterator[str]:
    """A web server with one worker on one core; gives its address once it answers."""
    with running(command, environ, path) as (url, _):
        yield url


@contextlib.contextmanager
def running(command: list[str], environ: dict[str, str], path: str = "/") -> Iterator[tuple[str, int]]:
    """The same; gives its address and its process id."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        ["taskset", "-c", SERVED, sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environ | {"PORT": str(port), "LISTEN": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
    )
    try:
        _until_it_answers(url + path, process)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _until_it_answers(url: str, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer")
