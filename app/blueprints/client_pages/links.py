"""What the client's pages link to: each other, and the session's calendar."""

from flask import current_app

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink


def session_token(booking: Booking) -> str | None:
    """Token of the session's page, if it can still be derived."""
    link = PersonalLink.known(booking.id)
    return link.token if link else None


def open_offer_token(booking: Booking) -> str | None:
    """Token of the offer that waits for an answer, if there is one."""
    offer = booking.open_offer
    link = PersonalLink.known(booking.id, offer.id) if offer and offer.is_open else None
    return link.token if link else None


def calendar_links(link: PersonalLink) -> tuple[str, str]:
    """Where the session's calendar is: to be read once, and to be followed."""
    path = f"/feeds/sessions/{link.id}/{link.calendar_token}.ics"
    host = current_app.config["PUBLIC_URL"].rstrip("/").partition("://")[2]
    return path, f"webcal://{host}{path}"
