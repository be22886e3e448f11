"""What a person changed of a session in the therapist's calendar elsewhere: put back as it stands here."""

from flask import Blueprint, Response

from app.blueprints.desk.bookings import answer
from app.booking.booking import Booking
from app.calendars.writing.entry import CalendarEntry
from app.web.access import therapist_only

bp = Blueprint("calendar_entries", __name__)


@bp.post("/bookings/<int:booking_id>/calendar-entries/<int:entry_id>/restoration")
@therapist_only
def put_back(booking_id: int, entry_id: int) -> Response:
    """Put an entry back as the session is here, unless that was settled meanwhile; show the session either way."""

    def restore(booking: Booking) -> None:
        for entry in CalendarEntry.edited_of(booking):
            if entry.id == entry_id:
                entry.put_back()

    return answer(booking_id, restore)
