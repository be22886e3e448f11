"""Reading a calendar by its ICS address: all of it each time, unless its server or its text says that nothing changed.

Nothing here touches the database: the network takes its time outside any transaction.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app import clock
from app.calendars import ics_bounds
from app.calendars.ics_busy import Busy, busy
from app.calendars.ics_parsing import NotACalendar, head_of, name_of, parsed
from app.calendars.own import Own
from app.calendars.reading import CHECKED_EVERY, Known, Reading, window_of
from app.integrations import ics_address
from app.integrations.errors import GatewayError
from app.scheduling.spans import Span

OFTEN, SELDOM = timedelta(minutes=15), timedelta(hours=6)  # as often as we ask, whatever the calendar itself wishes


class Asking(NamedTuple):
    """What is needed to ask. `seen`: what came of the last time, as it was answered then."""

    address: str
    seen: str
    zone: str  # of the therapist
    email: str  # theirs, to know what they declined
    own: Own


class Answer(NamedTuple):
    """`reading` None: nothing has changed. `after`: when to ask again."""

    reading: Reading | None
    seen: str
    after: timedelta


def gather(asking: Asking, known: Known, config: Mapping[str, Any]) -> Answer:
    """What the calendar says now. Raises GatewayError."""
    tags, text, minutes = _remembered(asking.seen) if _is_fresh(asking, known) else ("", "", None)
    fetched = ics_address.fetch(asking.address, config, tags)
    if fetched.data is None:
        return Answer(None, asking.seen, _after(minutes))
    same = hashlib.sha256(fetched.data).hexdigest()
    if same == text:
        return Answer(None, _to_remember(fetched.seen, text, minutes), _after(minutes))
    window = window_of(known.horizon_days)
    found = _read(fetched.data, window, asking)
    minutes = found.every.total_seconds() / 60 if found.every else None
    reading = Reading(window, complete=True, zone=asking.zone, taken=found.spans, unreadable=set(found.unread))
    return Answer(reading, _to_remember(fetched.seen, same, minutes), _after(minutes))


def first_look(address: str, config: Mapping[str, Any]) -> str:
    """Whether there is a calendar at all, and what it calls itself. Its entries can take seconds, and somebody waits:
    they are left to the worker. Raises GatewayError."""
    data = ics_address.fetch(address, config).data or b""
    with _told():
        ics_bounds.check_size(data)
        return name_of(parsed(head_of(data)))


def _read(data: bytes, window: Span, asking: Asking) -> Busy:
    with _told():
        return busy(data, window, ZoneInfo(asking.zone), [asking.email], asking.own.named)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (NotACalendar, ics_bounds.TooMuch) as refused:
        raise GatewayError(str(refused), retry=False) from None


def _is_fresh(asking: Asking, known: Known) -> bool:
    """Whether what is known stands if nothing has changed there: the window moves on, and all is looked at each day."""
    now = clock.now()
    return (
        known.zone == asking.zone
        and _is_after(known.full_sync_at, now - CHECKED_EVERY)
        and _is_after(known.read_until, now + timedelta(days=known.horizon_days))
    )


def _is_after(moment: datetime | None, other: datetime) -> bool:
    return moment is not None and moment > other


def _after(minutes: float | None) -> timedelta:
    return min(max(timedelta(minutes=minutes), OFTEN), SELDOM) if minutes else OFTEN


def _remembered(seen: str) -> tuple[str, str, float | None]:
    tags, text, minutes = json.loads(seen) if seen else ("", "", None)
    return tags, text, minutes


def _to_remember(tags: str, text: str, minutes: float | None) -> str:
    return json.dumps([tags, text, minutes])
