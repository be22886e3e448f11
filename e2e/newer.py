"""The served program as a newer version of itself: only the name of the service worker's list differs."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread

LIST = re.compile(rb"holdfast-[A-Z2-7]{8}")
NEWER = b"holdfast-NEWER234"


@dataclass
class Deployment:
    """Stands before the program; `newer` is what is served from now on."""

    url: str
    newer: bool = False


@contextmanager
def deployed(port: int) -> Iterator[Deployment]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        deployment = Deployment(f"http://127.0.0.1:{listening.getsockname()[1]}")
        Thread(target=_accept, args=(listening, port, deployment), daemon=True).start()
        yield deployment


def _accept(listening: socket.socket, port: int, deployment: Deployment) -> None:
    with suppress(OSError):  # closed: the test is over
        while True:
            browser, _ = listening.accept()
            program = socket.create_connection(("127.0.0.1", port))
            Thread(target=_pass, args=(browser, program, _plain), daemon=True).start()
            Thread(target=_pass, args=(program, browser, lambda b: _named(b, deployment)), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket, changed: Callable[[bytes], bytes]) -> None:
    with suppress(OSError), source, target:
        while content := source.recv(1_000_000):
            target.sendall(changed(content))


def _plain(asked: bytes) -> bytes:
    """Everything is asked for afresh and uncompressed."""
    for header in (b"If-None-Match", b"Accept-Encoding"):
        asked = asked.replace(header, b"X-" + header)
    return asked


def _named(answered: bytes, deployment: Deployment) -> bytes:
    return LIST.sub(NEWER, answered) if deployment.newer else answered  # as long as before
