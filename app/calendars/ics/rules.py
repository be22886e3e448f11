"""Dates of a recurrence rule (RFC 5545, 3.3.10): pure, in the time of the clock on the wall, and bounded.

Our own, because the library can neither be bounded (an interval of 0 never ends) nor trusted with `BYDAY=1WE,TH` and
with BYSETPOS of weeks. The tests compare it with the library where that is right.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import NamedTuple

DAY = timedelta(days=1)
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
SECONDS_OF = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DIGITS = 9

# The least and greatest of each part, and whether they may be negative.
PARTS = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
}
KNOWN = {*PARTS, "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}

_weekday = re.compile(rf"([+-]?\d{{1,3}})?({'|'.join(WEEKDAYS)})")
_number = re.compile(r"[+-]?\d+")

Spend = Callable[[], None]  # called for each step; raises when there were too many


class Rule(NamedTuple):
    """`numbers`: the parts of PARTS that it has. `days`: weekdays, each with its ordinal, or 0 for all of them."""

    freq: str
    interval: int
    limit: int | None  # of dates
    until: str | None  # as it is written
    numbers: dict[str, frozenset[int]]
    days: frozenset[tuple[int, int]]
    week_begins: int
    is_exact: bool  # not where a limit was left out that cannot be read

    def part(self, name: str) -> frozenset[int]:
        return self.numbers.get(name, frozenset())


def rule_of(text: str) -> Rule:
    """Read a rule. Raises ValueError. A limit that cannot be read is left out: the rule is then longer and inexact."""
    said = _parts(text)
    freq = said.get("FREQ", "")
    if freq not in FREQUENCIES or set(said) - KNOWN:
        raise ValueError(text)
    count = _count(said.get("COUNT"))
    until = said.get("UNTIL")
    return Rule(
        freq,
        _positive(said.get("INTERVAL", "1")),
        count if until is None else None,
        until,
        {name: _numbers(said[name], *bounds) for name, bounds in PARTS.items() if name in said},
        frozenset(map(_day, said["BYDAY"].split(","))) if "BYDAY" in said else frozenset(),
        WEEKDAYS.index(said.get("WKST", "MO")),
        is_exact=("COUNT" in said) == (count is not None) and not {"COUNT", "UNTIL"} <= set(said),
    )


def dates(rule: Rule, start: datetime, since: datetime, until: datetime, spend: Spend) -> Iterator[datetime]:
    """Yield the dates of a rule between two moments, in order. The start is one only if it follows the rule."""
    periods = _Periods(rule, start, until, since if rule.limit is None else start)
    left = rule.limit
    for candidates in periods.each(spend):
        for one in _at_positions(candidates, rule.part("BYSETPOS"), spend):
            spend()
            if one < start:
                continue
            if one > until or left == 0:
                return
            left = left - 1 if left is not None else None
            if one >= since:
                yield one


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.upper().split(";"):
        if part.strip():
            name, is_said, value = part.partition("=")
            name = name.strip()
            if not is_said or name in found:
                raise ValueError(text)
            found[name] = "".join(value.split())
    return found


def _numbers(text: str, least: int, most: int, may_be_negative: bool) -> frozenset[int]:
    numbers = frozenset(map(_whole, text.split(",")))
    for number in numbers:
        if not least <= (abs(number) if may_be_negative else number) <= most:
            raise ValueError(text)
    return frozenset(min(number, 59) for number in numbers) if most == 60 else numbers


def _day(text: str) -> tuple[int, int]:
    found = _weekday.fullmatch(text)
    ordinal = int(found[1]) if found and found[1] else 0
    if found is None or abs(ordinal) > 53 or (found[1] and not ordinal):
        raise ValueError(text)
    return ordinal, WEEKDAYS.index(found[2])


def _count(text: str | None) -> int | None:
    """Return the rule's COUNT; None for none, and for -1, which some programs write for a series without an end."""
    if text is None or not _number.fullmatch(text) or len(text) > DIGITS or int(text) < 1:
        return None
    return int(text)


