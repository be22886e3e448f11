"""Which starts can be booked: pure integer arithmetic on sorted intervals, no database.

Moments are POSIX seconds, intervals are half open; minutes of a day are those its clocks show. The cost grows with
days + intervals + slots, never with their product.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE, DAY_MINUTES = 60, 24 * 60
DAY = DAY_MINUTES * MINUTE
_START = itemgetter(0)
NEVER = -(2**62)  # before every moment
Interval = tuple[int, int]
Weekly = Mapping[int, Sequence[Interval]]  # weekday (0 is Monday) -> minutes [start, end)


@dataclass(frozen=True)
class Rules:
    """What decides a start: weekly working times, their zone, and a session's measures in minutes."""

    weekly: Weekly
    zone: ZoneInfo
    minutes: int
    gap_before: int = 0
    gap_after: int = 0
    grid: int = 30  # starts lie this far apart, counted from local midnight


@dataclass(frozen=True)
class Diary:
    """What the dated rows say: `taken` by holds and busy times, `off`, and opened as `extra`.

    Each by start, as the database gives them; another order is right too and costs a sort.
    """

    taken: Sequence[Interval] = ()
    off: Sequence[Interval] = ()
    extra: Sequence[Interval] = ()


def free_starts(rules: Rules, diary: Diary, first: date, days: int, earliest: int, latest: int) -> list[int]:
    """Starts on `days` local days from `first` whose session lies in open time, at least the gaps away from
    everything taken, neither before `earliest` nor after `latest`. In order, each once."""
    length, step = rules.minutes * MINUTE, rules.grid * MINUTE
    if days <= 0:
        return []
    before, after = rules.gap_before * MINUTE, rules.gap_after * MINUTE
    taken = merge(diary.taken, joined_over=before + after)
    if before or after:
        taken = [(start - after, end + before) for start, end in taken]
    # A session that begins on the last day may end on the next.
    free = subtract(open_time(rules.weekly, rules.zone, diary, first, days + 1 + rules.minutes // DAY_MINUTES), taken)
    found: list[int] = []
    place = first.toordinal()
    last_day = place + days - 1
    latest = min(latest, _day(last_day, rules.zone).ends - 1)
    day = _day(place, rules.zone)
    for opens, closes in free:
        lowest, highest = max(opens, earliest), min(closes - length, latest)
        while lowest <= highest:
            while day.ends <= lowest and place < last_day:
                place += 1
                day = _day(place, rules.zone)
            last = min(highest, day.ends - 1)
            if day.steady:
                found.extend(range(lowest + (day.begins - lowest) % step, last + 1, step))
            else:
                starts = _starts_over_a_clock_change(place, rules.grid, rules.zone)
                found.extend(starts[bisect_left(starts, lowest) : bisect_right(starts, last)])
            if place == last_day:
                break
            lowest = max(lowest, day.ends)
    return found


def open_time(weekly: Weekly, zone: ZoneInfo, diary: Diary, first: date, days: int) -> list[Interval]:
    """When sessions may lie on `days` local days from `first`: working times less time off, plus extra time."""
    if days <= 0:
        return []
    begins, ends = _day(first.toordinal(), zone).begins, _day(first.toordinal() + days - 1, zone).ends
    opened = subtract(working_time(weekly, zone, first, days), merge(diary.off)) if diary.off else None
    if opened is None:
        opened = working_time(weekly, zone, first, days)
    if diary.extra:
        opened = merge(chain(opened, diary.extra))
    return [(max(start, begins), min(end, ends)) for start, end in opened if start < ends and end > begins]


def working_time(weekly: Weekly, zone: ZoneInfo, first: date, days: int) -> list[Interval]:
    """The weekly working times of `days` local days from `first` as moments, joined where they touch."""
    found: list[Interval] = []
    for place in range(first.toordinal(), first.toordinal() + days):
        spans = weekly.get((place - 1) % 7)  # day 1 of the calendar was a Monday
        if not spans:
            continue
        day = _day(place, zone)
        for opens, closes in spans:
            if day.steady:
                found.append((day.begins + opens * MINUTE, day.begins + closes * MINUTE))
            else:
                found.append((_first_showing(place, opens, zone), _first_showing(place, closes, zone)))
    return merge(found)


def merge(intervals: Iterable[Interval], joined_over: int = 0) -> list[Interval]:
    """Join intervals that overlap, touch or are no further apart than `joined_over`; drop empty ones.
    In order."""
    merged: list[Interval] = []
    begins = ends = NEVER
    # By start alone: quicker than by both, and which of two comes first at one start makes no difference.
    for start, end in sorted(intervals, key=_START):
        if start <= ends + joined_over:
            if end > ends:
                ends = end
        elif start < end:
            merged.append((begins, ends))
            begins, ends = start, end
    merged.append((begins, ends))
    return merged[1:]


def subtract(intervals: Iterable[Interval], holes: Sequence[Interval]) -> list[Interval]:
    """Return what is left of merged intervals outside merged holes, in order."""
    left: list[Interval] = []
    place, number = 0, len(holes)
    for start, end in intervals:
        while place < number and holes[place][1] <= start:
            place += 1
        while place < number and holes[place][0] < end:
            hole_starts, hole_ends = holes[place]
            if start < hole_starts:
                left.append((start, hole_starts))
            start = hole_ends
            if start >= end:
                break
            place += 1
        if start < end:
            left.append((start, end))
    return left


def covers(intervals: Sequence[Interval], start: int, end: int) -> bool:
    """Return whether one of the merged intervals contains [start, end)."""
    return any(opens <= start and end <= closes for opens, closes in intervals)


class _Day(NamedTuple):
    begins: int
    ends: int
    steady: bool  # its clocks run evenly from midnight to midnight


@lru_cache(maxsize=20_000)
def _day(place: int, zone: ZoneInfo) -> _Day:
    """The day with this ordinal. Facts about a zone, so they are worked out once."""
    begins, ends = _first_showing(place, 0, zone), _first_showing(place + 1, 0, zone)
    return _Day(begins, ends, ends - begins == DAY)


@lru_cache(maxsize=1_000)
def _starts_over_a_clock_change(place: int, grid: int, zone: ZoneInfo) -> list[int]:
    """What the grid gives on such a day: no time that the clocks skip, and one that they show twice only once."""
    starts = ((minute, _first_showing(place, minute, zone)) for minute in range(0, DAY_MINUTES, grid))
    return [start for minute, start in starts if _shows(start, place, minute, zone)]


def _shows(moment: int, place: int, minute: int, zone: ZoneInfo) -> bool:
    shown = datetime.fromtimestamp(moment, zone)
    return (shown.toordinal(), shown.hour * 60 + shown.minute) == (place, minute)


def _first_showing(place: int, minute: int, zone: ZoneInfo) -> int:
    """The first moment at which the clocks show this minute of the day, or go forward over it."""
    ordinal, minute = place + minute // DAY_MINUTES, minute % DAY_MINUTES
    day = date.fromordinal(ordinal)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    moment = int(wall.timestamp())
    if _shows(moment, ordinal, minute, zone):
        return moment
    # Skipped: `fold` counts from the clocks of before and of after, and the change lies between the two.
    before, after = int(wall.replace(fold=1).timestamp()), moment
    offset = _offset(before, zone)
    return before + 1 + bisect_left(range(before + 1, after + 1), True, key=lambda at: _offset(at, zone) != offset)


def _offset(moment: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(moment, zone).utcoffset()
