"""Which starts can be booked: pure integer arithmetic on sorted intervals, no database.

Moments are POSIX seconds; minutes of a day count from local midnight.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
Interval = tuple[int, int]


@dataclass(frozen=True)
class Rules:
    """What decides a start: weekly spans by weekday (0 is Monday), their zone, and a session's measures."""

    weekly: dict[int, list[Interval]]  # weekday -> minutes [start, end)
    zone: ZoneInfo
    minutes: int
    gap_minutes: int = 0
    grid_minutes: int = 30


def free_starts(
    rules: Rules, closed: Iterable[Interval], first: date, days: int, earliest: int, latest: int
) -> list[int]:
    """Starts on `days` local days from `first` that lie in working time, touch no closed time (kept apart
    by the gap), and are neither before `earliest` nor after `latest`. In order, each once."""
    length, gap = rules.minutes * 60, rules.gap_minutes * 60
    blocked = merge((start - gap, end + gap) for start, end in closed)
    ends = [end for _, end in blocked]
    found = []
    for start in working_starts(rules, first, days):
        if not earliest <= start <= latest:
            continue
        place = bisect_right(ends, start)
        if place == len(blocked) or blocked[place][0] >= start + length:
            found.append(start)
    return found


def working_starts(rules: Rules, first: date, days: int) -> Iterator[int]:
    """Starts on the grid whose whole session lies in working time, whatever is closed."""
    for number in range(days):
        day = first + timedelta(days=number)
        spans = merge(rules.weekly.get(day.weekday(), ()))
        if not spans:
            continue
        midnight, steady = _midnight(day, rules.zone)
        for opens, closes in spans:
            grid = rules.grid_minutes
            on_grid = range(-(-opens // grid) * grid, closes, grid)
            if steady:
                last = closes - rules.minutes
                yield from (midnight + minute * 60 for minute in on_grid if minute <= last)
            else:
                yield from _starts_over_a_clock_change(rules, day, closes, on_grid)


def _starts_over_a_clock_change(rules: Rules, day: date, closes: int, on_grid: Iterable[int]) -> Iterator[int]:
    end = _posix(day, closes, rules.zone, fold=1)
    for minute in on_grid:
        start = _posix(day, minute, rules.zone, fold=0)
        shown = datetime.fromtimestamp(start, rules.zone)
        exists = shown.hour * 60 + shown.minute == minute and shown.date() == day
        if exists and start + rules.minutes * 60 <= end:
            yield start


def _midnight(day: date, zone: ZoneInfo) -> tuple[int, bool]:
    """The day's first moment, and whether its clock runs evenly from this midnight to the next."""
    start, end = _posix(day, 0, zone, fold=0), _posix(day, DAY_MINUTES, zone, fold=0)
    return start, end - start == DAY_MINUTES * 60 and _offset(start, zone) == _offset(end - 1, zone)


def _offset(posix: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(posix, zone).utcoffset()


def _posix(day: date, minute: int, zone: ZoneInfo, fold: int) -> int:
    if minute == DAY_MINUTES:
        day, minute = day + timedelta(days=1), 0
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone, fold=fold)
    return int(wall.astimezone(UTC).timestamp())


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Overlapping and touching intervals joined, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def covers(intervals: Sequence[Interval], start: int, end: int) -> bool:
    """Whether one of the merged intervals contains [start, end)."""
    return any(opens <= start and end <= closes for opens, closes in intervals)
