"""What stands in the days of the calendar: every string worked out here, so that its template only writes them down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.blueprints.desk.calendar.choice import Choice
from app.booking.booking import HOLDING, LIVE
from app.booking.calendar_entries import DatedTime, Entry
from app.booking.outside import HOURS, OFF
from app.practice.client import initials, short_name
from app.scheduling import calendar_layout as layout
from app.scheduling import slots
from app.wording import ENDED_AS, ENDED_WORDS, OUTSIDE_WORDS, STATUS_WORDS, clock_time

AGREED = ("confirmed", "attended")
TO_BE_MOVED = ("requested", "confirmed")
QUARTER = 15 * 60
FREE = Markup('<a class="{look}" href="{address}" aria-label="{name}" data-beside></a>')
LEAST_LINE = 15  # minutes of free time that the list tells
BESIDE = {"busy": ("Busy elsewhere", "Busy"), "other": ("Other sessions", "Taken")}  # in full, and in a block


class Item(NamedTuple):
    """A session, an offered time, busy time, time off or free time on one day: as a block and as a line."""

    kind: str  # 'session', 'offered', 'busy', 'off' or 'free'
    starts: int  # minutes that the clocks of the day show
    ends: int
    time: str  # 10:00 to 10:50
    what: str  # the client, or what it is
    state: str  # in words
    place: str
    name: str  # all of it, in words
    address: str = ""
    mark: str = ""  # its shape, see components/_status.html
    short: str = ""  # initials
    at: str = ""  # its start in minutes, when it can be dragged
    look: str = ""  # classes
    drawn: Markup = Markup("")  # the whole block, of what is the same for many

    @property
    def details(self) -> tuple[str, str]:
        """What a block tells below its first line, as far as it has room: of what is agreed, where comes first."""
        return (self.place, self.state) if self.mark in AGREED else (self.state, self.place)


@dataclass
class Day:
    date: str
    weekday: str
    number: str
    label: str
    address: str
    is_today: bool
    is_chosen: bool
    open: list[str] = field(default_factory=list)  # classes of working time
    off: list[Item] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    now: str = ""  # class of the line

    is_past: bool = False

    @property
    def lines(self) -> list[Item]:
        return sorted(self.off + self.items, key=lambda item: (item.starts, item.ends))

    @property
    def empty(self) -> str:
        """Return the sentence for a day without lines. Only free time to come has a line."""
        nothing = "Nothing was booked." if self.is_past else "Nothing booked."
        return nothing if self.open else f"No working time. {nothing}"


class CalendarDays:
    """The days of one therapist that the address asks for, and the hours over which they run."""

    def __init__(
        self, choice: Choice, weekly: Callable[[int | None], slots.Weekly], zone: ZoneInfo, now: datetime
    ) -> None:
        """`weekly` gives the working times at a location by its id, or at any for None."""
        self.choice, self.weekly, self.zone, self.now = choice, weekly, zone, now
        self.today = now.astimezone(zone).date()
        self.columns = layout.Columns(choice.first, choice.days, zone)
        self.hours = (0, 24)
        self.outside: dict[int, str] = {}  # why a session is outside the therapist's times, by id

    @property
    def span(self) -> tuple[datetime, datetime]:
        begins, ends = self.columns.span
        return datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC)

    def filled(self, entries: list[Entry], dated: list[DatedTime]) -> list[Day]:
        days = [self.day(self.choice.first + timedelta(days=number)) for number in range(self.choice.days)]
        opened = self._open_time(dated)
        self.outside = self._outside(entries, dated)
        working = [piece for span in opened for piece in self.columns.pieces(*span)]
        shown = [(entry, piece) for entry in entries if self.choice.shows(entry) for piece in self.pieces(entry)]
        if self.choice.view != "list":
            self.hours = layout.shown_hours(piece[1:] for piece in chain(working, (piece for _, piece in shown)))
        for number, top, bottom in working:
            days[number].open.append(_rows(top, bottom, self.hours))
        for one in dated + self._hidden(entries):
            self._put_dated(days, one)
        for entry, piece in shown:
            days[piece.day].items.append(self.block(entry, piece))
        for day in days:
            day.items = self._side_by_side(day)
        for number, item in self._free(opened, entries, dated):
            days[number].items.append(item)
        for day in days:
            day.items.sort(key=lambda item: item.starts)
            day.now = self._now_line() if day.is_today else ""
        return days

    def _hidden(self, entries: list[Entry]) -> list[DatedTime]:
        """Return the time of sessions that the filter hides: it is taken all the same."""
        if not self.choice.is_filtered:
            return []
        hidden = [_interval(one) for one in entries if one.status in HOLDING and not self.choice.shows(one)]
        moments = [[datetime.fromtimestamp(moment, UTC) for moment in span] for span in slots.merge(hidden)]
        return [DatedTime("other", 0, starts_at, ends_at, "", None) for starts_at, ends_at in moments]

    def _now_line(self) -> str:
        local = self.now.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return _rows(minute, minute + 1, self.hours) if self._is_shown(minute, minute + 1) else ""

    def _is_shown(self, starts: int, ends: int) -> bool:
        return ends > self.hours[0] * 60 and starts < self.hours[1] * 60

    def day(self, day: date) -> Day:
        view = "day" if self.choice.view in ("week", "day") else self.choice.view
        return Day(
            day.isoformat(),
            f"{day:%a}",
            str(day.day),
            f"{day:%A} {day.day} {day:%B}",
            self.choice.address(day=day, view=view),
            day == self.today,
            day == self.choice.day,
            is_past=day < self.today,
        )

    def _open_time(self, dated: list[DatedTime], location: int | None = None) -> list[slots.Interval]:
        """Open time at one location, or at any."""
        here = [one for one in dated if one.kind == "extra" and location in (None, one.location_id)]
        extra = slots.subtract(slots.merge(map(_interval, here)), slots.merge(_intervals(dated, "shut")))
        diary = slots.Diary(off=_intervals(dated, "off", "shut"), extra=extra)
        return slots.open_time(self.weekly(location), self.zone, diary, self.choice.first, self.choice.days)

    def _outside(self, entries: list[Entry], dated: list[DatedTime]) -> dict[int, str]:
        """Why sessions to come are outside the therapist's times, judged by what is shown of them."""
        begins, ends = (int(moment.timestamp()) for moment in self.span)
        to_come = [one for one in entries if one.status in LIVE and not one.offered and one.ends_at > self.now]
        opened = {place: self._open_time(dated, place) for place in {one.location_id for one in to_come}}
        off, found = slots.merge(_intervals(dated, "off", "shut")), {}
        for one in to_come:
            starts, stops = _interval(one)
            span = max(starts, begins), min(stops, ends)
            if not slots.covers(opened[one.location_id], *span):
                found[one.booking_id] = OFF if slots.subtract([span], off) != [span] else HOURS
        return found

    def pieces(self, entry: Entry) -> Iterable[layout.Piece]:
        return self.columns.pieces(*_interval(entry))

    def block(self, entry: Entry, piece: layout.Piece) -> Item:
        state, word = self._state(entry)
        if not entry.offered and (why := self.outside.get(entry.booking_id)):
            state = state if state in ("edited", "expired") else "outside"
            word = f"{word}, {OUTSIDE_WORDS[why][0].lower()}{OUTSIDE_WORDS[why][1:]}"
        who, place = short_name(entry.client), self._place(entry)
        time = self._time(entry.starts_at, entry.ends_at)
        look = state if state == "edited" else "offered" if entry.offered else entry.status
        return Item(
            "offered" if entry.offered else "session",
            piece.starts,
            piece.ends,
            time,
            who,
            word,
            place,
            f"{who}, {word[0].lower()}{word[1:]}, {time}, {place}",
            address=f"/sessions/{entry.booking_id}",
            mark=state,
            short=initials(entry.client),
            at=str(piece.starts) if self._can_move(entry, piece) else "",
            look=f"block block--{look} {_rows(piece.starts, piece.ends, self.hours)}",
        )

    def _place(self, entry: Entry) -> str:
        """Return the location: both while the client is asked to agree to another one, then the agreed one."""
        agreed, deadline = entry.agreed_location, entry.deadline
        if agreed is None or deadline is None:
            return entry.location
        return f"{agreed} → {entry.location}" if deadline > self.now else agreed

    def _can_move(self, entry: Entry, piece: layout.Piece) -> bool:
        """A session is dragged by its beginning."""
        begins_here = self.columns.begins[piece.day] <= entry.starts_at.timestamp()
        return begins_here and not entry.offered and entry.status in TO_BE_MOVED and entry.ends_at > self.now

    def _state(self, entry: Entry) -> tuple[str, str]:
        """The shape and the words of a state; what is held for an answer says until when."""
        if entry.deadline is not None and entry.deadline <= self.now:
            return "expired", "Offer expired"
        if entry.edited and entry.status in LIVE:
            return "edited", f"{entry.edited.capitalize()} in Google"
        if entry.status == "cancelled":
            return entry.status, ENDED_WORDS[ENDED_AS.get(entry.cancelled_because or "", "cancelled")]
        if entry.deadline is None:
            return entry.status, STATUS_WORDS[entry.status]
        what = "Held" if entry.offered else STATUS_WORDS["awaiting_client"]
        return "awaiting_client", f"{what} until {entry.deadline.astimezone(self.zone):%a %H:%M}"

    def _put_dated(self, days: list[Day], one: DatedTime) -> None:
        """Time off lies behind everything; busy time stands beside it."""
        if one.kind == "extra":
            return
        what, short = BESIDE.get(one.kind, ("Time off", ""))
        why = one.why
        words = f"{what}: {why}" if why else what
        for number, top, bottom in self.columns.pieces(*_interval(one)):
            if not self._is_shown(top, bottom):
                continue
            time = _minutes_between(top, bottom)
            item = Item(one.kind, top, bottom, time, what, why, "", f"{words}, {time}", short=why or what)
            if short:
                look = f"{one.kind} {_rows(top, bottom, self.hours)}"
                days[number].items.append(item._replace(kind="busy", look=look, short=short))
            else:
                days[number].off.append(item._replace(kind="off", look=f"off {_rows(top, bottom, self.hours)}"))

    def _side_by_side(self, day: Day) -> list[Item]:
        """Let blocks that overlap share the width; where it is too narrow for all, one block leads to the rest."""
        if self.choice.view == "list":
            return day.items
        items = sorted(day.items, key=lambda item: (item.starts, -item.ends))
        placed = []
        for together, lane, of in layout.crowds([(item.starts, item.ends) for item in items]):
            item = items[together[0]] if len(together) == 1 else self._rest(day, [items[one] for one in together])
            placed.append(item._replace(look=f"{item.look} lane{lane} of{of}") if of > 1 else item)
        return placed

    def _rest(self, day: Day, items: list[Item]) -> Item:
        starts, ends = items[0].starts, max(item.ends for item in items)
        time, short = _minutes_between(starts, ends), f"+{len(items)}"
        address = f"{self.choice.address(day=date.fromisoformat(day.date), view='list')}#day-{day.date}"
        look = f"block block--rest {_rows(starts, ends, self.hours)}"
        name = f"{short} more in the list, {time}"
        return Item("rest", starts, ends, time, name, "", "", name, address=address, short=short, look=look)

    def _free(
        self, opened: list[slots.Interval], entries: list[Entry], dated: list[DatedTime]
    ) -> Iterable[tuple[int, Item]]:
        """Open time to come that nothing holds."""
        taken = [_interval(entry) for entry in entries if entry.status in HOLDING]
        from_now = -(-int(self.now.timestamp()) // QUARTER) * QUARTER
        taken += [*_intervals(dated, "busy"), (0, from_now)]
        for free in slots.subtract(opened, slots.merge(taken)):
            for day, top, bottom in self.columns.pieces(*free):
                whole = [(top, bottom)] if bottom - top >= LEAST_LINE else []
                for starts, ends in whole if self.choice.view == "list" else layout.hourly((top, bottom)):
                    yield day, _free_item(self.choice.first + timedelta(days=day), starts, ends, self.hours)

    # In words

    def _time(self, starts_at: datetime, ends_at: datetime) -> str:
        return f"{clock_time(starts_at, self.zone.key)} to {clock_time(ends_at, self.zone.key)}"


def _interval(one: Entry | DatedTime) -> slots.Interval:
    return int(one.starts_at.timestamp()), int(one.ends_at.timestamp())


def _intervals(dated: list[DatedTime], *kinds: str) -> list[slots.Interval]:
    return [_interval(one) for one in dated if one.kind in kinds]


@lru_cache(maxsize=5_000)
def _free_item(day: date, starts: int, ends: int, hours: tuple[int, int]) -> Item:
    """Kept, for most of what a week shows is free time, the same for many therapists."""
    address = f"/calendar/time?start={day}T{starts // 60:02}:{starts % 60:02}"
    time = _minutes_between(starts, ends)
    name, look = f"{time}, free", f"free {_rows(starts, ends, hours)}"
    drawn = FREE.format(look=look, address=address, name=name)
    return Item("free", starts, ends, time, "Free", "", "", name, address=address, drawn=drawn)


def _rows(starts: int, ends: int, hours: tuple[int, int]) -> str:
    """The classes of a place, cut to the hours that are shown."""
    first, last = hours
    row, length = layout.rows(max(starts, first * 60), min(ends, last * 60), first)
    return f"r{row} s{length}"


def _minutes_between(starts: int, ends: int) -> str:
    if (starts, ends) == (0, layout.DAY_MINUTES):
        return "all day"
    return f"{starts // 60:02}:{starts % 60:02} to {ends // 60:02}:{ends % 60:02}"
