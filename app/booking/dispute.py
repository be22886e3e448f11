"""A client says *I did not ask for this*: what was agreed before is held again, and they choose what stands."""

from datetime import datetime
from typing import NamedTuple

from flask import current_app
from flask_babel import gettext as _

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.rearrangement import LEAST_TIME_TO_ANSWER, Terms, put_to_client
from app.messages.activity import record
from app.messages.history import agreed_before
from app.refusals import NotPossible
from app.scheduling.hold import Hold


class _Agreed(NamedTuple):
    """The terms before the disputed change, and whether the session was 'requested' or 'confirmed' then."""

    terms: Terms
    status: str


def dispute(booking: Booking) -> Offer:
    """Put the change to the client as an offer, and the session back to what was agreed before where that is free.

    Raises NotPossible when the change can no longer be disputed. Silence never confirms the change: see Offer.expire.
    """
    booking.lock()
    if not booking.can_be_disputed:
        raise NotPossible(_("This change can no longer be disputed."))
    changed, agreed = Terms(booking.starts_at, booking.location), _agreed(booking)
    if agreed and agreed.terms == changed:
        raise NotPossible(_("This session is as it was agreed. Nothing has changed."))
    same_time = agreed.terms.starts_at == changed.starts_at if agreed else booking.asked_change == "location"
    kept = agreed if agreed and _is_free(booking, agreed) else None
    booking.asked_change = None
    if kept:
        booking.take_terms(kept.terms.starts_at, kept.terms.location)
    kind, expires_at = "location" if same_time else "times", _deadline(changed, kept)
    offer = put_to_client(booking, kind, "disputed", [changed], expires_at, words="")
    offer.previous_status = kept.status if kept else "confirmed"
    record("disputed", booking, by="client", offer=offer)
    return offer


def _agreed(booking: Booking) -> _Agreed | None:
    before = agreed_before(booking)
    location = before.found_location() if before else None
    return _Agreed(Terms(before.starts_at, location), before.status) if before and location else None


def _is_free(booking: Booking, agreed: _Agreed) -> bool:
    """Return whether the session can go back there: nobody else holds the time, and it does not begin too soon.

    Where both agree on the time it is never too soon to go back to the location.
    """
    starts_at, location = agreed.terms.starts_at, agreed.terms.location
    span = starts_at, starts_at + (booking.ends_at - booking.starts_at)
    same_time = agreed.status == "confirmed" and starts_at == booking.starts_at
    in_time = same_time or starts_at - current_app.config["MINIMUM_LEAD"] > clock.now()
    return location.active and in_time and not Hold.in_the_way(booking.therapist_id, span, besides=booking.id)


def _deadline(changed: Terms, kept: _Agreed | None) -> datetime:
    """When the client's silence decides."""
    now, lead = clock.now(), current_app.config["MINIMUM_LEAD"]
    latest = now + current_app.config["OFFER_LIFETIME"]
    if kept and kept.status == "confirmed":
        # Silence keeps what both had agreed: however little time is left, it harms nobody.
        before = kept.terms.starts_at - lead
        return min(latest, before if before > now else kept.terms.starts_at)
    last_start = max(changed.starts_at, kept.terms.starts_at if kept else changed.starts_at)
    if last_start - lead - now < LEAST_TIME_TO_ANSWER:
        # Too late for the usual time to answer. The change must not be safe from being disputed: until it begins.
        return min(latest, last_start)
    return min(latest, last_start - lead)
