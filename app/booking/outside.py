"""Booked sessions, and times offered in their stead, that lie outside the therapist's times.

They stand until somebody moves them or opens the time again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Protocol, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.booking.booking import LIVE, Booking
from app.booking.offer import Alternative, Offer
from app.database import db
from app.practice.session_type import LONGEST
from app.practice.therapist import Therapist
from app.scheduling import slots
from app.scheduling.availability import shift, weekly_of
from app.scheduling.extra_time import ExtraTime
from app.scheduling.spans import Span
from app.scheduling.time_off import TimeOff
from app.scheduling.turn import take_turn_of

Agreed = Booking | Alternative
Done = TypeVar("Done")

# Why a session is outside: it lies, in part at least, in time off, or it lies outside the working times.
OFF, HOURS = "off", "hours"


class Placed(Protocol):
    """A session, or a row that tells where and when one is."""

    @property
    def id(self) -> int: ...

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...

    @property
    def location_id(self) -> int: ...


@dataclass(frozen=True)
class Left:
    """Sessions to come outside open time, and open alternatives that clients can still choose there."""

    sessions: list[Booking]
    alternatives: list[Alternative]

    def __bool__(self) -> bool:
        return bool(self.sessions or self.alternatives)


def left_outside(therapist: Therapist, change: Callable[[], Done]) -> tuple[Done, Left]:
    """Take the therapist's turn and do the change: what it returns, and what it leaves outside open time.

    That is whatever was in open time before, and whatever new time off touches, even if it was outside already.
    What the change raises is passed on; the transaction is then to be rolled back.
    """
    take_turn_of(therapist.id)
    agreed: list[Agreed] = [*sessions_to_come(therapist), *offered_to_come(therapist)]
    before = _Times.of(therapist, agreed)
    was_outside, was_off = set(before.outside), {one.id for one in before.off}
    done = change()
    db.session.flush()
    after = _Times.of(therapist, agreed)
    # What a form sent twice made the first time is named again: the first answer may not have been read.
    new_off = [one.span for one in after.off if one.id not in was_off or one is done]
    named = [one for one in after.outside if one not in was_outside or _touches(one, new_off)]
    sessions = [one for one in named if isinstance(one, Booking)]
    return done, Left(sessions, [one for one in named if isinstance(one, Alternative)])


def why_outside(therapist: Therapist, sessions: Iterable[Booking]) -> dict[int, str]:
    """Return OFF or HOURS by id for those of the sessions that are to come and outside open time.

    Three statements at most, however many sessions.
    """
    now = clock.now()
    to_come = [one for one in sessions if one.is_live and one.ends_at > now]
    return _Times.of(therapist, to_come).why()


def outside_to_come(therapist: Therapist) -> dict[int, str]:
    """Return the same for every session to come, earliest first, without loading the sessions."""
    now = clock.now()
    # Bounded on both sides of the indexed column: no session is longer than that.
    to_come = (Booking.starts_at > now - LONGEST, Booking.ends_at > now, Booking.status.in_(LIVE))
    placed = select(Booking.id, Booking.starts_at, Booking.ends_at, Booking.location_id)
    placed = placed.where(Booking.therapist_id == therapist.id, *to_come).order_by(Booking.starts_at, Booking.id)
    rows: Sequence[Placed] = db.session.execute(placed).all()
    return _Times.of(therapist, rows).why()


def sessions_to_come(therapist: Therapist, ids: Iterable[int] | None = None) -> Sequence[Booking]:
    """Return the live sessions that are not over, earliest first; of these ids alone, if some are given."""
    query = select(Booking).where(
        Booking.therapist_id == therapist.id, Booking.status.in_(LIVE), Booking.ends_at > clock.now()
    )
    if ids is not None:
        query = query.where(Booking.id.in_(list(ids)))
    query = query.options(selectinload(Booking.offers))
    return db.session.scalars(query.order_by(Booking.starts_at, Booking.id)).all()


def offered_to_come(therapist: Therapist, ids: Iterable[int] | None = None) -> list[Alternative]:
    """Return the offered times, besides the sessions' own, that can still be chosen, earliest first; `ids` as above."""
    elsewhere = or_(Alternative.starts_at != Booking.starts_at, Alternative.location_id != Booking.location_id)
    query = (
        select(Alternative)
        .join(Alternative.offer)
        .join(Offer.booking)
        .where(Booking.therapist_id == therapist.id, Offer.outcome.is_(None), Offer.expires_at > clock.now(), elsewhere)
        .options(joinedload(Alternative.offer).joinedload(Offer.booking))
    )
    if ids is not None:
        query = query.where(Alternative.id.in_(list(ids)))
    found = db.session.scalars(query.order_by(Alternative.starts_at, Alternative.id))
    return [one for one in found if one.is_open]


@dataclass(frozen=True)
class _Times:
    """The time off around what is agreed, and what of it lies outside open time; read once for all locations."""

    off: Sequence[TimeOff]
    outside: list[Placed]

    @classmethod
    def of(cls, therapist: Therapist, agreed: Sequence[Placed]) -> "_Times":
        if not agreed:
            return cls([], [])
        span = min(one.starts_at for one in agreed), max(one.ends_at for one in agreed)
        off, extra = TimeOff.between(therapist.id, span), ExtraTime.between(therapist.id, span)
        places = {one.location_id for one in agreed}
        weekly = {place: weekly_of(therapist, place) for place in places}
        dated = {place: _diary(place, off, extra) for place in places}
        opened = ((one, _open_around(one, therapist, weekly, dated)) for one in agreed)
        return cls(off, [one for one, around in opened if not slots.covers(around, *_seconds(one))])

    def why(self) -> dict[int, str]:
        closed = slots.merge(_seconds(one) for one in self.off)
        return {one.id: OFF if _touched(closed, _seconds(one)) else HOURS for one in self.outside}


def _open_around(
    one: Placed, therapist: Therapist, weekly: Mapping[int, slots.Weekly], dated: Mapping[int, slots.Diary]
) -> list[slots.Interval]:
    """Open time on the days of one session alone: the days between sessions, perhaps years, cost nothing."""
    first, last = (moment.astimezone(therapist.tz).date() for moment in (one.starts_at, one.ends_at))
    here, span = dated[one.location_id], _seconds(one)
    diary = slots.Diary(off=_touched(here.off, span), extra=_touched(here.extra, span))
    return slots.open_time(weekly[one.location_id], therapist.tz, diary, shift(first, -1), (last - first).days + 3)


def _diary(location_id: int, off: Sequence[TimeOff], extra: Sequence[ExtraTime]) -> slots.Diary:
    """What opens and closes is as in availability.diary_of; both are merged."""
    here = [_seconds(one) for one in extra if any(place.id == location_id for place in one.locations)]
    shut = [_seconds(one) for one in off if one.booking_id or one.sick_day_id]
    closed = slots.merge(_seconds(one) for one in off)
    return slots.Diary(off=closed, extra=slots.subtract(slots.merge(here), slots.merge(shut)))


def _touched(merged: Sequence[slots.Interval], span: slots.Interval) -> Sequence[slots.Interval]:
    return merged[bisect_right(merged, span[0], key=itemgetter(1)) : bisect_left(merged, span[1], key=itemgetter(0))]


def _touches(one: Placed, spans: Iterable[Span]) -> bool:
    return any(starts < one.ends_at and one.starts_at < ends for starts, ends in spans)


def _seconds(one: Placed | TimeOff | ExtraTime) -> slots.Interval:
    return int(one.starts_at.timestamp()), -int(-one.ends_at.timestamp() // 1)
