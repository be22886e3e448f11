"""ICS files, written in a line or two, and the times that they take."""

import hashlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.calendars.ics.busy import Busy, busy

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOVEMBER = (utc("2026-11-01T00:00"), utc("2026-12-01T00:00"))


def calendar(*lines: str, head: tuple[str, ...] = ()) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//EN", *head, *lines, "END:VCALENDAR", ""]
    ).encode()


def entry(*lines: str, uid: str = "dentist@example.com", start: str = "DTSTART:20261124T100000Z") -> tuple[str, ...]:
    times = [] if any(line.startswith(("DTEND", "DURATION")) for line in lines) else ["DURATION:PT1H"]
    return ("BEGIN:VEVENT", f"UID:{uid}", start, *times, *lines, "END:VEVENT")


def read(*lines: str, head: tuple[str, ...] = (), window=NOVEMBER, zone=LONDON, mine=()) -> Busy:
    return busy(calendar(*lines, head=head), window, zone, mine)


def spans(*lines: str, **options) -> list[tuple[str, str]]:
    found = read(*lines, **options)
    assert not found.unread
    return times(found)


def times(found: Busy) -> list[tuple[str, str]]:
    """What it closes, whatever could not be read."""
    return sorted((f"{starts:%m-%dT%H:%M}", f"{ends:%m-%dT%H:%M}") for starts, ends in found.spans.values())


def key_of(uid: str) -> str:
    """Return how the ids of an entry begin."""
    return hashlib.sha256(uid.encode()).hexdigest()[:24]


TEN = [("11-24T10:00", "11-24T11:00")]

OWN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Customized Time Zone",
    "BEGIN:STANDARD",
    "DTSTART:16010101T000000",
    "TZOFFSETFROM:{offset}",
    "TZOFFSETTO:{offset}",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def own_zone(offset: str) -> tuple[str, ...]:
    return tuple(line.format(offset=offset) for line in OWN_ZONE)
