"""What nobody answered in time ends. The verbs judge the deadline; these jobs only find the candidates."""

from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.proof import overdue
from app.jobs.each import each


def expire_offers() -> None:
    """Every SWEEP_SECONDS. Safe to run late, twice, or on two workers."""
    each(Offer.overdue(), Offer.expire)


def release_unproven() -> None:
    """Requests whose address was not proven in time. Safe to run late, twice, or on two workers."""
    each(overdue(), Booking.release_unproven)


def lapse_requests() -> None:
    """Requests that the therapist did not answer. Safe to run late, twice, or on two workers."""
    each(Booking.unanswered(), Booking.lapse)
