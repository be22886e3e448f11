"""What a therapist does to a session: each change a small resource sent by POST."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from app import cleaning
from app.blueprints.desk.session_page import rearrangement_page, relocation_page, session_page, stands_in_place
from app.blueprints.desk.told import Told
from app.booking import confirming
from app.booking.booking import Booking
from app.booking.possible import verbs_of
from app.booking.rearrangement import REASONS, change_location
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.deciding import clashes
from app.calendars.deciding.live_check import NOTHING, Look, look
from app.database import db
from app.forms.client_number import TYPE_IT, ClientNumber
from app.forms.new_time import CHOOSE_LOCATION, NewTime
from app.refusals import BookingChanged, Refused
from app.web.access import therapist_only
from app.web.lookup import chosen_location, own_booking
from app.web.refusing import status_of
from app.web.rendering import in_place_of_form, see_other

bp = Blueprint("bookings", __name__)

LOOK_AGAIN = "Please look at the marked fields. Nothing was sent yet."


def done(booking: Booking, told: str | None = None) -> Response:
    """Commit the verb; show the session as it now stands, and what is to be told of what was done."""
    db.session.commit()
    if stands_in_place(booking):
        return session_page(booking, told=told)
    more = {"told": Told(told).token} if told else {}
    return see_other("sessions.show", booking_id=booking.id, **more)


def answer(booking_id: int, verb: Callable[[Booking], object], words: str = "", told: str | None = None) -> Response:
    """Do one verb to an own session; when it is refused, show the session as it really stands and why."""
    booking = own_booking(booking_id)
    try:
        verb(booking)
    except Refused as refusal:
        db.session.rollback()
        return session_page(own_booking(booking_id), status_of(refusal), refusal, words, told)
    return done(booking, told)


def looked_at(booking: Booking) -> Look:
    """What the therapist's calendars outside say now of the day of a request. No transaction is open meanwhile."""
    if booking.status != "requested":
        return NOTHING
    found = look(booking.therapist, booking.span)
    if found.news:
        OutsideCalendar.ask_for(OutsideCalendar.id.in_(found.news))
        db.session.commit()
    return found


def changed_meanwhile(booking_id: int, refusal: Refused) -> Response:
    """A form came too late: where it was, show the session as it now stands."""
    db.session.rollback()
    return in_place_of_form(session_page(own_booking(booking_id), 409, refusal))


@bp.post("/bookings/<int:booking_id>/confirmation")
@therapist_only
def confirm(booking_id: int) -> Response:
    seen = looked_at(own_booking(booking_id))
    shown, outside = request.form.getlist("busy"), request.form.get("outside")
    return answer(booking_id, lambda booking: confirming.confirm(booking, seen, shown, outside), told=seen.sentence)


@bp.post("/bookings/<int:booking_id>/kept-time")
@therapist_only
def keep_time(booking_id: int) -> Response:
    """The therapist is busy elsewhere then, and leaves the session where it is."""
    shown = request.form.getlist("busy")
    return answer(booking_id, lambda booking: clashes.keep(booking, shown))


@bp.post("/bookings/<int:booking_id>/cancellation")
@therapist_only
def cancel(booking_id: int) -> Response:
    words, problem = cleaning.words(request.form.get("words"))
    if problem and "cancel" in verbs_of(own_booking(booking_id)):
        return session_page(own_booking(booking_id), 422, LOOK_AGAIN, words, words_error=problem)

    def cancel_and_block(booking: Booking) -> None:
        booking.cancel(by="therapist", words=words)
        if "block" in request.form:
            booking.block_sender()

    return answer(booking_id, cancel_and_block, words)


@bp.post("/bookings/<int:booking_id>/attendance")
@therapist_only
def record_attendance(booking_id: int) -> Response:
    return answer(booking_id, lambda booking: booking.record_attendance(request.form.get("outcome", "")))


@bp.post("/bookings/<int:booking_id>/rearrangement")
@therapist_only
def move(booking_id: int) -> Response:
    """The client asked for another time."""
    booking, new_time = own_booking(booking_id), NewTime.typed(request.form)
    terms = new_time.terms(booking)
    unseen_warning = new_time.warning and request.form.get("warned") != new_time.warned_of
    number = ClientNumber.typed(booking, terms.location, TYPE_IT) if terms else ClientNumber.read()
    if terms is None or unseen_warning or number.error:
        return rearrangement_page(booking, "asked", new_time, None, 422, number=number)
    try:
        booking.move(terms.starts_at, terms.location, number.text)
    except BookingChanged as refusal:
        return changed_meanwhile(booking_id, refusal)
    except Refused as refusal:
        db.session.rollback()
        new_time.refuse(refusal.sentence)
        return rearrangement_page(own_booking(booking_id), "asked", new_time, None, status_of(refusal), number=number)
    return done(booking)


@bp.post("/bookings/<int:booking_id>/relocation")
@therapist_only
def relocate(booking_id: int) -> Response:
    """Change the location as the client asked, or ask for the client's consent."""
    booking, reason = own_booking(booking_id), request.form.get("reason", "")
    location, (words, problem) = chosen_location(booking.therapist), cleaning.words(request.form.get("words"))
    number = ClientNumber.typed(booking, location, TYPE_IT) if location and reason == "asked" else ClientNumber.read()
    errors = ({} if location else {"location": CHOOSE_LOCATION}) | ({"words": problem} if problem else {})
    if reason not in REASONS:
        return relocation_page(booking, None, 422, "Choose why this is changing.")
    if location is None or errors or number.error:
        chosen = request.form.get("location", "")
        return relocation_page(booking, reason, 422, LOOK_AGAIN, chosen, words, errors, number)
    try:
        change_location(booking, reason, location, words, number.text)
    except BookingChanged as refusal:
        return changed_meanwhile(booking_id, refusal)
    except Refused as refusal:
        db.session.rollback()
        return relocation_page(
            own_booking(booking_id), reason, status_of(refusal), refusal.sentence, str(location.id), words, None, number
        )
    return done(booking)
