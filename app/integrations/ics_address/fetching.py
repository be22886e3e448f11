"""One calendar over HTTP, from a server that may be anybody's: what it can make us do is bounded on all sides.

Its name is resolved once, every address is checked, and the connection goes to exactly the checked one; redirects are
followed by hand, each judged anew; time, size and unpacked size are limited. Neither proxies nor password files of
this machine are used.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import lru_cache
from threading import Thread
from typing import Any

from requests.certs import where

from app.integrations.errors import GatewayError
from app.integrations.ics_address import Fetched
from app.integrations.ics_address.addresses import Target, led_to, target
from app.integrations.ics_address.answers import fetched
from app.integrations.ics_address.inner import is_inner

SECONDS = 10.0  # for everything together, however many redirects and however slowly it drips
CONNECT_SECONDS = 4.0  # for one address of a name
REDIRECTS = 3
MOST_TRIED = 3  # addresses of one name

# Names the program. Microsoft 365 answers published calendars only to what looks like a browser: others are led to a
# page that fails.
USER_AGENT = "Mozilla/5.0 (compatible; Holdfast calendar reader)"
MOVED = (301, 302, 303, 307, 308)

Left = Callable[[], float]  # seconds; raises TimeoutError when there are none


def fetch(address: str, trusted: Collection[str], seen: str) -> Fetched:
    """See the package. `trusted`: origins that may lie in inner networks and at any port (ICS_HOSTS)."""
    here, left = target(address, trusted), _until(time.monotonic() + SECONDS)
    try:
        for _ in range(REDIRECTS + 1):
            with _connected(here, left) as line:
                response = _asked(here, line, seen)
                if response.status not in MOVED:
                    return fetched(response, seen)
                location = response.getheader("Location") or ""
            here = led_to(here, location, trusted)
    except TimeoutError:
        raise GatewayError("The server of the calendar takes too long.", retry=True) from None
    except ssl.SSLError:
        raise GatewayError("The server of the calendar cannot prove who it is.", retry=True) from None
    except http.client.IncompleteRead:
        raise GatewayError("The calendar came incomplete.", retry=True) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Their own words may repeat the address.
        text = f"The server of the calendar cannot be reached: {type(error).__name__}."
        raise GatewayError(text, retry=True) from None
    raise GatewayError("The address leads on and on.", retry=False)


class Line(io.RawIOBase):
    """A connection that ends when the time is up. What http.client needs of a socket, and no more."""

    def __init__(self, sock: socket.socket, left: Left) -> None:
        self._sock, self._left = sock, left

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        super().close()
        self._sock.close()


def _connected(there: Target, left: Left) -> Line:
    addresses = _resolved(there, left)
    if not there.is_trusted and any(map(is_inner, addresses)):
        raise GatewayError("The address leads into an inner network.", retry=False)
    problem: OSError = ConnectionError()
    for address in addresses[:MOST_TRIED]:
        try:
            sock = socket.create_connection((address, there.port), timeout=min(left(), CONNECT_SECONDS))
            return Line(_protected(sock, there, left) if there.scheme == "https" else sock, left)
        except ssl.SSLError:
            raise
        except OSError as error:
            problem = error
    raise problem


def _resolved(there: Target, left: Left) -> list[str]:
    """Return all IP addresses of a name, in a thread, as the system's own lookup has no limit of time."""
    found: list[Any] = []
    resolver = Thread(target=_resolve, args=(there, found), daemon=True)
    resolver.start()
    resolver.join(left())
    left()
    if not found:
        raise GatewayError("The address names no server that could be found.", retry=True)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _resolve(there: Target, found: list[Any]) -> None:
    with suppress(OSError, UnicodeError):  # nothing is found then, and that is told
        found.extend(socket.getaddrinfo(there.host, there.port, type=socket.SOCK_STREAM))


def _protected(sock: socket.socket, there: Target, left: Left) -> ssl.SSLSocket:
    """The server proves that it is who the address names, whatever number the connection went to."""
    try:
        protected = _context().wrap_socket(sock, server_hostname=there.host, do_handshake_on_connect=False)
        protected.settimeout(left())
        protected.do_handshake()
    except OSError:
        sock.close()
        raise
    return protected


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()  # what the machine trusts
    context.load_verify_locations(where())
    return context


def _asked(there: Target, line: Any, seen: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(there.host, there.port)
    connection.sock = line
    headers = {
        "Host": there.netloc,
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "User-Agent": USER_AGENT,
        "Connection": "close",
    }
    tag, _, modified = seen.partition("\n")
    if tag:
        headers["If-None-Match"] = tag
    if modified:
        headers["If-Modified-Since"] = modified
    connection.request("GET", there.path, headers=headers)
    response = http.client.HTTPResponse(line, method="GET")
    response.begin()
    return response


def _until(ends: float) -> Left:
    def left() -> float:
        seconds = ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    return left
