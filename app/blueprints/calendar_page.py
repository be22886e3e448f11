"""What the calendar shows: every string worked out here, so that its template only writes them down."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from flask import request

from app import clock
from app.blueprints.calendar_choice import VIEWS, WEEK, Choice
from app.booking import calendar_entries
from app.booking.booking import HOLDING
from app.booking.calendar_entries import DatedTime, Entry
from app.practice import published
from app.practice.client import initials, short_name
from app.practice.therapist import Therapist
from app.scheduling import calendar_layout as layout
from app.scheduling import slots
from app.scheduling.availability import weekly_of
from app.wording import STATUS_WORDS, clock_time

AGREED = ("confirmed", "attended")
TO_BE_MOVED = ("requested", "confirmed")
UNDO_FOR = timedelta(minutes=2)
QUARTER = 15 * 60
LEAST_LINE = 15  # minutes of free time that the list tells
BESIDE = {"busy": ("Busy elsewhere", "Busy"), "other": ("Another session", "Another")}  # in full, and in a block
T = TypeVar("T")


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

    @property
    def lines(self) -> list[Item]:
        return sorted(self.off + self.items, key=lambda item: (item.starts, item.ends))


class CalendarPage:
    """One therapist's days, read in two statements."""

    def __init__(self, therapist: Therapist) -> None:
        # What was read with the sign-in tells whether what is kept of the practice still holds.
        self.practice = published.of_revisions({therapist.id: therapist.revision})[therapist.id]
        self.therapist_id, self.zone = therapist.id, therapist.tz
        self.now = clock.now()
        self.today = self.now.astimezone(self.zone).date()
        self.choice = choice = Choice.from_request(self.today)
        self.columns = layout.Columns(choice.first, choice.days, self.zone)
        self.hours = (0, 24)
        self.begins, self.ends = (datetime.fromtimestamp(moment, UTC) for moment in self.columns.span)

    def context(self) -> dict[str, Any]:
        choice = self.choice
        span = (self.therapist_id, self.begins, self.ends)
        entries = calendar_entries.entries(*span, cancelled="cancelled" in choice.states)
        dated = calendar_entries.dated_times(*span)
        days = self._days(entries, dated)
        return {
            "choice": choice,
            "here": choice.address(),
            "titles": self._by_width(self._title),
            "days": days,
            "strip": self._strip(days),
            "hours": [f"{hour}:00" for hour in range(*self.hours)],
            "turns": self._by_width(self._turn),
            "current": choice.address(day=self.today),
            "views": {view: (word, choice.address(view=view)) for view, word in VIEWS.items()},
            "states": STATUS_WORDS,
            "places": self.practice.active_locations,
            "unfiltered": choice.address(filtered=False),
            "add_address": f"/calendar/time?start={self._next_hour()}",
            "booked": self._booked(entries),
            "closed": self._just_closed(dated),
            "zone_name": self.zone.key,
        }

    # Where everything stands

    def _days(self, entries: list[Entry], dated: list[DatedTime]) -> list[Day]:
        days = [self._day(self.choice.first + timedelta(days=number)) for number in range(self.choice.days)]
        opened = self._open_time(dated)
        working = [piece for span in opened for piece in self.columns.pieces(*span)]
        shown = [(entry, piece) for entry in entries if self.choice.shows(entry) for piece in self._pieces(entry)]
        if self.choice.view != "list":
            self.hours = layout.shown_hours(piece[1:] for piece in chain(working, (piece for _, piece in shown)))
        for number, top, bottom in working:
            days[number].open.append(self._rows(top, bottom))
        for one in dated + self._hidden(entries):
            self._put_dated(days, one)
        for entry, piece in shown:
            days[piece.day].items.append(self._block(entry, piece))
        for day in days:
            day.items = self._side_by_side(day)
        for number, item in self._free(opened, entries, dated):
            days[number].items.append(item)
        for day in days:
            day.items.sort(key=lambda item: item.starts)
            day.now = self._now_line() if day.is_today else ""
        return days

    def _hidden(self, entries: list[Entry]) -> list[DatedTime]:
        """What the filter hides takes its time all the same."""
        if not self.choice.is_filtered:
            return []
        return [
            DatedTime("other", entry.booking_id, entry.starts_at, entry.ends_at, "", None)
            for entry in entries
            if entry.status in HOLDING and not self.choice.shows(entry)
        ]

    def _now_line(self) -> str:
        local = self.now.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return self._rows(minute, minute + 1) if self._is_shown(minute, minute + 1) else ""

    def _rows(self, starts: int, ends: int) -> str:
        """The classes of a place, cut to the hours that are shown."""
        first, last = self.hours
        row, length = layout.rows(max(starts, first * 60), min(ends, last * 60), first)
        return f"r{row} s{length}"

    def _is_shown(self, starts: int, ends: int) -> bool:
        return ends > self.hours[0] * 60 and starts < self.hours[1] * 60

    def _day(self, day: date) -> Day:
        view = "day" if self.choice.view in ("week", "day") else self.choice.view
        return Day(
            day.isoformat(),
            f"{day:%a}",
            str(day.day),
            f"{day:%A} {day.day} {day:%B}",
            self.choice.address(day=day, view=view),
            day == self.today,
            day == self.choice.day,
        )

    def _strip(self, days: list[Day]) -> list[Day]:
        """Links to the days of the week, where one day is shown."""
        if self.choice.view != "day":
            return [] if self.choice.view else days
        return [self._day(self.choice.monday + timedelta(days=number)) for number in range(WEEK)]

    def _open_time(self, dated: list[DatedTime]) -> list[slots.Interval]:
        weekly = weekly_of(self.practice)
        extra = slots.subtract(slots.merge(_intervals(dated, "extra")), slots.merge(_intervals(dated, "shut")))
        diary = slots.Diary(off=_intervals(dated, "off", "shut"), extra=extra)
        return slots.open_time(weekly, self.zone, diary, self.choice.first, self.choice.days)

    def _pieces(self, entry: Entry) -> Iterable[layout.Piece]:
        return self.columns.pieces(*_interval(entry))

    def _block(self, entry: Entry, piece: layout.Piece) -> Item:
        state, word = self._state(entry)
        who, place = short_name(entry.client), entry.location
        time = self._time(entry.starts_at, entry.ends_at)
        status = "offered" if entry.offered else entry.status
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
            look=f"block block--{status} {self._rows(piece.starts, piece.ends)}",
        )

    def _can_move(self, entry: Entry, piece: layout.Piece) -> bool:
        """A session is dragged by its beginning."""
        begins_here = self.columns.begins[piece.day] <= entry.starts_at.timestamp()
        return begins_here and not entry.offered and entry.status in TO_BE_MOVED and entry.ends_at > self.now

    def _state(self, entry: Entry) -> tuple[str, str]:
        """The shape and the words of a state; what is held for an answer says until when."""
        if entry.deadline is not None and entry.deadline <= self.now:
            return "expired", "Offer expired"
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
            time = self._minutes_between(top, bottom)
            item = Item(one.kind, top, bottom, time, what, why, "", f"{words}, {time}", short=why or what)
            if short:
                look = f"{one.kind} {self._rows(top, bottom)}"
                days[number].items.append(item._replace(kind="busy", look=look, short=short))
            else:
                days[number].off.append(item._replace(kind="off", look=f"off {self._rows(top, bottom)}"))

    def _side_by_side(self, day: Day) -> list[Item]:
        """Those that overlap share the width; where it is too narrow for all, one block leads to the rest."""
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
        time, short = self._minutes_between(starts, ends), f"+{len(items)}"
        address = f"{self.choice.address(day=date.fromisoformat(day.date), view='list')}#day-{day.date}"
        look = f"block block--rest {self._rows(starts, ends)}"
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
                    yield day, self._free_item(day, starts, ends)

    def _free_item(self, day: int, starts: int, ends: int) -> Item:
        local = self.choice.first + timedelta(days=day)
        address = f"/calendar/time?start={local}T{starts // 60:02}:{starts % 60:02}"
        time = self._minutes_between(starts, ends)
        look = f"free {self._rows(starts, ends)}"
        return Item("free", starts, ends, time, "Free", "", "", f"{time}, free", address=address, look=look)

    # In words

    def _time(self, starts_at: datetime, ends_at: datetime) -> str:
        return f"{clock_time(starts_at, self.zone.key)} to {clock_time(ends_at, self.zone.key)}"

    def _minutes_between(self, starts: int, ends: int) -> str:
        if (starts, ends) == (0, layout.DAY_MINUTES):
            return "all day"
        return f"{starts // 60:02}:{starts % 60:02} to {ends // 60:02}:{ends % 60:02}"

    def _by_width(self, told: Callable[[date, int], T]) -> dict[str, T]:
        """By class: of the days that are shown; where that depends on the screen, of the week and of its day."""
        choice = self.choice
        if choice.view:
            return {"": told(choice.first, choice.days)}
        return {"only-desk": told(choice.first, choice.days), "only-phone": told(choice.day, 1)}

    def _turn(self, _first: date, days: int) -> tuple[str, str]:
        """The addresses of as many days earlier and later."""
        day, step = self.choice.day, timedelta(days=days)
        return self.choice.address(day=day - step), self.choice.address(day=day + step)

    def _title(self, first: date, days: int) -> str:
        last = first + timedelta(days=days - 1)
        if first == last:
            return f"{first:%A} {first.day} {first:%B %Y}"
        if first.month == last.month:
            return f"{first.day} to {last.day} {last:%B %Y}"
        return f"{first.day} {first:%b}{f' {first:%Y}' if first.year != last.year else ''} to {last.day} {last:%b %Y}"

    def _next_hour(self) -> str:
        now = self.now.astimezone(self.zone)
        day = max(self.choice.day, self.today)
        return f"{day}T09:00" if day > self.today else f"{now + timedelta(hours=1):%Y-%m-%dT%H:00}"

    # What was done just now

    def _booked(self, entries: list[Entry]) -> Item | None:
        wanted = request.args.get("booked", "")
        entry = next((one for one in entries if str(one.booking_id) == wanted and not one.offered), None)
        return next((self._block(entry, piece) for piece in self._pieces(entry)), None) if entry else None

    def _just_closed(self, dated: list[DatedTime]) -> DatedTime | None:
        """Time off that was taken here a moment ago: its undo is at hand."""
        if "blocked" not in request.args:
            return None
        new = [
            one for one in dated if one.kind in ("off", "shut") and one.made_at and one.made_at > self.now - UNDO_FOR
        ]
        return max(new, key=lambda one: one.id, default=None)


def _interval(one: Entry | DatedTime) -> slots.Interval:
    return int(one.starts_at.timestamp()), int(one.ends_at.timestamp())


def _intervals(dated: list[DatedTime], *kinds: str) -> list[slots.Interval]:
    return [_interval(one) for one in dated if one.kind in kinds]
