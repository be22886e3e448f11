"""Load by wrk, and what it saw."""

import re
import subprocess
from dataclasses import dataclass

from bench.servers import LOAD

CONNECTIONS = 8
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True)
class Seen:
    rate: float  # requests a second
    p50: float  # milliseconds


def load(url: str, seconds: int, cookie: str = "", connections: int = CONNECTIONS) -> Seen:
    """Ask for one address as fast as it is answered. Raises RuntimeError when an answer was not 200."""
    headers = ["-H", f"Cookie: {cookie}"] if cookie else []
    told = subprocess.run(
        ["taskset", "-c", LOAD, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *headers, url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"{url} was not always answered:\n{told}")
    seen = re.search(r"50%\s+([\d.]+)(us|ms|s).*Requests/sec:\s+([\d.]+)", told, re.DOTALL)
    if seen is None:
        raise RuntimeError(f"wrk said something else:\n{told}")
    return Seen(rate=float(seen[3]), p50=float(seen[1]) * UNITS[seen[2]])
