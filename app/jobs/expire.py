"""What nobody answered in time ends. The verbs judge the deadline; these jobs only find the candidates."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.proof import overdue
from app.database import db
from app.jobs.each import Sweep, each
from app.practice.therapist import Therapist


def expire_offers() -> None:
    """Every SWEEP_SECONDS. Safe to run late, twice, or on two workers."""
    whose = select(Booking.therapist_id).where(Booking.id == Offer.booking_id).scalar_subquery()
    each(Sweep(Offer.overdue(), Offer.expires_at, whose, Offer.expire, _offer))


def release_unproven() -> None:
    """Requests whose address was not proven in time. Safe to run late, twice, or on two workers."""
    whose = Booking.therapist_id.expression
    each(Sweep(overdue(), Booking.prove_by, whose, Booking.release_unproven, _request))


def lapse_requests() -> None:
    """Requests that the therapist did not answer. Safe to run late, twice, or on two workers."""
    for found, since in (
        (Booking.unanswered_too_long(), Booking.unanswered_since),
        (Booking.unanswered_too_near(), Booking.starts_at),
    ):
        each(Sweep(found, since, Booking.therapist_id.expression, Booking.lapse, _request))


def _offer(offer_id: int) -> Offer | None:
    # Its session with all its offers: this one is among them.
    its = select(Offer.booking_id).where(Offer.id == offer_id).scalar_subquery()
    booking = _booking(Booking.id == its)
    offer = next((offer for offer in booking.offers if offer.id == offer_id), None) if booking else None
    if offer is not None:
        set_committed_value(offer, "booking", booking)  # or it would be looked up once more
    return offer


def _request(booking_id: int) -> Booking | None:
    return _booking(Booking.id == booking_id)


def _booking(which: ColumnElement[bool]) -> Booking | None:
    therapist = joinedload(Booking.therapist).joinedload(Therapist.user)
    offers = joinedload(Booking.offers).joinedload(Offer.alternatives)
    return db.session.scalars(select(Booking).where(which).options(therapist, offers)).unique().one_or_none()
