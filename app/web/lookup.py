"""Lookups start from the person asking: what is not theirs is not there."""

from typing import TypeVar

from flask import Response, abort, request
from flask_login import current_user
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from app.language import speak
from app.practice.location import Location
from app.practice.therapist import Therapist
from app.scheduling import published
from app.web.rendering import page_or_fragment
from app.web.signing_in import SAFE_METHODS

Thing = TypeVar("Thing")


def own_booking(booking_id: int) -> Booking:
    """A booking of the signed-in therapist, or 404."""
    mine = select(Booking).where(Booking.id == booking_id, Booking.therapist_id == current_user.therapist.id)
    return found(db.session.scalar(mine))


def linked(purpose: str, token: str) -> PersonalLink:
    """The personal link that this token opens, or 404 without a hint; its page speaks the client's language.

    Of a session long past it answers by itself, whatever was asked: a link in an old mail tells and does nothing more.
    """
    link = found(PersonalLink.find(purpose, token))
    speak(link.booking.client.language)
    if link.booking.is_long_past:
        abort(_long_past(link.booking))
    return link


def _long_past(booking: Booking) -> Response:
    status = 200 if request.method in SAFE_METHODS else 409
    page, fragment = "client_pages/long_past.html", "client_pages/_long_past.html"
    return page_or_fragment(page, fragment, status, booking=booking)


def pressed(purpose: str, token: str) -> PersonalLink:
    """The same for what is pressed on its page: who came there by the mailed link has proven their address.

    What is then refused proves nothing either: a late link leaves everything as it is.
    """
    link = linked(purpose, token)
    if link.came_by_mail(token):
        link.booking.note_press()
    return link


def shown_token() -> str:
    """The token in the address of the page that is being answered."""
    return str((request.view_args or {})["token"])


def listed_therapist(slug: str) -> Therapist:
    """A therapist who can be booked, or 404."""
    return found(db.session.scalar(select(Therapist).filter_by(slug=slug, listed=True)))


def published_therapist(slug: str) -> Therapist:
    """The same for reading only, and quicker: what pages show of the practice is kept while it does not change."""
    return found(published.of_slug(slug))


def chosen_location(therapist: Therapist, field: str = "location") -> Location | None:
    """The therapist's active location whose id the form carries, if it does."""
    wanted = (request.values.get(field) or "").strip()
    return next((location for location in therapist.active_locations if str(location.id) == wanted), None)


def chosen_alternative(offer: Offer) -> Alternative | None:
    """The alternative of this very offer whose id the form carries, if it does."""
    wanted = (request.form.get("alternative") or "").strip()
    return next((one for one in offer.alternatives if str(one.id) == wanted), None)


def found(thing: Thing | None) -> Thing:
    if thing is None:
        abort(404)
    return thing
