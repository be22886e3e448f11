"""A therapist's page: what can be booked, and the request for it."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from app.blueprints.client_pages.links import session_token
from app.blueprints.public.booking_page import BookingPage
from app.blueprints.public.just_requested import just_requested, remember
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.booking.requesting import Asker, refuse_unless_free, request_session
from app.database import begin_to_write, db, set_writing
from app.forms.request import RequestForm
from app.language import spoken
from app.refusals import Refused, TimeTaken, TooManyRequests
from app.web.access import public
from app.web.lookup import listed_therapist, published_therapist
from app.web.rendering import page_or_fragment, see_other

bp = Blueprint("therapists", __name__)


@bp.get("/t/<slug>")
@public
def show(slug: str) -> Response:
    therapist = published_therapist(slug)
    if not BookingPage.is_possible(therapist):
        return page_or_fragment("therapists/show.html", "therapists/_closed.html", therapist=therapist, is_closed=True)
    page = BookingPage.from_request(therapist)
    status = 404 if page.not_bookable else 200
    return page_or_fragment("therapists/show.html", "therapists/_week.html", status, **page.week())


@bp.get("/t/<slug>/request")
@public
def ask(slug: str) -> Response:
    page = BookingPage.from_request(published_therapist(slug))
    if page.starts_at is None:
        return see_other(".show", slug=slug)
    if page.not_bookable:
        return _request_page(page, RequestForm(), 404)
    try:
        refuse_unless_free(page.therapist, page.session_type, page.location, page.starts_at)
    except TimeTaken as refusal:
        if mine := just_requested(page.therapist.id, page.span):
            return _requested_page(page, mine)
        # Known before anything is typed: an old link, or somebody was faster.
        return _request_page(page, RequestForm(), problem=refusal.sentence, free_slots=page.slots_nearby())
    return _request_page(page, RequestForm())


@bp.post("/t/<slug>/requests")
@public
def create(slug: str) -> Response:
    set_writing(False)  # what was typed is looked at before anybody has to wait for it
    page, form = BookingPage.from_request(published_therapist(slug)), RequestForm()
    if page.location.rings_client:
        form.need_number(page.therapist.name)
    if page.not_bookable:
        form.validate()  # all that is wrong is marked at once
        return _request_page(page, form, 422)
    if page.starts_at is None:
        return _request_page(page, form, 422, not_chosen=_("Choose a time first."), free_slots=page.slots_nearby())
    if not form.validate_on_submit():
        return _request_page(page, form, 422)
    begin_to_write()
    try:
        booking = request_session(
            page.therapist, page.session_type, page.location, page.starts_at, _asker(form, page), form.words.data
        )
    except Refused as refusal:
        db.session.rollback()
        return _refused(slug, form, refusal)
    token = PersonalLink.to_session(booking.id).shown_token
    answer = remember(see_other("client_sessions.show", token=token), booking)
    db.session.commit()
    return answer


def _refused(slug: str, form: RequestForm, refusal: Refused) -> Response:
    # The present state, read afresh: what the refusal found is not what the page began with. Only read, so that on
    # SQLite nobody else who asks waits while this page is made.
    set_writing(False)
    page = BookingPage.from_request(listed_therapist(slug))
    if isinstance(refusal, TooManyRequests):
        response = _request_page(page, form, 429, refusal.sentence)
        if refusal.retry_at:
            response.headers["Retry-After"] = str(page.seconds_until(refusal.retry_at))
        return response
    if isinstance(refusal, TimeTaken):
        if mine := _own_request(page, form):
            return _requested_page(page, mine, 409)
        return _request_page(page, form, 409, refusal.sentence, free_slots=page.slots_nearby())
    return _request_page(page, form, 422, refusal.sentence)


def _own_request(page: BookingPage, form: RequestForm) -> Booking | None:
    """What holds the time, if it was requested from this browser by who is asking now: another person who types their
    own name in it is not led to the session of the first."""
    mine = just_requested(page.therapist.id, page.span)
    return mine if mine and (mine.client.name, mine.client.email) == (form.name.data, form.email.data) else None


def _requested_page(page: BookingPage, booking: Booking, status: int = 200) -> Response:
    return page_or_fragment(
        "therapists/requested.html",
        "therapists/_requested.html",
        status,
        therapist=page.therapist,
        booking=booking,
        session_token=session_token(booking, by_mail=False),
        other_times=page.address,
    )


def _request_page(
    page: BookingPage,
    form: RequestForm,
    status: int = 200,
    problem: str | None = None,
    free_slots: list | None = None,
    not_chosen: str | None = None,
) -> Response:
    """`not_chosen` is what is wrong with the choice of a time, `problem` what stands in the way of all of it."""
    refused = {"problem": problem, "not_chosen": not_chosen, "free_slots": free_slots}
    context = page.request() | refused | {"form": form}
    return page_or_fragment("therapists/request.html", "therapists/_request.html", status, **context)


def _asker(form: RequestForm, page: BookingPage) -> Asker:
    return Asker(
        name=form.name.data,
        email=form.email.data,
        phone=form.phone.data,
        zone=page.zone,
        address=request.remote_addr or "",
        once=form.once.data or "",
        language=spoken(),
    )
