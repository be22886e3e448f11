"""Where others tell us that something has changed. They are told nothing in return."""

from flask import Blueprint, Response, abort, request

from app.calendars.connections import channels
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.database import db, reading
from app.extensions import csrf
from app.web.access import public

bp = Blueprint("hooks", __name__, url_prefix="/hooks")


@bp.post("/google-calendar")
@csrf.exempt
@public
def google_calendar() -> Response:
    """Google says that a calendar has changed, and not what. It is read soon; a hundred of these make one reading.

    One that fails waits for its time: who asks too often hears about changes too. For strangers this address does not
    exist; they cost one read.
    """
    headers = request.headers
    with reading():
        told = channels.told_of(headers.get("X-Goog-Channel-ID", ""), headers.get("X-Goog-Channel-Token", ""))
        db.session.rollback()
    if told is None:
        abort(404)
    if told.can_be_sooner:
        OutsideCalendar.ask_for(OutsideCalendar.id == told.calendar_id, OutsideCalendar.attempts == 0)
        db.session.commit()
    return Response(status=204)
