"""Calendars by their ICS address: what the practice needs of a server that it knows nothing of."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Fetched(NamedTuple):
    """What an address gave. `data` None: nothing has changed. `seen`: to be given with the next question."""

    data: bytes | None
    seen: str


def fetch(address: str, config: Mapping[str, Any], seen: str = "") -> Fetched:
    """Fetch the calendar at an address, unless it is what was `seen`. Takes ten seconds at most.

    Raises GatewayError with a sentence for a person; it never repeats the address, which is a secret of theirs.
    """
    from app.integrations.ics_address import fetching  # takes a moment to load: only where calendars are fetched

    return fetching.fetch(address, config["ICS_HOSTS"], seen)
