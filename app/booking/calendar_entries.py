"""What a therapist's calendar shows, read as plain rows: two statements, however much is booked.

The statements are built once: building them costs more than most of them take.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app import clock
from app.booking.booking import NOT_ANSWERED, Booking
from app.booking.offer import Alternative, Offer
from app.calendars.writing.entry import CalendarEntry
from app.database import UTCDateTime, rows_of
from app.practice.client import Client
from app.practice.location import Location
from app.practice.session_type import LONGEST
from app.scheduling.availability import OFF_OR_SHUT, SHUT
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime, extra_time_location
from app.scheduling.hold import Hold
from app.scheduling.time_off import TimeOff


class Entry(NamedTuple):
    """A session at its own time, or (`offered`) one of the times of its open offer."""

    offered: bool
    booking_id: int
    starts_at: datetime
    ends_at: datetime
    status: str
    client: str
    location: str
    location_id: int
    deadline: datetime | None  # of the open offer
    edited: str | None  # in the therapist's calendar elsewhere: 'moved' or 'deleted', and nothing decided yet
    agreed_location: str | None  # while the client is asked to agree to another one
    cancelled_because: str | None
    answer_by: datetime | None  # a request of a proven address

    def as_of(self, now: datetime) -> "Entry":
        """The same, with what time has ended told as ended, noticed by a sweep or not."""
        if self.status != "requested" or self.answer_by is None or self.answer_by > now:
            return self
        return self._replace(status="cancelled", cancelled_because=NOT_ANSWERED)


class DatedTime(NamedTuple):
    """What a dated row closes or opens: 'off', 'shut' (off, and not opened by extra time), 'busy' or 'extra'."""

    kind: str
    id: int
    starts_at: datetime
    ends_at: datetime
    why: str
    made_at: datetime | None
    location_id: int | None = None  # that extra time opens: a row for each


_AGREED_AT = aliased(Location)
_THERAPIST = bindparam("therapist", type_=Integer)
_NOWHERE = cast(null(), Integer)
_START, _END = bindparam("start", type_=UTCDateTime()), bindparam("end", type_=UTCDateTime())


def entries(therapist_id: int, start: datetime, end: datetime, cancelled: bool) -> list[Entry]:
    """Return the sessions and offered times that touch the span, in order; cancelled ones only when asked for."""
    rows = rows_of(
        _ENTRIES,
        {"therapist": therapist_id, "start": start, "end": end, "since": start - LONGEST, "ended": cancelled},
    )
    found = (Entry._make(row).as_of(clock.now()) for row in rows)
    shown = [entry for entry in found if cancelled or entry.status != "cancelled"]
    return sorted(shown, key=lambda entry: (entry.starts_at, entry.offered, entry.booking_id))


def dated_times(therapist_id: int, start: datetime, end: datetime) -> list[DatedTime]:
    """Return the time off, busy times and extra time that touch the span, in order."""
    rows = rows_of(_DATED, {"therapist": therapist_id, "start": start, "end": end})
    return sorted(map(DatedTime._make, rows), key=lambda one: one.starts_at)


def _sessions() -> Select:
    open_offer = and_(Offer.booking_id == Booking.id, Offer.outcome.is_(None))
    return (
        select(
            literal(False, Boolean).label("offered"),
            Booking.id,
            Booking.starts_at,
            Booking.ends_at,
            Booking.status,
            Client.name,
            Location.name,
            Location.id,
            Offer.expires_at,
            _edited(CalendarEntry.alternative_id.is_(None)),
            _AGREED_AT.name,
            Booking.cancelled_because,
            case((Booking.prove_by.is_(None), Booking.answer_by)),
        )
        .join(Client, Client.id == Booking.client_id)
        .join(Location, Location.id == Booking.location_id)
        .outerjoin(Offer, open_offer)
        .outerjoin(_AGREED_AT, and_(_AGREED_AT.id == Offer.previous_location_id, Offer.kind == "location"))
        .where(
            Booking.therapist_id == _THERAPIST,
            # Bounded on both sides of the indexed column: no session is longer than that.
            Booking.starts_at > bindparam("since", type_=UTCDateTime()),
            Booking.starts_at < _END,
            Booking.ends_at > _START,
            or_(Booking.status != "cancelled", bindparam("ended", type_=Boolean)),
        )
    )


def _offered() -> Select:
    # Whatever is offered in the span is held in it: by the offer, or by the session's own time that it overlaps.
    # Read first and once: from there on everything is found by its key, however many offers are open elsewhere.
    mine = (Hold.therapist_id == _THERAPIST, Hold.ends_at > _START, Hold.starts_at < _END)
    holding = select(Hold.booking_id).where(*mine).distinct().subquery("holding")
    return (
        select(
            literal(True, Boolean),
            Booking.id,
            Alternative.starts_at,
            Alternative.ends_at,
            Booking.status,
            Client.name,
            Location.name,
            Location.id,
            Offer.expires_at,
            _edited(CalendarEntry.alternative_id == Alternative.id),
            null(),
            null(),
            null(),
        )
        .select_from(holding)
        .join(Booking, Booking.id == holding.c.booking_id)
        .join(Client, Client.id == Booking.client_id)
        .join(Offer, and_(Offer.booking_id == Booking.id, Offer.outcome.is_(None)))
        .join(Alternative, Alternative.offer_id == Offer.id)
        .join(Location, Location.id == Alternative.location_id)
        .where(
            # A changed location is put at the session's own time, and so is a disputed change whose old time is taken.
            Offer.kind == "times",
            or_(Offer.reason != "disputed", Alternative.starts_at != Booking.starts_at),
            Alternative.ends_at > _START,
            Alternative.starts_at < _END,
        )
    )


def _edited(which: ColumnElement[bool]) -> ScalarSelect:
    how = case((CalendarEntry.edited_starts_at.is_(None), "deleted"), else_="moved")
    its = (CalendarEntry.booking_id == Booking.id, CalendarEntry.state == "edited", which)
    return select(how).where(*its).limit(1).correlate(Booking, Alternative).scalar_subquery()


def _touching(
    table: type[TimeOff] | type[BusyTime] | type[ExtraTime], kind: Any, why: Any, made_at: Any, location: Any = _NOWHERE
) -> Select:
    mine = (table.therapist_id == _THERAPIST, table.ends_at > _START, table.starts_at < _END)
    return select(kind, table.id, table.starts_at, table.ends_at, why, made_at, location).where(*mine)


_ENTRIES = union_all(_sessions(), _offered())
_OFF_OR_SHUT = case((OFF_OR_SHUT == SHUT, "shut"), else_="off")
_DATED = union_all(
    _touching(TimeOff, _OFF_OR_SHUT, TimeOff.why, TimeOff.made_at),
    _touching(BusyTime, literal("busy"), literal(""), cast(null(), UTCDateTime())),
    _touching(
        ExtraTime, literal("extra"), ExtraTime.why, ExtraTime.made_at, extra_time_location.c.location_id
    ).outerjoin(extra_time_location, extra_time_location.c.extra_time_id == ExtraTime.id),
)
