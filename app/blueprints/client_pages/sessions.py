"""The client's page of one session."""

from flask import Blueprint, Response, request

from app.blueprints.access import personal_link
from app.blueprints.lookup import linked, shown_token
from app.blueprints.rendering import page_or_fragment
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import dispute
from app.booking.refusals import NotPossible, Refused
from app.database import db
from app.forms import cleaning

bp = Blueprint("client_sessions", __name__)


@bp.get("/s/<token>")
@personal_link
def show(token: str) -> Response:
    return _page(linked("session", token))


@bp.post("/s/<token>/cancellation")
@personal_link
def cancel(token: str) -> Response:
    link = linked("session", token)
    words, problem = cleaning.words(request.form.get("words"))
    if problem:
        return _page(link, 422, problem, words)
    try:
        link.booking.cancel(by="client", words=words)
    except Refused as refusal:
        return _refused(token, refusal)
    db.session.commit()
    return _page(link)


@bp.post("/s/<token>/dispute")
@personal_link
def not_asked_for(token: str) -> Response:
    link = linked("session", token)
    try:
        dispute(link.booking)
    except Refused as refusal:
        return _refused(token, refusal)
    db.session.commit()
    return _page(link)


def _refused(token: str, refusal: Refused) -> Response:
    db.session.rollback()
    return _page(linked("session", token), 422 if isinstance(refusal, NotPossible) else 409, refusal.sentence)


def _page(link: PersonalLink, status: int = 200, problem: str | None = None, words: str = "") -> Response:
    booking = link.booking
    context = {
        "booking": booking,
        "therapist": booking.therapist,
        "token": shown_token(),
        "zone": booking.client.zone,
        "offer_token": _offer_token(booking),
        "can_dispute": booking.can_be_disputed,
        "problem": problem,
        "words": words,
    }
    return page_or_fragment("client_pages/sessions/show.html", "client_pages/sessions/_session.html", status, **context)


def _offer_token(booking: Booking) -> str | None:
    """Token of the offer that waits for an answer."""
    offer = booking.open_offer
    link = PersonalLink.known(booking.id, offer.id) if offer and offer.is_open else None
    return link.token if link else None
