"""All that a message may say, as it was at the moment of the change.

A mail delivered late must tell what was decided then, so it is rendered from these facts and never from the
rows as they have become since. The values are JSON: moments as ISO 8601 with offset.
"""

from typing import TYPE_CHECKING, Any, Optional

from app.practice.location import KINDS

if TYPE_CHECKING:
    from app.booking.booking import Booking
    from app.booking.offer import Alternative, Offer
    from app.messages.activity import Activity
    from app.practice.location import Location


def facts_of(
    booking: "Booking",
    offer: Optional["Offer"] = None,
    activity: Optional["Activity"] = None,
    only_open: bool = False,
) -> dict[str, Any]:
    """See the keys below; `offer` is None when no offer is concerned.

    `only_open` leaves out the alternatives that have come too near to be accepted.
    """
    therapist, client = booking.therapist, booking.client
    return {
        "therapist": {"name": therapist.name, "slug": therapist.slug, "zone": therapist.zone},
        "client": {
            "name": client.name,
            "email": client.email,
            "phone": client.phone,
            "zone": client.zone,
            "language": client.language,
        },
        "booking": {
            "id": booking.id,
            "uid": booking.uid,
            "status": booking.status,
            "starts_at": booking.starts_at.isoformat(),
            "ends_at": booking.ends_at.isoformat(),
            "session_type": booking.session_type.name,
            "price": booking.session_type.price,
            "location": location_facts(booking.location),
            "words": booking.words,
            "requested_at": booking.requested_at.isoformat(),
            "answer_by": booking.answer_by.isoformat(),
            "prove_by": booking.prove_by.isoformat() if booking.prove_by else None,
            "cancelled_by": booking.cancelled_by,
            "cancelled_because": booking.cancelled_because,
        },
        "offer": offer and _offer_facts(offer, only_open),
        "verb": activity.verb if activity else None,
        "before": activity.before if activity else None,
        "why": activity.why if activity else "",
    }


def location_facts(location: "Location") -> dict[str, Any]:
    return {
        "kind": location.kind,
        "kind_word": KINDS[location.kind],  # in English: read only by what was released before there were languages
        "name": location.name,
        "way_there": location.way_there,
        "rings_client": location.rings_client,
        "zone": location.zone,
    }


def _offer_facts(offer: "Offer", only_open: bool) -> dict[str, Any]:
    accepted = offer.accepted_alternative
    told = [alternative for alternative in offer.alternatives if alternative.is_open or not only_open]
    return {
        "id": offer.id,
        "kind": offer.kind,
        "reason": offer.reason,
        "words": offer.words,
        "expires_at": offer.expires_at.isoformat(),
        "outcome": offer.outcome,
        "alternatives": [_alternative_facts(alternative) for alternative in told],
        "accepted": accepted and _alternative_facts(accepted),
        "previous_location": location_facts(offer.previous_location),
        # Of a disputed change: whether what stood before it is held again, and stands when the client says nothing.
        "holds_agreed": offer.holds_agreed,
        "silence_keeps": offer.silence_keeps,
    }


def _alternative_facts(alternative: "Alternative") -> dict[str, Any]:
    return {
        "id": alternative.id,
        "starts_at": alternative.starts_at.isoformat(),
        "ends_at": alternative.ends_at.isoformat(),
        "location": location_facts(alternative.location),
    }
