"""The text of an ICS file as busy times: pure.

Any calendar may come, and any file that says it is one. What is read is what closes time; what is no calendar is
refused in words for a person. A single entry that cannot be read is told apart, so that its time is not taken for free.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from app.calendars import ics_bounds
from app.calendars.ics_parsing import drop_broken_exceptions, every, every_one, name_of, parsed, series, word
from app.scheduling.local_time import available_zones, first_moment
from app.scheduling.spans import Span

DAY = timedelta(days=1)
REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID")
FREE_BY_MICROSOFT = ("FREE", "WORKINGELSEWHERE")

IsOwn = Callable[[str], bool]


class Busy(NamedTuple):
    """What a file says. `unread`: how the ids of entries begin that could not be read; what was known of them stands.
    `every`: how often the calendar itself wants to be fetched."""

    spans: dict[str, Span]
    unread: frozenset[str]
    name: str
    every: timedelta | None


def busy(
    data: bytes,
    window: Span,
    zone: ZoneInfo,
    mine: Collection[str] = (),
    is_own: IsOwn = lambda _uid: False,
) -> Busy:
    """The busy times that share some time with the window, by ids that stay the same as long as entry and time do.

    `zone`: of the therapist, for times without a zone; `mine`: their e-mail addresses, to know what they declined;
    `is_own`: whether a UID is that of a session of theirs here: its time is held already, wherever it has wandered.
    Raises NotACalendar, and TooMuch for what no person's calendar holds.
    """
    ics_bounds.check_size(data)
    in_time = ics_bounds.deadline()
    spans: dict[str, Span] = {}
    unread: set[str] = set()
    calendars = parsed(data)
    for calendar in calendars:
        one = _One(calendar, window, zone, {address.lower() for address in mine}, is_own, in_time)
        for known, span in one.spans(unread):
            spans[known] = span
            if len(spans) > ics_bounds.MOST_SPANS:
                raise ics_bounds.TooMuch(f"This calendar has more than {ics_bounds.MOST_SPANS} busy times ahead.")
    return Busy(spans, frozenset(unread), name_of(calendars), every(calendars[0]))


class _One:
    """One calendar of a file."""

    def __init__(
        self,
        calendar: Calendar,
        window: Span,
        zone: ZoneInfo,
        mine: set[str],
        is_own: IsOwn,
        in_time: Callable[[], None],
    ) -> None:
        self._calendar, self._window, self._mine, self._in_time = calendar, window, mine, in_time
        self._is_own = is_own
        said = word(calendar, "X-WR-TIMEZONE")
        self._said_zone = said if said in available_zones() else None
        self._zone = ZoneInfo(said) if self._said_zone else zone
        owner = word(calendar, "X-WR-CALNAME").lower()  # Google names somebody's own calendar by their address
        if "@" in owner:
            self._mine = mine | {owner}

    def spans(self, unread: set[str]) -> Iterator[tuple[str, Span]]:
        for uid, entries in series(self._calendar):
            self._in_time()
            if self._is_own(uid) and _is_single(entries):  # what a person made repeat of it is theirs
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
        if not _is_single(entries):
            return False
        days = [_day(every_one(entry, name)[0].dt) for name in ("DTSTART", "DTEND") if name in entry]
        ends = "DTEND" in entry and max(days) < (self._window[0] - 2 * DAY).date()
        return ends or min(days) > (self._window[1] + 2 * DAY).date()

    def _dates(self, entries: list[Component]) -> list[Component]:
        """The single dates of a series, those that were changed in place of the others."""
        until = (self._window[1] + DAY).date()
        if len(entries) > ics_bounds.MOST_OF_ONE or any(ics_bounds.is_too_much(one, until) for one in entries):
            raise ics_bounds.TooMuch
        for entry in entries:
            drop_broken_exceptions(entry)
        alone = Calendar()
        if self._said_zone:
            alone.add("X-WR-TIMEZONE", self._said_zone)
        alone.subcomponents = entries
        # A day more at both ends: times without a zone are not yet where they belong.
        return list(recurring_ical_events.of(alone).between(self._window[0] - DAY, self._window[1] + DAY))

    def _is_free(self, entry: Component) -> bool:
        return (
            word(entry, "TRANSP").upper() == "TRANSPARENT"
            or word(entry, "STATUS").upper() == "CANCELLED"
            or word(entry, "X-MICROSOFT-CDO-BUSYSTATUS").upper() in FREE_BY_MICROSOFT
            or any(self._declines(attendee) for attendee in every_one(entry, "ATTENDEE"))
        )

    def _declines(self, attendee: Any) -> bool:
        address = str(attendee).lower().removeprefix("mailto:")
        return address in self._mine and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED"

    def _span(self, entry: Component) -> Span:
        starts, ends = (every_one(entry, name)[0].dt for name in ("DTSTART", "DTEND"))
        return self._moment(starts), self._moment(ends)

    def _periods(self, entry: Component) -> Iterator[Span]:
        for period in every_one(entry, "FREEBUSY"):
            if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE":
                starts, ends = period.dt
                starts = self._moment(starts)
                yield starts, starts + ends if isinstance(ends, timedelta) else self._moment(ends)

    def _moment(self, said: date) -> datetime:
        if not isinstance(said, datetime):
            return first_moment(said, self._zone)
        return (said if said.tzinfo else said.replace(tzinfo=self._zone)).astimezone(UTC)


def _is_single(entries: list[Component]) -> bool:
    return len(entries) == 1 and not any(name in entries[0] for name in REPEATS)


def _day(said: date) -> date:
    return date(said.year, said.month, said.day)
