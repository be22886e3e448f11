"""What the page of the calendar shows around its days."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

from flask import request

from app import clock
from app.blueprints.desk.calendar.choice import VIEWS, WEEK, Choice
from app.blueprints.desk.calendar.days import CalendarDays, Day, Item
from app.booking import calendar_entries
from app.booking.calendar_entries import DatedTime, Entry
from app.practice.therapist import Therapist
from app.scheduling import published
from app.scheduling.availability import weekly_of
from app.span_words import dates
from app.wording import STATUS_WORDS

UNDO_FOR = timedelta(minutes=2)
T = TypeVar("T")


class CalendarPage:
    """One therapist's days, read in two statements."""

    def __init__(self, therapist: Therapist) -> None:
        # What was read with the sign-in tells whether what is kept of the practice still holds.
        self.practice = published.of_revisions({therapist.id: therapist.revision})[therapist.id]
        self.therapist_id, self.zone = therapist.id, therapist.tz
        self.now = clock.now()
        self.today = self.now.astimezone(self.zone).date()
        self.choice = choice = Choice.from_request(self.today)
        self.days = CalendarDays(choice, partial(weekly_of, self.practice), self.zone, self.now)

    def context(self) -> dict[str, Any]:
        choice = self.choice
        span = (self.therapist_id, *self.days.span)
        entries = calendar_entries.entries(*span, cancelled="cancelled" in choice.states)
        dated = calendar_entries.dated_times(*span)
        days = self.days.filled(entries, dated)
        return {
            "choice": choice,
            "here": choice.address(),
            "titles": self._by_width(self._title),
            "days": days,
            "strip": self._strip(days),
            "hours": [f"{hour:02}:00" for hour in range(*self.days.hours)],
            "turns": self._by_width(self._turn),
            "current": choice.address(day=self.today),
            "views": {view: (word, choice.address(view=view)) for view, word in VIEWS.items()},
            "states": STATUS_WORDS,
            "places": self.practice.active_locations,
            "unfiltered": choice.address(filtered=False),
            "add_address": f"/calendar/time?start={self._next_hour()}",
            "booked": self._booked(entries),
            "closed": self._just_closed(dated),
            "dates": dates,
            "zone_name": self.zone.key,
        }

    def _strip(self, days: list[Day]) -> list[Day]:
        """Links to the days of the week, where one day is shown."""
        if self.choice.view != "day":
            return [] if self.choice.view else days
        return [self.days.day(self.choice.monday + timedelta(days=number)) for number in range(WEEK)]

    # In words

    def _by_width(self, told: Callable[[date, int], T]) -> dict[str, T]:
        """Return texts by class: of the days shown or, where the screen decides, of the week and of its day."""
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
        return next((self.days.block(entry, piece) for piece in self.days.pieces(entry)), None) if entry else None

    def _just_closed(self, dated: list[DatedTime]) -> DatedTime | None:
        """Time off that was taken here a moment ago: its undo is at hand."""
        if "blocked" not in request.args:
            return None
        new = [
            one for one in dated if one.kind in ("off", "shut") and one.made_at and one.made_at > self.now - UNDO_FOR
        ]
        return max(new, key=lambda one: one.id, default=None)
