"""Where a push may be sent: the address comes from a browser, so it is somebody else's word.

Only the push services of the known browsers are written to, over TLS, under their names: never an address inside
a network, whatever a page sends.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LONGEST = 1000  # characters; real ones have 100 to 500
SERVICES = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
FAMILIES = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")  # one service under many names

# A plain host and a plain path, nothing else: what is no user, port, escape or bracket cannot be read in two ways.
PATH = r"/[\x21\x23-\x5b\x5d-\x7e]+"
ENDPOINT = re.compile(r"https://(?P<host>[a-z0-9.-]+)(:443)?" + PATH)
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


def is_allowed(endpoint: str, besides: Iterable[str] = ()) -> bool:
    """Return whether this is an address at a push service; `besides` are origins that the settings add (PUSH_HOSTS)."""
    if len(endpoint) > LONGEST:
        return False
    if any(re.fullmatch(re.escape(origin) + PATH, endpoint) for origin in besides):
        return True
    found = ENDPOINT.fullmatch(endpoint)
    return found is not None and (found["host"] in SERVICES or _is_of_family(found["host"]))


def host_of(endpoint: str) -> str:
    """The service that an address is at: what may be shown and logged, for the rest of it is a secret."""
    return urlsplit(endpoint).netloc


def origins(text: str) -> tuple[str, ...]:
    """Origins separated by commas. Raises ValueError for what is none."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    if not all(ORIGIN.fullmatch(origin) for origin in found):
        raise ValueError(text)
    return found


def _is_of_family(host: str) -> bool:
    return any(host.endswith(family) and len(host) > len(family) and ".." not in host for family in FAMILIES)
