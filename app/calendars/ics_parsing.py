"""An ICS file taken apart: its calendars, and their entries by UID. Pure but for what the parser remembers of zones."""

import hashlib
import re
import threading
from collections import defaultdict
from datetime import timedelta
from typing import Any

from icalendar import Calendar, Component, vBroken, vDuration
from icalendar.timezone import tzp

from app.calendars import ics_bounds

NO_CALENDAR = "What is at this address is not a calendar."
INCOMPLETE = "The calendar at this address is incomplete."


class NotACalendar(ValueError):
    """Nothing that can be read as a calendar; the text is for a person."""


_turn = threading.Lock()
BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR\s", re.IGNORECASE)
COMPONENT = re.compile(rb"^(?:BEGIN|END):", re.IGNORECASE | re.MULTILINE)
LONGEST_HEAD = 10_000  # bytes


def parsed(data: bytes) -> list[Calendar]:
    """The calendars of a file, one at least. Raises NotACalendar and TooMuch."""
    try:
        with _turn:
            # The library keeps what a file says of a zone for all files to come: somebody else's
            # "Customized Time Zone" would move these times. Each file is read with a memory of its own.
            tzp.use_default()
            found: list[Any] = Calendar.from_ical(data, multiple=True)
    except Exception:  # whatever the parser meets in a stranger's file
        raise NotACalendar(NO_CALENDAR) from None
    if not found and b"BEGIN:VCALENDAR" in data.upper():
        raise NotACalendar(INCOMPLETE)
    if not found or any(one.name != "VCALENDAR" for one in found):
        raise NotACalendar(NO_CALENDAR)
    if len(found) < data.upper().count(b"BEGIN:VCALENDAR"):
        raise NotACalendar(INCOMPLETE)
    for calendar in found:
        ics_bounds.check_zones(calendar)
    return found


def head_of(data: bytes) -> bytes:
    """A small file that says of itself what this one does, without its entries; one that is no calendar stays so."""
    head = data[:LONGEST_HEAD]
    begins = BEGINS.match(head)
    if not begins or b"END:VCALENDAR" not in data.upper():
        return head
    ends = COMPONENT.search(head, begins.end())
    return head[: ends.start() if ends else head.rindex(b"\n") + 1] + b"END:VCALENDAR\r\n"


def name_of(calendars: list[Calendar]) -> str:
    """What the file calls itself."""
    return word(calendars[0], "X-WR-CALNAME")


def series(calendar: Calendar) -> list[tuple[str, list[Component]]]:
    """Entries by their UID; those without one are known by what they say."""
    found: dict[tuple[str, str], list[Component]] = defaultdict(list)
    for entry in [*calendar.walk("VEVENT"), *calendar.walk("VFREEBUSY")]:
        uid = word(entry, "UID") or hashlib.sha256(entry.to_ical()).hexdigest()
        found[str(entry.name), uid].append(entry)
    return [(uid, entries) for (_, uid), entries in found.items()]


def drop_broken_exceptions(entry: Component) -> None:
    """Some programs write empty ones. Without them the series closes a date too many, never one too few."""
    if "EXDATE" in entry:
        entry["EXDATE"] = [one for one in every_one(entry, "EXDATE") if not isinstance(one, vBroken)]


def every(calendar: Calendar) -> timedelta | None:
    """How often it wants to be fetched, if it says so."""
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        for said in every_one(calendar, name):
            found = getattr(said, "dt", None) or _duration(str(said))
            if isinstance(found, timedelta) and found > timedelta(0):
                return found
    return None


def _duration(text: str) -> timedelta | None:
    try:
        return vDuration.from_ical(text)
    except ValueError:
        return None


def word(component: Component, name: str) -> str:
    found = every_one(component, name)
    return str(found[0]).strip() if found else ""


def every_one(component: Component, name: str) -> list[Any]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]
