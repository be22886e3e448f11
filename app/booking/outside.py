"""Booked sessions that a change of the therapist's times leaves outside them. They stand until somebody moves them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import clock
from app.booking.booking import LIVE, Booking
from app.database import db
from app.practice.location import Location
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.availability import around, shift, weekly_of
from app.scheduling.extra_time import ExtraTime
from app.scheduling.spans import Span
from app.scheduling.time_off import TimeOff
from app.scheduling.turn import take_turn_of

Done = TypeVar("Done")


def left_outside(therapist: Therapist, change: Callable[[], Done]) -> tuple[Done, list[Booking]]:
    """Take the therapist's turn and do the change: what it returns, and the sessions that it leaves outside open time.

    What the change raises is passed on; the transaction is then to be rolled back.
    """
    take_turn_of(therapist.id)
    before = {booking.id for booking in sessions_outside(therapist)}
    done = change()
    db.session.flush()
    return done, [booking for booking in sessions_outside(therapist) if booking.id not in before]


def sessions_outside(therapist: Therapist) -> list[Booking]:
    """Sessions to come that do not lie in open time of their own location, earliest first."""
    coming = sessions_to_come(therapist)
    if not coming:
        return []
    first = coming[0].starts_at.astimezone(therapist.tz).date()
    days = (max(one.ends_at for one in coming).astimezone(therapist.tz).date() - first).days + 1
    exceptions = _Exceptions.of(therapist, around(first, days, therapist.tz))
    opened = {
        location.id: slots.open_time(
            weekly_of(therapist, location), therapist.tz, exceptions.at(location), shift(first, -1), days + 2
        )
        for location in {booking.location for booking in coming}
    }
    return [one for one in coming if not slots.covers(opened[one.location_id], *_seconds(one))]


def sessions_to_come(therapist: Therapist, ids: Iterable[int] | None = None) -> Sequence[Booking]:
    """Live sessions that are not over, earliest first; of these ids alone, if some are given."""
    query = select(Booking).where(
        Booking.therapist_id == therapist.id, Booking.status.in_(LIVE), Booking.ends_at > clock.now()
    )
    if ids is not None:
        query = query.where(Booking.id.in_(list(ids)))
    query = query.options(selectinload(Booking.offers))
    return db.session.scalars(query.order_by(Booking.starts_at, Booking.id)).all()


@dataclass
class _Exceptions:
    """Time off and extra time, read once for all locations; what opens and closes is as in availability.diary_of."""

    off: Sequence[TimeOff]
    extra: Sequence[ExtraTime]

    @classmethod
    def of(cls, therapist: Therapist, span: Span) -> "_Exceptions":
        return cls(TimeOff.between(therapist.id, span), ExtraTime.between(therapist.id, span))

    def at(self, location: Location) -> slots.Diary:
        here = [_seconds(one) for one in self.extra if any(place.id == location.id for place in one.locations)]
        shut = [_seconds(one) for one in self.off if one.booking_id or one.sick_day_id]
        extra = slots.subtract(slots.merge(here), slots.merge(shut))
        return slots.Diary(off=[_seconds(one) for one in self.off], extra=extra)


def _seconds(span: Booking | TimeOff | ExtraTime) -> slots.Interval:
    return int(span.starts_at.timestamp()), -int(-span.ends_at.timestamp() // 1)
