"""A therapist's lists of sessions. Each query reads only rows that it shows, through an index, offers included."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, func, not_, or_, select
from sqlalchemy.orm import selectinload

from app.booking.booking import NOT_PROVEN, Booking
from app.booking.offer import Offer
from app.database import db
from app.practice.session_type import LONGEST

WAITING = ("requested", "awaiting_client")


def waiting(therapist_id: int, status: str) -> Select[Booking]:
    """Select the sessions in one of the states in which somebody has to answer."""
    return _of(therapist_id).where(Booking.status == status, Booking.prove_by.is_(None))


def to_answer(therapist_id: int) -> Select[Booking]:
    """Select the requests to answer, the earliest deadline first."""
    return waiting(therapist_id, "requested").order_by(Booking.answer_by, Booking.id)


def numbers_waiting(therapist_id: int, now: datetime) -> dict[str, int]:
    """Return how many sessions wait for an answer, by state; states that nobody waits in are missing."""
    mine = (Booking.therapist_id == therapist_id, Booking.status.in_(WAITING), Booking.prove_by.is_(None))
    waiting = select(Booking.status, func.count()).where(*mine, not_(Booking.lapsed(now)))
    counted = waiting.group_by(Booking.status)
    return {status: number for status, number in db.session.execute(counted)}


def agreed(therapist_id: int, now: datetime, without: Collection[int] = ()) -> Select[Booking]:
    """Select the confirmed sessions that are not over yet, the next one first."""
    return to_come(therapist_id, now).where(Booking.status == "confirmed", Booking.id.not_in(without))


def to_come(therapist_id: int, now: datetime) -> Select[Booking]:
    """Select the sessions that are not over yet and may take place, the next one first."""
    return _not_over(therapist_id, now).where(Booking.status != "cancelled", not_(Booking.lapsed(now)))


def called_off(therapist_id: int, now: datetime) -> Select[Booking]:
    """Select the sessions that would not be over yet and do not take place, the next one first."""
    return _not_over(therapist_id, now).where(or_(Booking.status == "cancelled", Booking.lapsed(now)))


def ended_without(therapist_id: int, now: datetime) -> Select[Booking]:
    """Select the sessions that anybody but the therapist, or time, ended within a day, the last one first."""
    within_a_day = Booking.called_off_at > now - timedelta(days=1)
    ended = _of(therapist_id).where(within_a_day, Booking.cancelled_by != "therapist")
    return ended.order_by(Booking.called_off_at.desc(), Booking.id.desc())


def past(therapist_id: int, now: datetime) -> Select[Booking]:
    """Select the sessions that are over, the last one first."""
    mine = _of(therapist_id).where(Booking.starts_at < now, Booking.ends_at <= now)
    return mine.order_by(Booking.starts_at.desc(), Booking.id.desc())


def _not_over(therapist_id: int, now: datetime) -> Select[Booking]:
    # No session is longer than LONGEST: the bound on the start is what the index can follow.
    mine = _of(therapist_id).where(Booking.starts_at > now - LONGEST, Booking.ends_at > now)
    return mine.order_by(Booking.starts_at, Booking.id)


def _of(therapist_id: int) -> Select[Booking]:
    offers = selectinload(Booking.offers)
    with_offers = offers.selectinload(Offer.alternatives), offers.joinedload(Offer.previous_location)
    # Who never proved their address asked for nothing: the therapist has not been told of it.
    told = Booking.cancelled_because.is_distinct_from(NOT_PROVEN)
    return select(Booking).where(Booking.therapist_id == therapist_id, told).options(*with_offers)
