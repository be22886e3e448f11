"""Ports for what the tests serve."""

import random
import socket
from collections.abc import Sequence

# Below these the kernel takes what it gives to those who do not care which (see ip_local_port_range).
PORTS = range(10_000, 32_768)

_claims: list[socket.socket] = []


def free_port(ports: Sequence[int] = PORTS) -> int:
    """A port of 127.0.0.1 at which nobody listens, given to nobody else while this process lives.

    Two that are given the same one would not both fail: the web server shares its port silently, and every other
    visitor would come to somebody else's practice.
    """
    while True:
        port = random.choice(ports)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0holdfast-tests-{port}")  # a name without a file: the kernel forgets it with the process
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
