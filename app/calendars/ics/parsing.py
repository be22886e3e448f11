"""An ICS file taken apart: its calendars, and their entries by UID. Pure."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, timedelta

from app.calendars.ics.lines import ENTRIES, Broken, Component, File, Unfinished, as_utf8, file_of
from app.calendars.ics.values import duration_of, time_of

NO_CALENDAR = "What is at this address is not a calendar."
INCOMPLETE = "The calendar at this address is incomplete."
DISTORTED = "The calendar at this address cannot be read whole: its lines are not laid out like those of a calendar."

_escaped = re.compile(r"\\([\\;,nN])")
_lengths = {"TRIGGER", "DURATION"}
_times = {"DTSTART", "DTEND", "DUE", "COMPLETED", "RECURRENCE-ID", "DTSTAMP"}


class NotACalendar(ValueError):
    """The file cannot be read as a calendar; the text is for a person."""


def parsed(data: bytes) -> File:
    """Return the calendars of a file, one at least. Raises NotACalendar and TooMuch."""
    try:
        found = file_of(as_utf8(data))
    except Unfinished:
        raise NotACalendar(INCOMPLETE) from None
    except Broken:
        raise NotACalendar(DISTORTED) from None
    if not found.calendars:
        raise NotACalendar(NO_CALENDAR)
    return found


def name_of(calendars: list[Component]) -> str:
    """Return the name that the file gives itself."""
    return word(calendars[0], "X-WR-CALNAME")


def series(calendar: Component) -> list[tuple[str, list[Component]]]:
    """Return the entries by UID; one without a UID is known by its content."""
    found: dict[tuple[str, str], list[Component]] = defaultdict(list)
    for entry in calendar.walk(*ENTRIES):
        uid = word(entry, "UID") or hashlib.sha256(repr(entry.lines).encode("utf-8", "replace")).hexdigest()
        found[entry.name, uid].append(entry)
    return [(uid, entries) for (_, uid), entries in found.items()]


def every(calendar: Component) -> timedelta | None:
    """Return how often the file wants to be fetched, if it says so."""
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        for line in calendar.of(name):
            try:
                found = duration_of(line.value).about
            except ValueError:
                continue
            if found > timedelta(0):
                return found
    return None


def passed_over(found: File) -> Iterator[str]:
    """Return the kinds of components that cannot be read and decide nothing about busy time."""
    if found.strays:
        yield "lines"
    if any(calendar.of("REFRESH-INTERVAL") and every(calendar) is None for calendar in found.calendars):
        yield "interval"
    for kind in ("VTODO", "VJOURNAL", "VALARM"):
        if any(_is_spoiled(part) for calendar in found.calendars for part in calendar.walk(kind)):
            yield kind.lower()


def word(component: Component, name: str) -> str:
    lines = component.of(name)
    return _escaped.sub(lambda found: "\n" if found[1] in "nN" else found[1], lines[0].value) if lines else ""


def _is_spoiled(component: Component) -> bool:
    try:
        for line in component.lines:
            if line.name in _lengths and "P" in line.value.upper():
                duration_of(line.value.lstrip("+-"))
            elif line.name in _times | _lengths:
                time_of(line.value, UTC)
    except (ValueError, OverflowError):
        return True
    return component.is_damaged
