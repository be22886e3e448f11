"""Zones of an ICS file: by their names, or as the file describes them. Pure.

A known name is what it says everywhere, with the zone data that run here; what the file describes under that name may
be years old.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from app.calendars.ics.lines import Component, Line
from app.calendars.ics.rules import Spend, dates, rule_of
from app.calendars.ics.values import DAY, midnight, offset_of, time_of
from app.scheduling.local_time import available_zones

YEAR = 366 * DAY
SINCE = midnight(date(1970, 1, 1))  # nothing is asked of earlier years
MOST_PARTS = 3  # of a zone's name, as in America/Argentina/Salta
MOST_CHANGES = 1_000  # of the clocks, in the time that is looked at and the years before


class Change(NamedTuple):
    """A change of the clocks from one offset to another."""

    at: datetime  # in UTC, without saying so
    before: timedelta
    after: timedelta


class Described(tzinfo):
    """A zone that a file describes. A time that the clocks skip counts by the offset before, one that they repeat is
    the first, as everywhere in RFC 5545."""

    def __init__(self, changes: list[Change]) -> None:
        self._changes = changes
        self._moments = [change.at for change in changes]
        self._walls = [[change.at + pick(change.before, change.after) for change in changes] for pick in (max, min)]

    def utcoffset(self, moment: datetime | None) -> timedelta:
        if moment is None:
            return self._changes[-1].after
        return self._offset(bisect_right(self._walls[moment.fold], moment.replace(tzinfo=None, fold=0)))

    def dst(self, _moment: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _moment: datetime | None) -> str:
        return "described"

    def fromutc(self, moment: datetime) -> datetime:
        return moment + self._offset(bisect_right(self._moments, moment.replace(tzinfo=None, fold=0)))

    def _offset(self, passed: int) -> timedelta:
        return self._changes[passed - 1].after if passed else self._changes[0].before


class Zones:
    """The zones that entries of one file may name."""

    def __init__(self, described: Iterable[Component], until: datetime, spend: Callable[[], Spend]) -> None:
        self.unread = 0  # descriptions that cannot be read
        self._described: dict[str, tzinfo] = {}
        self._named: dict[str, tzinfo | None] = {}  # every value of a line asks for the same
        self._until, self._spend = until.replace(tzinfo=None) + YEAR, spend
        for one in described:
            self._add(one)

    def named(self, name: str) -> tzinfo | None:
        """Return the zone of this name; None if it is unknown."""
        if name not in self._named:
            self._named[name] = self._found(name)
        return self._named[name]

    def _found(self, name: str) -> tzinfo | None:
        plain = name.strip().strip("/")
        if plain in available_zones():
            return ZoneInfo(plain)
        if found := self._described.get(plain):
            return found
        parts = plain.rsplit("/", MOST_PARTS)
        guesses = [WINDOWS_TO_OLSON.get(plain, ""), *("/".join(parts[first:]) for first in range(1, len(parts)))]
        return next((ZoneInfo(guess) for guess in guesses if guess in available_zones()), None)

    def _add(self, described: Component) -> None:
        names = [line.value.strip("/") for line in described.of("TZID")]
        if len(names) != 1 or not all(names) or described.is_damaged:
            self.unread += 1
        try:
            zone = Described(self._changes(described))
        except (ValueError, OverflowError, IndexError):
            self.unread += 1
            return
        for name in filter(None, names):
            self._described.setdefault(name, zone)

    def _changes(self, described: Component) -> list[Change]:
        found: set[Change] = set()
        spend = self._spend()
        for part in described.parts:
            if part.name in ("STANDARD", "DAYLIGHT"):
                found.update(self._observed(part, spend))
                if len(found) > MOST_CHANGES:
                    raise ValueError(described.name)
        if not found:
            raise ValueError(described.name)
        return sorted(found)

    def _observed(self, part: Component, spend: Spend) -> Iterable[Change]:
        before, after = (offset_of(part.of(name)[0].value) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
        (start,) = _moments(part.of("DTSTART")[:1], spend)
        onsets = {start, *_moments(part.of("RDATE"), spend)}
        for line in part.of("RRULE"):
            onsets.update(self._repeated(line, start, before, spend))
        return [Change(onset - before, before, after) for onset in onsets]

    def _repeated(self, line: Line, start: datetime, before: timedelta, spend: Spend) -> Iterable[datetime]:
        rule = rule_of(line.value)
        last = _last(rule.until, before) if rule.until else self._until
        onsets: list[datetime] = []
        for onset in dates(rule, start, max(start, SINCE), min(self._until, last), spend):
            onsets.append(onset)
            if len(onsets) > MOST_CHANGES:
                raise ValueError(line.value)
        return onsets


def _last(until: str, before: timedelta) -> datetime:
    said = time_of(until, UTC)
    if not isinstance(said, datetime):
        return midnight(said + DAY)
    return said.replace(tzinfo=None) + (before if until.endswith("Z") else timedelta(0))


def _moments(lines: Iterable[Line], spend: Spend) -> Iterator[datetime]:
    """Yield the moments of changes, in the wall time before each change."""
    for text in (text for line in lines for text in line.values):
        spend()
        said = time_of(text.partition("/")[0], UTC)
        yield said.replace(tzinfo=None) if isinstance(said, datetime) else midnight(said)
