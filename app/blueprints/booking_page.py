"""What a client's choice on a therapist's page means: session type, location, week, zone and start."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, request, url_for

from app import clock
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.scheduling.availability import slots_of_local_days
from app.scheduling.local_time import zone_or, zones
from app.wording import clock_time

WEEK = 7


@dataclass
class Slot:
    """A bookable start as the page shows it."""

    starts_at: datetime
    label: str
    data_start: str
    url: str


@dataclass
class BookingPage:
    therapist: Therapist
    session_type: SessionType
    location: Location
    zone: str
    zone_chosen: bool  # by the client, not only taken from the therapist
    first: date
    starts_at: datetime | None

    @classmethod
    def from_request(cls, therapist: Therapist) -> "BookingPage":
        """Read what the address or the form says; what cannot be read falls back to something sensible."""
        session_type = _by_id(therapist.session_types, "type") or abort(404)
        location = _by_id(therapist.locations, "location") or abort(404)
        wanted = request.values.get("zone")
        zone = zone_or(wanted, therapist.zone)
        today = clock.now().astimezone(ZoneInfo(zone)).date()
        starts_at = _moment(request.values.get("start"))
        first = _day(request.values.get("from")) or today
        return cls(therapist, session_type, location, zone, zone == wanted, first, starts_at)

    def week(self) -> dict[str, Any]:
        """Context of the week of slots."""
        by_day = self._slots(self.first, WEEK)
        today = clock.now().astimezone(self.tz).date()
        horizon = today + timedelta(days=self.therapist.horizon_days)
        return self._context() | {
            "week": [{"date": day, "slots": slots} for day, slots in by_day.items()],
            "from_day": self.first,
            "previous_from": max(self.first - timedelta(days=WEEK), today) if self.first > today else None,
            "next_from": self.first + timedelta(days=WEEK) if self.first + timedelta(days=WEEK) <= horizon else None,
            "zones": zones(),
        }

    def request(self) -> dict[str, Any]:
        """Context of the request form."""
        ends_at = self.starts_at + self.session_type.length if self.starts_at else None
        return self._context() | {"starts_at": self.starts_at, "ends_at": ends_at}

    def slots_nearby(self) -> list[Slot]:
        """What is free on the day of the chosen start (or the day the form tells), else on the next day with any."""
        day = self.starts_at.astimezone(self.tz).date() if self.starts_at else self.first
        return next((slots for slots in self._slots(day, WEEK).values() if slots), [])

    def seconds_until(self, moment: datetime) -> int:
        return max(1, int((moment - clock.now()).total_seconds()))

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def _slots(self, first: date, days: int) -> dict[date, list[Slot]]:
        by_day = slots_of_local_days(self.therapist, self.session_type, self.location, first, days, self.tz)
        return {day: [self._slot(start) for start in starts] for day, starts in by_day.items()}

    def _slot(self, starts_at: datetime) -> Slot:
        local = starts_at.astimezone(self.tz)
        choice: dict[str, Any] = {
            "slug": self.therapist.slug,
            "type": self.session_type.id,
            "location": self.location.id,
            "start": starts_at.strftime("%Y-%m-%dT%H:%MZ"),
        }
        if self.zone_chosen:
            choice["zone"] = self.zone
        return Slot(starts_at, clock_time(starts_at, self.zone), local.isoformat(), url_for("therapists.ask", **choice))

    def _context(self) -> dict[str, Any]:
        return {
            "therapist": self.therapist,
            "session_types": [one for one in self.therapist.session_types if one.active],
            "session_type": self.session_type,
            "locations": self.therapist.active_locations,
            "location": self.location,
            "zone": self.zone,
            "zone_chosen": self.zone_chosen,
        }


def _by_id(things: list[Any], field: str) -> Any:
    """The active thing with the id that the request names, else the first active one."""
    wanted, active = request.values.get(field), [thing for thing in things if thing.active]
    return next((thing for thing in active if str(thing.id) == wanted), active[0] if active else None)


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip().replace(" ", "+"))
    except ValueError:
        return None
    if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
        return None
    return moment.astimezone(UTC)
