"""The busy times of all entries with one UID: a series, its changed dates, or several that share a name. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from app.calendars.ics.entry import Entry, Timing
from app.calendars.ics.rules import SECONDS_OF, Rule, Spend, dates
from app.calendars.ics.values import DAY, LONGEST, in_utc, midnight
from app.scheduling.local_time import first_moment
from app.scheduling.spans import Span

EDGE = 2 * DAY  # clocks are no further from UTC, nor from each other
FURTHEST = 400 * DAY  # that a change moves all later dates


class Dates:
    """Dates by which a line names those of a series: moments, and days where it says no more."""

    def __init__(self, said: Iterable[date | datetime] = ()) -> None:
        named = list(said)
        self._moments = {in_utc(one) for one in named if isinstance(one, datetime)}
        self._days = {one for one in named if not isinstance(one, datetime)}
        self._days_of_moments = {one.date() for one in named if isinstance(one, datetime)}

    def name(self, one: date | datetime) -> bool:
        if isinstance(one, datetime):
            return in_utc(one) in self._moments or one.date() in self._days
        return one in self._days or one in self._days_of_moments


class Series:
    """`zone`: in which whole days lie."""

    def __init__(self, entries: list[Entry], window: Span, zone: tzinfo, spend: Spend) -> None:
        self._window, self._zone, self._spend = window, zone, spend
        self._series = [entry for entry in entries if not entry.is_change]
        changes = [entry for entry in entries if entry.is_change]
        self._changes = list(_latest(changes))
        self._changed = Dates(one.recurs_at for one in changes if one.recurs_at is not None)
        self._future = sorted(
            (one for one in self._changes if one.and_future and one.recurs_at and one.timing),
            key=lambda one: _order(one.recurs_at, zone),
        )

    def spans(self) -> Iterator[Span]:
        for entry in self._series:
            yield from self._spans_of(entry, self._future)
        for change in self._changes:
            yield from self._spans_of(change, [])

    def _spans_of(self, entry: Entry, future: list[Entry]) -> Iterator[Span]:
        for timing in self._timings(entry):
            self._spend()
            if not entry.is_change and self._changed.name(timing.start):
                continue
            timing, is_free = self._as_changed(timing, entry, future)
            if not is_free:
                yield self._span(timing)

    def _span(self, timing: Timing) -> Span:
        start = timing.start
        if isinstance(start, datetime):
            return in_utc(start), timing.length.end_of(start)
        return self._first_moment(start), self._first_moment(start + timing.length.days * DAY)

    def _first_moment(self, day: date) -> datetime:
        if isinstance(self._zone, ZoneInfo):
            return first_moment(day, self._zone)
        return in_utc(midnight(day).replace(tzinfo=self._zone))

    def _timings(self, entry: Entry) -> Iterator[Timing]:
        """Yield all dates of an entry that can be in the window, before any change is applied."""
        if entry.timing is None:
            return
        left_out = Dates(entry.not_dates)
        not_these = self._repeated(entry, entry.not_rules) if entry.not_rules else set()
        own = [] if self._ends_before_it_begins(entry) else [entry.timing]
        repeated = (Timing(one, entry.timing.length) for one in self._repeated(entry, entry.rules))
        seen: set[Timing] = set()
        for timing in (*own, *entry.dates, *repeated):
            if timing not in seen and not left_out.name(timing.start) and timing.start not in not_these:
                seen.add(timing)
                yield timing

    def _ends_before_it_begins(self, entry: Entry) -> bool:
        """Return whether a series ends before its first date: some programs delete it so."""
        if entry.timing is None or not entry.rules:
            return False
        start = _wall(entry.timing.start)
        return all(rule.until is not None and entry.until_of(rule)(start) for rule in entry.rules)

    def _repeated(self, entry: Entry, rules: list[Rule]) -> set[date | datetime]:
        found: set[date | datetime] = set()
        for rule in rules:
            found.update(self._of_rule(entry, rule))
        return found

    def _of_rule(self, entry: Entry, rule: Rule) -> Iterator[date | datetime]:
        if entry.timing is None:
            return
        start, is_over = entry.timing.start, entry.until_of(rule)
        since, until = self._looked_at(entry)
        for wall in dates(rule, _wall(start), since, until, self._spend):
            if is_over(wall):
                return
            if not isinstance(start, datetime):
                yield wall.date()
                continue
            moment = wall.replace(tzinfo=start.tzinfo)
            yield moment
            again = in_utc(moment.replace(fold=1))
            if rule.freq in SECONDS_OF and again > in_utc(moment):  # every hour is also the one that the clocks repeat
                yield again

    def _looked_at(self, entry: Entry) -> Span:
        """Return from when to when a date can begin that takes time in the window."""
        lengths = [one.timing.length.about for one in (entry, *self._future) if one.timing]
        shifts = [_shift(one, self._zone) for one in self._future]
        since = (
            self._window[0].replace(tzinfo=None)
            - EDGE
            - min(max(lengths), LONGEST * DAY)
            - max([*shifts, timedelta(0)])
        )
        until = self._window[1].replace(tzinfo=None) + EDGE - min([*shifts, timedelta(0)])
        return since, until

    def _as_changed(self, timing: Timing, entry: Entry, future: list[Entry]) -> tuple[Timing, bool]:
        """Return the timing as changes of it and all later dates made it, and whether it is free then."""
        here = _order(timing.start, self._zone)
        changes = [one for one in future if _order(one.recurs_at, self._zone) <= here]
        if not changes or changes[-1].timing is None:
            return timing, entry.is_free
        start = timing.start + _shift(changes[-1], self._zone)
        if isinstance(start, datetime) == isinstance(changes[-1].timing.start, datetime):
            timing = changes[-1].timing
        return Timing(start, timing.length), changes[-1].is_free


def _latest(changes: list[Entry]) -> Iterator[Entry]:
    """Return, of several changes of one date, those of the latest revision."""
    last: dict[object, int] = {}
    for one in changes:
        last[one.recurs_at] = max(one.sequence, last.get(one.recurs_at, 0))
    return (one for one in changes if one.recurs_at is None or one.sequence == last[one.recurs_at])


def _shift(change: Entry, zone: tzinfo) -> timedelta:
    """Return how far a change moves the later dates, in wall time."""
    if change.recurs_at is None or change.timing is None:
        return timedelta(0)
    start, was = change.timing.start, change.recurs_at
    if isinstance(start, datetime) and isinstance(was, datetime):
        shift = start.replace(tzinfo=None) - was.astimezone(start.tzinfo).replace(tzinfo=None)
    else:
        shift = _wall(start) - _wall(was)
    return max(min(shift, FURTHEST), -FURTHEST)


def _wall(said: date | datetime) -> datetime:
    return said.replace(tzinfo=None) if isinstance(said, datetime) else midnight(said)


def _order(said: date | datetime | None, zone: tzinfo) -> datetime:
    if said is None or not isinstance(said, datetime):
        said = datetime.combine(said or date.min, datetime.min.time(), tzinfo=zone)
    return in_utc(said)
