"""The therapist's calendar, and what tapping empty time leads to."""

from flask import Blueprint, Response
from flask_login import current_user

from app import clock
from app.blueprints.desk.calendar.page import CalendarPage
from app.booking.requesting import book_for_client
from app.calendars.connections import notices
from app.database import db
from app.forms.for_client import ForClient
from app.refusals import Refused
from app.web.access import therapist_only
from app.web.refusing import status_of
from app.web.rendering import page_or_fragment, see_address

bp = Blueprint("calendar", __name__)


@bp.get("/calendar")
@therapist_only
def show() -> Response:
    page, outside = CalendarPage(current_user.therapist), notices.of_therapist(current_user.therapist)
    return page_or_fragment("calendar/show.html", "calendar/_calendar.html", **page.context(), notices=outside.notices)


@bp.get("/calendar/time")
@therapist_only
def choose() -> Response:
    """Empty time was tapped: book a session for a client in it, or block it."""
    return _time_page(ForClient.at_time(current_user.therapist))


@bp.post("/bookings")
@therapist_only
def book() -> Response:
    form = ForClient.typed(current_user.therapist)
    wanted = form.wanted()
    if wanted is None:
        return _time_page(form, 422)
    try:
        booking = book_for_client(*wanted)
    except Refused as refusal:
        db.session.rollback()
        form = ForClient.typed(current_user.therapist)
        form.problem = refusal.sentence
        return _time_page(form, status_of(refusal))
    db.session.commit()
    day = booking.starts_at.astimezone(booking.therapist.tz).date()
    return see_address(f"/calendar?date={day}&booked={booking.id}")


def _time_page(form: ForClient, status: int = 200) -> Response:
    context = {"form": form, "therapist": form.therapist, "now": clock.now()}
    return page_or_fragment("calendar/time.html", "calendar/_time.html", status, **context)
