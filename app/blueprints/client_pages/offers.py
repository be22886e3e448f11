"""The client's page of one offer. Links only open it; each answer is a button."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from app.blueprints.access import personal_link
from app.blueprints.lookup import chosen_alternative, linked, shown_token
from app.blueprints.rendering import page_or_fragment
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.booking.refusals import NotPossible, Refused
from app.database import db
from app.forms import cleaning

bp = Blueprint("client_offers", __name__)


@bp.get("/o/<token>")
@personal_link
def show(token: str) -> Response:
    return _page(linked("offer", token))


@bp.post("/o/<token>/opening")
@personal_link
def note_opening(token: str) -> Response:
    linked("offer", token).note_opening()
    db.session.commit()
    return Response(status=204)


@bp.post("/o/<token>/acceptance")
@personal_link
def accept(token: str) -> Response:
    link = linked("offer", token)
    offer = _offer(link)
    alternative = chosen_alternative(offer)
    if alternative is None and offer.is_open:
        return _page(link, 422, "Choose one of the times first.")
    return _answer(token, lambda: offer.accept(alternative or offer.alternatives[0]))


@bp.post("/o/<token>/agreement")
@personal_link
def agree(token: str) -> Response:
    link = linked("offer", token)
    offer = _offer(link)
    if offer.kind != "location" and offer.is_open:
        return _page(link, 422, "Choose one of the times first.")
    return _answer(token, lambda: offer.accept(offer.alternatives[0]))


@bp.post("/o/<token>/refusal")
@personal_link
def decline(token: str) -> Response:
    link = linked("offer", token)
    words, problem = cleaning.words(request.form.get("words"))
    if problem:
        return _page(link, 422, problem, words)
    return _answer(token, lambda: _offer(link).decline(words))


def _answer(token: str, verb: Callable[[], None]) -> Response:
    status, problem = 200, None
    try:
        verb()
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        status, problem = 422 if isinstance(refusal, NotPossible) else 409, refusal.sentence
    return _page(linked("offer", token), status, problem)


def _offer(link: PersonalLink) -> Offer:
    assert link.offer is not None  # a link with this purpose always has one
    return link.offer


def _page(link: PersonalLink, status: int = 200, problem: str | None = None, words: str = "") -> Response:
    offer, booking = _offer(link), link.booking
    session_link = PersonalLink.known(booking.id)
    context = {
        "offer": offer,
        "booking": booking,
        "therapist": booking.therapist,
        "zone": booking.client.zone,
        "token": shown_token(),
        "session_token": session_link.token if session_link else None,
        "options": [(alternative, alternative.is_open) for alternative in offer.alternatives],
        "problem": problem,
        "words": words,
    }
    return page_or_fragment("client_pages/offers/show.html", "client_pages/offers/_offer.html", status, **context)
