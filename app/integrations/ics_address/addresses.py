"""Which addresses are asked for at all: somebody typed them, and the server will open them. Pure.

Plain web addresses only, at their usual ports; what could be read in two ways is refused.
"""

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from app.integrations.errors import GatewayError

LONGEST = 1000  # characters
PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
SIX = re.compile(r"[0-9a-f:.]+")  # an address of IPv6 between its brackets
AS_THEY_ARE = "%/?:@!$&'()*+,;=~[]-._"


class Target(NamedTuple):
    """An address taken apart. `is_trusted`: the operator named its origin, so it may lie in an inner network."""

    scheme: str
    host: str
    port: int
    path: str  # with its query
    is_trusted: bool

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target(address: str, trusted: Collection[str] = ()) -> Target:
    """The address taken apart; webcal:// is https://. Raises GatewayError with what is wrong with it."""
    address = address.strip()
    if not address or len(address) > LONGEST or re.search(r"[\x00-\x20\x7f\\]", address):
        raise _refused("This is not the address of a calendar.")
    parts = _split(re.sub(r"^webcals?://", "https://", address, flags=re.IGNORECASE))
    if parts.scheme not in PORTS:
        raise _refused("The address of a calendar begins with https:// or webcal://.")
    if parts.username is not None or parts.password is not None:
        raise _refused("An address with a name and password in it is not read: use the calendar's private address.")
    host, port = _host(parts), _port(parts)
    path = quote(parts.path or "/", safe=AS_THEY_ARE) + (
        "?" + quote(parts.query, safe=AS_THEY_ARE) if parts.query else ""
    )
    plain = Target(parts.scheme, host, port, path, False)
    is_trusted = bool({f"{parts.scheme}://{plain.netloc}", f"{parts.scheme}://{plain.netloc}:{port}"} & set(trusted))
    if port != PORTS[parts.scheme] and not is_trusted:
        raise _refused("Calendars are read at the usual ports of web addresses only.")
    return plain._replace(is_trusted=is_trusted)


def led_to(here: Target, location: str, trusted: Collection[str] = ()) -> Target:
    """Return the address to which a server redirects. Raises GatewayError."""
    there = target(urljoin(here.address, location), trusted)
    if here.scheme == "https" and there.scheme == "http":
        raise _refused("The address leads from a protected connection to an unprotected one.")
    return there


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise _refused("This is not the address of a calendar.") from None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if SIX.fullmatch(host) and ":" in host:
        return host
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    if not all(map(LABEL.fullmatch, host.split("."))) or len(host) > 253:
        raise _refused("The address names no server that could be found.")
    return host


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or PORTS[parts.scheme]
    except ValueError:
        raise _refused("The address has a port that does not exist.") from None


def _refused(sentence: str) -> GatewayError:
    return GatewayError(sentence, retry=False)
