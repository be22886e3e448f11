"""The text of an ICS file as busy times: pure.

Any calendar may come, and any file that says it is one. What is read is what closes time; what is no calendar is
refused in words for a person. A single entry that cannot be read is told apart, so that its time is not taken for free.
"""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, vBroken, vDuration
from icalendar.timezone import tzp

from app.calendars import ics_bounds
from app.scheduling.local_time import available_zones, first_moment
from app.scheduling.spans import Span

DAY = timedelta(days=1)
OURS = "@holdfast.invalid"  # how the UIDs of our own entries end: their time is held here already
FREE_BY_MICROSOFT = ("FREE", "WORKINGELSEWHERE")
NO_CALENDAR = "What is at this address is not a calendar."
INCOMPLETE = "The calendar at this address is incomplete."


class NotACalendar(ValueError):
    """Nothing that can be read as a calendar; the text is for a person."""


class Busy(NamedTuple):
    """What a file says. `unread`: how the ids of entries begin that could not be read; what was known of them stands.
    `every`: how often the calendar itself wants to be fetched."""

    spans: dict[str, Span]
    unread: frozenset[str]
    name: str
    every: timedelta | None


def busy(data: bytes, window: Span, zone: ZoneInfo, mine: Collection[str] = ()) -> Busy:
    """The busy times that share some time with the window, by ids that stay the same as long as entry and time do.

    `zone`: of the therapist, for times without a zone; `mine`: their e-mail addresses, to know what they declined.
    Raises NotACalendar, and TooMuch for what no person's calendar holds.
    """
    ics_bounds.check_size(data)
    in_time = ics_bounds.deadline()
    spans: dict[str, Span] = {}
    unread: set[str] = set()
    calendars = _parsed(data)
    for calendar in calendars:
        one = _One(calendar, window, zone, {address.lower() for address in mine}, in_time)
        for known, span in one.spans(unread):
            spans[known] = span
            if len(spans) > ics_bounds.MOST_SPANS:
                raise ics_bounds.TooMuch(f"This calendar has more than {ics_bounds.MOST_SPANS} busy times ahead.")
    return Busy(spans, frozenset(unread), _word(calendars[0], "X-WR-CALNAME"), _every(calendars[0]))


_turn = threading.Lock()


def _parsed(data: bytes) -> list[Calendar]:
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


