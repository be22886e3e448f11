"""What nobody answered in time ends. The verbs judge the deadline; these jobs only find the candidates."""

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.booking.proof import overdue
from app.database import db
from app.jobs.each import Sweep, each
from app.practice.therapist import Therapist


def expire_offers() -> None:
    """Expire the offers whose deadline has passed. Safe to run late, twice, or on two workers."""
    whose = select(Booking.therapist_id).where(Booking.id == Offer.booking_id).scalar_subquery()
    each(Sweep(Offer.overdue(), Offer.expires_at, whose, Offer.expire, _offer))


def release_unproven() -> None:
    """End the requests whose address was not proven in time. Safe to run late, twice, or on two workers."""
    whose = Booking.therapist_id.expression
    each(Sweep(overdue(), Booking.prove_by, whose, Booking.release_unproven, _request))


def lapse_requests() -> None:
    """End the requests that the therapist did not answer in time. Safe to run late, twice, or on two workers."""
    for found, since in (
        (Booking.unanswered_too_long(), Booking.unanswered_since),
        (Booking.unanswered_too_near(), Booking.starts_at),
    ):
        each(Sweep(found, since, Booking.therapist_id.expression, Booking.lapse, _request))


def _offer(offer_id: int) -> Offer | None:
    # Its session with all its offers: this one is among them.
    booking = _found(_of_offer(), offer_id)
    offer = next((offer for offer in booking.offers if offer.id == offer_id), None) if booking else None
    if offer is not None:
        set_committed_value(offer, "booking", booking)  # or it would be looked up once more
    return offer


def _request(booking_id: int) -> Booking | None:
    return _found(_of_booking(), booking_id)


def _found(booking: Select[Booking], by: int) -> Booking | None:
    return db.session.scalars(booking, {"by": by}).unique().one_or_none()


@cache
def _of_booking() -> Select[Booking]:
    return _booking().where(Booking.id == bindparam("by"))


@cache
def _of_offer() -> Select[Booking]:
    return _booking().where(Booking.id == select(Offer.booking_id).where(Offer.id == bindparam("by")).scalar_subquery())


def _booking() -> Select[Booking]:
    therapist = joinedload(Booking.therapist).joinedload(Therapist.user)
    # By an outer join: SQLite would make an inner one of all alternatives there are before it looks for these.
    offers = joinedload(Booking.offers).joinedload(Offer.alternatives).joinedload(Alternative.location, innerjoin=False)
    return select(Booking).options(therapist, offers)
