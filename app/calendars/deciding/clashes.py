"""Sessions of ours at times that are busy elsewhere: a therapist decides what becomes of them.

What we promised a client stands until then. A busy time of which the therapist was told, and went on, is no clash.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import selectinload

from app import clock
from app.booking.booking import Booking
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding.live_check import NOTHING, Look
from app.calendars.deciding.settled_clash import SettledClash, settle
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from app.refusals import BookingChanged
from app.scheduling.busy_time import BusyTime
from app.scheduling.changes import note_seen
from app.scheduling.hold import Hold
from app.scheduling.spans import Span
from app.span_words import dates


class Busy(NamedTuple):
    """A busy time as pages show it; `kind` is that of the connection it was read by, or empty."""

    starts_at: datetime
    ends_at: datetime
    kind: str = ""

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    @property
    def key(self) -> str:
        """Return the busy time as a form carries it."""
        return f"{int(self.starts_at.timestamp())}-{int(self.ends_at.timestamp())}"


def keep(booking: Booking, told: Collection[str]) -> None:
    """Keep the session at its time despite the clash. Raises BookingChanged when the clash has gone or changed."""
    booking.lock()
    busy = of_booking(booking)
    if any(one.key not in told for one in busy):
        raise BookingChanged
    settle(booking.id, [one.span for one in busy])
    note_seen(booking.therapist_id)


def of_booking(booking: Booking, look: Look = NOTHING) -> list[Busy]:
    """Return the busy times that a session clashes with, by what is stored and, on its own day, by a live look."""
    spans = standing(booking)
    if not spans:
        return []
    known = _meeting(db.session.execute(_known(booking.therapist_id).where(Hold.booking_id == booking.id)), spans, look)
    seen = [Busy(*busy, "google") for answer in look.answers.values() for busy in answer if _meets(busy, spans)]
    settled = SettledClash.of(booking.id) if known or seen else set()
    return _told_once(one for one in seen + known if one.span not in settled)


def of_therapist(therapist_id: int) -> dict[int, list[Busy]]:
    """Return the same for all sessions to come, by id, the earliest first. One statement where there is none."""
    found: dict[int, list[Row]] = defaultdict(list)
    touching = db.session.scalars(_touching_a_hold(therapist_id)).all()
    unsettled = _known(therapist_id).where(BusyTime.id.in_(touching), ~_is_settled()).order_by(Hold.starts_at)
    for row in db.session.execute(unsettled) if touching else ():
        found[row.booking_id].append(row)
    if not found:
        return {}
    query = select(Booking).where(Booking.id.in_(found)).options(selectinload(Booking.offers))
    bookings = {one.id: one for one in db.session.scalars(query)}
    busy = {of: _told_once(_meeting(rows, standing(bookings[of]))) for of, rows in found.items()}
    return {of: some for of, some in busy.items() if some}


def busy_besides(booking: Booking | None, therapist_id: int, span: Span) -> Sequence[BusyTime]:
    """Return the busy times in a span, without those where a person moved this session's own entries."""
    busy = BusyTime.between(therapist_id, span)
    if booking is None or not any(one.entry_id for one in busy):
        return busy
    own = set(db.session.scalars(select(CalendarEntry.id).where(CalendarEntry.booking_id == booking.id)))
    return [one for one in busy if one.entry_id not in own]


def standing(booking: Booking) -> list[Span]:
    """Return the times at which a session may still take place: its own, or those of its open offer."""
    now = clock.now()
    if booking.status == "awaiting_client":
        offer = booking.open_offer
        return [one.span for one in offer.alternatives if one.is_open] if offer and offer.is_open else []
    return [booking.span] if booking.status in ("requested", "confirmed") and booking.ends_at > now else []


def in_words(busy: Iterable[Busy], booking: Booking) -> str:
    """*Your Google calendar says that you are busy: Tue 24 Nov 2026, 10:30–11:30.*"""
    by_calendar: dict[str, list[str]] = defaultdict(list)
    for one in busy:
        whose = "Your Google calendar" if one.kind == "google" else "Your other calendar"
        by_calendar[whose].append(dates(*one.span, booking.therapist.zone))
    return " ".join(f"{whose} says that you are busy: {'; '.join(spans)}." for whose, spans in by_calendar.items())


def _known(therapist_id: int) -> Select:
    """Select the stored busy times that overlap held time of a therapist."""
    meets = and_(
        BusyTime.therapist_id == Hold.therapist_id, BusyTime.ends_at > Hold.starts_at, BusyTime.starts_at < Hold.ends_at
    )
    calendar_id = func.coalesce(BusyTime.calendar_id, CalendarEntry.calendar_id)
    is_its_own = CalendarEntry.booking_id.is_not_distinct_from(Hold.booking_id)  # moved there by a person
    return (
        select(Hold.booking_id, BusyTime.starts_at, BusyTime.ends_at, BusyTime.calendar_id, CalendarConnection.kind)
        .select_from(Hold)
        .join(BusyTime, meets)
        .outerjoin(CalendarEntry, CalendarEntry.id == BusyTime.entry_id)
        .outerjoin(OutsideCalendar, OutsideCalendar.id == calendar_id)
        .outerjoin(CalendarConnection, CalendarConnection.id == OutsideCalendar.connection_id)
        .where(Hold.therapist_id == therapist_id, Hold.ends_at > clock.now(), ~is_its_own)
    )


def _touching_a_hold(therapist_id: int) -> Select[int]:
    """Holds never overlap, so the first that ends after a busy time has begun tells whether it touches any. Otherwise
    each of a hundred sessions would be held against each of thousands of entries."""
    first = select(Hold.starts_at).where(Hold.therapist_id == therapist_id, Hold.ends_at > BusyTime.starts_at)
    touched = first.order_by(Hold.ends_at).limit(1).correlate(BusyTime).scalar_subquery()
    to_come = (BusyTime.therapist_id == therapist_id, BusyTime.ends_at > clock.now())
    return select(BusyTime.id).where(*to_come, touched < BusyTime.ends_at)


def _is_settled() -> ColumnElement[bool]:
    same = (SettledClash.starts_at == BusyTime.starts_at, SettledClash.ends_at == BusyTime.ends_at)
    return exists().where(SettledClash.booking_id == Hold.booking_id, *same)


def _meeting(rows: Iterable[Row], spans: Sequence[Span], look: Look = NOTHING) -> list[Busy]:
    found = [(row.calendar_id, Busy(row.starts_at, row.ends_at, row.kind or "")) for row in rows]
    return [busy for of, busy in found if _meets(busy.span, spans) and not look.is_gone(of, busy.span)]


def _meets(busy: Span, spans: Iterable[Span]) -> bool:
    return any(starts < busy[1] and busy[0] < ends for starts, ends in spans)


def _told_once(busy: Iterable[Busy]) -> list[Busy]:
    """Return each busy time once, as one entry may be in several calendars."""
    return sorted({one.span: one for one in sorted(busy, key=lambda one: one.kind != "google", reverse=True)}.values())
