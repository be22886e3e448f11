"""One entry of an ICS file, judged value by value: what decides about time and cannot be read is noted. Pure."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar

from app.calendars.ics.bounds import TooDense
from app.calendars.ics.lines import Component, Line
from app.calendars.ics.rules import SECONDS_OF, Rule, Spend, rule_of
from app.calendars.ics.values import DAY, Length, day_of, duration_of, in_utc, is_floating, midnight, time_of
from app.calendars.ics.zones import Zones

FREE_BY_MICROSOFT = ("FREE", "WORKINGELSEWHERE")
REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID")

T = TypeVar("T")


class Timing(NamedTuple):
    """When one date of an entry begins, and its length."""

    start: date | datetime
    length: Length


class Places(NamedTuple):
    """Where times lie. `own`: of times without a zone, and of whole days. `is_guess`: the calendar names a zone for
    them that nobody knows."""

    zones: Zones
    own: tzinfo
    is_guess: bool


class Entry:
    """A VEVENT. `may_lack`: some of its time is not known. `is_inexact`: its time may be more, or another, than what
    its author meant."""

    def __init__(self, component: Component, places: Places, mine: frozenset[str], spend: Spend) -> None:
        self._component, self._places, self._spend = component, places, spend
        self.may_lack, self.is_inexact = component.is_damaged, False
        self.is_free = _is_free(component, mine)
        self.sequence = _number(component)
        self.zone = places.own
        self.timing = self._timing()
        self.recurs_at = self._recurs_at()
        self.and_future = any(
            line.params.get("RANGE", "").upper() == "THISANDFUTURE" for line in component.of("RECURRENCE-ID")
        )
        self.rules = list(self._rules("RRULE"))
        self.not_rules = list(self._rules("EXRULE"))
        self.dates = list(self._dates())
        self.not_dates = list(self._not_dates())

    @property
    def is_single(self) -> bool:
        return not (self.rules or self.dates or self.recurs_at)

    @property
    def is_change(self) -> bool:
        """Return whether the entry replaces one date of a series."""
        return bool(self._component.of("RECURRENCE-ID"))

    def until_of(self, rule: Rule) -> Callable[[datetime], bool]:
        """Return the test whether a date is later than the rule's UNTIL."""
        if rule.until is None:
            return lambda _one: False
        try:
            last = time_of(rule.until, self.zone)
        except (ValueError, OverflowError):
            self.is_inexact = True
            return lambda _one: False
        if not isinstance(last, datetime):
            return lambda one: one.date() > last
        if self.timing and not isinstance(self.timing.start, datetime):
            # Some programs write the midnight of the last day in UTC.
            last_day = max(last.date(), last.astimezone(self.zone).date())
            return lambda one: one.date() > last_day
        return lambda one: in_utc(one.replace(tzinfo=self.zone)) > in_utc(last)

    def _timing(self) -> Timing | None:
        start = self._one(self._component.of("DTSTART"), self._time)
        if start is None:
            self.may_lack = True
            return None
        if isinstance(start, datetime) and start.tzinfo:
            self.zone = start.tzinfo
        return self._with_length(start)

    def _with_length(self, start: date | datetime) -> Timing:
        ends, lasts = self._component.of("DTEND"), self._component.of("DURATION")
        found = [Timing(start, length) for length in (self._one(lasts, self._duration),) if length]
        end = self._one(ends, lambda line: self._times(line, self.zone)[0])
        if end is not None:
            found.append(self._until(start, end))
        if not found:
            self.may_lack |= bool(ends or lasts)
            found = [Timing(start, Length(days=0 if isinstance(start, datetime) else 1))]
        self.is_inexact |= len({timing.length.about for timing in found if timing.length.about}) > 1
        longest = max(found, key=lambda timing: timing.length.about)
        return self._as_moment(longest)

    def _as_moment(self, timing: Timing) -> Timing:
        """Return the timing at its true length: a whole day lasts a day at least, and one with hours is a moment."""
        if isinstance(timing.start, datetime):
            return timing
        if timing.length.wall or timing.length.exact:
            return Timing(midnight(timing.start).replace(tzinfo=self.zone), timing.length)
        return Timing(timing.start, Length(max(timing.length.days, 1)))

    def _until(self, start: date | datetime, end: date | datetime) -> Timing:
        if isinstance(start, datetime) != isinstance(end, datetime):
            self.is_inexact = True
            start = start if isinstance(start, datetime) else midnight(start).replace(tzinfo=self.zone)
            end = end if isinstance(end, datetime) else midnight(end + DAY).replace(tzinfo=self.zone)
        if not (isinstance(start, datetime) and isinstance(end, datetime)):
            self.is_inexact |= end < start
            return Timing(min(start, end), Length(abs(end.toordinal() - start.toordinal())))
        if end.tzinfo is start.tzinfo or end.tzinfo == start.tzinfo:
            between = end.replace(tzinfo=None) - start.replace(tzinfo=None)
            return self._ahead(start, end, Length(wall=between))
        return self._ahead(start, end, Length(exact=in_utc(end) - in_utc(start)))

    def _ahead(self, start: datetime, end: datetime, length: Length) -> Timing:
        if length.about >= timedelta(0):
            return Timing(start, length)
        self.is_inexact = True  # the two were taken for each other
        return Timing(end.astimezone(start.tzinfo), Length(-length.days, -length.wall, -length.exact))

    def _duration(self, line: Line) -> Length:
        return duration_of(line.value)

    def _time(self, line: Line) -> date | datetime:
        return self._times(line, self._places.own)[0]

    def _times(self, line: Line, own: tzinfo) -> list[date | datetime]:
        """Return the times of one line. Raises ValueError when one cannot be read."""
        times = [self._time_in(line, text, own) for text in self._values(line)]
        if not times:
            raise ValueError(line.name)
        return times

    def _values(self, line: Line) -> Iterator[str]:
        """Yield the values of a line; each counts as a step, whether it can be read or not."""
        for text in line.values:
            self._spend()
            yield text

    def _time_in(self, line: Line, text: str, own: tzinfo) -> date | datetime:
        """Return one value of a line as a time. Raises ValueError."""
        zone, params = self._zone_of(line, text, own), line.params
        said = time_of(text, zone)
        if params.get("VALUE", "").upper() == "DATE":
            said = day_of(said)
        if isinstance(said, datetime) and "TZID" in params and text.rstrip()[-1] in "zZ":
            self.is_inexact = True  # it says both
            said = said.replace(tzinfo=zone)
        return said

    def _zone_of(self, line: Line, text: str, own: tzinfo) -> tzinfo:
        name = line.params.get("TZID", "")
        if name:
            found = self._places.zones.named(name)
            self.is_inexact |= found is None and is_floating(text)
            return found or self._places.own
        if own is self._places.own and self._places.is_guess and is_floating(text):
            self.is_inexact = True
        return own

    def _one(self, lines: list[Line], read: Callable[[Line], T]) -> T | None:
        """Return the first value that can be read; a second, different one makes the entry inexact."""
        found: list[T] = []
        for line in lines:
            try:
                found.append(read(line))
            except TooDense:
                raise
            except (ValueError, OverflowError):
                self.may_lack = True
        self.is_inexact |= any(other != found[0] for other in found[1:])
        return found[0] if found else None

    def _recurs_at(self) -> date | datetime | None:
        lines = self._component.of("RECURRENCE-ID")
        return self._one(lines, lambda line: self._times(line, self.zone)[0])

    def _rules(self, name: str) -> Iterator[Rule]:
        for line in self._component.of(name):
            try:
                rule = rule_of(line.value)
                if self.timing and not isinstance(self.timing.start, datetime) and rule.freq in SECONDS_OF:
                    raise ValueError(line.value)
            except ValueError:
                self.may_lack |= name == "RRULE"
                self.is_inexact |= name == "EXRULE"
                continue
            self.is_inexact |= not rule.is_exact
            if name == "RRULE" or rule.is_exact:
                yield rule

    def _dates(self) -> Iterator[Timing]:
        """Yield the entry's RDATEs; periods have their own length."""
        for line in self._component.of("RDATE"):
            for text in self._values(line):
                try:
                    yield self._date(line, text)
                except (ValueError, OverflowError):
                    self.may_lack = True

    def _date(self, line: Line, text: str) -> Timing:
        if self.timing is None:
            raise ValueError(text)
        begins, is_period, ends = text.partition("/")
        start = self._time_in(line, begins, self.zone)
        if is_period and isinstance(start, datetime):
            return Timing(start, self._length_of_period(line, start, ends))
        own = self.timing.start
        if isinstance(own, datetime) and not isinstance(start, datetime):
            self.is_inexact = True
            return Timing(datetime.combine(start, own.timetz()), self.timing.length)
        return Timing(start if isinstance(own, datetime) else day_of(start), self.timing.length)

    def _length_of_period(self, line: Line, start: datetime, ends: str) -> Length:
        if "P" in ends.upper():
            return duration_of(ends)
        end = self._time_in(line, ends, self.zone)
        if not isinstance(end, datetime) or end < start:
            raise ValueError(ends)
        return Length(exact=in_utc(end) - in_utc(start))

    def _not_dates(self) -> Iterator[date | datetime]:
        """Return the EXDATEs. One that cannot be read is left out: the series blocks a date too many, never too few."""
        for line in self._component.of("EXDATE"):
            for text in self._values(line):
                try:
                    yield self._time_in(line, text, self.zone)
                except (ValueError, OverflowError):
                    self.is_inexact = True


def _number(component: Component) -> int:
    """Return the revision (SEQUENCE) of the entry; 0 when it has none."""
    text = "".join(line.value for line in component.of("SEQUENCE")[:1])
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _is_free(component: Component, mine: frozenset[str]) -> bool:
    """Return whether the entry says that it takes no time, or `mine` declined it; one that says both takes time."""
    words = {name: {line.value.upper() for line in component.of(name)} for name in SAYING_FREE}
    return any(said and said <= SAYING_FREE[name] for name, said in words.items()) or any(
        _declines(line, mine) for line in (component.of("ATTENDEE") if mine else ())
    )


SAYING_FREE = {
    "TRANSP": {"TRANSPARENT"},
    "STATUS": {"CANCELLED"},
    "X-MICROSOFT-CDO-BUSYSTATUS": set(FREE_BY_MICROSOFT),
}


def _declines(line: Line, mine: frozenset[str]) -> bool:
    return line.value.lower().removeprefix("mailto:") in mine and line.params.get("PARTSTAT", "").upper() == "DECLINED"
