"""Values of an ICS file: dates, times, lengths and offsets. Pure; what cannot be read raises ValueError."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

DAY = timedelta(days=1)
LONGEST = 40_000  # days
DIGITS = 9
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

_time = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
_duration = re.compile(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.IGNORECASE)
_offset = re.compile(r"([+-]?)(\d\d):?(\d\d)(?::?(\d\d))?")


class Length(NamedTuple):
    """How long something lasts. Days are nominal and follow the clock on the wall, `exact` hours do not; `wall` is what
    lies between two times of one clock."""

    days: int = 0
    wall: timedelta = timedelta(0)
    exact: timedelta = timedelta(0)

    @property
    def about(self) -> timedelta:
        return self.days * DAY + self.wall + self.exact

    def end_of(self, start: datetime) -> datetime:
        """Return the end in UTC. Where the clocks skip the start or repeat the end, the length stays as written."""
        nominal = start.replace(tzinfo=None) + self.days * DAY + self.wall
        ends = [in_utc(nominal.replace(tzinfo=start.tzinfo, fold=fold)) + self.exact for fold in (0, 1)]
        starts = in_utc(start)
        if ends[0] > starts or self.about <= timedelta(0):
            return ends[0]
        return ends[1] if ends[1] > starts else starts + self.about


def time_of(text: str, zone: tzinfo) -> date | datetime:
    """Return a day or a moment; a moment that names no zone is in the given one."""
    found = _time.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        return day
    hour, minute, second = int(found[4]), int(found[5]), min(int(found[6] or 0), 59)
    if (hour, minute, second) == (24, 0, 0):
        hour, day = 0, day + DAY
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_said_zone(found[7]) or zone)


def is_floating(text: str) -> bool:
    """Return whether a time has neither a Z nor an offset."""
    found = _time.fullmatch(text.strip())
    return bool(found and found[4] and not found[7])


def duration_of(text: str) -> Length:
    found = _duration.fullmatch(text.strip())
    numbers = [int(part) if part else 0 for part in found.groups()[1:] if len(part or "") <= DIGITS] if found else []
    if found is None or len(numbers) < 5 or not any(found.groups()[1:]):
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = numbers
    length = Length(7 * weeks + days, exact=timedelta(hours=hours, minutes=minutes, seconds=seconds))
    if length.about > LONGEST * DAY or (found[1] == "-" and length.about):
        raise ValueError(text)
    return length


def offset_of(text: str) -> timedelta:
    """Return an offset from UTC."""
    found = _offset.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    amount = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    if amount >= DAY:
        raise ValueError(text)
    return -amount if found[1] == "-" else amount


def in_utc(moment: datetime) -> datetime:
    """Return the UTC moment; the first or last possible one where the calendar ends."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return LAST if moment.year > 1000 else FIRST


def midnight(day: date) -> datetime:
    """Return the midnight with which a day begins, in wall time."""
    return datetime.combine(day, time.min)


def day_of(said: date) -> date:
    return date(said.year, said.month, said.day)


def _said_zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    return UTC if text in "Zz" else timezone(offset_of(text))
