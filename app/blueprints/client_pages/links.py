"""What the client's pages link to: each other, and the session's calendar."""

from flask import current_app

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink


def session_token(booking: Booking, by_mail: bool) -> str | None:
    """Token of the session's page, if it can still be derived. Only a page that was itself reached by the link in a
    mail (`by_mail`) leads on by mailed links: the others prove no address."""
    return _token(PersonalLink.known(booking.id), by_mail)


def open_offer_token(booking: Booking, by_mail: bool) -> str | None:
    """Token of the offer that waits for an answer, if there is one; `by_mail` as above."""
    offer = booking.open_offer
    link = PersonalLink.known(booking.id, offer.id) if offer and offer.is_open else None
    return _token(link, by_mail)


def _token(link: PersonalLink | None, by_mail: bool) -> str | None:
    if link is None:
        return None
    return link.token if by_mail else link.shown_token


def calendar_links(link: PersonalLink) -> tuple[str, str]:
    """Return the addresses of the session's calendar: to be read once, and to be followed."""
    path = f"/feeds/sessions/{link.id}/{link.calendar_token}.ics"
    host = current_app.config["PUBLIC_URL"].rstrip("/").partition("://")[2]
    return path, f"webcal://{host}{path}"