class _One:
    """One calendar of a file."""

    def __init__(
        self, calendar: Calendar, window: Span, zone: ZoneInfo, mine: set[str], in_time: Callable[[], None]
    ) -> None:
        self._calendar, self._window, self._mine, self._in_time = calendar, window, mine, in_time
        said = _word(calendar, "X-WR-TIMEZONE")
        self._said_zone = said if said in available_zones() else None
        self._zone = ZoneInfo(said) if self._said_zone else zone
        owner = _word(calendar, "X-WR-CALNAME").lower()  # Google names somebody's own calendar by their address
        if "@" in owner:
            self._mine = mine | {owner}

    def spans(self, unread: set[str]) -> Iterator[tuple[str, Span]]:
        for uid, entries in _series(self._calendar):
            self._in_time()
            if uid.endswith(OURS):
                continue
            begins = hashlib.sha256(uid.encode()).hexdigest()[:24]
            try:
                found = list(self._busy(entries))
            except Exception:  # whatever the libraries meet in a stranger's entry: it is told, and the others are read
                unread.add(begins)
                continue
            for starts, ends in found:
                yield f"{begins}-{starts.timestamp():.0f}-{ends.timestamp():.0f}", (starts, ends)

    def _busy(self, entries: list[Component]) -> Iterator[Span]:
        if entries[0].name == "VFREEBUSY":
            found = (span for entry in entries for span in self._periods(entry))
        elif self._lies_elsewhere(entries):
            return
        else:
            found = (self._span(one) for one in self._dates(entries) if not self._is_free(one))
        for starts, ends in found:
            if starts < ends and starts < self._window[1] and ends > self._window[0]:
                yield starts, ends

    def _lies_elsewhere(self, entries: list[Component]) -> bool:
        """Whether this is a single entry of another time: most of an old calendar, and quickly seen."""
        entry = entries[0]
        if len(entries) > 1 or any(name in entry for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
            return False
        days = [_day(_all(entry, name)[0].dt) for name in ("DTSTART", "DTEND") if name in entry]
        ends = "DTEND" in entry and max(days) < (self._window[0] - 2 * DAY).date()
        return ends or min(days) > (self._window[1] + 2 * DAY).date()

    def _dates(self, entries: list[Component]) -> list[Component]:
        """The single dates of a series, those that were changed in place of the others."""
        until = (self._window[1] + DAY).date()
        if len(entries) > ics_bounds.MOST_OF_ONE or any(ics_bounds.is_too_much(one, until) for one in entries):
            raise ics_bounds.TooMuch
        for entry in entries:
            _drop_broken_exceptions(entry)
        alone = Calendar()
        if self._said_zone:
            alone.add("X-WR-TIMEZONE", self._said_zone)
        alone.subcomponents = entries
        # A day more at both ends: times without a zone are not yet where they belong.
        return list(recurring_ical_events.of(alone).between(self._window[0] - DAY, self._window[1] + DAY))

    def _is_free(self, entry: Component) -> bool:
        return (
            _word(entry, "TRANSP").upper() == "TRANSPARENT"
            or _word(entry, "STATUS").upper() == "CANCELLED"
            or _word(entry, "X-MICROSOFT-CDO-BUSYSTATUS").upper() in FREE_BY_MICROSOFT
            or any(self._declines(attendee) for attendee in _all(entry, "ATTENDEE"))
        )

    def _declines(self, attendee: Any) -> bool:
        address = str(attendee).lower().removeprefix("mailto:")
        return address in self._mine and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED"

    def _span(self, entry: Component) -> Span:
        starts, ends = (_all(entry, name)[0].dt for name in ("DTSTART", "DTEND"))
        return self._moment(starts), self._moment(ends)

    def _periods(self, entry: Component) -> Iterator[Span]:
        for period in _all(entry, "FREEBUSY"):
            if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                starts, ends = period.dt
                starts = self._moment(starts)
                yield starts, starts + ends if isinstance(ends, timedelta) else self._moment(ends)

    def _moment(self, said: date) -> datetime:
        if not isinstance(said, datetime):
            return first_moment(said, self._zone)
        return (said if said.tzinfo else said.replace(tzinfo=self._zone)).astimezone(UTC)


def _day(said: date) -> date:
    return date(said.year, said.month, said.day)


def _series(calendar: Calendar) -> list[tuple[str, list[Component]]]:
    """Entries by their UID; those without one are known by what they say."""
    found: dict[tuple[str, str], list[Component]] = defaultdict(list)
    for entry in [*calendar.walk("VEVENT"), *calendar.walk("VFREEBUSY")]:
        uid = _word(entry, "UID") or hashlib.sha256(entry.to_ical()).hexdigest()
        found[str(entry.name), uid].append(entry)
    return [(uid, entries) for (_, uid), entries in found.items()]


def _drop_broken_exceptions(entry: Component) -> None:
    """Some programs write empty ones. Without them the series closes a date too many, never one too few."""
    if "EXDATE" in entry:
        entry["EXDATE"] = [one for one in _all(entry, "EXDATE") if not isinstance(one, vBroken)]


def _every(calendar: Calendar) -> timedelta | None:
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        for said in _all(calendar, name):
            found = getattr(said, "dt", None) or _duration(str(said))
            if isinstance(found, timedelta) and found > timedelta(0):
                return found
    return None


def _duration(text: str) -> timedelta | None:
    try:
        return vDuration.from_ical(text)
    except ValueError:
        return None


def _word(component: Component, name: str) -> str:
    found = _all(component, name)
    return str(found[0]).strip() if found else ""


def _all(component: Component, name: str) -> list[Any]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]
