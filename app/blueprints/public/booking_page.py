"""What a client's choice on a therapist's page means: session type, location, week, zone and start."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import abort, request
from flask_babel import gettext as _

from app import clock
from app.practice.location import Location
from app.practice.ringing import told_to_client
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling.availability import next_free, slots_of_local_days
from app.scheduling.local_time import zone_or, zones
from app.scheduling.spans import Span
from app.web.addresses import day_or_none
from app.wording import calendar_day, calendar_day_of_year, called, local_clock_time, price_said

WEEK = 7


class Slot(NamedTuple):
    """A bookable start as the page shows it."""

    starts_at: datetime
    label: str
    data_start: str
    url: str


class Turn(NamedTuple):
    """A link to the same page with another choice."""

    label: str
    url: str
    is_current: bool = False


@dataclass
class BookingPage:
    therapist: Therapist
    session_type: SessionType
    location: Location
    zone: str
    zone_chosen: bool  # by the client, not only taken from the therapist
    first: date
    starts_at: datetime | None
    # What was sent and cannot be booked, by field: nothing is shown or booked in its place until another is chosen.
    not_bookable: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def is_possible(therapist: Therapist) -> bool:
        """Return whether there is anything to choose: a location and a kind of session."""
        return bool(therapist.active_locations) and any(one.active for one in therapist.session_types)

    @classmethod
    def from_request(cls, therapist: Therapist) -> "BookingPage":
        """Read what the address or the form says. What is not said falls back to something sensible; a kind of session
        or a location that is said and cannot be booked is told in `not_bookable`."""
        session_type = _by_id(therapist.session_types, "type") or abort(404)
        location = _by_id(therapist.locations, "location") or abort(404)
        wanted = request.values.get("zone")
        # Who comes to a room reads its clock; by video or phone, the visitor's own as soon as scripts tell it.
        zone = zone_or(wanted, location.zone if location.in_person else therapist.zone)
        today = clock.now().astimezone(ZoneInfo(zone)).date()
        starts_at = _moment(request.values.get("start"))
        first = max(_day(request.values.get("from"), zone) or today, today)
        page = cls(therapist, session_type, location, zone, zone == wanted, first, starts_at)
        page._note_not_bookable()
        return page

    def week(self) -> dict[str, Any]:
        """Context of the week of slots. Every string is made here: a page may have a hundred slots."""
        if self.not_bookable:
            return self._context() | {"choices": self._choices(), "from_day": self.first}
        begins = max(self.first - timedelta(days=WEEK), self._today)
        by_day = self._slots(begins, (self.first - begins).days + WEEK)
        found = [(day, slots) for day, slots in by_day.items() if slots]
        days = [(day.isoformat(), calendar_day(day), slots) for day, slots in found if day >= self.first]
        return self._context() | {
            "days": days,
            "week_title": self._title(),
            "from_day": self.first,
            "choices": self._choices(),
            "earlier": self._earlier(begins, has_free=any(day < self.first for day, _ in found)),
            "own_clock_first": not (self.location.in_person or self.zone_chosen),
            "later": self._later(),
            "next_free": None if days else self._next_free(),
            "zones": zones() if "zones" in request.args else None,
            "zones_url": self._url(zones="all"),
        }

    def _choices(self) -> list[tuple[str, list[Turn]]]:
        """Return what else can be booked here as groups of links, each with its name."""
        type_id, location_id = self._chosen.get("type"), self._chosen.get("location")
        types = [
            Turn(one.title, self._url(type=one.id), one.id == type_id)
            for one in self.therapist.session_types
            if one.active
        ]
        locations = [
            Turn(called(one.name), self._url_of_location(one), one.id == location_id)
            for one in self.therapist.active_locations
        ]
        return [(_("Kind of session"), types), (_("Location"), locations)]

    def _url_of_location(self, location: Location) -> str:
        """From video or phone to a room, the room's own clock counts, whatever clock the times before were on."""
        chosen = self._chosen | {"from": self.first, "location": location.id}
        if location.in_person and not self.location.in_person:
            chosen.pop("zone", None)
        return self._address(chosen)

    def _earlier(self, begins: date, has_free: bool) -> str | None:
        """The days before these, if anything is free on them; `begins` is the first on which it was looked for."""
        if has_free:
            return self._url(**{"from": begins})
        if begins <= self._today:
            return None
        found = next_free(self.therapist, self.session_type, self.location, clock.now())
        day = found and found.astimezone(self.tz).date()
        return self._url(**{"from": day}) if day and day < self.first else None

    def _later(self) -> str | None:
        next_week = self.first + timedelta(days=WEEK)
        horizon = self._today + timedelta(days=self.therapist.horizon_days)
        return self._url(**{"from": next_week}) if next_week <= horizon else None

    def _title(self) -> str:
        last = self.first + timedelta(days=WEEK - 1)
        ends = calendar_day(last) if last.year == self._today.year else calendar_day_of_year(last)
        return _("%(first_day)s to %(last_day)s", first_day=calendar_day(self.first), last_day=ends)

    def _next_free(self) -> Turn | None:
        """Return the next free time when this week has none; one before it, when none comes after."""
        wanted = (self.therapist, self.session_type, self.location)
        later = next_free(*wanted, datetime.combine(self.first, time.min, self.tz))
        found = later or next_free(*wanted, clock.now())
        if found is None:
            return None
        local = found.astimezone(self.tz)
        when = f"{calendar_day(local.date())}, {local_clock_time(local)}"
        label = _("Next free: %(time)s", time=when) if later else _("Free before: %(time)s", time=when)
        return Turn(label, self._url(**{"from": local.date()}))

    def _url(self, **other: Any) -> str:
        """This page's address with another choice in it."""
        return self._address(self._chosen | {"from": self.first} | other)

    def _address(self, chosen: dict[str, Any]) -> str:
        return f"/t/{self.therapist.slug}?{urlencode(chosen)}"

    def request(self) -> dict[str, Any]:
        """Context of the request form."""
        ends_at = self.starts_at + self.session_type.length if self.starts_at else None
        return self._context() | {
            "starts_at": self.starts_at,
            "ends_at": ends_at,
            "type_choices": [(one.id, one.title) for one in self.therapist.session_types if one.active],
            "location_choices": [(one.id, called(one.name)) for one in self.therapist.active_locations],
        }

    @property
    def span(self) -> Span:
        """The time that is asked for. Only where a start was chosen."""
        assert self.starts_at is not None
        return self.starts_at, self.starts_at + self.session_type.length

    @property
    def address(self) -> str:
        """The therapist's page with what was chosen."""
        return self._url()

    def slots_nearby(self) -> list[Slot]:
        """What is free on the day of the chosen start (or the day the form tells), else on the next day with any."""
        day = self.starts_at.astimezone(self.tz).date() if self.starts_at else self.first
        return next((slots for slots in self._slots(day, WEEK).values() if slots), [])

    def seconds_until(self, moment: datetime) -> int:
        return max(1, int((moment - clock.now()).total_seconds()))

    @property
    def _today(self) -> date:
        """On the clock that the page shows."""
        return clock.now().astimezone(self.tz).date()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def _slots(self, first: date, days: int) -> dict[date, list[Slot]]:
        by_day = slots_of_local_days(self.therapist, self.session_type, self.location, first, days, self.tz)
        ask = f"/t/{self.therapist.slug}/request?{urlencode(self._chosen)}&start="
        return {day: [_slot(start, ask) for start in starts] for day, starts in by_day.items()}

    @property
    def _chosen(self) -> dict[str, Any]:
        """The choice as addresses carry it, without what cannot be booked."""
        chosen: dict[str, Any] = {"type": self.session_type.id, "location": self.location.id}
        if self.zone_chosen:
            chosen["zone"] = self.zone
        return {name: value for name, value in chosen.items() if name not in self.not_bookable}

    def _note_not_bookable(self) -> None:
        if _is_other(self.session_type, "type"):
            self.not_bookable["type"] = _("This kind of session cannot be booked any more. Please choose another.")
        if _is_other(self.location, "location"):
            self.not_bookable["location"] = _("This location cannot be booked any more. Please choose another.")

    def _context(self) -> dict[str, Any]:
        return {
            "therapist": self.therapist,
            "session_types": [one for one in self.therapist.session_types if one.active],
            "session_type": self.session_type,
            "locations": self.therapist.active_locations,
            "location": self.location,
            "ringing": self._ringing(),
            "zone": self.zone,
            "zone_chosen": self.zone_chosen,
            "price": price_said(price) if (price := self.session_type.price) else "",
            "not_bookable": self.not_bookable,
            "other_times": self.address,
        }

    def _ringing(self) -> str:
        if self.location.kind != "phone":
            return ""
        return told_to_client(self.location.rings_client, self.therapist.name, "")


def _slot(local: datetime, ask: str) -> Slot:
    start = f"{local.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    return Slot(local, local_clock_time(local), local.isoformat(), ask + start)


def _by_id(things: list[Any], name: str) -> Any:
    """The active thing with the id that the request names, else the first active one; see _is_other."""
    wanted, active = request.values.get(name), [thing for thing in things if thing.active]
    return next((thing for thing in active if str(thing.id) == wanted), active[0] if active else None)


def _is_other(thing: SessionType | Location, name: str) -> bool:
    """Return whether the request names another one, or is a form in which none is chosen."""
    if request.form.get(name) == "":
        return True
    return request.values.get(name, "") not in ("", str(thing.id))


def _day(text: str | None, zone: str) -> date | None:
    """The day from which on times are shown, or the day that it is there at a moment."""
    moment = _moment(text)
    return moment.astimezone(ZoneInfo(zone)).date() if moment else day_or_none(text)


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip().replace(" ", "+"))
    except ValueError:
        return None
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000 or moment.second or moment.microsecond:
        return None
    return moment.astimezone(UTC)
