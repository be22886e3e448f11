"""The therapist's pages of sessions: the list, one session, and the forms that change it."""

from flask import Blueprint, Response, request
from flask_login import current_user

from app import clock
from app.blueprints.desk.bookings import changed_meanwhile
from app.blueprints.desk.session_page import rearrangement_page, relocation_page, session_page
from app.booking import lists
from app.booking.booking import Booking
from app.booking.outside import why_outside
from app.booking.possible import verbs_of
from app.booking.rearrangement import REASONS, needs_consent
from app.forms.alternatives import AlternativesForm
from app.forms.new_time import NewTime
from app.refusals import BookingChanged, NotPossible, RequestLapsed
from app.web.access import therapist_only
from app.web.lookup import own_booking
from app.web.paging import page_of
from app.web.rendering import page_or_fragment, see_other

bp = Blueprint("sessions", __name__)

PAGE = 50


@bp.get("/sessions")
@therapist_only
def index() -> Response:
    now, therapist = clock.now(), current_user.therapist
    upcoming = page_of(lists.to_come(therapist.id, now), PAGE)
    return page_or_fragment(
        "sessions/index.html",
        "sessions/_list.html",
        upcoming=upcoming,
        called_off=page_of(lists.called_off(therapist.id, now), PAGE, "called-off"),
        past=page_of(lists.past(therapist.id, now), PAGE, "past"),
        outside_times=why_outside(therapist, upcoming.rows),
        therapist=therapist,
        now=now,
    )


@bp.get("/sessions/<int:booking_id>")
@therapist_only
def show(booking_id: int) -> Response:
    return session_page(own_booking(booking_id))


@bp.get("/sessions/<int:booking_id>/rearrangement")
@therapist_only
def rearrange(booking_id: int) -> Response:
    booking, reason = own_booking(booking_id), request.args.get("reason")
    if "rearrange" not in verbs_of(booking):
        return see_other(".show", booking_id=booking_id)
    reason = reason if reason in REASONS else None
    pointed_at = _pointed_at(booking)
    form = AlternativesForm(reason) if reason and needs_consent(reason) else None
    if form and pointed_at:
        form.add_row(pointed_at)
    return rearrangement_page(booking, reason, pointed_at or NewTime.of(booking), form)


@bp.post("/sessions/<int:booking_id>/alternatives")
@therapist_only
def edit_alternatives(booking_id: int) -> Response:
    """Add or remove a row of the list being built, or take one that is suggested; nothing is stored."""
    booking = own_booking(booking_id)
    if "rearrange" not in verbs_of(booking):
        return changed_meanwhile(booking_id, RequestLapsed() if booking.has_lapsed else BookingChanged())
    try:
        form = AlternativesForm.typed(request.form)
    except NotPossible as refusal:
        return rearrangement_page(booking, None, NewTime.of(booking), None, 422, refusal.sentence)
    if "add" in request.form:
        form.add_row(NewTime(0, "", "", str(booking.location_id)))
    if "suggested" in request.form:
        form.add_row(NewTime.named(request.form["suggested"]))
    if "remove" in request.form:
        form.remove_row(request.form["remove"])
    return rearrangement_page(booking, form.reason, NewTime.of(booking), form, 422 if form.problem else 200)


@bp.get("/sessions/<int:booking_id>/relocation")
@therapist_only
def relocate(booking_id: int) -> Response:
    booking, reason = own_booking(booking_id), request.args.get("reason")
    if "rearrange" not in verbs_of(booking):
        return see_other(".show", booking_id=booking_id)
    return relocation_page(booking, reason if reason in REASONS else None)


def _pointed_at(booking: Booking) -> NewTime | None:
    """The time to which the session was dragged in the calendar, at its present location."""
    day, at = request.args.get("date", ""), request.args.get("time", "")
    return NewTime(0, day[:10], at[:5], str(booking.location_id)) if day and at else None
