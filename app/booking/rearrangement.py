"""Changing what was agreed: for which reason, who must consent, and the offers that ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from app import clock
from app.booking.booking import Booking
from app.booking.new_terms import check_new_terms
from app.booking.offer import Alternative, Offer
from app.booking.personal_link import PersonalLink
from app.calendars.deciding.settled_clash import settle_known
from app.database import db
from app.messages.activity import record
from app.practice.location import Location
from app.refusals import NotPossible

REASONS = {
    "asked": "My client asked for this change",
    "own": "I need to change it",
    "mistake": "I made a mistake",
}
MOST_ALTERNATIVES = 10
LEAST_TIME_TO_ANSWER = timedelta(hours=1)


@dataclass(frozen=True)
class Terms:
    """A start and a location that a therapist has in mind for a session."""

    starts_at: datetime
    location: Location


def offer_alternatives(booking: Booking, reason: str, alternatives: Sequence[Terms], words: str = "") -> Offer:
    """Put one to ten times to the client and hold them. Raises NotPossible, TimeTaken, BookingChanged."""
    booking.lock()
    booking.refuse_if_ended()
    _check_alternatives(booking, alternatives)
    expires_at = deadline(max(terms.starts_at for terms in alternatives))
    offer = put_to_client(booking, "times", reason, alternatives, expires_at, words)
    settle_known(booking.id, booking.therapist_id, [alternative.span for alternative in offer.alternatives])
    record("times_offered", booking, by="therapist", offer=offer, why=words)
    return offer


def offer_location(booking: Booking, reason: str, location: Location, words: str = "") -> Offer:
    """Change the location and ask the client to agree. Raises NotPossible, BookingChanged."""
    booking.lock()
    booking.refuse_if_ended()
    check_new_terms(booking, booking.starts_at, location)
    expires_at = deadline(booking.starts_at)
    before = booking.terms
    offer = put_to_client(booking, "location", reason, [Terms(booking.starts_at, location)], expires_at, words)
    booking.location = location
    record("location_offered", booking, by="therapist", offer=offer, before=before, why=words)
    return offer


def change_location(booking: Booking, reason: str, location: Location, words: str = "", phone: str = "") -> None:
    """Change the location at once when the client asked, otherwise offer it. Raises NotPossible, BookingChanged.

    `phone`: the client's, as they told it with their wish; when they answer an offer they are asked for it.
    """
    if reason not in REASONS:
        raise NotPossible("Choose why this is changing.")
    if needs_consent(reason):
        offer_location(booking, reason, location, words)
    else:
        booking.relocate(location, phone)


def needs_consent(reason: str | None) -> bool:
    """Return whether the client must agree to a change made for this reason."""
    return reason in REASONS and reason != "asked"


def check_alternative(booking: Booking, terms: Terms) -> None:
    """Check terms as check_new_terms does, and that the client can still accept them. Raises NotPossible, TimeTaken."""
    check_new_terms(booking, terms.starts_at, terms.location)
    if terms.starts_at - current_app.config["MINIMUM_LEAD"] <= clock.now():
        raise NotPossible("This is too near: your client could not accept it any more. Choose a later time.")


def _check_alternatives(booking: Booking, alternatives: Sequence[Terms]) -> None:
    if not alternatives:
        raise NotPossible("Add at least one alternative time; three give your client a real choice.")
    if len(alternatives) > MOST_ALTERNATIVES:
        raise NotPossible(f"Offer at most {MOST_ALTERNATIVES} alternatives.")
    if len(set(alternatives)) < len(alternatives):
        raise NotPossible("Two of the alternatives are the same. Remove or change one.")
    for terms in alternatives:
        check_alternative(booking, terms)


TOO_LITTLE_TIME = (
    "Your client would have less than an hour to answer. Choose a later time, or call them and record what they "
    "asked for."
)


def deadline(last_start: datetime) -> datetime:
    """Return by when the client must answer: after the lifetime, but before the last time offered comes too near.

    Raises NotPossible when that leaves too little time.
    """
    now, lifetime = clock.now(), current_app.config["OFFER_LIFETIME"]
    expires_at = min(now + lifetime, last_start - current_app.config["MINIMUM_LEAD"])
    if expires_at - now < min(LEAST_TIME_TO_ANSWER, lifetime):
        raise NotPossible(TOO_LITTLE_TIME)
    return expires_at


def put_to_client(
    booking: Booking, kind: str, reason: str, alternatives: Sequence[Terms], expires_at: datetime, words: str
) -> Offer:
    """Make the offer and hold its alternatives. Called in the therapist's turn; raises TimeTaken, BookingChanged."""
    offer = drafted(booking, kind, reason, alternatives, expires_at, words)
    booking.await_client()
    booking.offers.append(offer)
    db.session.flush()
    booking.keep_holds()
    PersonalLink.to_offer(booking.id, offer.id)
    return offer


def drafted(
    booking: Booking, kind: str, reason: str, alternatives: Sequence[Terms], expires_at: datetime, words: str
) -> Offer:
    """Return the offer that would be made, without storing it or holding time."""
    length = booking.ends_at - booking.starts_at
    return Offer(
        kind=kind,
        reason=reason,
        words=words,
        made_at=clock.now(),
        expires_at=expires_at,
        previous_status=booking.status,
        previous_location=booking.location,
        alternatives=[
            Alternative(starts_at=terms.starts_at, ends_at=terms.starts_at + length, location=terms.location)
            for terms in sorted(alternatives, key=lambda terms: terms.starts_at)  # as pages and mails tell them
        ],
    )