def _positive(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise ValueError(text)
    return number


def _whole(text: str) -> int:
    if not _number.fullmatch(text) or len(text) > DIGITS + 1:
        raise ValueError(text)
    return int(text)


def _at_positions(candidates: Iterable[datetime], positions: frozenset[int], spend: Spend) -> Iterable[datetime]:
    if not positions:
        return candidates
    found: list[datetime] = []
    for one in candidates:  # each is a step before it takes memory
        spend()
        found.append(one)
    length = len(found)
    places = {place - 1 if place > 0 else length + place for place in positions}
    return [found[place] for place in sorted(places) if 0 <= place < length]


class _Periods:
    """The years, months, weeks, … of a rule, each with all its dates in their order."""

    def __init__(self, rule: Rule, start: datetime, until: datetime, since: datetime) -> None:
        self._rule, self._start, self._until = rule, start, until
        self._since = max(since, start)
        self._filter = _Filter(rule, start)
        hours, minutes, seconds = (
            sorted(rule.part(name) or {own})
            for name, own in (("BYHOUR", start.hour), ("BYMINUTE", start.minute), ("BYSECOND", start.second))
        )
        self._hours = hours
        self._within = (minutes, seconds)

    @property
    def _has_days(self) -> bool:
        return self._rule.freq not in SECONDS_OF

    def each(self, spend: Spend) -> Iterator[Iterable[datetime]]:
        """Yield the dates of each period one by one, so that the caller can stop: one year can have millions."""
        if not self._has_days:
            yield from self._short(spend)
            return
        for days in self._days(spend):
            yield self._of(days, spend)

    def _of(self, days: Iterable[date], spend: Spend) -> Iterator[datetime]:
        for day in days:
            spend()
            if self._filter.takes(day):
                for parts in product(self._hours, *self._within):
                    yield datetime.combine(day, time(*parts))

    def _days(self, spend: Spend) -> Iterator[Iterable[date]]:
        if self._rule.freq in ("YEARLY", "MONTHLY"):
            yield from self._months(spend)
            return
        length = 7 if self._rule.freq == "WEEKLY" else 1
        first = self._start.toordinal() - ((self._start.weekday() - self._rule.week_begins) % 7 if length == 7 else 0)
        step = length * self._rule.interval
        first += max(self._since.toordinal() - first - length, 0) // step * step
        for ordinal in range(first, self._until.toordinal() + 1, step):
            spend()
            yield [date.fromordinal(one) for one in range(max(ordinal, 1), min(ordinal + length, MOST_ORDINAL))]

    def _months(self, spend: Spend) -> Iterator[Iterable[date]]:
        whole_years = self._rule.freq == "YEARLY"
        size = 12 if whole_years else 1
        first = self._start.year * 12 + (0 if whole_years else self._start.month - 1)
        step = size * self._rule.interval
        first += max(self._since.year * 12 + self._since.month - 1 - first - size, 0) // step * step
        for month in range(first, self._until.year * 12 + self._until.month, step):
            spend()
            yield [day for one in range(month, month + size) for day in self._filter.days_of(one // 12, one % 12 + 1)]

    def _short(self, spend: Spend) -> Iterator[list[datetime]]:
        """Yield the dates of each hour, minute or second of the rule."""
        size = SECONDS_OF[self._rule.freq]
        step = size * self._rule.interval
        midnight = datetime.combine(self._start.date(), time.min)
        first = int((self._start - midnight).total_seconds()) // size * size
        ends = int((self._until - midnight) / timedelta(seconds=1))
        first += max(int((self._since - midnight) / timedelta(seconds=1)) - first - size, 0) // step * step
        for second in range(first, ends + 1, step):
            spend()
            yield self._within_period(midnight + timedelta(seconds=second))

    def _within_period(self, period: datetime) -> list[datetime]:
        rule = self._rule
        for name, own in (("BYHOUR", period.hour), ("BYMINUTE", period.minute), ("BYSECOND", period.second)):
            is_fixed = name == "BYHOUR" or (name == "BYMINUTE" and rule.freq != "HOURLY") or rule.freq == "SECONDLY"
            if is_fixed and rule.part(name) and own not in rule.part(name):
                return []
        if not self._filter.takes(period.date()):
            return []
        minutes = self._within[0] if rule.freq == "HOURLY" else [period.minute]
        seconds = self._within[1] if rule.freq != "SECONDLY" else [period.second]
        return [period.replace(minute=minute, second=second) for minute, second in product(minutes, seconds)]


MOST_ORDINAL = date.max.toordinal() + 1


class _Filter:
    """Decides which days a rule takes. Parts that the rule leaves out are taken from the start."""

    def __init__(self, rule: Rule, start: datetime) -> None:
        self._rule = rule
        self._months = rule.part("BYMONTH")
        self._month_days = rule.part("BYMONTHDAY")
        self._weekdays = frozenset(weekday for _, weekday in rule.days)
        said = self._month_days or self._weekdays or rule.part("BYYEARDAY") or rule.part("BYWEEKNO")
        if not said and rule.freq in ("YEARLY", "MONTHLY"):
            self._month_days = frozenset({start.day})
            if rule.freq == "YEARLY":
                self._months = self._months or frozenset({start.month})
        elif not said and rule.freq == "WEEKLY":
            self._weekdays = frozenset({start.weekday()})
        self._has_ordinals = rule.freq in ("YEARLY", "MONTHLY") and any(ordinal for ordinal, _ in rule.days)

    def days_of(self, year: int, month: int) -> list[date]:
        """Return the days of a month that the rule can mean at all: mostly few."""
        if not 1 <= year <= 9999 or (self._months and month not in self._months):
            return []
        length = monthrange(year, month)[1]
        numbers = {number if number > 0 else length + 1 + number for number in self._month_days}
        return [date(year, month, day) for day in sorted(numbers or range(1, length + 1)) if 1 <= day <= length]

    def takes(self, day: date) -> bool:
        rule = self._rule
        return (
            (not self._months or day.month in self._months)
            and (not self._month_days or self._is_month_day(day))
            and (not self._weekdays or self._is_weekday(day))
            and (not rule.part("BYYEARDAY") or _either(_year_day(day), _year_length(day), rule.part("BYYEARDAY")))
            and (not rule.part("BYWEEKNO") or _either(*_week(day, rule.week_begins), rule.part("BYWEEKNO")))
        )

    def _is_month_day(self, day: date) -> bool:
        return _either(day.day, monthrange(day.year, day.month)[1], self._month_days)

    def _is_weekday(self, day: date) -> bool:
        if day.weekday() not in self._weekdays:
            return False
        if not self._has_ordinals:
            return True
        number, length = day.day, monthrange(day.year, day.month)[1]
        if self._rule.freq == "YEARLY" and not self._months:
            number, length = _year_day(day), _year_length(day)
        from_start, from_end = (number - 1) // 7 + 1, -((length - number) // 7 + 1)
        return any(
            weekday == day.weekday() and ordinal in (0, from_start, from_end) for ordinal, weekday in self._rule.days
        )


def _either(number: int, length: int, wanted: frozenset[int]) -> bool:
    """Return whether a position is wanted, counted from the first or from the last."""
    return number in wanted or number - length - 1 in wanted


def _year_day(day: date) -> int:
    return day.timetuple().tm_yday


def _year_length(day: date) -> int:
    return 366 if isleap(day.year) else 365


def _week(day: date, week_begins: int) -> tuple[int, int]:
    """Return the number of a week in its year, and how many weeks that year has (the first has four days in it)."""
    middle = day.toordinal() - (day.weekday() - week_begins) % 7 + 3
    year = date.fromordinal(min(max(middle, 1), MOST_ORDINAL - 1)).year
    first = _first_middle(year, week_begins)
    return (middle - first) // 7 + 1, (_first_middle(min(year + 1, 9999), week_begins) - first) // 7


def _first_middle(year: int, week_begins: int) -> int:
    """Return the fourth day of the year's first week."""
    return date(year, 1, 1).toordinal() + (week_begins + 3 - date(year, 1, 1).weekday()) % 7
