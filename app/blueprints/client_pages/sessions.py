"""The client's page of one session."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app import cleaning
from app.blueprints.client_pages.links import calendar_links, open_offer_token
from app.booking.dispute import dispute
from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.history import agreed_before
from app.refusals import Refused
from app.web.access import personal_link
from app.web.lookup import linked, pressed, shown_token
from app.web.refusing import status_of
from app.web.rendering import page_or_fragment, see_other, wants_fragment

bp = Blueprint("client_sessions", __name__)


@bp.get("/s/<token>")
@personal_link
def show(token: str) -> Response:
    return _page(linked("session", token))


@bp.post("/s/<token>/cancellation")
@personal_link
def cancel(token: str) -> Response:
    link = pressed("session", token)
    words, problem = cleaning.words(request.form.get("words"))
    if problem and link.booking.is_live:
        return _page(link, 422, _("Please look at the marked fields. Nothing was sent yet."), words, problem)
    try:
        link.booking.cancel(by="client", words=words)
    except Refused as refusal:
        return _refused(token, refusal)
    return _done(link, token)


@bp.post("/s/<token>/address")
@personal_link
def confirm_address(token: str) -> Response:
    """The request was meant, and the address is right: pressed on the page behind the link in the mail."""
    link = linked("session", token)
    if not link.came_by_mail(token):
        return _page(link, 422, _("Please open the link in our mail and press the button there."))
    try:
        link.booking.confirm_address()
    except Refused as refusal:
        return _refused(token, refusal)
    return _done(link, token)


@bp.post("/s/<token>/dispute")
@personal_link
def not_asked_for(token: str) -> Response:
    link = pressed("session", token)
    try:
        dispute(link.booking)
    except Refused as refusal:
        return _refused(token, refusal)
    return _done(link, token)


def _done(link: PersonalLink, token: str) -> Response:
    db.session.commit()
    return _page(link) if wants_fragment() else see_other(".show", token=token)


def _refused(token: str, refusal: Refused) -> Response:
    db.session.rollback()
    return _page(linked("session", token), status_of(refusal), refusal.sentence)


def _page(
    link: PersonalLink, status: int = 200, problem: str | None = None, words: str = "", wrong: str | None = None
) -> Response:
    booking, by_mail = link.booking, link.came_by_mail(shown_token())
    context = {
        "by_mail": by_mail,
        "booking": booking,
        "therapist": booking.therapist,
        "token": shown_token(),
        "zone": booking.client.zone,
        "offer_token": open_offer_token(booking, by_mail),
        "calendar": calendar_links(link),
        "can_dispute": booking.can_be_disputed,
        "change": agreed_before(booking) if booking.can_be_disputed else None,
        "problem": problem,
        "words": words,
        "words_error": wrong,
    }
    return page_or_fragment("client_pages/sessions/show.html", "client_pages/sessions/_session.html", status, **context)
