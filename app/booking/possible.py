"""What the therapist can do with a session as it stands: which buttons to show. The verbs judge again themselves."""

from app import clock
from app.booking.booking import Booking


def verbs_of(booking: Booking) -> set[str]:
    """Return which of confirm, rearrange, cancel, record_attendance, withdraw and choose_by_phone make sense now."""
    offer, has_begun = booking.open_offer, booking.starts_at <= clock.now()
    possible = {
        "confirm": booking.status == "requested" and booking.is_live,
        "rearrange": booking.status in ("requested", "confirmed") and booking.is_live,
        "cancel": booking.is_live,
        "record_attendance": booking.status in ("confirmed", "attended", "no_show") and has_begun,
        "withdraw": offer is not None and offer.can_be_withdrawn,
        "choose_by_phone": offer is not None and offer.is_open and not offer.disputed,
    }
    return {verb for verb, makes_sense in possible.items() if makes_sense}
