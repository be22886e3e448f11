"""What must be true of holds, offers and histories whenever a transaction has ended."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.booking.booking import HOLDING, Booking
from app.database import db
from app.messages.activity import Activity
from app.scheduling.hold import Hold
from app.scheduling.spans import union


def overlaps() -> list[tuple[int, int]]:
    """Pairs of holds of one therapist that share time; there must never be one."""
    one, other = aliased(Hold), aliased(Hold)
    pairs = select(one.id, other.id).where(
        one.therapist_id == other.therapist_id,
        one.id < other.id,
        one.starts_at < other.ends_at,
        other.starts_at < one.ends_at,
    )
    return [tuple(pair) for pair in db.session.execute(pairs)]


def held(booking: Booking) -> list:
    rows = db.session.execute(select(Hold.starts_at, Hold.ends_at).where(Hold.booking_id == booking.id))
    return sorted(tuple(row) for row in rows)


def implied(booking: Booking) -> list:
    """The holds that a booking's state implies."""
    own = booking.span if booking.status in HOLDING else None
    offer = booking.open_offer
    offered = union([one.span for one in offer.alternatives], less=own) if offer else []
    return sorted([*([own] if own else []), *offered])


def check_everything(therapist_id: int | None = None) -> None:
    """Holds are exactly what the states imply, at most one offer is open, and each history is complete."""
    assert overlaps() == []
    db.session.expire_all()
    bookings = select(Booking) if therapist_id is None else select(Booking).filter_by(therapist_id=therapist_id)
    for booking in db.session.scalars(bookings):
        assert held(booking) == implied(booking), (booking.id, booking.status)
        open_offers = [offer for offer in booking.offers if offer.outcome is None]
        assert len(open_offers) == (booking.status == "awaiting_client"), (booking.id, booking.status)
        lines = db.session.scalars(select(Activity).filter_by(booking_id=booking.id).order_by(Activity.id)).all()
        assert lines[0].verb in ("requested", "requested_unproven", "booked_for_client")
        assert lines[-1].after["status"] == booking.status
        assert lines[-1].after["starts_at"] == booking.starts_at.isoformat()
        for offer in booking.offers:
            accepted = [one for one in offer.alternatives if one.accepted]
            assert len(accepted) == (offer.outcome == "accepted")
