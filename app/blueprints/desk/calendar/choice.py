"""What the address of the calendar asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from flask import request

from app.booking.calendar_entries import Entry
from app.web.addresses import day_or_none, id_or_404
from app.wording import STATUS_WORDS

VIEWS = {"week": "Week", "day": "Day", "list": "List"}
WEEK = 7


@dataclass(frozen=True)
class Choice:
    """The days, states and location that the address asks for; what cannot be read falls back to a default."""

    day: date
    view: str = ""  # the week at a desk, its chosen day on a phone
    states: tuple[str, ...] = ()
    location: int | None = None

    @classmethod
    def from_request(cls, today: date) -> "Choice":
        view = request.args.get("view", "")
        states = tuple(dict.fromkeys(one for one in request.args.getlist("state") if one in STATUS_WORDS))
        day = day_or_none(request.args.get("date")) or today
        return cls(day, view if view in VIEWS else "", states, request.args.get("location", type=id_or_404))

    def address(self, day: date | None = None, view: str | None = None, filtered: bool = True) -> str:
        """The same calendar on another day, in another view or without its filter. All of it is safe to be written."""
        view = self.view if view is None else view
        shown = f"view={view}&" if view else ""
        return f"/calendar?{shown}date={day or self.day}{self._filter if filtered else ''}"

    @cached_property
    def _filter(self) -> str:
        query: list[tuple[str, object]] = [("state", state) for state in self.states]
        query += [("location", self.location)] if self.location else []
        return f"&{urlencode(query)}" if query else ""

    @property
    def monday(self) -> date:
        return self.day - timedelta(days=self.day.weekday())

    @property
    def first(self) -> date:
        return self.day if self.view == "day" else self.monday

    @property
    def days(self) -> int:
        return 1 if self.view == "day" else WEEK

    @property
    def is_filtered(self) -> bool:
        return bool(self.states or self.location)

    def shows(self, entry: Entry) -> bool:
        wanted_state = not self.states or entry.status in self.states
        return wanted_state and (not self.location or entry.location_id == self.location)
