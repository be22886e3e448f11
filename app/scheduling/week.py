"""A therapist's week as plain values, and how it is edited: pure functions, no database.

Minutes count from local midnight, 24:00 is 1440; weekday 0 is Monday; locations are ids.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, order=True)
class Hours:
    """A span of one weekday in which these locations can be booked."""

    weekday: int
    starts: int
    ends: int
    locations: frozenset[int]

    def clashes_with(self, other: "Hours") -> bool:
        """Return whether both open the same location at the same time; touching is not overlapping."""
        together = self.weekday == other.weekday and self.starts < other.ends and other.starts < self.ends
        return together and bool(self.locations & other.locations)


class Break(NamedTuple):
    """What is to be taken out of a span: minutes, and at which of its locations."""

    starts: int
    ends: int
    locations: frozenset[int]


def clash(span: Hours, others: Iterable[Hours]) -> Hours | None:
    """The earliest of the others that overlaps the span in a location of it."""
    return next((other for other in sorted(others, key=_by_time) if span.clashes_with(other)), None)


def split(span: Hours, pause: Break) -> list[Hours]:
    """Return what is left of a span: before and after the break, and meanwhile where the break does not count.

    Empty when the break takes all of it; the span itself when the two do not meet.
    """
    gone = span.locations & pause.locations
    starts, ends = max(span.starts, pause.starts), min(span.ends, pause.ends)
    if starts >= ends or not gone:
        return [span]
    parts = [
        replace(span, ends=starts),
        replace(span, starts=starts, ends=ends, locations=span.locations - gone),
        replace(span, starts=ends),
    ]
    return [part for part in parts if part.starts < part.ends and part.locations]


def copied(week: Sequence[Hours], day: int, to: Iterable[int], joining: bool) -> list[Hours]:
    """The week with the times of one day put on others: in place of what is there, or joined with it."""
    left = list(week)
    for weekday in set(to) - {day}:
        new = [replace(span, weekday=weekday) for span in week if span.weekday == day]
        there = [span for span in left if span.weekday == weekday]
        left = [span for span in left if span.weekday != weekday] + (joined(there, new) if joining else new)
    return sorted(left, key=_by_time)


def joined(there: Sequence[Hours], new: Sequence[Hours]) -> list[Hours]:
    """The spans of one day with others added: those that meet in a location become one, the rest stays as it is."""
    meeting = [span for span in there if clash(span, new)]
    return [span for span in there if span not in meeting] + _union([*meeting, *new])


def _union(spans: Sequence[Hours]) -> list[Hours]:
    """The fewest spans, cut where the locations change, that open what any of these opens."""
    cuts = sorted({minute for span in spans for minute in (span.starts, span.ends)})
    found: list[Hours] = []
    for starts, ends in pairwise(cuts):
        open_then = frozenset().union(*(one.locations for one in spans if one.starts <= starts and ends <= one.ends))
        if not open_then:
            continue
        if found and (found[-1].ends, found[-1].locations) == (starts, open_then):
            found[-1] = replace(found[-1], ends=ends)
        else:
            found.append(Hours(spans[0].weekday, starts, ends, open_then))
    return found


def _by_time(span: Hours) -> tuple[int, int, int, list[int]]:
    return span.weekday, span.starts, span.ends, sorted(span.locations)


def in_order(week: Iterable[Hours]) -> list[Hours]:
    return sorted(week, key=_by_time)


def clock_of(minute: int) -> str:
    """*09:00*; the end of the day is *24:00*."""
    return f"{minute // 60:02}:{minute % 60:02}"
