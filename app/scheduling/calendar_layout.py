"""Where things stand in the calendar: pure arithmetic on moments, minutes and rows, no database.

Moments are POSIX seconds. A column is one local day; its minutes are those that the clocks show.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE, HOUR_MINUTES, DAY_MINUTES = 60, 60, 24 * 60
DAY = DAY_MINUTES * MINUTE
ROW = 5  # minutes
MOST_LANES = 3  # more are too narrow for a finger
LEAST_PIECE = 40  # minutes: eight rows, of less a finger would miss some
FIRST_HOUR, LAST_HOUR = 8, 18  # are always shown

Minutes = tuple[int, int]


class Piece(NamedTuple):
    """What of a span lies on one day: from minute to minute."""

    day: int  # 0 is the first column
    starts: int
    ends: int


class Columns:
    """Some local days side by side."""

    def __init__(self, first: date, days: int, zone: ZoneInfo) -> None:
        self.zone = zone
        self.begins = [_midnight(first.toordinal() + number, zone) for number in range(days + 1)]
        self._steady = [ends - begins == DAY for begins, ends in pairwise(self.begins)]

    @property
    def span(self) -> tuple[int, int]:
        return self.begins[0], self.begins[-1]

    def changes_clock(self, day: int) -> bool:
        return not self._steady[day]

    def pieces(self, starts: int, ends: int) -> Iterator[Piece]:
        """Return a span as pieces of the columns: one on each day that it touches."""
        begins, last = self.begins, len(self.begins) - 1
        day = max(bisect_right(begins, starts) - 1, 0)
        while day < last and begins[day] < ends:
            top, bottom = max(starts, begins[day]), min(ends, begins[day + 1])
            if top < bottom:
                yield self._piece(day, top, bottom)
            day += 1

    def minute(self, day: int, moment: int) -> int:
        """Return the minute that the clocks of a day show at a moment of it; 1440 at its end."""
        if self._steady[day]:
            return (moment - self.begins[day]) // MINUTE
        if moment >= self.begins[day + 1]:
            return DAY_MINUTES
        shown = datetime.fromtimestamp(moment, self.zone)
        return shown.hour * HOUR_MINUTES + shown.minute

    def _piece(self, day: int, starts: int, ends: int) -> Piece:
        if self._steady[day]:
            begins = self.begins[day]
            return Piece(day, (starts - begins) // MINUTE, -(-(ends - begins) // MINUTE))
        top, bottom = self.minute(day, starts), self.minute(day, ends)
        if bottom <= top:
            # Where the clocks go back they may show the end before the start: then it stands as long as it lasts.
            bottom = min(top - (starts - ends) // MINUTE, DAY_MINUTES)
        return Piece(day, top, bottom)


def lanes(spans: Sequence[Minutes]) -> list[tuple[int, int]]:
    """Return which lane each span of one day takes, of how many; the spans come in order of their starts.

    Whatever overlaps, also by way of others, shares the width; nothing covers anything.
    """
    found: list[tuple[int, int]] = []
    ends: list[int] = []  # of each lane of the present crowd
    crowd: list[int] = []
    for starts, over in spans:
        if ends and starts >= max(ends):
            found += [(lane, len(ends)) for lane in crowd]
            ends, crowd = [], []
        lane = next((number for number, end in enumerate(ends) if end <= starts), len(ends))
        ends[lane : lane + 1] = [over]
        crowd.append(lane)
    return found + [(lane, len(ends)) for lane in crowd]


def crowds(spans: Sequence[Minutes]) -> Iterator[tuple[list[int], int, int]]:
    """The same with at most MOST_LANES: which of the spans stand together in which lane, of how many.

    Only in the last lane do several stand together, where there is no room for all that overlap.
    """
    last = MOST_LANES - 1
    together: list[int] = []
    over = 0  # when the last of those together ends
    for number, (lane, of) in enumerate(lanes(spans)):
        if of <= MOST_LANES or lane < last:
            yield [number], lane, min(of, MOST_LANES)
            continue
        starts, ends = spans[number]
        if together and starts >= over:
            yield together, last, MOST_LANES
            together, over = [], 0
        together.append(number)
        over = max(over, ends)
    if together:
        yield together, last, MOST_LANES


def hourly(span: Minutes) -> list[Minutes]:
    """Cut a span at full hours into pieces that a finger can hit; none when all of it is too short."""
    starts, ends = span
    if ends - starts < LEAST_PIECE:
        return []
    cuts = [starts, *range(starts - starts % HOUR_MINUTES + HOUR_MINUTES, ends, HOUR_MINUTES), ends]
    if len(cuts) > 2 and cuts[1] - cuts[0] < LEAST_PIECE:
        del cuts[1]
    if len(cuts) > 2 and cuts[-1] - cuts[-2] < LEAST_PIECE:
        del cuts[-2]
    return list(pairwise(cuts))


def shown_hours(spans: Iterable[Minutes]) -> tuple[int, int]:
    """The first and the last full hour of the page: all that matters, and at least 8 to 18."""
    first, last = FIRST_HOUR, LAST_HOUR
    for starts, ends in spans:
        first, last = min(first, starts // HOUR_MINUTES), max(last, -(-ends // HOUR_MINUTES))
    return first, last


def rows(starts: int, ends: int, first_hour: int) -> tuple[int, int]:
    """The first row of a span of minutes, counted from 1 at the first hour, and how many rows it takes."""
    top = (starts - first_hour * HOUR_MINUTES) // ROW
    return top + 1, max(1, -(-(ends - first_hour * HOUR_MINUTES) // ROW) - top)


@lru_cache(maxsize=10_000)
def _midnight(place: int, zone: ZoneInfo) -> int:
    """The first moment of the day with this ordinal."""
    day = date.fromordinal(place)
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
