"""Reading a calendar by its ICS address: all of it each time, unless its server or its text says that nothing changed.

Nothing here touches the database: the network takes its time outside any transaction.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app import clock
from app.calendars.connections.outside_calendar import CHECKED_EVERY
from app.calendars.ics import bounds as ics_bounds
from app.calendars.ics.apart import worked_out
from app.calendars.ics.busy import Busy
from app.calendars.ics.parsing import NotACalendar
from app.calendars.reading.gathering import Known, Reading, window_of
from app.calendars.writing.recognising import Own
from app.integrations import ics_address
from app.integrations.errors import GatewayError
from app.scheduling.spans import Span

# As often as we ask, whatever the calendar itself wishes: the page promises it, and that nothing changed costs little.
OFTEN, SELDOM = timedelta(minutes=15), timedelta(hours=1)
# Then the same text is looked at once more: by a newer Holdfast, or a less busy machine.
REFUSED_FOR = timedelta(hours=6)
ASKED_AGAIN = timedelta(hours=1)  # where a text was refused
WAITED_FOR = 20.0  # seconds, by a person who connects a calendar


class Asking(NamedTuple):
    """What is needed to ask. `seen`: what came of the last time, as it was answered then."""

    address: str
    seen: str
    zone: str  # of the therapist
    email: str  # theirs, to know what they declined
    own: Own


class FirstLook(NamedTuple):
    """`told`: what cannot be read of it, in words."""

    name: str
    told: str | None


class Answer(NamedTuple):
    """`reading` None: nothing has changed. `after`: when to ask again."""

    reading: Reading | None
    seen: str
    after: timedelta


class Seen(NamedTuple):
    """What is remembered of the last time."""

    tags: str = ""  # by which the server knows again what it gave
    text: str = ""  # its hash
    minutes: float | None = None  # how often it wants to be asked
    refused: str = ""  # why nothing could be made of it, in words
    refused_at: str = ""

    @property
    def is_refused(self) -> bool:
        """Return whether the same text need not be looked at."""
        return bool(self.refused) and datetime.fromisoformat(self.refused_at) > clock.now() - REFUSED_FOR

    def stored(self) -> str:
        return json.dumps(self if self.refused else self[:3])

    @classmethod
    def read(cls, stored: str) -> "Seen":
        return cls(*json.loads(stored)) if stored else cls()


class Refused(GatewayError):
    """What is there cannot be read, and will not be until it is something else; `seen` is to be remembered."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(seen.refused, retry=False, wait=ASKED_AGAIN.total_seconds())
        self.seen = seen.stored()


def gather(asking: Asking, known: Known, config: Mapping[str, Any]) -> Answer:
    """What the calendar says now. Raises GatewayError; Refused where it is no calendar, or too much of one."""
    seen = Seen.read(asking.seen)
    if not (seen.is_refused if seen.refused else _is_fresh(asking, known)):
        seen = Seen()
    fetched = ics_address.fetch(asking.address, config, seen.tags)
    same = hashlib.sha256(fetched.data).hexdigest() if fetched.data is not None else seen.text
    if same == seen.text:
        seen = seen._replace(tags=fetched.seen)
        if seen.refused:
            raise Refused(seen)
        return Answer(None, seen.stored(), _after(seen.minutes))
    window = window_of(known.horizon_days)
    seen = Seen(fetched.seen, same)
    try:
        found = _read(fetched.data or b"", window, asking)
    except (NotACalendar, ics_bounds.TooMuch) as refused:
        raise Refused(seen._replace(refused=str(refused), refused_at=clock.now().isoformat())) from None
    seen = seen._replace(minutes=found.every.total_seconds() / 60 if found.every else None)
    reading = Reading(window, complete=True, zone=asking.zone, taken=found.spans)
    reading.unreadable, reading.told = set(found.missing), found.told
    return Answer(reading, seen.stored(), _after(seen.minutes))


def first_look(address: str, zone: str, horizon_days: int, config: Mapping[str, Any]) -> FirstLook:
    """What a calendar is called, and what must be told of it before anybody relies on it: all of it is read once, as
    far ahead as can be booked. Raises GatewayError."""
    data = ics_address.fetch(address, config).data or b""
    try:
        found = worked_out(data, window_of(horizon_days), ZoneInfo(zone), [], seconds=WAITED_FOR)
    except (NotACalendar, ics_bounds.TooMuch) as refused:
        raise GatewayError(str(refused), retry=False) from None
    return FirstLook(found.name, found.told)


def _read(data: bytes, window: Span, asking: Asking) -> Busy:
    return worked_out(data, window, ZoneInfo(asking.zone), [asking.email], asking.own.named)


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
