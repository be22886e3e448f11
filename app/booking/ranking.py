"""Which free times come nearest to what a session was, and how they are shared out: pure arithmetic, no database.

Moments are POSIX seconds; intervals are half open.
"""

from bisect import bisect_left, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.scheduling.slots import DAY, MINUTE, Interval

WAKING = (8 * 60, 21 * 60)  # minutes of the client's day in which a session is suggested
HABIT = 15 * DAY  # the same weekday and hour further away than this is no longer what the client is used to
REACH = (720 + 2 * 240) * MINUTE  # the longest session with the longest gaps


class Free(NamedTuple):
    """A time and a place (its id) that can be had."""

    start: int
    location: int


@dataclass(frozen=True)
class Wish:
    """A session that needs another time: what it was, on whose clocks, and what it needs around it (seconds)."""

    start: int
    end: int
    location: int
    same_kind: frozenset[int]  # ids of the locations of its kind
    zone: ZoneInfo  # the clocks by which people know the session: the room's, else the client's
    client_zone: ZoneInfo
    gap_before: int = 0
    gap_after: int = 0

    @property
    def length(self) -> int:
        return self.end - self.start

    def day_of(self, start: int) -> int:
        return datetime.fromtimestamp(start, self.zone).toordinal()


def ranked(wish: Wish, free: Collection[Free]) -> list[Free]:
    """The good ones, best first: never over the session's own time, never while the client sleeps.

    Same weekday and hour come first, then the same kind of location, the nearest day, the nearest hour.
    """
    clocks = _Clocks(wish)
    nearness = {start: clocks.nearness(start) for start in {one.start for one in free}}
    keyed = []
    for one in free:
        if near := nearness[one.start]:
            key = (near.unusual, one.location not in wish.same_kind, near, one.location != wish.location)
            keyed.append((key, one))
    return [one for _, one in sorted(keyed)]


def share_out(
    wishes: Sequence[Wish], found: Sequence[Sequence[Free]], each: int, besides: Sequence[Interval] = ()
) -> list[list[Free]]:
    """Return up to `each` ranked times of its own for every wish, best first.

    No two that are given overlap, and those of different sessions keep their gaps; none touches `besides`, which
    a single session has already. It goes round by round, each the other way round than the last, so that nobody
    gets all the good ones.
    """
    given = _Given()
    for start, end in besides:
        given.add(start, end)
    shares: list[list[Free]] = [[] for _ in wishes]
    turn = list(range(len(wishes)))
    for _ in range(each):
        for number in turn:
            wish, share = wishes[number], shares[number]
            had = {wish.day_of(start) for start, _ in besides} | {wish.day_of(one.start) for one in share}
            best = _best(wish, found[number], had, given)
            if best is not None:
                share.append(best)
                given.add(best.start, best.start + wish.length, wish)
        turn.reverse()
    return shares


def _best(wish: Wish, found: Sequence[Free], days: Collection[int], given: "_Given") -> Free | None:
    """The first that is still to be had, on another day than `days` where there is one."""
    on_the_same_day = None
    for one in found:
        if not given.has_room(wish, one.start):
            continue
        if wish.day_of(one.start) not in days:
            return one
        on_the_same_day = on_the_same_day or one
    return on_the_same_day


class _Nearness(NamedTuple):
    """How near a start comes to what the session was, the smaller the nearer."""

    unusual: bool  # not the same weekday and hour
    days: int
    earlier: bool
    minutes: int  # of the day


class _Clocks:
    """What people's clocks show, and how near that is to what they showed."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._own = datetime.fromtimestamp(wish.start, wish.zone)
        self._own_minute = _minute(self._own)
        self._clients_minute = _minute(datetime.fromtimestamp(wish.start, wish.client_zone))

    def nearness(self, start: int) -> _Nearness | None:
        """Return how near a time is to the wish; None for a time that is not good."""
        wish = self._wish
        if start < wish.end and wish.start < start + wish.length:
            return None
        if not self._awake(start):
            return None
        local = datetime.fromtimestamp(start, wish.zone)
        days = local.toordinal() - self._own.toordinal()
        minutes = abs(_minute(local) - self._own_minute)
        usual = minutes == 0 and days % 7 == 0 and abs(start - wish.start) <= HABIT
        return _Nearness(not usual, abs(days), days < 0, minutes)

    def _awake(self, start: int) -> bool:
        minute = _minute(datetime.fromtimestamp(start, self._wish.client_zone))
        begins, ends = WAKING
        # Who has chosen an early hour before may have it again.
        return begins <= minute <= ends - self._wish.length // MINUTE or minute == self._clients_minute


class _Given:
    """Times that are given out, in order, each with the session that has it (none: nobody's gaps count)."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int, Wish | None]] = []

    def add(self, start: int, end: int, wish: Wish | None = None) -> None:
        insort(self._spans, (start, end, wish), key=_start)

    def has_room(self, wish: Wish, start: int) -> bool:
        """Return whether the wish can begin then, apart from all that is given out."""
        end = start + wish.length
        place = bisect_left(self._spans, start - REACH, key=_start)
        while place < len(self._spans) and self._spans[place][0] < end + REACH:
            if _touch(start, end, wish, *self._spans[place]):
                return False
            place += 1
        return True


def _start(span: tuple[int, int, Wish | None]) -> int:
    return span[0]


def _touch(start: int, end: int, wish: Wish, other_start: int, other_end: int, other: Wish | None) -> bool:
    if other is None or other is wish:
        return start < other_end and other_start < end
    if start < other_start:
        return other_start - end < max(wish.gap_after, other.gap_before)
    return start - other_end < max(wish.gap_before, other.gap_after)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
