"""The client's page of one offer. Links only open it; each answer is a button."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app import cleaning
from app.blueprints.client_pages.links import calendar_links, open_offer_token, session_token
from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.booking.personal_link import PersonalLink
from app.database import db
from app.forms.client_number import ClientNumber
from app.messages.history import agreed_before, last_change
from app.refusals import Refused
from app.web.access import personal_link
from app.web.lookup import chosen_alternative, linked, pressed, shown_token
from app.web.refusing import status_of
from app.web.rendering import page_or_fragment, see_other, wants_fragment

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
    link = pressed("offer", token)
    offer = _offer(link)
    alternative = chosen_alternative(offer)
    if alternative is None and offer.is_open:
        return _none_chosen(link)
    return _accepted(link, token, alternative or offer.alternatives[0])


@bp.post("/o/<token>/agreement")
@personal_link
def agree(token: str) -> Response:
    link = pressed("offer", token)
    offer = _offer(link)
    if offer.kind != "location" and offer.is_open:
        return _none_chosen(link)
    return _accepted(link, token, offer.alternatives[0])


@bp.post("/o/<token>/keeping")
@personal_link
def keep(token: str) -> Response:
    """The client disputed a change and wants the session as it was."""
    link = pressed("offer", token)
    return _answer(token, lambda: _offer(link).keep())


@bp.post("/o/<token>/refusal")
@personal_link
def decline(token: str) -> Response:
    link = pressed("offer", token)
    words, problem = cleaning.words(request.form.get("words"))
    if problem and _offer(link).is_open:
        return _page(
            link, 422, _("Please look at the marked fields. Nothing was sent yet."), words=words, words_error=problem
        )
    return _answer(token, lambda: _offer(link).decline(words))


def _accepted(link: PersonalLink, token: str, alternative: Alternative) -> Response:
    """Accept the offer, with the phone number where the therapist will ring a client who had given none."""
    offer, number = _offer(link), ClientNumber.typed(link.booking, alternative.location)
    if number.error and offer.is_open:
        look = _("Please look at the marked fields. Nothing was sent yet.")
        return _page(link, 422, look, phone=number.text, phone_error=number.error)
    return _answer(token, lambda: offer.accept(alternative, phone=number.text))


def _answer(token: str, verb: Callable[[], None]) -> Response:
    try:
        verb()
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        return _page(linked("offer", token), status_of(refusal), refusal.sentence)
    return _page(linked("offer", token)) if wants_fragment() else see_other(".show", token=token)


def _none_chosen(link: PersonalLink) -> Response:
    """Said beside the times; above all else where there are none to choose from."""
    where = "problem" if _offer(link).kind == "location" else "not_chosen"
    return _page(link, 422, **{where: _("Choose one of the times first.")})


def _chosen_in_mail(offer: Offer) -> int | None:
    """The time whose link in the mail was followed, or that was sent, if it can still be accepted; only marked."""
    wanted = request.values.get("alternative")
    return next((one.id for one in offer.alternatives if one.is_open and str(one.id) == wanted), None)


def _calendar(booking: Booking) -> tuple[str, str] | None:
    """Return the addresses of the session's calendar, if its link can still be derived."""
    link = PersonalLink.known(booking.id)
    return calendar_links(link) if link else None


def _offer(link: PersonalLink) -> Offer:
    assert link.offer is not None  # a link with this purpose always has one
    return link.offer


def _page(link: PersonalLink, status: int = 200, problem: str | None = None, **wrong: str) -> Response:
    """`wrong`: the words that were typed, and what is said of a field beside it."""
    offer, booking, by_mail = _offer(link), link.booking, link.came_by_mail(shown_token())
    context = {
        "offer": offer,
        "booking": booking,
        "therapist": booking.therapist,
        "zone": booking.client.zone,
        "token": shown_token(),
        "session_token": session_token(booking, by_mail),
        "offer_token": open_offer_token(booking, by_mail),
        "chosen": _chosen_in_mail(offer),
        "alternatives": [(alternative, alternative.is_open) for alternative in offer.alternatives],
        "is_latest": last_change(booking).offer_id == offer.id,
        "calendar": _calendar(booking),
        "can_dispute": booking.can_be_disputed,
        "change": agreed_before(booking) if offer.disputed or booking.can_be_disputed else None,
        "problem": problem,
    }
    open_ones = [alternative for alternative in offer.alternatives if alternative.is_open]
    context["asks_number"] = not booking.client.phone and any(one.location.rings_client for one in open_ones)
    context |= {"words": "", "words_error": "", "not_chosen": "", "phone": "", "phone_error": ""} | wrong
    return page_or_fragment("client_pages/offers/show.html", "client_pages/offers/_offer.html", status, **context)
