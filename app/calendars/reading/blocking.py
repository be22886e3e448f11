"""Which entries of a Google calendar close time here, and which time that is: pure.

Entries are Event resources of the Calendar API (v3) as they came, single ones: a recurring entry was taken apart by
Google (`singleEvents`). What cannot be read is never taken for free: it raises, and the caller leaves what it knows.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.scheduling.local_time import first_moment
from app.scheduling.spans import Span

Entry = Mapping[str, Any]
IsOwn = Callable[[Entry], bool]  # whether its time is held here already (see own.py)

# Where somebody works and whose birthday it is takes no time. Everything else does as its transparency says: what
# was put in by a mail, time out of office, focus time, and kinds that Google has yet to invent.
TAKES_NO_TIME = ("workingLocation", "birthday")
DAY = timedelta(days=1)
OURS = "holdfast"  # the private property by which what we wrote ourselves is known again


class Unreadable(ValueError):
    """An entry that does not say its time in a way we know. The text is for a log: it tells nothing of the entry."""


def known_as(entry: Entry) -> str:
    """The id by which Google tells of this entry again. Raises Unreadable."""
    found = entry.get("id")
    if not isinstance(found, str) or not found:
        raise Unreadable("an entry without an id")
    return found


def is_cancelled(entry: Entry) -> bool:
    """Return whether the entry is gone. Such entries may carry nothing but their ids."""
    return entry.get("status") == "cancelled"


def nobodys(_entry: Entry) -> bool:
    return False


def closes_time(entry: Entry, is_own: IsOwn = nobodys) -> bool:
    """Return whether the time of the entry is taken, for whoever's calendar it stands in."""
    return not (
        is_cancelled(entry)
        or is_own(entry)
        or entry.get("transparency") == "transparent"
        or entry.get("eventType") in TAKES_NO_TIME
        or _is_declined(entry)
    )


def blocking_span(entry: Entry, zone: ZoneInfo, is_own: IsOwn = nobodys) -> Span | None:
    """The time that an entry closes, or None. `zone` is that of the calendar, in which its whole days lie.

    Raises Unreadable.
    """
    if not closes_time(entry, is_own):
        return None
    starts, ends = span_of(entry, zone)
    return (starts, ends) if starts < ends else None


def span_of(entry: Entry, zone: ZoneInfo) -> Span:
    """Return the time of an entry, whether it blocks time or not. Raises Unreadable."""
    try:
        starts, ends = _moment(entry["start"], zone), _moment(entry["end"], zone)
        if starts == ends and entry["start"].get("date"):
            ends = first_moment(date.fromisoformat(entry["start"]["date"]) + DAY, zone)  # a day lasts one at least
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise Unreadable("an entry whose time cannot be read") from None
    if ends < starts:
        raise Unreadable("an entry that ends before it begins")
    return starts, ends


def taken(entry: Entry, zone: ZoneInfo) -> tuple[str, Span | None]:
    """Return the id of an entry and the time that it blocks, if it does. Raises Unreadable."""
    return known_as(entry), blocking_span(entry, zone)


def _is_declined(entry: Entry) -> bool:
    attendees = entry.get("attendees")
    return isinstance(attendees, list) and any(
        isinstance(one, Mapping) and one.get("self") is True and one.get("responseStatus") == "declined"
        for one in attendees
    )


def _moment(side: Mapping[str, str], zone: ZoneInfo) -> datetime:
    """A day begins with its first moment in the calendar's own zone; its entry's end is the day after its last."""
    if side.get("date"):
        return first_moment(date.fromisoformat(side["date"]), zone)
    said = datetime.fromisoformat(side["dateTime"])
    if said.tzinfo is None:
        said = said.replace(tzinfo=ZoneInfo(side["timeZone"]) if side.get("timeZone") else zone)
    return said.astimezone(UTC)
